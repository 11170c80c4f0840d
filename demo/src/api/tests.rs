//! The interface over the sample world, asked through its sockets.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::api::sample::{minute, world};
use crate::api::{Options, Server};

const RUNS: &str = "/repos/neurocipher/sample/actions/runs";

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Asks for an address with some headers.
async fn get(url: &str, headers: &str) -> Answer {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.0\r\nhost: {host}\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

async fn server(minutes: i64, rate_limit: u64, token: Option<&str>) -> Server {
    let options = Options {
        now: minute(minutes),
        rate_limit,
        token: token.map(ToOwned::to_owned),
    };
    let listen = "127.0.0.1:0".parse().unwrap();
    Server::start(world(), options, listen, |_, _, artifact| {
        artifact.name.clone().into_bytes()
    })
    .await
    .unwrap()
}

async fn ask(server: &Server, path: &str) -> Answer {
    get(&format!("{}{path}", server.api_url()), "").await
}

#[tokio::test]
async fn created_is_a_range_and_nonsense_is_ignored() {
    let server = server(15_000, 5_000, None).await;
    for (filter, count) in [
        ("2026-09-01T00:00:00Z..2026-09-01T01:00:00Z", 7),
        ("2026-09-01..2026-09-01", 144),
        ("%3C%3D2026-09-01T00:10:00Z", 2),
        ("%3E%3D2026-09-09T07:50:00Z", 1),
        ("%3E2026-09-09T07:50:00Z", 0),
        ("2026-09-01T00:20:00%2B00:00", 1),
        ("*..2026-09-01T00:10:00Z", 2),
        ("yesterday", 1_200),
    ] {
        let answer = ask(&server, &format!("{RUNS}?created={filter}")).await;
        assert_eq!(answer.json()["total_count"], count, "{filter}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_filtered_search_ends_after_1000_runs() {
    let server = server(15_000, 5_000, None).await;
    let shown = |answer: &Answer| answer.json()["workflow_runs"].as_array().unwrap().len();
    let filtered = ask(&server, &format!("{RUNS}?branch=main&per_page=100&page=10")).await;
    assert_eq!(shown(&filtered), 100);
    assert!(!filtered.header("link").unwrap().contains("rel=\"next\""));
    assert_eq!(
        shown(&ask(&server, &format!("{RUNS}?branch=main&per_page=100&page=11")).await),
        0
    );
    assert_eq!(shown(&ask(&server, &format!("{RUNS}?per_page=100&page=12")).await), 100);
    assert_eq!(ask(&server, &format!("{RUNS}?per_page=100&page=401")).await.status, 422);
    server.stop().await;
}

#[tokio::test]
async fn nothing_later_shows() {
    let server = server(2, 5_000, None).await;
    let run = ask(&server, &format!("{RUNS}/1000")).await.json();
    assert_eq!(
        (&run["status"], &run["conclusion"]),
        (&"in_progress".into(), &Value::Null)
    );
    assert_eq!(run["pull_requests"].as_array().unwrap().len(), 0);
    assert_eq!(ask(&server, &format!("{RUNS}/1001")).await.status, 404);
    assert_eq!(ask(&server, &format!("{RUNS}/1000/attempts/2")).await.status, 404);
    let jobs = ask(&server, &format!("{RUNS}/1000/jobs")).await.json();
    assert_eq!(
        (&jobs["jobs"][0]["status"], &jobs["jobs"][0]["conclusion"]),
        (&"in_progress".into(), &Value::Null)
    );
    assert_eq!(ask(&server, "/repos/neurocipher/sample/pulls/1").await.status, 404);

    server.set_now(minute(50));
    let run = ask(&server, &format!("{RUNS}/1000")).await.json();
    assert_eq!(
        (&run["conclusion"], &run["updated_at"]),
        (&"failure".into(), &"2026-09-01T00:34:00Z".into())
    );
    let pull = ask(&server, "/repos/neurocipher/sample/pulls/1").await.json();
    assert_eq!(
        (&pull["state"], &pull["merged_at"], &pull["commits"]),
        (&"open".into(), &Value::Null, &1.into())
    );

    server.set_now(minute(200));
    let run = ask(&server, &format!("{RUNS}/1000")).await.json();
    assert_eq!(
        (&run["conclusion"], &run["run_attempt"]),
        (&"success".into(), &2.into())
    );
    assert!(
        run["previous_attempt_url"]
            .as_str()
            .unwrap()
            .ends_with("/actions/runs/1000/attempts/1")
    );
    let all = ask(&server, &format!("{RUNS}/1000/jobs?filter=all")).await.json();
    assert_eq!(
        (&all["total_count"], &all["jobs"][0]["run_attempt"]),
        (&2.into(), &1.into())
    );
    let failed = &all["jobs"][0]["steps"];
    assert_eq!(
        (&failed[4]["conclusion"], &failed[5]["conclusion"]),
        (&"failure".into(), &"skipped".into())
    );
    assert_eq!(
        ask(&server, "/repos/neurocipher/sample/pulls?state=open").await.body,
        "[]"
    );
    server.stop().await;
}

#[tokio::test]
async fn pages_are_linked_and_known_answers_are_free() {
    let server = server(300, 5_000, None).await;
    let first = ask(&server, &format!("{RUNS}?per_page=10&created=%3E%3D2026-09-01")).await;
    let next = first.header("link").unwrap().split(['<', '>']).nth(1).unwrap();
    let second = get(next, "").await;
    assert_eq!(second.json()["workflow_runs"][0]["id"], 1_020);
    assert!(second.header("link").unwrap().contains("rel=\"prev\""));
    assert_eq!(second.header("x-ratelimit-remaining"), Some("4998"));
    let held = second.header("etag").unwrap();
    let known = get(next, &format!("if-none-match: {held}\r\n")).await;
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    assert_eq!(known.header("x-ratelimit-remaining"), Some("4998"));
    server.stop().await;
}

#[tokio::test]
async fn a_token_and_the_limit_are_kept() {
    let server = server(300, 2, Some("good")).await;
    let url = format!("{}/repos/neurocipher/sample", server.api_url());
    assert_eq!(get(&url, "").await.status, 401);
    assert_eq!(
        get(&url, "authorization: Bearer bad\r\n").await.json()["message"],
        "Bad credentials"
    );
    for status in [200, 200, 403] {
        assert_eq!(get(&url, "authorization: Bearer good\r\n").await.status, status);
    }
    server.set_now(minute(400));
    assert_eq!(get(&url, "authorization: token good\r\n").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn downloads_come_from_another_origin_that_refuses_a_token() {
    let server = server(300, 5_000, None).await;
    let list = ask(&server, &format!("{RUNS}/1000/artifacts")).await.json();
    assert_eq!(
        (&list["total_count"], &list["artifacts"][0]["size_in_bytes"]),
        (&2.into(), &14.into())
    );
    let url = list["artifacts"][0]["archive_download_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let redirect = get(&url, "authorization: Bearer any\r\n").await;
    let location = redirect.header("location").unwrap();
    assert_eq!(redirect.status, 302);
    assert!(!location.starts_with(&server.api_url()));
    assert_eq!(get(location, "authorization: Bearer any\r\n").await.status, 400);
    assert_eq!(get(location, "").await.body, "unit-artifacts");
    assert_eq!(get(location.split('?').next().unwrap(), "").await.status, 403);
    server.set_now(minute(300 + 90 * 24 * 60));
    assert_eq!(get(&url, "").await.status, 410);
    server.stop().await;
}

#[tokio::test]
async fn every_list_of_a_repository_answers() {
    let server = server(300, 5_000, None).await;
    for path in [
        "",
        "/actions/workflows",
        "/actions/workflows/ci.yml/runs",
        "/actions/artifacts",
        "/actions/caches",
        "/actions/jobs/900000",
        "/pulls?state=all",
        "/pulls/1/files",
        "/pulls/1/reviews",
        "/pulls/1/commits",
        "/commits",
        "/commits/main",
        "/commits/main/check-runs",
        "/branches",
        "/branches/main",
        "/rules/branches/main",
        "/rulesets",
        "/code-scanning/alerts",
        "/code-scanning/analyses",
        "/dependabot/alerts",
        "/secret-scanning/alerts",
        "/issues",
        "/deployments",
        "/contents/src",
        "/git/trees/main?recursive=1",
    ] {
        assert_eq!(
            ask(&server, &format!("/repos/neurocipher/sample{path}")).await.status,
            200,
            "{path}"
        );
    }
    let file = ask(&server, "/repos/neurocipher/sample/contents/src/a.py").await.json();
    assert_eq!(file["content"], "aGVsbG8=");
    assert_eq!(
        ask(&server, "/orgs/neurocipher/repos").await.json()[0]["name"],
        "sample"
    );
    assert_eq!(ask(&server, "/rate_limit").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn findings_protection_and_operations_are_cut_too() {
    let base = "/repos/neurocipher/sample";
    let server = server(5, 5_000, None).await;
    let protection = format!("{base}/branches/main/protection");
    let lists = [
        "code-scanning/alerts",
        "dependabot/alerts",
        "secret-scanning/alerts",
        "issues",
        "deployments",
    ];
    for list in lists.iter().chain(&["rulesets", "rules/branches/main"]) {
        assert_eq!(ask(&server, &format!("{base}/{list}")).await.body, "[]", "{list}");
    }
    let missing = ask(&server, &protection).await;
    assert_eq!(
        (missing.status, missing.json()["message"].clone()),
        (404, "Branch not protected".into())
    );

    server.set_now(minute(15));
    for list in &lists[..4] {
        assert_eq!(
            ask(&server, &format!("{base}/{list}")).await.json()[0]["state"],
            "open",
            "{list}"
        );
    }
    let statuses = ask(&server, &format!("{base}/deployments/31/statuses")).await.json();
    assert_eq!(
        (&statuses[0]["state"], &statuses[1]),
        (&"in_progress".into(), &Value::Null)
    );
    let rules = ask(&server, &format!("{base}/rules/branches/main")).await.json();
    let check = &rules[3]["parameters"]["required_status_checks"][0];
    assert_eq!(
        (&check["context"], &rules[3]["ruleset_id"]),
        (&"unit-tests (3.12)".into(), &21.into())
    );
    assert_eq!(
        ask(&server, &protection).await.json()["enforce_admins"]["enabled"],
        false
    );
    assert_eq!(
        ask(&server, &format!("{base}/rulesets/21")).await.json()["rules"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    let place = ask(&server, &format!("{base}/secret-scanning/alerts/1/locations"))
        .await
        .json();
    assert_eq!(place[0]["details"]["start_line"], 3);

    server.set_now(minute(25));
    for (list, state) in lists.iter().zip(["dismissed", "dismissed", "resolved", "closed"]) {
        assert_eq!(
            ask(&server, &format!("{base}/{list}?state=open")).await.body,
            "[]",
            "{list}"
        );
        assert_eq!(
            ask(&server, &format!("{base}/{list}?state={state}")).await.json()[0]["state"],
            state,
            "{list}"
        );
    }
    server.stop().await;
}
