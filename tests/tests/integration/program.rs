//! The program as its users run it: commands, exit codes, pages.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tests::lakes::TestRun;
use tests::sites::{LakeUrl, Site, on_every_site};

use crate::kill::plumbline;

fn run(lake: &LakeUrl, arguments: &[&str]) -> Output {
    let mut command = Command::new(plumbline());
    command
        .args(arguments)
        .args(["--lake", lake.as_str()])
        .envs(lake.options());
    command.output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Ingests a run of main through the command line.
fn ingest(lake: &LakeUrl, folder: &Path, run: &TestRun) -> Output {
    let directory = run.write(folder);
    let path = directory.path.to_str().unwrap().to_owned();
    let (run_id, attempt) = (run.run_id.to_string(), run.run_attempt.to_string());
    let commit = run.commit.to_string().repeat(40);
    run_ingest(
        lake,
        &[
            "ingest",
            "directory",
            &path,
            "--repository",
            run.repository,
            "--commit",
            &commit,
            "--branch",
            "main",
            "--event",
            "push",
            "--run-id",
            &run_id,
            "--attempt",
            &attempt,
            "--completed-at",
            run.completed_at,
        ],
    )
}

fn run_ingest(lake: &LakeUrl, arguments: &[&str]) -> Output {
    let output = run(lake, arguments);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    output
}

fn flaky_lake(site: &Site) -> LakeUrl {
    let (lake, folder) = (site.fresh_lake(), site.folder());
    let first = TestRun::new(1, "2026-11-20T10:00:00Z", &[("t1", "failed"), ("t2", "passed")]);
    let mut second = TestRun::new(1, "2026-11-20T10:20:00Z", &[("t1", "passed"), ("t2", "passed")]);
    second.run_attempt = 2;
    ingest(&lake, folder, &first);
    ingest(&lake, folder, &second);
    lake
}

#[tokio::test]
async fn exit_codes_tell_the_verdict_and_whose_fault_an_error_is() {
    on_every_site(async |site| {
        let lake = flaky_lake(site);
        let as_of = ["--as-of", "2026-11-23"];
        for (arguments, expected) in [
            (vec!["kpi", "flaky_test_rate", as_of[0], as_of[1]], 1),
            (vec!["kpi", "flaky_test_rate", "--as-of", "2020-01-01"], 3),
            (vec!["kpi", "flaky_test_rate", "--as-of", "2026-11-20T10:10:00Z"], 0),
            (vec!["kpi", "no_such_kpi"], 2),
            (vec!["kpi", "--as-of", "soon"], 2),
            (vec!["kpi", "--publication", "99"], 2),
            (vec!["list", "test_executions"], 2),
            (vec!["sql", "select 1"], 0),
            (vec!["sql", "create table t as select 1"], 2),
            (vec!["sql", "copy raw.runs to 'x.csv'"], 2),
            (vec!["sql", "set datafusion.execution.batch_size = 1"], 2),
            (vec!["sql", "select 1; select 2"], 2),
            (vec!["serve", "--listen", "0.0.0.0:0"], 2),
            (vec!["verify", "--deep"], 0),
            (vec!["publications"], 0),
            (vec!["upkeep"], 0),
            (vec!["demo", "--api-only", "--faults", "101"], 2),
            (vec!["demo", "--api-only", "--days", "1", "--listen", "0.0.0.0:0"], 2),
            (vec!["no-such-command"], 2),
        ] {
            let output = run(&lake, &arguments);
            assert_eq!(
                code(&output),
                expected,
                "{arguments:?}: {}{}",
                text(&output.stdout),
                text(&output.stderr)
            );
        }
        let store = lake.open();
        let files = store.list("tables/runs").await.unwrap();
        let file = files
            .into_iter()
            .map(|object| object.location)
            .find(|path| path.extension() == Some("parquet"))
            .unwrap();
        let mut bytes = store.get(&file).await.unwrap().to_vec();
        bytes[100] ^= 1;
        store.put(&file, bytes.into()).await.unwrap();
        let output = run(&lake, &["verify", "--deep"]);
        assert_eq!(code(&output), 1);
        assert!(
            text(&output.stdout).contains(file.filename().unwrap()),
            "{}",
            text(&output.stdout)
        );
    })
    .await;
}

#[tokio::test]
async fn a_kpi_in_json_has_its_keys_in_order_and_explains_itself() {
    on_every_site(async |site| {
        let lake = flaky_lake(site);
        let output = run(
            &lake,
            &["kpi", "flaky_test_rate", "--as-of", "2026-11-23", "--format", "json"],
        );
        let json = text(&output.stdout);
        let keys = [
            "id",
            "definition_version",
            "repository",
            "from",
            "to",
            "as_of",
            "known_at",
            "publication",
            "value",
            "unit",
            "n",
            "low",
            "high",
            "separable",
            "target",
            "verdict",
            "excluded",
        ];
        let places: Vec<_> = keys.iter().map(|key| json.find(&format!("\"{key}\":"))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{json}");
        let rows: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&rows[0]["value"], &rows[0]["n"]),
            (&Value::from(50.0), &Value::from(2))
        );
        // The command that an explanation prints computes the same number again.
        let output = run(
            &lake,
            &[
                "explain",
                "flaky_test_rate",
                "--as-of",
                "2026-11-23",
                "--format",
                "json",
            ],
        );
        let explanation: Value = serde_json::from_slice(&output.stdout).unwrap();
        let command = explanation["command"].as_str().unwrap().to_owned();
        let words: Vec<_> = command.split(' ').skip(1).chain(["--format", "json"]).collect();
        let again: Value = serde_json::from_slice(&run(&lake, &words).stdout).unwrap();
        assert_eq!(again[0]["value"], rows[0]["value"], "{command}");
        let store = lake.open();
        // Its files are there, with the digests that it names.
        for file in explanation["files"].as_array().unwrap() {
            let bytes = store.get(&file["path"].as_str().unwrap().into()).await.unwrap();
            assert_eq!(
                domain::identity::Sha256Digest::of(&bytes).to_string(),
                file["sha256"].as_str().unwrap()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_secret_in_a_report_lands_nowhere() {
    on_every_site(async |site| {
        let lake = site.fresh_lake();
        // Built here, so that no scanner finds it in the repository.
        let secret = format!("{}_{}", "ghp", "x9Y".repeat(12));
        let mut run_with_secret = TestRun::new(1, "2026-11-20T10:00:00Z", &[]);
        let case = format!("<testcase name=\"t {secret}\"><failure message=\"{secret}\">{secret}</failure></testcase>");
        run_with_secret.reports = vec![(
            "junit.xml".to_owned(),
            format!("<testsuite name=\"s\">{case}</testsuite>"),
        )];
        let told = ingest(&lake, site.folder(), &run_with_secret);
        assert!(
            text(&told.stdout).contains("3 secrets taken out"),
            "{}",
            text(&told.stdout)
        );
        let shown = run(
            &lake,
            &["sql", "select name, message from raw.test_results", "--format", "csv"],
        );
        assert!(text(&shown.stdout).contains("[redacted github_token]") && !text(&shown.stdout).contains(&secret));
        let store = lake.open();
        for object in store.list("").await.unwrap() {
            let mut bytes = store.get(&object.location).await.unwrap().to_vec();
            if object.location.extension() == Some("zst") {
                let mut payload = lake::raw::decompressor(std::io::Cursor::new(std::mem::take(&mut bytes))).unwrap();
                payload.read_to_end(&mut bytes).unwrap();
            }
            assert!(
                !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
                "{}",
                object.location
            );
        }
    })
    .await;
}

/// A running server that is stopped at the end.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(lake: &LakeUrl) -> Self {
        let mut command = Command::new(plumbline());
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--lake", lake.as_str()])
            .envs(lake.options())
            .stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stderr.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .strip_prefix("serving on http://")
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned();
        Self { process, address }
    }

    /// Gets a page: status and body.
    fn get(&self, path: &str, host: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = text(&answer);
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        (status, answer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn every_page_answers_over_a_real_lake_and_no_link_is_dead() {
    on_every_site(async |site| {
        let server = Server::start(&flaky_lake(site));
        // The nearest first, and each page in two selections.
        let mut todo = std::collections::VecDeque::from(["/?as_of=2026-11-23".to_owned()]);
        let mut n_selections = std::collections::BTreeMap::<String, u32>::new();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(path) = todo.pop_front() {
            let page = path.split('?').next().unwrap_or_default().to_owned();
            if seen.contains(&path) || n_selections.get(&page).is_some_and(|n| *n >= 2) {
                continue;
            }
            *n_selections.entry(page).or_default() += 1;
            seen.insert(path.clone());
            let (status, body) = server.get(&path, &server.address);
            assert_eq!(status, 200, "{path}");
            for link in body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                let link = link.replace("&amp;", "&").replace("&#38;", "&");
                let link = link.split('#').next().unwrap_or_default().to_owned();
                if link.starts_with('/') {
                    todo.push_back(link);
                }
            }
        }
        for part in [
            "/main",
            "/main.json",
            "/quarantine",
            "/security",
            "/ingest.json",
            "/list/outages",
            "/tests/",
            "/explain/kpi/flaky_test_rate",
            "/kpi/flaky_test_rate.json",
            "/list/flaky_tests",
            "/publications",
        ] {
            assert!(
                seen.iter().any(|path| path.contains(part)),
                "nothing leads to {part}: {seen:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_server_answers_wrong_questions_in_words_and_stops_cleanly() {
    on_every_site(async |site| {
        let mut server = Server::start(&flaky_lake(site));
        for (path, host, expected) in [
            ("/kpi/no_such", "localhost", 404),
            ("/kpi/flaky_test_rate?as_of=soon", "localhost", 400),
            ("/kpi/flaky_test_rate?publication=99", "localhost", 404),
            ("/", "evil.example", 421),
            ("/livez", "localhost", 200),
            ("/readyz", "localhost", 200),
        ] {
            let (status, body) = server.get(path, host);
            assert_eq!(status, expected, "{path}: {body}");
        }
        let pid = server.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert_eq!(server.process.wait().unwrap().code(), Some(0));
    })
    .await;
}
