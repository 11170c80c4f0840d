//! The files of a small repository, read back.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::clock::{Timestamp, parse_timestamp};
use domain::identity::Sha256Digest;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::{artifact_zip, files, sarif};
use crate::world::World;
use crate::world::change::Commit;
use crate::world::finding::{Finding, Scan, ScanState, Severity, Tool};
use crate::world::repository::{Producer, Repository, Suite, Taxonomy, Test};
use crate::world::run::{Artifact, Content, Coverage, Draw, ReportForm, TestExecution, UnitReports};

fn at() -> Timestamp {
    parse_timestamp("2026-11-02T09:00:00Z").unwrap()
}

fn repository(producer: Producer) -> Repository {
    let test = |index: usize| Test {
        class_name: format!("shop.Cart{}", index / 6),
        name: format!("adds › \"{index}\" <item>"),
        file: Arc::from(format!("tests/cart{}.x", index / 6)),
        duration_ms: 40,
        born_at: at(),
        died_at: (index == 11).then(at),
    };
    let finding = |tool: Tool, rule: &str| Finding {
        tool,
        rule: rule.to_owned(),
        package: Some("openssl".to_owned()),
        versions: vec![(at(), "3.0.1".to_owned())],
        resource: Some("aws_s3_bucket.data".to_owned()),
        places: vec![(at(), Arc::from("src/a.py"), 7)],
        severities: vec![(at(), Severity::High)],
        commit: Some(0),
    };
    Repository {
        id: 1,
        name: "shop",
        taxonomy: Taxonomy::Service,
        description: "",
        language: "Python",
        is_private: true,
        created_at: at(),
        forks: vec![],
        workflows: vec![],
        suites: vec![Suite {
            name: "pytest".to_owned(),
            producer,
            tests: (0..12).map(test).collect(),
        }],
        blobs: vec![],
        trees: vec![],
        commits: vec![Commit {
            sha: "c0ffee".to_owned(),
            tree: 0,
            parents: vec![],
            author: 0,
            committed_at: at(),
            pushed_at: at(),
            message: "feat: a".to_owned(),
            files: vec![],
        }],
        branches: vec![],
        pull_requests: vec![],
        runs: vec![],
        ruleset: None,
        protection: None,
        findings: vec![
            finding(Tool::CodeQl, "py/sql-injection"),
            finding(Tool::TrivyFs, "CVE-2026-10001"),
            finding(Tool::TrivyImage, "CVE-2026-10002"),
            finding(Tool::Gitleaks, "generic-api-key"),
            finding(Tool::Checkov, "CKV_AWS_20"),
        ],
        analyses: vec![],
        alerts: vec![],
        issues: vec![],
        deployments: vec![],
        cache_retention_days: 7,
        caches: vec![],
        releases: vec![],
    }
}

fn world() -> World {
    let canary = "the-canary".to_owned();
    World {
        seed: 7,
        from: at(),
        end: at(),
        people: vec![],
        repositories: vec![],
        canary,
    }
}

fn artifact(content: Content) -> Artifact {
    Artifact {
        id: 5,
        name: "reports".to_owned(),
        job_id: 1,
        created_at: at(),
        expires_at: at(),
        content,
    }
}

fn unit(form: ReportForm) -> Artifact {
    let results = vec![
        (0, Draw::Failed),
        (1, Draw::Error),
        (2, Draw::Skipped),
        (3, Draw::PassedOnRerun(2)),
        (4, Draw::FailedEveryRerun(2)),
    ];
    let tests = Some(TestExecution {
        suite: 0,
        leg: String::new(),
        started_at: at(),
        completed_at: at(),
        commit_at: at(),
        results,
        quarantined: vec![(7, Some("OPS-1".to_owned()))],
        form,
    });
    artifact(Content::Unit(UnitReports { tests, coverage: None }))
}

