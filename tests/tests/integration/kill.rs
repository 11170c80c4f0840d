//! `kill -9` of the real program while another one waits.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use lake::store::{Store, StoreOptions};
use tests::lakes::{self, TestRun};
use tests::ministack::Ministack;

/// The program, beside the tests in the target folder.
pub(crate) fn plumbline() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let program = program.ancestors().nth(2).unwrap().join("plumbline");
    assert!(program.exists(), "{} is missing: run `make test`", program.display());
    program
}

fn ingest(lake: &str, options: &StoreOptions, folder: &Path, run_id: i64) -> Command {
    let mut command = Command::new(plumbline());
    command
        .args(["ingest", "directory"])
        .arg(folder.join(format!("{run_id}-1")));
    command.args([
        "--repository",
        "neurocipher/ingest-api",
        "--branch",
        "main",
        "--event",
        "push",
        "--job",
        "unit-tests",
    ]);
    command.args([
        "--run-id",
        &run_id.to_string(),
        "--commit",
        &"a".repeat(40),
        "--completed-at",
        "2026-11-20T10:00:00Z",
    ]);
    command.args(["--lake", lake, "--wait", "120"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).envs(options);
    command
}

fn many_cases() -> Vec<(String, &'static str)> {
    (0..20_000)
        .map(|n| (format!("t{n}"), if n % 97 == 0 { "failed" } else { "passed" }))
        .collect()
}

/// Kills the first writer after each of the given times, lets the second one go on, and compares.
async fn kill_and_compare(kills: &[u64], lake_of: impl Fn(usize) -> (String, StoreOptions)) {
    let folder = tempfile::tempdir().unwrap();
    let cases = many_cases();
    let cases: Vec<_> = cases.iter().map(|(name, outcome)| (name.as_str(), *outcome)).collect();
    TestRun::new(1, "2026-11-20T10:00:00Z", &cases).write(folder.path());
    TestRun::new(2, "2026-11-20T10:00:00Z", &[("t1", "passed")]).write(folder.path());
    let undisturbed = folder.path().join("undisturbed");
    let undisturbed = undisturbed.to_str().unwrap();
    for run_id in [1, 2] {
        assert!(
            ingest(undisturbed, &StoreOptions::new(), folder.path(), run_id)
                .status()
                .unwrap()
                .success()
        );
    }
    let expected = lakes::published_rows(&Store::open(undisturbed, &StoreOptions::new()).unwrap())
        .await
        .unwrap();
    for (round, kill_after) in kills.iter().enumerate() {
        let (lake, options) = lake_of(round);
        let mut first = ingest(&lake, &options, folder.path(), 1).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(kill_after / 2));
        let second = ingest(&lake, &options, folder.path(), 2).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(kill_after - kill_after / 2));
        first.kill().unwrap();
        first.wait().unwrap();
        let second = second.wait_with_output().unwrap();
        assert!(
            second.status.success(),
            "killed after {kill_after} ms: {}",
            String::from_utf8_lossy(&second.stderr)
        );
        let again = ingest(&lake, &options, folder.path(), 1).output().unwrap();
        assert!(
            again.status.success(),
            "killed after {kill_after} ms: {}",
            String::from_utf8_lossy(&again.stderr)
        );
        let store = Store::open(&lake, &options).unwrap();
        assert_eq!(
            lakes::published_rows(&store).await.unwrap(),
            expected,
            "killed after {kill_after} ms"
        );
        lakes::assert_verified(&store).await.unwrap();
    }
}

/// Thirty times between 1 and `longest` milliseconds; which ones does not matter, that they differ does.
fn kills(n: u64, longest: u64) -> Vec<u64> {
    (0..n).map(|round| 1 + (round * 7919) % longest).collect()
}

#[tokio::test]
async fn a_writer_killed_at_thirty_points_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let lake_of = |round: usize| {
        (
            folder.path().join(format!("{round}")).to_str().unwrap().to_owned(),
            StoreOptions::new(),
        )
    };
    kill_and_compare(&kills(30, 150), lake_of).await;
}

#[tokio::test]
async fn a_writer_killed_on_s3_loses_and_doubles_nothing() {
    let server = Ministack::shared();
    let lake_of = |_| (server.fresh_lake(), server.options());
    kill_and_compare(&kills(10, 1500), lake_of).await;
}
