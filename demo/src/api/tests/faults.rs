//! What goes wrong on request. A twin of the server's dice tells what it will draw.

use std::time::{Duration, Instant};

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::api::fault::{Fault, Faults};
use crate::api::request::Request;
use crate::api::server::{Options, Server};
use crate::api::tests::client::{REPOSITORY, Reply, ask, get, ids, of_repository, on_downloads, start};
use crate::api::tests::sample::world::{at, world, world_with_runs};
use crate::api::view::hexadecimal;

/// A server in which everything goes wrong that may, and what it will draw.
struct Trouble {
    server: Server,
    twin: Faults,
}

impl Trouble {
    async fn start() -> Self {
        let mut options = Options::at(at(90));
        options.fault_percent = 100;
        let world = world();
        let twin = Faults::new(world.seed, 100);
        Self {
            server: start(world, options).await,
            twin,
        }
    }

    /// Asks for a path until this goes wrong; the fault, its reply, and the one before that went well.
    async fn until(&self, url: &str, path: &str, is_wanted: fn(Fault) -> bool) -> (Fault, Reply, Option<Reply>) {
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request::new("GET", bare, query, "");
        let mut healthy = None;
        for _ in 0..400 {
            let drawn = self.twin.draw(&request, path);
            let reply = ask(url, "GET", path, &[]).await;
            match drawn {
                Some(fault) if is_wanted(fault) => return (fault, reply, healthy),
                Some(_) => {}
                None => healthy = Some(reply),
            }
        }
        panic!("`{path}` never goes wrong in this way");
    }

    async fn until_on_api(&self, path: &str, is_wanted: fn(Fault) -> bool) -> (Fault, Reply, Option<Reply>) {
        let path = format!("{REPOSITORY}{path}");
        self.until(&self.server.api_url(), &path, is_wanted).await
    }
}

#[tokio::test]
async fn the_primary_limit_leaves_nothing_until_a_reset_that_is_near() {
    let trouble = Trouble::start().await;
    let (_, reply, _) = trouble
        .until_on_api("/pulls", |fault| fault == Fault::PrimaryLimit)
        .await;
    assert_eq!(reply.status, 403);
    assert_eq!(reply.headers["x-ratelimit-remaining"], "0");
    let reset = at(90).timestamp() + 1;
    assert_eq!(reply.headers["x-ratelimit-reset"], reset.to_string());
    assert_eq!(reply.headers.get("retry-after"), None);
    assert!(
        reply.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("API rate limit exceeded")
    );
}

#[tokio::test]
async fn the_secondary_limit_is_403_with_requests_left_and_a_wait() {
    let trouble = Trouble::start().await;
    let (_, reply, _) = trouble
        .until_on_api("/pulls", |fault| fault == Fault::SecondaryLimit)
        .await;
    assert_eq!((reply.status, reply.headers["retry-after"].as_str()), (403, "1"));
    assert_ne!(reply.headers["x-ratelimit-remaining"], "0");
    assert!(
        reply.json()["message"]
            .as_str()
            .unwrap()
            .contains("secondary rate limit")
    );
}

#[tokio::test]
async fn too_many_requests_are_429_with_a_wait() {
    let trouble = Trouble::start().await;
    let (_, reply, _) = trouble.until_on_api("/pulls", |fault| fault == Fault::TooMany).await;
    assert_eq!((reply.status, reply.headers["retry-after"].as_str()), (429, "1"));
}

#[tokio::test]
async fn a_server_error_has_its_status_on_both_origins() {
    let trouble = Trouble::start().await;
    let is_server = |fault| matches!(fault, Fault::Server(_));
    let (fault, reply, _) = trouble.until_on_api("/pulls", is_server).await;
    assert_eq!(fault, Fault::Server(reply.status));
    assert!(matches!(reply.status, 500 | 502 | 503));
    let (fault, reply, _) = trouble
        .until(&trouble.server.download_url(), "/artifacts/501", is_server)
        .await;
    assert_eq!(fault, Fault::Server(reply.status));
}

