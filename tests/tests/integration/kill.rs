//! `kill -9` of the real program while another one waits.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tests::lakes::{self, TestRun};
use tests::sites::{LakeUrl, Site, SiteKind, on_every_site};

/// The program, beside the tests in the target folder.
pub(crate) fn plumbline() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let program = program.ancestors().nth(2).unwrap().join("plumbline");
    assert!(program.exists(), "{} is missing: run `make test`", program.display());
    program
}

fn ingest(lake: &LakeUrl, folder: &Path, run_id: i64) -> Command {
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
    command.args(["--lake", lake.as_str(), "--wait", "120"]);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .envs(lake.options());
    command
}

fn many_cases() -> Vec<(String, &'static str)> {
    (0..20_000)
        .map(|n| (format!("t{n}"), if n % 97 == 0 { "failed" } else { "passed" }))
        .collect()
}

/// Kills the first writer after each of the given times, lets the second one go on, and compares.
async fn kill_and_compare(site: &Site, kills: &[u64]) {
    let cases = many_cases();
    let cases: Vec<_> = cases.iter().map(|(name, outcome)| (name.as_str(), *outcome)).collect();
    TestRun::new(1, "2026-11-20T10:00:00Z", &cases).write(site.folder());
    TestRun::new(2, "2026-11-20T10:00:00Z", &[("t1", "passed")]).write(site.folder());
    let undisturbed = site.fresh_lake();
    for run_id in [1, 2] {
        let output = ingest(&undisturbed, site.folder(), run_id).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let expected = lakes::published_rows(&undisturbed.open()).await.unwrap();
    for kill_after in kills {
        let lake = site.fresh_lake();
        let mut first = ingest(&lake, site.folder(), 1).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(kill_after / 2));
        let second = ingest(&lake, site.folder(), 2).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(kill_after - kill_after / 2));
        first.kill().unwrap();
        first.wait().unwrap();
        let second = second.wait_with_output().unwrap();
        assert!(
            second.status.success(),
            "killed after {kill_after} ms: {}",
            String::from_utf8_lossy(&second.stderr)
        );
        let again = ingest(&lake, site.folder(), 1).output().unwrap();
        assert!(
            again.status.success(),
            "killed after {kill_after} ms: {}",
            String::from_utf8_lossy(&again.stderr)
        );
        let store = lake.open();
        assert_eq!(
            lakes::published_rows(&store).await.unwrap(),
            expected,
            "killed after {kill_after} ms"
        );
        lakes::assert_verified(&store).await.unwrap();
    }
}

/// Thirty times between 1 and `longest` milliseconds; which ones does not matter, that they differ does.
fn kills(longest: u64) -> Vec<u64> {
    (0..30).map(|round| 1 + (round * 7919) % longest).collect()
}

#[tokio::test]
async fn a_writer_killed_at_thirty_points_loses_and_doubles_nothing() {
    on_every_site(async |site| {
        // About as long as an undisturbed ingest takes there.
        let longest = match site.kind {
            SiteKind::File => 150,
            SiteKind::S3 => 1500,
        };
        kill_and_compare(site, &kills(longest)).await;
    })
    .await;
}
