//! One seed, one API: every answer of a small world on two servers, byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::api::server::{Options, Server};
use crate::api::tests::client::{ask, start};
use crate::simulation::{self, simulate};

const ORGANIZATION: &str = "/orgs/neurocipher";
/// Headers that hold digests of bodies with the server's own port, or their length.
const OF_THE_PORT: [&str; 2] = ["etag", "content-length"];

/// What one request was answered with, ports apart.
#[derive(Debug, PartialEq)]
struct Answered {
    target: String,
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// Asks one server for everything, in an order that only its answers decide.
struct Walker<'a> {
    server: &'a Server,
    answered: Vec<Answered>,
}

impl Walker<'_> {
    /// Replaces what is the server's own.
    fn anonymous(&self, text: &str) -> String {
        text.replace(&self.server.api_url(), "API")
            .replace(&self.server.download_url(), "DOWNLOADS")
    }

    async fn ask(&mut self, url: &str, target: &str) -> (u16, BTreeMap<String, String>, Vec<u8>) {
        let reply = ask(url, "GET", target, &[]).await;
        let mut headers: BTreeMap<String, String> = reply.headers.into_iter().collect();
        let body = match std::str::from_utf8(&reply.body) {
            Ok(text) => self.anonymous(text).into_bytes(),
            Err(_) => reply.body.clone(),
        };
        let held = headers.clone();
        headers.retain(|name, _| !OF_THE_PORT.contains(&name.as_str()));
        for value in headers.values_mut() {
            *value = self.anonymous(value);
        }
        self.answered.push(Answered {
            target: target.to_owned(),
            status: reply.status,
            headers,
            body,
        });
        (reply.status, held, reply.body)
    }

    async fn get(&mut self, path: &str) -> Value {
        let (status, _, body) = self.ask(&self.server.api_url(), path).await;
        assert_eq!(status, 200, "{path}");
        serde_json::from_slice(&body).unwrap()
    }

    /// All pages of a list, which GitHub may have wrapped.
    async fn list(&mut self, path: &str) -> Vec<Value> {
        let join = if path.contains('?') { '&' } else { '?' };
        let mut next = Some(format!("{path}{join}per_page=100"));
        let mut items = Vec::new();
        while let Some(target) = next.take() {
            let (status, headers, body) = self.ask(&self.server.api_url(), &target).await;
            assert_eq!(status, 200, "{target}");
            items.extend(match serde_json::from_slice(&body).unwrap() {
                Value::Array(page) => page,
                Value::Object(fields) => fields
                    .into_values()
                    .find_map(|value| value.as_array().cloned())
                    .unwrap(),
                other => panic!("{target}: {other}"),
            });
            let links = headers.get("link").map(String::as_str).unwrap_or_default();
            let link = links.split(", ").find(|link| link.ends_with("rel=\"next\""));
            next = link.map(|link| {
                let address = link.split(['<', '>']).nth(1).unwrap();
                address.strip_prefix(&self.server.api_url()).unwrap().to_owned()
            });
        }
        items
    }

    /// What a redirect leads to, unless it is gone or was never there.
    async fn download(&mut self, path: &str) {
        let (status, headers, _) = self.ask(&self.server.api_url(), path).await;
        if status != 302 {
            assert!(matches!(status, 404 | 410), "{path}: {status}");
            return;
        }
        let address = headers["location"].strip_prefix(&self.server.download_url()).unwrap();
        let (status, ..) = self.ask(&self.server.download_url(), address).await;
        assert_eq!(status, 200, "{path}");
    }

    async fn walk(mut self) -> Vec<Answered> {
        for path in [
            "",
            "/code-scanning/alerts",
            "/dependabot/alerts",
            "/secret-scanning/alerts",
        ] {
            self.ask(&self.server.api_url(), &format!("{ORGANIZATION}{path}")).await;
        }
        for repository in self.list(&format!("{ORGANIZATION}/repos")).await {
            let home = format!("/repos/{}", repository["full_name"].as_str().unwrap());
            self.get(&home).await;
            self.actions(&home).await;
            self.changes(&home).await;
            self.security(&home).await;
            self.operations(&home).await;
        }
        self.answered
    }

    async fn actions(&mut self, home: &str) {
        for run in self.list(&format!("{home}/actions/runs")).await {
            let url = format!("{home}/actions/runs/{}", run["id"]);
            self.get(&url).await;
            self.get(&format!("{url}/timing")).await;
            for number in 1..=run["run_attempt"].as_i64().unwrap() {
                self.get(&format!("{url}/attempts/{number}")).await;
                self.list(&format!("{url}/attempts/{number}/jobs")).await;
                self.download(&format!("{url}/attempts/{number}/logs")).await;
            }
            if let Some(job) = self.list(&format!("{url}/jobs?filter=all")).await.first() {
                self.get(&format!("{home}/actions/jobs/{}", job["id"])).await;
                self.get(&format!("{home}/check-runs/{}", job["id"])).await;
                self.list(&format!("{home}/check-runs/{}/annotations", job["id"])).await;
                self.download(&format!("{home}/actions/jobs/{}/logs", job["id"])).await;
            }
            for artifact in self.list(&format!("{url}/artifacts")).await {
                let url = format!("{home}/actions/artifacts/{}", artifact["id"]);
                self.get(&url).await;
                self.download(&format!("{url}/zip")).await;
            }
        }
        for path in ["workflows", "caches", "artifacts"] {
            self.list(&format!("{home}/actions/{path}")).await;
        }
        self.get(&format!("{home}/actions/cache/usage")).await;
    }

    async fn changes(&mut self, home: &str) {
        for commit in self.list(&format!("{home}/commits")).await {
            let url = format!("{home}/commits/{}", commit["sha"].as_str().unwrap());
            self.get(&url).await;
            for path in ["pulls", "check-runs?filter=all", "check-suites"] {
                self.list(&format!("{url}/{path}")).await;
            }
        }
        for pull in self.list(&format!("{home}/pulls?state=all")).await {
            let url = format!("{home}/pulls/{}", pull["number"]);
            self.get(&url).await;
            for path in ["files", "commits", "reviews"] {
                self.list(&format!("{url}/{path}")).await;
            }
        }
        for issue in self.list(&format!("{home}/issues?state=all")).await {
            let url = format!("{home}/issues/{}", issue["number"]);
            self.get(&url).await;
            self.list(&format!("{url}/timeline")).await;
        }
        for branch in self.list(&format!("{home}/branches")).await {
            let name = branch["name"].as_str().unwrap();
            self.get(&format!("{home}/branches/{name}")).await;
            self.list(&format!("{home}/rules/branches/{name}")).await;
        }
        for path in [
            "branches/main/protection",
            "contents/.quarantine.toml",
            "contents/README.md",
        ] {
            self.ask(&self.server.api_url(), &format!("{home}/{path}")).await;
        }
        self.get(&format!("{home}/git/trees/main?recursive=1")).await;
        for ruleset in self.list(&format!("{home}/rulesets")).await {
            self.get(&format!("{home}/rulesets/{}", ruleset["id"])).await;
        }
    }

    async fn security(&mut self, home: &str) {
        for kind in ["code-scanning", "dependabot", "secret-scanning"] {
            for alert in self.list(&format!("{home}/{kind}/alerts")).await {
                self.get(&format!("{home}/{kind}/alerts/{}", alert["number"])).await;
            }
        }
        for analysis in self.list(&format!("{home}/code-scanning/analyses")).await {
            self.get(&format!("{home}/code-scanning/analyses/{}", analysis["id"]))
                .await;
        }
    }

    async fn operations(&mut self, home: &str) {
        for deployment in self.list(&format!("{home}/deployments")).await {
            self.list(&format!("{home}/deployments/{}/statuses", deployment["id"]))
                .await;
        }
        for path in ["releases", "tags", "forks", "labels"] {
            self.list(&format!("{home}/{path}")).await;
        }
    }
}

