//! GitHub's own description judges every answer: Prism stands between a reader and the organization.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::Value;
use tests::organization::{Answer, Organization};
use tests::prism::{Prism, paths};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::walk::{Visit, Walk};

/// Prism would follow these to the downloads; the description says no more of them than their status.
pub(super) const REDIRECTED: [&str; 4] = [
    "/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}",
    "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs",
    "/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/logs",
    "/repos/{owner}/{repo}/actions/runs/{run_id}/logs",
];
/// Tokens are drawn here; there is nothing to read.
pub(super) const TOKENS: &str = "/app/installations/{installation_id}/access_tokens";
/// Where there may be nothing: a branch without protection, a fork that the App is not installed in, a pull request
/// that is not merged, and a repository that never released anything.
const ABSENT: [&str; 5] = [
    "/repos/{owner}/{repo}/branches/{branch}/protection",
    "/repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks",
    "/repos/{owner}/{repo}/installation",
    "/repos/{owner}/{repo}/pulls/{pull_number}/merge",
    "/repos/{owner}/{repo}/releases/latest",
];

/// What the judge says against an answer; empty: nothing.
fn objections(answer: &Answer) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let violations = answer.header("sl-violations");
    let listed: Value = serde_json::from_str(violations).unwrap_or_default();
    for violation in listed.as_array().into_iter().flatten() {
        found.push(format!(
            "{} at {}",
            violation["message"].as_str().unwrap_or_default(),
            violation["location"]
        ));
    }
    if found.is_empty() && !violations.is_empty() {
        found.push(violations.chars().take(300).collect());
    }
    if found.is_empty() && answer.header("content-type").contains("problem+json") {
        found.push(answer.document.to_string());
    }
    found
}

/// What was said, by template, with an address where it was said first.
#[derive(Debug, Default)]
struct Verdict {
    n_judged: BTreeMap<String, usize>,
    objections: BTreeMap<String, (usize, String)>,
}

impl Verdict {
    fn hear(&mut self, template: &str, target: &str, answer: &Answer) {
        let is_absent = answer.status == 404 && ABSENT.contains(&template);
        let mut said = objections(answer);
        if said.is_empty() && !is_absent && !(200..300).contains(&answer.status) {
            said.push(format!("status {}", answer.status));
        }
        for objection in said {
            // One defect of every item of a page is one defect.
            let shape: String = objection
                .chars()
                .map(|letter| if letter.is_ascii_digit() { 'N' } else { letter })
                .collect();
            let first = self.objections.entry(format!("{template}: {shape}"));
            first.or_insert_with(|| (0, target.to_owned())).0 += 1;
        }
        if (200..300).contains(&answer.status) {
            *self.n_judged.entry(template.to_owned()).or_default() += 1;
        }
    }

