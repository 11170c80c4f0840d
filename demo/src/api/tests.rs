use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::api::credential::Application;
use crate::api::sample::{at, world, world_with_runs};
use crate::api::server::{Options, Origin, Server};
use crate::world::World;

const REPOSITORY: &str = "/repos/neurocipher/payments";

struct Reply {
    status: u16,
    headers: HashMap<String, String>,
    body: Vec<u8>,
    is_whole: bool,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Asks over a connection of its own, so that a body that breaks off shows as one.
async fn ask(url: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for &(name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all((text + "\r\n").as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A reset of the connection is what a body that breaks off looks like.
    let _ = stream.read_to_end(&mut bytes).await;
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let body = bytes.get(end + 4..).unwrap_or_default().to_vec();
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|code| code.parse().ok());
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    Reply {
        status: status.unwrap_or(0),
        is_whole: body.len() == length,
        headers,
        body,
    }
}

async fn start(world: World, options: Options) -> Server {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    Server::start(Arc::new(world), options, listen).await.unwrap()
}

async fn get(server: &Server, path: &str) -> Reply {
    ask(&server.api_url(), "GET", path, &[]).await
}

async fn of_repository(server: &Server, path: &str) -> Value {
    let reply = get(server, &format!("{REPOSITORY}/{path}")).await;
    assert_eq!(reply.status, 200, "{path}");
    reply.json()
}

/// The part of a redirect's address after its origin.
fn on_downloads(server: &Server, reply: &Reply) -> String {
    assert_eq!(reply.status, 302);
    reply.headers["location"]
        .strip_prefix(&server.download_url())
        .unwrap()
        .to_owned()
}

fn ids(list: &Value) -> Vec<i64> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_filtered_search_ends_at_a_thousand_results() {
    let server = start(world_with_runs(1_100), Options::at(at(3_000))).await;
    let page = of_repository(&server, "actions/runs?event=schedule&per_page=100&page=10").await;
    assert_eq!(page["total_count"], 1_000);
    assert_eq!(page["workflow_runs"].as_array().unwrap().len(), 100);
    let page = of_repository(&server, "actions/runs?event=schedule&per_page=100&page=11").await;
    assert_eq!(page["workflow_runs"], json!([]));
    let all = of_repository(&server, "actions/runs").await;
    assert_eq!(all["total_count"], 1_105);
    let beyond = get(&server, &format!("{REPOSITORY}/actions/runs?per_page=100&page=401")).await;
    assert_eq!(beyond.status, 422);
}

#[tokio::test]
async fn created_narrows_runs_and_is_passed_over_where_it_is_no_range() {
    let server = start(world(), Options::at(at(90))).await;
    for (created, expected) in [
        ("2026-03-02T10:10:00Z..2026-03-02T10:30:00Z", vec![1_002, 1_001]),
        ("%3E=2026-03-02T11:20:00Z", vec![1_004]),
        ("%3C2026-03-02T10:30:00Z", vec![1_001]),
        ("2026-03-02", vec![1_004, 1_003, 1_002, 1_001]),
        ("%3E2026-03-02", vec![]),
        ("last-week", vec![1_004, 1_003, 1_002, 1_001]),
    ] {
        let page = of_repository(&server, &format!("actions/runs?created={created}")).await;
        assert_eq!(ids(&page["workflow_runs"]), expected, "{created}");
    }
}

#[tokio::test]
async fn nothing_later_than_now_shows() {
    let server = start(world(), Options::at(at(90))).await;
    let nightly = of_repository(&server, "actions/runs/1004").await;
    assert_eq!(
        (&nightly["status"], &nightly["conclusion"]),
        (&json!("in_progress"), &Value::Null)
    );
    let job = of_repository(&server, "actions/jobs/8").await;
    assert_eq!(
        (&job["status"], &job["completed_at"]),
        (&json!("in_progress"), &Value::Null)
    );
    let steps: Vec<&str> = job["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["status"].as_str())
        .collect();
    assert!(steps.contains(&"completed") && steps.contains(&"in_progress") && steps.contains(&"queued"));
    for path in [
        "actions/runs/1005",
        "actions/runs/1006",
        "actions/jobs/9",
        "actions/jobs/10",
    ] {
        assert_eq!(
            get(&server, &format!("{REPOSITORY}/{path}")).await.status,
            404,
            "{path}"
        );
    }
    server.set_now(at(55));
    let rerun = of_repository(&server, "actions/runs/1002").await;
    assert_eq!(
        (&rerun["run_attempt"], &rerun["conclusion"]),
        (&json!(1), &json!("failure"))
    );
    assert_eq!(
        ids(&of_repository(&server, "actions/runs/1002/artifacts").await["artifacts"]),
        [501]
    );
    let pull = of_repository(&server, "pulls/1").await;
    assert_eq!((&pull["state"], &pull["merged_at"]), (&json!("open"), &Value::Null));
    let alert = of_repository(&server, "code-scanning/alerts/2").await;
    assert_eq!(alert["state"], "open");
    server.set_now(at(90));
    assert_eq!(of_repository(&server, "pulls/1").await["merged"], true);
    assert_eq!(
        of_repository(&server, "code-scanning/alerts/2").await["state"],
        "dismissed"
    );
    assert_eq!(of_repository(&server, "actions/runs/1002").await["run_attempt"], 2);
    server.set_now(at(100));
    assert_eq!(
        of_repository(&server, "actions/runs/1004").await["conclusion"],
        "success"
    );
}

#[tokio::test]
async fn all_jobs_list_the_copies_of_a_rerun() {
    let server = start(world(), Options::at(at(90))).await;
    let latest = of_repository(&server, "actions/runs/1002/jobs").await;
    assert_eq!(ids(&latest["jobs"]), [6, 7]);
    let all = of_repository(&server, "actions/runs/1002/jobs?filter=all").await;
    assert_eq!(ids(&all["jobs"]), [6, 7, 3, 4, 5]);
    let (copy, original) = (&all["jobs"][0], &all["jobs"][2]);
    assert_eq!(copy["started_at"], original["started_at"]);
    let failed = all["jobs"][3]["steps"].as_array().unwrap();
    let ends: Vec<(&str, &str)> = failed
        .iter()
        .map(|step| (step["name"].as_str().unwrap(), step["conclusion"].as_str().unwrap()))
        .collect();
    assert_eq!(ends[5], ("Run pytest", "failure"));
    assert_eq!(ends[6], ("Upload unit artifacts", "skipped"));
    assert_eq!(ends.last(), Some(&("Complete job", "success")));
    assert_eq!(all["jobs"][4]["steps"], json!([]));
}

#[tokio::test]
async fn a_pull_request_of_a_fork_names_the_fork_as_its_base() {
    let server = start(world(), Options::at(at(90))).await;
    let run = of_repository(&server, "actions/runs/1002").await;
    let bases: Vec<&Value> = run["pull_requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pull| &pull["base"]["repo"]["id"])
        .collect();
    assert_eq!(bases, [&json!(501), &json!(601)]);
    let bare = of_repository(&server, "actions/runs/1002?exclude_pull_requests=true").await;
    assert_eq!(bare["pull_requests"], json!([]));
}

#[tokio::test]
async fn links_are_absolute_and_walk_the_pages() {
    let server = start(world(), Options::at(at(90))).await;
    let page = get(&server, &format!("{REPOSITORY}/actions/runs?per_page=1&page=2")).await;
    let address = |page: usize| format!("<{}{REPOSITORY}/actions/runs?per_page=1&page={page}>", server.api_url());
    assert_eq!(
        page.headers["link"],
        format!(
            r#"{}; rel="prev", {}; rel="next", {}; rel="last", {}; rel="first""#,
            address(1),
            address(3),
            address(4),
            address(1)
        )
    );
    let whole = get(&server, &format!("{REPOSITORY}/actions/runs")).await;
    assert_eq!(whole.headers.get("link"), None);
    let walked = get(&server, &format!("{REPOSITORY}/dependabot/alerts?per_page=1")).await;
    assert!(walked.headers["link"].contains("per_page=1&after=1"));
}

#[tokio::test]
async fn a_known_tag_is_answered_with_304_and_costs_nothing() {
    let mut options = Options::at(at(90));
    options.token = Some("one".to_owned());
    let server = start(world(), options).await;
    let bearer = ("authorization", "Bearer one");
    let first = ask(&server.api_url(), "GET", REPOSITORY, &[bearer]).await;
    assert_eq!(first.headers["x-ratelimit-used"], "1");
    let tag = ("if-none-match", first.headers["etag"].as_str());
    let second = ask(&server.api_url(), "GET", REPOSITORY, &[bearer, tag]).await;
    assert_eq!((second.status, second.body.len()), (304, 0));
    assert_eq!(second.headers["x-ratelimit-used"], "1");
    let other = ask(
        &server.api_url(),
        "GET",
        REPOSITORY,
        &[("authorization", "token one"), tag],
    )
    .await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn a_token_is_required_where_there_is_one() {
    let mut options = Options::at(at(90));
    options.token = Some("one".to_owned());
    let server = start(world(), options).await;
    assert_eq!(get(&server, REPOSITORY).await.status, 401);
    let bad = ask(&server.api_url(), "GET", REPOSITORY, &[("authorization", "Bearer two")]).await;
    assert_eq!((bad.status, &bad.json()["message"]), (401, &json!("Bad credentials")));
}

#[tokio::test]
async fn the_last_request_of_an_hour_is_followed_by_403() {
    let mut options = Options::at(at(90));
    options.rate_limit = 1;
    let server = start(world(), options).await;
    assert_eq!(get(&server, REPOSITORY).await.status, 200);
    let refused = get(&server, REPOSITORY).await;
    assert_eq!(
        (refused.status, refused.headers["x-ratelimit-remaining"].as_str()),
        (403, "0")
    );
    assert_eq!(get(&server, REPOSITORY).await.status, 403);
    assert_eq!(get(&server, REPOSITORY).await.status, 200);
}

#[tokio::test]
async fn downloads_refuse_credentials_and_remember_who_sent_them() {
    let server = start(world(), Options::at(at(90))).await;
    let redirect = get(&server, &format!("{REPOSITORY}/actions/artifacts/501/zip")).await;
    let path = on_downloads(&server, &redirect);
    let bytes = ask(&server.download_url(), "GET", &path, &[]).await;
    assert_eq!(
        (bytes.status, bytes.headers["content-type"].as_str()),
        (200, "application/zip")
    );
    let document = of_repository(&server, "actions/artifacts/501").await;
    assert_eq!(document["size_in_bytes"], bytes.body.len());
    assert_eq!(server.leaks(), 0);
    let leaked = ask(&server.download_url(), "GET", &path, &[("authorization", "Bearer one")]).await;
    assert_eq!((leaked.status, server.leaks()), (400, 1));
    let last = server.requests().pop().unwrap();
    assert_eq!((last.origin, last.has_authorization), (Origin::Downloads, true));
    let unsigned = ask(&server.download_url(), "GET", "/artifacts/501", &[]).await;
    assert_eq!(unsigned.status, 403);
    server.set_now(at(90) + chrono::TimeDelta::days(90));
    let stale = ask(&server.download_url(), "GET", &path, &[]).await;
    let expired = get(&server, &format!("{REPOSITORY}/actions/artifacts/501/zip")).await;
    let log = get(&server, &format!("{REPOSITORY}/actions/jobs/4/logs")).await;
    assert_eq!((stale.status, expired.status, log.status), (403, 410, 410));
}

#[tokio::test]
async fn since_that_is_no_instant_is_passed_over() {
    let server = start(world(), Options::at(at(90))).await;
    let all = of_repository(&server, "commits").await;
    assert_eq!(of_repository(&server, "commits?since=yesterday").await, all);
    let later = of_repository(&server, "commits?since=2026-03-02T11:00:00Z").await;
    assert_eq!(later.as_array().unwrap().len(), 1);
    let issues = of_repository(&server, "issues?state=all&since=soon").await;
    assert_eq!(ids(&issues), [72, 701, 71]);
}

#[tokio::test]
async fn who_asks_again_gets_past_every_fault() {
    let mut options = Options::at(at(90));
    options.fault_percent = 100;
    let server = start(world(), options).await;
    let paths: Vec<String> = [
        "",
        "/actions/runs/1001",
        "/actions/artifacts/501",
        "/pulls",
        "/commits/main",
    ]
    .iter()
    .map(|path| format!("{REPOSITORY}{path}"))
    .collect();
    let mut faults = 0;
    for path in &paths {
        let mut in_a_row = 0;
        for _ in 0..12 {
            let reply = get(&server, path).await;
            if reply.status == 200 && reply.is_whole {
                in_a_row = 0;
            } else {
                in_a_row += 1;
                faults += 1;
            }
            assert!(in_a_row <= 2, "{path}");
        }
    }
    assert!(faults > 20, "{faults}");
}

#[tokio::test]
async fn a_list_that_moves_on_while_it_is_read_repeats_runs_and_loses_none() {
    let mut options = Options::at(at(3_000));
    options.fault_percent = 100;
    let server = start(world_with_runs(300), options).await;
    let mut seen = Vec::new();
    for page in 1..=30 {
        let path = format!("{REPOSITORY}/actions/runs?per_page=20&page={page}");
        let reply = loop {
            let reply = get(&server, &path).await;
            if reply.status == 200 && reply.is_whole {
                break reply;
            }
        };
        seen.extend(ids(&reply.json()["workflow_runs"]));
    }
    let n_seen = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((n_seen, seen.len()), (306, 305));
}

#[tokio::test]
async fn equal_requests_have_equal_answers_on_two_servers() {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let server = Server::start(Arc::new(world()), Options::at(at(90)), listen)
            .await
            .unwrap();
        let reply = get(&server, &format!("{REPOSITORY}/issues/1/timeline")).await;
        let text = String::from_utf8(reply.body).unwrap().replace(&server.api_url(), "");
        bodies.push((
            text,
            reply.headers["x-github-request-id"].clone(),
            reply.headers["date"].clone(),
        ));
        server.stop().await;
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn an_app_signs_for_itself_and_draws_a_token_of_an_hour() {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let sign = |claims: &Value| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&json!({"alg": "RS256", "typ": "JWT"})), part(claims));
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message.as_bytes(),
            &mut signature,
        )
        .unwrap();
        format!("Bearer {message}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let mut options = Options::at(at(90));
    options.application = Some(Application {
        id: 5,
        installation_id: 6,
        public_key: pair.public_key().as_ref().to_vec(),
    });
    let server = start(world(), options).await;
    let path = "/app/installations/6/access_tokens";
    let own = sign(&json!({"iss": "5", "iat": 1_000, "exp": 1_600}));
    let drawn = ask(&server.api_url(), "POST", path, &[("authorization", &own)]).await;
    assert_eq!(
        (drawn.status, &drawn.json()["expires_at"]),
        (201, &json!("2026-03-02T12:30:00Z"))
    );
    let bearer = format!("Bearer {}", drawn.json()["token"].as_str().unwrap());
    assert_eq!(
        ask(&server.api_url(), "GET", REPOSITORY, &[("authorization", &bearer)])
            .await
            .status,
        200
    );
    for claims in [
        json!({"iss": "4", "iat": 1_000, "exp": 1_600}),
        json!({"iss": "5", "iat": 1_000, "exp": 9_000}),
    ] {
        let refused = ask(&server.api_url(), "POST", path, &[("authorization", &sign(&claims))]).await;
        assert_eq!(refused.status, 401, "{claims}");
    }
    let installation = format!("{REPOSITORY}/installation");
    let found = ask(&server.api_url(), "GET", &installation, &[("authorization", &own)]).await;
    assert_eq!(found.json()["id"], 6);
    server.set_now(at(150));
    assert_eq!(
        ask(&server.api_url(), "GET", REPOSITORY, &[("authorization", &bearer)])
            .await
            .status,
        401
    );
}
