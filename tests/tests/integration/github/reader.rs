//! A reader that knows HTTP, JSON, zip and XML, and nothing of how the organization is made, counts again.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use tests::organization::{Client, Organization};

use super::report::{Outcomes, Test, tests};

/// Requests at a time.
const AT_A_TIME: usize = 8;

/// What was counted of a repository.
#[derive(Debug, Default)]
struct Counted {
    n_runs: i64,
    n_attempts: i64,
    by_conclusion: BTreeMap<String, i64>,
    n_pull_requests: i64,
    n_reports: i64,
    n_results: i64,
    by_commit: BTreeMap<String, Commit>,
    /// Kind, state, severity.
    alerts: BTreeMap<(String, String, Option<String>), i64>,
}

/// What the whole reports of a commit show.
#[derive(Debug, Default)]
struct Commit {
    n_reports: i64,
    tests: BTreeMap<Test, Outcomes>,
}

/// Reads an API.
struct Reader {
    client: Client,
    api_url: String,
}

impl Reader {
    async fn one(&self, url: &str) -> anyhow::Result<Value> {
        let answer = self.client.ask("GET", url, &[]).await?;
        anyhow::ensure!(answer.status == 200, "{url}: {answer:?}");
        Ok(answer.document)
    }

    /// Every item of every page of a list; `key` is where GitHub wraps it.
    async fn all(&self, url: &str, key: &str) -> anyhow::Result<Vec<Value>> {
        let separator = if url.contains('?') { '&' } else { '?' };
        let mut next = Some(format!("{url}{separator}per_page=100"));
        let (mut found, mut total) = (Vec::new(), None);
        while let Some(url) = next {
            let answer = self.client.ask("GET", &url, &[]).await?;
            anyhow::ensure!(answer.status == 200, "{url}: {answer:?}");
            let items = if key.is_empty() {
                &answer.document
            } else {
                &answer.document[key]
            };
            found.extend(items.as_array().cloned().unwrap_or_default());
            total = answer.document.get("total_count").and_then(Value::as_u64).or(total);
            next = answer.next().map(str::to_owned);
        }
        let n = u64::try_from(found.len())?;
        anyhow::ensure!(
            total.is_none_or(|total| total == n),
            "{url} promised {total:?} and gave {n}"
        );
        Ok(found)
    }

    /// Downloads an artifact; the token stays here.
    async fn download(&self, artifact: &Value) -> anyhow::Result<Vec<u8>> {
        let url = text(artifact, "/archive_download_url");
        let answer = self.client.ask("GET", &url, &[]).await?;
        anyhow::ensure!(answer.status == 302, "{url}: {answer:?}");
        let zip = self.client.ask_anonymously(answer.header("location")).await?;
        anyhow::ensure!(zip.status == 200, "{url}: {}", zip.status);
        Ok(zip.bytes)
    }

    async fn count_runs(&self, url: &str, counted: &mut Counted) -> anyhow::Result<()> {
        let runs = self.all(&format!("{url}/actions/runs"), "workflow_runs").await?;
        counted.n_runs = runs.len().try_into()?;
        let ids: BTreeSet<i64> = runs.iter().map(|run| number(run, "/id")).collect();
        anyhow::ensure!(ids.len() == runs.len(), "{url} lists a run twice");
        let attempts = runs.iter().flat_map(|run| {
            let url = text(run, "/url");
            (1..=number(run, "/run_attempt")).map(move |number| format!("{url}/attempts/{number}"))
        });
        let attempts = futures::stream::iter(attempts.collect::<Vec<_>>());
        let read = |url: String| async move { self.one(&url).await };
        let attempts: Vec<Value> = attempts.map(read).buffer_unordered(AT_A_TIME).try_collect().await?;
        counted.n_attempts = attempts.len().try_into()?;
        for attempt in attempts.iter().filter(|of| text(of, "/status") == "completed") {
            *counted.by_conclusion.entry(text(attempt, "/conclusion")).or_default() += 1;
        }
        Ok(())
    }

    async fn count_tests(&self, url: &str, counted: &mut Counted) -> anyhow::Result<()> {
        let artifacts = self.all(&format!("{url}/actions/artifacts"), "artifacts").await?;
        let artifacts = artifacts
            .into_iter()
            .filter(|of| text(of, "/name").contains("unit-artifacts"));
        let read = |artifact: Value| async move {
            let bytes = self.download(&artifact).await?;
            let commit = text(&artifact, "/workflow_run/head_sha");
            let tests = tokio::task::spawn_blocking(move || tests(bytes)).await?;
            anyhow::Ok((commit, tests))
        };
        let mut reports = futures::stream::iter(artifacts).map(read).buffer_unordered(AT_A_TIME);
        while let Some((commit, tests)) = reports.try_next().await? {
            // A report that breaks off, or is empty, counts for nothing here and in the truth.
            let Some(tests) = tests else { continue };
            counted.n_reports += 1;
            counted.n_results += i64::try_from(tests.len())?;
            let of = counted.by_commit.entry(commit).or_default();
            of.n_reports += 1;
            for (test, outcomes) in tests {
                of.tests.entry(test).or_default().add(outcomes);
            }
        }
        Ok(())
    }