/// All reports of the producer as one text, each well-formed.
fn text(producer: Producer) -> String {
    let mut all = String::new();
    for (name, bytes) in files(&world(), &repository(producer), &unit(ReportForm::Whole)) {
        let text = String::from_utf8(bytes).unwrap();
        let mut reader = Reader::from_str(&text);
        while !matches!(
            reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")),
            Event::Eof
        ) {}
        all.push_str(&text);
    }
    all
}

#[test]
fn draws_appear_as_each_producer_writes_them() {
    // testcase, failure, error, skipped, flakyFailure, rerunFailure
    for (producer, expected) in [
        (Producer::Pytest, [11, 2, 1, 1, 0, 0]),
        (Producer::PytestRerunFailures, [15, 2, 1, 1, 0, 0]),
        (Producer::Surefire, [11, 2, 1, 1, 2, 2]),
        (Producer::Nextest, [11, 2, 1, 1, 2, 2]),
        (Producer::Gotestsum, [15, 7, 0, 1, 0, 0]),
        (Producer::Jest, [11, 3, 0, 1, 0, 0]),
        (Producer::Playwright, [11, 2, 1, 1, 0, 0]),
    ] {
        let text = text(producer);
        let elements = [
            "testcase",
            "failure",
            "error",
            "skipped",
            "flakyFailure",
            "rerunFailure",
        ];
        let found = elements.map(|element| {
            [" ", ">", "/"]
                .iter()
                .map(|end| text.matches(&format!("<{element}{end}")).count())
                .sum::<usize>()
        });
        assert_eq!(found, expected, "{producer:?}");
        assert!(text.contains("value=\"OPS-1\""), "{producer:?}");
    }
    assert!(text(Producer::PytestRerunFailures).contains("tests=\"11\""));
    let go = text(Producer::Gotestsum);
    assert!(go.find("<failure").unwrap() < go.find("<skipped").unwrap());
}

#[test]
fn reports_break_where_they_should() {
    for producer in [Producer::Pytest, Producer::Surefire, Producer::Nextest] {
        let of = |form| files(&world(), &repository(producer), &unit(form));
        let cut = of(ReportForm::Truncated);
        let cases: usize = cut
            .iter()
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).matches("<testcase").count())
            .sum();
        assert_eq!(cases, 8, "{producer:?}");
        assert!(cut.last().unwrap().1.ends_with(b"<testcase n") || producer == Producer::Pytest);
        assert!(of(ReportForm::Empty).iter().all(|(_, bytes)| bytes.is_empty()));
    }
}

#[test]
fn coverage_adds_up() {
    for (lines_covered, lines_valid, branches_covered, branches_valid) in [
        (870, 1001, 120, 301),
        (0, 0, 0, 0),
        (5, 5, 0, 0),
        (0, 10, 4, 4),
        (3, 3, 2, 20),
    ] {
        let coverage = Coverage {
            lines_covered,
            lines_valid,
            branches_covered,
            branches_valid,
        };
        let content = Content::Unit(UnitReports {
            tests: None,
            coverage: Some(coverage),
        });
        let made = files(&world(), &repository(Producer::Pytest), &artifact(content));
        let text = String::from_utf8(made[0].1.clone()).unwrap();
        let (mut lines, mut hits, mut taken, mut branches) = (0, 0, 0, 0);
        for line in text.lines().filter(|line| line.contains("<line ")) {
            lines += 1;
            hits += i64::from(line.contains("hits=\"1\""));
            if let Some((_, rest)) = line.split_once("% (") {
                let (some, all) = rest.split_once(')').unwrap().0.split_once('/').unwrap();
                taken += some.parse::<i64>().unwrap();
                branches += all.parse::<i64>().unwrap();
            }
        }
        assert_eq!(
            (hits, lines, taken, branches),
            (lines_covered, lines_valid, branches_covered, branches_valid)
        );
    }
}