    fn report(&self) -> String {
        let lines = self.objections.iter();
        let lines = lines.map(|(what, (n, target))| format!("{n} × {what}\n    first: {target}"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// A server that answers everything with these bytes; it ends with the test.
async fn answering(body: &'static str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 16_384];
            let _ = stream.read(&mut request).await;
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_judge_objects_to_an_answer_of_another_shape() {
    let upstream = answering(r#"{"total_count": "many"}"#).await;
    let judges = tokio::task::spawn_blocking(move || Prism::start(&upstream, 1));
    let judges = judges.await.unwrap().unwrap();
    let organization = Organization::start(1).await.unwrap();
    let client = organization.client(&organization.api_url()).await.unwrap();
    for path in [
        "/rate_limit",
        "/orgs/o/repos",
        "/repos/o/r/actions/runs",
        "/repos/o/r/actions/runs/1/attempts/1/jobs",
        "/repos/o/r/commits/c/check-suites",
        "/repos/o/r/pulls/1",
    ] {
        let answer = client
            .ask("GET", &format!("{}{path}", judges[0].url()), &[])
            .await
            .unwrap();
        assert!(!objections(&answer).is_empty(), "{path}: {answer:?}");
    }
    let unknown = format!("{}/repos/o/r/nothing-of-the-kind", judges[0].url());
    let answer = client.ask("GET", &unknown, &[]).await.unwrap();
    assert!(!objections(&answer).is_empty(), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn githubs_own_description_finds_nothing_wrong_with_any_page_of_any_endpoint() {
    let organization = Organization::start(30).await.unwrap();
    let api_url = organization.api_url();
    let upstream = api_url.clone();
    let judges = tokio::task::spawn_blocking(move || Prism::start(&upstream, 2));
    let judges = judges.await.unwrap().unwrap();
    let origins: Vec<String> = judges.iter().map(Prism::url).collect();
    let client = organization.client(&origins[0]).await.unwrap();

    let mut templates = paths().unwrap();
    templates.retain(|template| !REDIRECTED.contains(&template.as_str()) && template != TOKENS);
    let walk = Walk {
        client: &client,
        api_url,
        origins,
        templates: &templates,
        limit: None,
    };
    let mut verdict = Verdict::default();
    let show = |visit: &Visit| verdict.hear(&visit.template, &visit.target, &visit.answer);
    let walked = walk.go(show).await;
    assert!(walked.is_ok(), "{walked:?}\n{}", verdict.report());

    assert!(verdict.objections.is_empty(), "\n{}", verdict.report());
    let unseen: Vec<&String> = templates
        .iter()
        .filter(|template| !verdict.n_judged.contains_key(*template))
        .collect();
    assert!(unseen.is_empty(), "no answer was judged of {unseen:?}");
    assert_eq!(
        organization.leaks(),
        0,
        "a token that Prism passes on must not reach the downloads"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn downloads_lie_on_another_origin_that_sees_no_token() {
    let organization = Organization::start(5).await.unwrap();
    let api_url = organization.api_url();
    let client = organization.client(&api_url).await.unwrap();
    let walk = Walk {
        client: &client,
        api_url: api_url.clone(),
        origins: vec![api_url],
        templates: &paths()
            .unwrap()
            .into_iter()
            .filter(|path| path != TOKENS)
            .collect::<Vec<_>>(),
        limit: Some(2_000),
    };
    let mut locations: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut n_gone = 0;
    let show = |visit: &Visit| {
        if !REDIRECTED.contains(&visit.template.as_str()) {
            return;
        }
        let answer = &visit.answer;
        // An artifact expires, and a job that never ran has no log.
        if answer.status == 410 || (answer.status == 404 && visit.template.ends_with("/logs")) {
            n_gone += 1;
            return;
        }
        assert_eq!(answer.status, 302, "{}", visit.target);
        let location = answer.header("location").to_owned();
        assert!(
            location.starts_with(&format!("{}/", organization.download_url())),
            "{}: {location}",
            visit.target
        );
        assert!(!location.contains(&client.token), "{location}");
        locations.entry(visit.template.clone()).or_default().push(location);
    };
    walk.go(show).await.unwrap();

    assert_ne!(organization.download_url(), organization.api_url());
    for template in REDIRECTED {
        let found = locations.get(template).map_or(&[][..], Vec::as_slice);
        assert!(!found.is_empty(), "nothing redirects at {template}; {n_gone} are gone");
        for location in found.iter().step_by(found.len().div_ceil(40)) {
            let answer = client.ask_anonymously(location).await.unwrap();
            assert_eq!(answer.status, 200, "{location}");
            assert!(answer.bytes.len() > 20, "{location}");
        }
    }
    assert_eq!(organization.leaks(), 0);
    let with_token = client.ask("GET", &locations[REDIRECTED[0]][0], &[]).await.unwrap();
    assert!(!(200..300).contains(&with_token.status), "{with_token:?}");
    assert_eq!(organization.leaks(), 1);
}
