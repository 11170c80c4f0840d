//! What lists and documents show, and when.

use serde_json::{Value, json};

use crate::api::server::Options;
use crate::api::tests::client::{REPOSITORY, get, ids, of_repository, start};
use crate::api::tests::sample::world::{at, world, world_with_runs};

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
    let alert = of_repository(&server, "code-scanning/alerts/2").await;
    assert_eq!(
        (&alert["state"], &alert["dismissal_approved_by"]["login"]),
        (&json!("dismissed"), &json!("ada"))
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
async fn since_that_is_no_instant_is_passed_over() {
    let server = start(world(), Options::at(at(90))).await;
    let all = of_repository(&server, "commits").await;
    assert_eq!(of_repository(&server, "commits?since=yesterday").await, all);
    let later = of_repository(&server, "commits?since=2026-03-02T11:00:00Z").await;
    assert_eq!(later.as_array().unwrap().len(), 1);
    let issues = of_repository(&server, "issues?state=all&since=soon").await;
    assert_eq!(ids(&issues), [72, 701, 71]);
}