#[test]
fn scans_are_json_and_only_gitleaks_shows_the_canary() {
    let repository = repository(Producer::Pytest);
    let tools = [
        Tool::CodeQl,
        Tool::TrivyFs,
        Tool::TrivyImage,
        Tool::Gitleaks,
        Tool::Checkov,
    ];
    for (index, tool) in tools.into_iter().enumerate() {
        let of = |state| {
            let completed_at = at() + TimeDelta::seconds(9);
            let scan = Scan {
                tool,
                started_at: at(),
                completed_at,
                commit: 0,
                state,
                findings: vec![index],
            };
            sarif(&world(), &repository, &scan)
        };
        let bytes = of(ScanState::Complete);
        let run = serde_json::from_slice::<Value>(&bytes).unwrap()["runs"][0].clone();
        assert_eq!(run["results"].as_array().unwrap().len(), 1);
        assert_eq!(run["results"][0]["ruleId"], repository.findings[index].rule.as_str());
        let is_gitleaks = tool == Tool::Gitleaks;
        assert_eq!(String::from_utf8(bytes).unwrap().contains("the-canary"), is_gitleaks);
        assert_eq!(run.get("invocations").is_none(), is_gitleaks || tool == Tool::Checkov);
        let failed: Value = serde_json::from_slice(&of(ScanState::Failed)).unwrap();
        assert_eq!(failed["runs"][0]["invocations"][0]["executionSuccessful"], false);
        let without: Value = serde_json::from_slice(&of(ScanState::WithoutResults)).unwrap();
        assert!(without["runs"][0].get("results").is_none());
        assert!(of(ScanState::Empty).is_empty());
    }
}

#[test]
fn two_calls_give_equal_bytes() {
    let repository = repository(Producer::Nextest);
    for artifact in [
        unit(ReportForm::Whole),
        artifact(Content::Security(vec![])),
        artifact(Content::Bill(Some(Sha256Digest::of(b"image")))),
        artifact(Content::Other),
    ] {
        let zip = artifact_zip(&world(), &repository, &artifact);
        assert!(zip.starts_with(b"PK\x03\x04"));
        assert_eq!(zip, artifact_zip(&world(), &repository, &artifact));
    }
}

/// Every report of a world is as long as the truth says: the two are written by different hands.
#[test]
fn the_reports_of_a_world_hold_as_many_cases_as_the_truth_counts() {
    use std::io::Read as _;

    use crate::simulation::{Options, simulate};

    let (world, truth) = simulate(Options { seed: 3, days: 4 });
    let mut n_cases = 0;
    for repository in &world.repositories {
        for run in &repository.runs {
            for (attempt, artifact) in run
                .attempts
                .iter()
                .flat_map(|attempt| attempt.artifacts.iter().map(move |artifact| (attempt, artifact)))
            {
                let Content::Unit(reports) = &artifact.content else {
                    continue;
                };
                let Some(tests) = &reports.tests else { continue };
                let job = attempt.jobs.iter().find(|job| job.id == artifact.job_id).unwrap();
                if tests.form != ReportForm::Whole || job.completed_at.is_none_or(|at| at >= world.end) {
                    continue;
                }
                let zip = artifact_zip(&world, repository, artifact);
                let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
                let mut found = 0_i64;
                for index in 0..archive.len() {
                    let mut member = archive.by_index(index).unwrap();
                    if member.name().unwrap().ends_with("coverage.xml") {
                        continue;
                    }
                    let mut text = String::new();
                    member.read_to_string(&mut text).unwrap();
                    found += i64::try_from(text.matches("<testcase").count()).unwrap();
                }
                // Where a rerun is one more case, it is one too many.
                let repeats = matches!(
                    repository.suites[0].producer,
                    Producer::PytestRerunFailures | Producer::Gotestsum
                );
                let reruns = tests.results.iter().map(|(_, draw)| match draw {
                    Draw::PassedOnRerun(n) | Draw::FailedEveryRerun(n) if repeats => i64::from(*n),
                    _ => 0,
                });
                n_cases += found - reruns.sum::<i64>();
            }
        }
    }
    assert_eq!(
        n_cases,
        truth.repositories.iter().map(|of| of.counts.test_results).sum::<i64>()
    );
}