async fn walked(seed: u64, days: u32) -> Vec<Answered> {
    let (world, _) = simulate(simulation::Options { seed, days });
    let options = Options::at(world.end);
    let server = start(world, options).await;
    let walker = Walker {
        server: &server,
        answered: Vec::new(),
    };
    walker.walk().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_seed_gives_one_api_byte_for_byte() {
    let (one, other) = (tokio::spawn(walked(1, 3)), tokio::spawn(walked(1, 3)));
    let (one, other) = (one.await.unwrap(), other.await.unwrap());
    assert!(one.len() > 1_000, "{} requests", one.len());
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one, other, "{}", one.target);
    }
    assert_eq!(one.len(), other.len());
    let targets: BTreeSet<&str> = one.iter().map(|answered| answered.target.as_str()).collect();
    for part in [
        "/zip",
        "/logs",
        "/jobs",
        "/artifacts/",
        "/reviews",
        "/statuses",
        "/analyses/",
    ] {
        assert!(targets.iter().any(|target| target.contains(part)), "{part}");
    }
}

#[tokio::test]
async fn twenty_seeds_give_twenty_apis() {
    let mut seen = BTreeSet::new();
    for seed in 1..=20 {
        let (world, _) = simulate(simulation::Options { seed, days: 2 });
        let options = Options::at(world.end);
        let server = start(world, options).await;
        let mut walker = Walker {
            server: &server,
            answered: Vec::new(),
        };
        // Instants and ends alone: names and ids would differ anyway.
        let runs = walker.list("/repos/neurocipher/ingest-api/actions/runs").await;
        let facts: Vec<String> = runs
            .iter()
            .map(|run| format!("{} {} {}", run["event"], run["created_at"], run["conclusion"]))
            .collect();
        assert!(facts.len() > 5, "seed {seed}: {facts:?}");
        seen.insert(facts);
    }
    assert_eq!(seen.len(), 20);
}
