//! `plumbline serve` with a schedule: it pulls by itself, is killed, and comes back.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use demo::api::server::{Options, Server};
use demo::simulation::{self, simulate};
use demo::truth::Truth;
use lake::store::{Store, StoreOptions};
use serde_json::Value;
use tests::lakes;

use crate::kill::plumbline;

/// A lake in a folder, and a configuration that pulls the organization into it every minute.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new(api_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "lake = '{}'\nlisten = '127.0.0.1:0'\n[github]\napi_url = '{api_url}'\norganization = 'neurocipher'\n\
             [schedule]\nzone = 'America/Toronto'\ngithub = '* * * * *'\nupkeep = '0 3 * * *'\n",
            folder.path().join("lake").display(),
        );
        std::fs::write(folder.path().join("plumbline.toml"), config).unwrap();
        Self { folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(plumbline());
        command
            .args(arguments)
            .arg("--config")
            .arg(self.folder.path().join("plumbline.toml"))
            .env_remove("GITHUB_TOKEN");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn serve(&self) -> Child {
        let mut command = self.command(&["serve"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn store(&self) -> Store {
        let lake = self.folder.path().join("lake");
        Store::open(lake.to_str().unwrap(), &StoreOptions::new()).unwrap()
    }

    /// The job `github` as `plumbline jobs` shows it.
    fn job(&self) -> Value {
        let output = self.run(&["jobs", "--format", "json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let jobs: Value = serde_json::from_slice(&output.stdout).unwrap();
        jobs[0].clone()
    }

    /// Waits until a scheduled pull has ended; what it says of itself.
    fn wait_for_pull(&self) -> String {
        let give_up = Instant::now() + Duration::from_secs(120);
        loop {
            let outcome = self.job()["last_outcome"].as_str().unwrap_or_default().to_owned();
            if !outcome.is_empty() && !outcome.starts_with("running") {
                return outcome;
            }
            assert!(Instant::now() < give_up, "no pull has ended: {outcome}");
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

/// Three days of the organization, open to everybody.
async fn organization() -> (Server, Truth) {
    let (world, truth) = simulate(simulation::Options { seed: 1, days: 3 });
    let options = Options::at(world.end);
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    (Server::start(Arc::new(world), options, any_port).await.unwrap(), truth)
}

/// Asks a process to stop, as ctrl-C does; its exit code.
fn interrupt(mut child: Child) -> Option<i32> {
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    child.wait().unwrap().code()
}

fn pulled_by_hand(api_url: &str, folder: &Path) -> Store {
    let lake = folder.join("by-hand");
    let output = Command::new(plumbline())
        .args([
            "ingest",
            "github",
            "--organization",
            "neurocipher",
            "--api-url",
            api_url,
            "--lake",
        ])
        .arg(&lake)
        .env_remove("GITHUB_TOKEN")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Store::open(lake.to_str().unwrap(), &StoreOptions::new()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_killed_at_thirty_points_of_its_pull_loses_and_doubles_nothing() {
    let (server, _) = organization().await;
    let site = Site::new(&server.api_url());
    let expected = pulled_by_hand(&server.api_url(), site.folder.path());
    let expected = lakes::published_rows(&expected).await.unwrap();
    for round in 0..30_u64 {
        let mut child = site.serve();
        // Which points does not matter, that they differ does.
        std::thread::sleep(Duration::from_millis(60 + (round * 7_919) % 700));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = site.serve();
    let said = site.wait_for_pull();
    assert!(said.starts_with("11 repositories"), "{said}");
    assert_eq!(interrupt(last), Some(0));
    let store = site.store();
    assert_eq!(lakes::published_rows(&store).await.unwrap(), expected);
    lakes::assert_verified(&store).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_failed_says_why_and_doctor_names_it() {
    // Nobody listens there: the port was given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let site = Site::new(&format!("http://127.0.0.1:{port}"));
    let job = site.job();
    assert_eq!(job["job"], "github");
    assert_eq!(job["zone"], "America/Toronto");
    assert_eq!(job["last_due"], Value::Null);
    let child = site.serve();
    let said = site.wait_for_pull();
    assert!(said.starts_with("failed: "), "{said}");
    assert_eq!(interrupt(child), Some(0));
    let doctor = site.run(&["doctor"]);
    let text = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert_eq!(doctor.status.code(), Some(1), "{text}");
    assert!(text.contains("wrong  job github: failed: "), "{text}");
    assert!(text.contains("wrong  GitHub: "), "{text}");
    assert!(text.contains("ok     store: "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_is_frozen_while_main_is_red_and_doctor_finds_every_permission() {
    let (server, truth) = organization().await;
    let site = Site::new(&server.api_url());
    let as_of = domain::clock::format_timestamp(truth.as_of);
    let gate = |repository: &str, as_of: &str| {
        let output = site.run(&["gate", "deploy", "--repository", repository, "--as-of", as_of]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), said)
    };
    let (code, said) = gate("neurocipher/match-engine", &as_of);
    assert_eq!(code, Some(3), "an empty lake tells nothing: {said}");
    let pulled = site.run(&["ingest", "github", "--organization", "neurocipher"]);
    assert!(pulled.status.success(), "{}", String::from_utf8_lossy(&pulled.stderr));
    for of in &truth.repositories {
        let red = of.outages.iter().find(|outage| outage.closed_at.is_none());
        let (code, said) = gate(&of.repository, &as_of);
        let judged = truth
            .kpis
            .iter()
            .find(|kpi| kpi.id == "time_to_fix_main" && kpi.repository.as_ref() == Some(&of.repository));
        let is_judged = judged.unwrap().companions["commits_judged"] > 0.0;
        // Red freezes; of a branch that nobody has judged, nobody can tell.
        let expected = match (red, is_judged) {
            (Some(_), _) => 1,
            (None, true) => 0,
            (None, false) => 3,
        };
        assert_eq!(code, Some(expected), "{}: {said}", of.repository);
        if let Some(outage) = red {
            // A millisecond before it opened, the gate was not frozen by it.
            let before = outage.opened_at - chrono::TimeDelta::milliseconds(1);
            let (code, said) = gate(&of.repository, &domain::clock::format_timestamp(before));
            assert_eq!(code, Some(0), "{}: {said}", of.repository);
        }
    }
    let doctor = site.run(&["doctor"]);
    let text = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert_eq!(doctor.status.code(), Some(0), "{text}");
    assert!(text.contains("Checks: read on neurocipher/"), "{text}");
}

/// Posts a delivery; status, and how long the answer took.
async fn post(address: &str, body: &str, signature: &str) -> (u16, Duration) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let begun = Instant::now();
    let request = client
        .post(format!("http://{address}/webhooks/github"))
        .header("X-GitHub-Event", "push")
        .header("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        .header("X-Hub-Signature-256", signature)
        .body(body.to_owned());
    (request.send().await.unwrap().status().as_u16(), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_delivery_wakes_the_pull_of_its_repository_and_a_forged_one_wakes_nothing() {
    let (server, _) = organization().await;
    let folder = tempfile::tempdir().unwrap();
    let address = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let secret = ["not a secret", "of anybody"].join(" ");
    let config = format!(
        "lake = '{}'\nlisten = '{address}'\n[github]\napi_url = '{}'\norganization = 'neurocipher'\n\
         webhook_secrets = ['{secret}']\n",
        folder.path().join("lake").display(),
        server.api_url(),
    );
    std::fs::write(folder.path().join("plumbline.toml"), config).unwrap();
    let site = Site { folder };
    let child = site.serve();
    let give_up = Instant::now() + Duration::from_secs(60);
    while std::net::TcpStream::connect(&address).is_err() {
        assert!(Instant::now() < give_up, "the server does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    let body = r#"{"ref": "refs/heads/main", "repository": {"full_name": "neurocipher/match-engine"}}"#;
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&key, body.as_bytes());
    let tag = domain::identity::Sha256Digest::from_bytes(tag.as_ref().try_into().unwrap());
    let signature = format!("sha256={tag}");
    assert_eq!(post(&address, body, &signature.replace('a', "b")).await.0, 401);
    assert_eq!(
        post(&address, &body.replace("match-engine", "console"), &signature)
            .await
            .0,
        401
    );
    let rows = || {
        let sql = "select repository, count(*) as n from raw.runs group by repository";
        let output = site.run(&["sql", sql, "--format", "json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rows = answer["rows"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["repository"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (status, took) = post(&address, body, &signature).await;
    assert_eq!(status, 202);
    assert!(took < Duration::from_secs(10), "GitHub has given it up: {took:?}");
    while rows().is_empty() {
        assert!(Instant::now() < give_up, "the delivery woke nobody");
        std::thread::sleep(Duration::from_millis(300));
    }
    assert_eq!(rows(), ["neurocipher/match-engine"]);
    assert_eq!(post(&address, body, &signature).await.0, 202, "delivered again");
    assert_eq!(interrupt(child), Some(0));
}