    async fn count_alerts(&self, url: &str) -> anyhow::Result<BTreeMap<(String, String, Option<String>), i64>> {
        let mut counted = BTreeMap::new();
        for (folder, severity) in [
            ("code-scanning", "/rule/security_severity_level"),
            ("dependabot", "/security_vulnerability/severity"),
            ("secret-scanning", "/severity"),
        ] {
            for alert in self.all(&format!("{url}/{folder}/alerts"), "").await? {
                let severity = alert.pointer(severity).and_then(Value::as_str).map(str::to_owned);
                let key = (folder.replace('-', "_"), text(&alert, "/state"), severity);
                *counted.entry(key).or_default() += 1;
            }
        }
        Ok(counted)
    }

    async fn count(&self, url: &str) -> anyhow::Result<Counted> {
        let mut counted = Counted::default();
        self.count_runs(url, &mut counted).await?;
        self.count_tests(url, &mut counted).await?;
        counted.n_pull_requests = self
            .all(&format!("{url}/pulls?state=all"), "")
            .await?
            .len()
            .try_into()?;
        counted.alerts = self.count_alerts(url).await?;
        Ok(counted)
    }
}

fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no `{pointer}` in {value}")).to_owned()
}

fn number(value: &Value, pointer: &str) -> i64 {
    let found = value.pointer(pointer).and_then(Value::as_i64);
    found.unwrap_or_else(|| panic!("no `{pointer}` in {value}"))
}

/// Holds the outcomes of every test on every commit against the truth.
fn compare_outcomes(repository: &str, counted: &Counted, truth: &demo::truth::RepositoryTruth) {
    let commits: Vec<&String> = counted.by_commit.keys().collect();
    let expected: Vec<&String> = truth.outcomes.iter().map(|of| &of.commit).collect();
    assert_eq!(commits, expected, "{repository}: commits with whole reports");
    for expected in &truth.outcomes {
        let place = format!("{repository} at {}", expected.commit);
        let found = &counted.by_commit[&expected.commit];
        assert_eq!(found.n_reports, expected.reports, "{place}: reports");
        assert_eq!(i64::try_from(found.tests.len()), Ok(expected.tests), "{place}: tests");
        let others: BTreeMap<Test, Outcomes> = expected
            .others
            .iter()
            .map(|test| {
                let outcomes = Outcomes {
                    passed: test.passed,
                    failed: test.failed,
                    skipped: test.skipped,
                };
                ((test.class_name.clone(), test.name.clone()), outcomes)
            })
            .collect();
        let passed = Outcomes {
            passed: expected.reports,
            ..Outcomes::default()
        };
        for (test, outcomes) in &found.tests {
            assert_eq!(outcomes, others.get(test).unwrap_or(&passed), "{place}: {test:?}");
        }
        assert!(others.keys().all(|test| found.tests.contains_key(test)), "{place}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_independent_reader_counts_what_the_truth_says() {
    let organization = Organization::start(25).await.unwrap();
    let api_url = organization.api_url();
    let client = organization.client(&api_url).await.unwrap();
    let reader = Reader { client, api_url };
    let owner = demo::world::ORGANIZATION;
    let list = format!("{}/orgs/{owner}/repos", reader.api_url);
    let repositories = reader.all(&list, "").await.unwrap();
    let names: BTreeSet<String> = repositories.iter().map(|of| text(of, "/full_name")).collect();
    let truths = &organization.truth.repositories;
    assert_eq!(names, truths.iter().map(|truth| truth.repository.clone()).collect());

    let (mut all, mut n_flaky) = (Counted::default(), 0);
    for truth in truths {
        let place = &truth.repository;
        let url = format!("{}/repos/{place}", reader.api_url);
        let counted = reader.count(&url).await.unwrap();
        let counts = &truth.counts;
        assert_eq!(counted.n_runs, counts.runs, "{place}: runs");
        assert_eq!(counted.n_attempts, counts.attempts, "{place}: attempts");
        let by_conclusion = counts
            .attempts_by_conclusion
            .iter()
            .map(|(word, n)| ((*word).to_owned(), *n));
        assert_eq!(counted.by_conclusion, by_conclusion.collect(), "{place}: conclusions");
        assert_eq!(counted.n_pull_requests, counts.pull_requests, "{place}: pull requests");
        assert_eq!(counted.n_reports, counts.reports, "{place}: whole reports");
        assert_eq!(counted.n_results, counts.test_results, "{place}: results");
        compare_outcomes(place, &counted, truth);
        let alerts = truth.alerts.iter();
        let alerts = alerts.map(|of| {
            (
                (of.kind.to_owned(), of.state.to_owned(), of.severity.map(str::to_owned)),
                of.n,
            )
        });
        assert_eq!(counted.alerts, alerts.collect(), "{place}: alerts");

        all.n_attempts += counted.n_attempts;
        all.n_results += counted.n_results;
        for (key, n) in counted.alerts {
            *all.alerts.entry(key).or_default() += n;
        }
        let tests = counted.by_commit.values().flat_map(|of| of.tests.values());
        n_flaky += tests.filter(|of| of.passed > 0 && of.failed > 0).count();
    }
    let of_organization = reader.count_alerts(&format!("{}/orgs/{owner}", reader.api_url)).await;
    assert_eq!(of_organization.unwrap(), all.alerts, "alerts of the organization");
    // What was compared is not little, and holds what is hard to count.
    assert!(all.n_attempts > 300 && all.n_results > 100_000, "{all:?}");
    assert!(n_flaky > 100, "{n_flaky} {all:?}");
    for state in ["open", "fixed"] {
        assert!(all.alerts.keys().any(|(_, of, _)| of == state), "{all:?}");
    }
    assert_eq!(organization.leaks(), 0);
}