#[tokio::test]
async fn a_slow_answer_is_late_and_whole() {
    let trouble = Trouble::start().await;
    let path = format!("{REPOSITORY}/labels");
    let request = Request::new("GET", &path, "", "");
    let (mut n_slow, mut slowest) = (0, Duration::ZERO);
    while n_slow < 2 {
        let drawn = trouble.twin.draw(&request, &path);
        let asked_at = Instant::now();
        let reply = get(&trouble.server, &path).await;
        if let Some(Fault::Slow(milliseconds)) = drawn {
            assert!((20..=300).contains(&milliseconds), "{milliseconds}");
            assert!(asked_at.elapsed() >= Duration::from_millis(u64::from(milliseconds)));
            assert_eq!((reply.status, reply.is_whole), (200, true));
            slowest = slowest.max(asked_at.elapsed());
            n_slow += 1;
        }
    }
    assert!(slowest < Duration::from_secs(30), "{slowest:?}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_shorter_than_its_head_says() {
    let trouble = Trouble::start().await;
    let (_, reply, healthy) = trouble.until_on_api("/labels", |fault| fault == Fault::Truncated).await;
    let healthy = healthy.unwrap();
    assert_eq!((reply.status, reply.is_whole), (200, false));
    assert!(healthy.is_whole && !reply.body.is_empty() && reply.body.len() < healthy.body.len());
    assert!(healthy.body.starts_with(&reply.body));
}

#[tokio::test]
async fn a_redirect_may_lead_to_a_host_that_has_nothing_to_do_with_github() {
    let trouble = Trouble::start().await;
    let is_foreign = |fault| fault == Fault::ForeignRedirect;
    let (_, reply, healthy) = trouble.until_on_api("/actions/artifacts/501/zip", is_foreign).await;
    assert_eq!(reply.status, 302);
    assert!(reply.headers["location"].starts_with("https://downloads.invalid/"));
    on_downloads(&trouble.server, &healthy.unwrap());
}

#[tokio::test]
async fn a_run_vanishes_once_and_is_there_again() {
    let trouble = Trouble::start().await;
    let path = "/actions/runs/1001";
    let (_, gone, _) = trouble.until_on_api(path, |fault| fault == Fault::Vanished).await;
    assert_eq!((gone.status, &gone.json()["message"]), (404, &json!("Not Found")));
    let back = get(&trouble.server, &format!("{REPOSITORY}{path}")).await;
    assert_eq!((back.status, &back.json()["id"]), (200, &json!(1_001)));
}

#[tokio::test]
async fn a_digest_is_wrong_once_and_right_when_asked_again() {
    let trouble = Trouble::start().await;
    let path = "/actions/artifacts/501";
    let (_, wrong, _) = trouble.until_on_api(path, |fault| fault == Fault::WrongDigest).await;
    let right = get(&trouble.server, &format!("{REPOSITORY}{path}")).await.json();
    let calm = start(world(), Options::at(at(90))).await;
    let redirect = get(&calm, &format!("{REPOSITORY}{path}/zip")).await;
    let bytes = ask(&calm.download_url(), "GET", &on_downloads(&calm, &redirect), &[]).await;
    let digest = format!("sha256:{}", hexadecimal(&Sha256::digest(&bytes.body)));
    assert_eq!(right["digest"], digest);
    let wrong = wrong.json();
    assert_ne!(wrong["digest"], right["digest"]);
    assert_eq!(wrong["size_in_bytes"], right["size_in_bytes"]);
}

#[tokio::test]
async fn bytes_arrive_changed_once_and_as_they_are_when_asked_again() {
    let trouble = Trouble::start().await;
    let calm = start(world(), Options::at(at(90))).await;
    let redirect = get(&calm, &format!("{REPOSITORY}/actions/artifacts/501/zip")).await;
    let path = on_downloads(&calm, &redirect);
    let url = trouble.server.download_url();
    let (_, changed, _) = trouble.until(&url, &path, |fault| fault == Fault::Corrupted).await;
    let right = ask(&url, "GET", &path, &[]).await;
    let n_changed = changed
        .body
        .iter()
        .zip(&right.body)
        .filter(|(one, other)| one != other)
        .count();
    assert_eq!((changed.body.len(), n_changed), (right.body.len(), 1));
}

#[tokio::test]
async fn what_goes_wrong_is_drawn_from_the_seed() {
    let mut statuses = Vec::new();
    for seed in [7, 7, 8] {
        let mut world = world();
        world.seed = seed;
        let mut options = Options::at(at(90));
        options.fault_percent = 50;
        let server = start(world, options).await;
        let mut drawn = Vec::new();
        for path in ["", "/pulls", "/issues", "/branches"] {
            for _ in 0..5 {
                let reply = get(&server, &format!("{REPOSITORY}{path}")).await;
                drawn.push((reply.status, reply.is_whole));
            }
        }
        statuses.push(drawn);
    }
    assert_eq!(statuses[0], statuses[1]);
    assert_ne!(statuses[0], statuses[2]);
}

#[tokio::test]
async fn nothing_goes_wrong_unless_asked_for() {
    let server = start(world(), Options::at(at(90))).await;
    for _ in 0..50 {
        of_repository(&server, "actions/runs").await;
    }
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
