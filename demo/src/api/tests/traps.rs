//! The trap that lies in how a reader asks: GitHub passes over a `since` that it cannot read.

use domain::clock::Timestamp;
use serde_json::Value;

use crate::api::server::{Options, Server};
use crate::api::tests::client::{get, start};
use crate::simulation::{self, simulate};
use crate::world::World;
use crate::world::operation::Issue;

/// How many issues a reader takes for changed since then, pull requests apart.
async fn changed(server: &Server, repositories: &[String], since: &str) -> usize {
    let mut n_changed = 0;
    for name in repositories {
        for page in 1.. {
            let path = format!("/repos/neurocipher/{name}/issues?state=all&since={since}&per_page=100&page={page}");
            let items = get(server, &path).await.json();
            let items = items.as_array().unwrap();
            n_changed += items.iter().filter(|item| item.get("pull_request").is_none()).count();
            if items.len() < 100 {
                break;
            }
        }
    }
    n_changed
}

fn updated_at(issue: &Issue) -> Timestamp {
    let labels = issue.labels.iter().map(|(at, _)| *at);
    labels.chain(issue.closed_at).fold(issue.updated_at, std::cmp::max)
}

#[tokio::test]
async fn a_since_that_github_cannot_read_counts_every_issue_as_changed() {
    let (world, _) = simulate(simulation::Options::default());
    let since = world.end - chrono::TimeDelta::days(9);
    let issues = |world: &World| -> Vec<Timestamp> {
        let issues = world.repositories.iter().flat_map(|repository| &repository.issues);
        issues.map(updated_at).collect()
    };
    let all = issues(&world);
    let truth = all.iter().filter(|at| **at >= since).count();
    let names: Vec<String> = world.repositories.iter().map(|of| of.name.to_owned()).collect();
    let options = Options::at(world.end);
    let server = start(world, options).await;
    let asked = since.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    assert_eq!(changed(&server, &names, &asked).await, truth);
    // 15: the instant as Go prints it.
    let printed = since.format("%Y-%m-%d+%H:%M:%S+%%2B0000+UTC").to_string();
    let naive = changed(&server, &names, &printed).await;
    assert_eq!(naive, all.len());
    assert!(naive > truth && truth > 0, "{naive} {truth}");
}

#[tokio::test]
async fn pull_requests_stand_among_issues() {
    let (world, _) = simulate(simulation::Options { seed: 1, days: 10 });
    let since = world.end - chrono::TimeDelta::days(2);
    let options = Options::at(world.end);
    let server = start(world, options).await;
    let home = "/repos/neurocipher/ingest-api";
    let numbers = |list: &Value, is_wanted: &dyn Fn(&Value) -> bool| -> Vec<i64> {
        let items = list.as_array().unwrap().iter().filter(|item| is_wanted(item));
        let mut numbers: Vec<i64> = items.map(|item| item["number"].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    };
    let ask = async |path: String| get(&server, &format!("{home}/{path}")).await.json();
    let asked = since.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let issues = ask("issues?state=all&per_page=100".to_owned()).await;
    let pulls = ask("pulls?state=all&per_page=100".to_owned()).await;
    let is_pull = |item: &Value| item.get("pull_request").is_some();
    assert_eq!(numbers(&issues, &is_pull), numbers(&pulls, &|_| true));
    let is_later = |item: &Value| item["updated_at"].as_str().unwrap() >= asked.as_str();
    let later = ask(format!("issues?state=all&per_page=100&since={asked}")).await;
    assert_eq!(numbers(&later, &|_| true), numbers(&issues, &is_later));
    assert!(!numbers(&later, &is_pull).is_empty());
    assert!(numbers(&later, &|_| true).len() < numbers(&issues, &|_| true).len());
}
