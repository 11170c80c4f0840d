//! The world at large, its repository and its instants.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::clock::{Timestamp, parse_timestamp};

use crate::api::tests::sample::changes::{commit, pull_requests};
use crate::api::tests::sample::findings::{alerts, finding};
use crate::api::tests::sample::runs::{attempt, job, run, runs};
use crate::world::change::{Blob, Branch, Tree};
use crate::world::finding::{Analysis, Scan, ScanState, Tool};
use crate::world::operation::{Cache, Deployment, Issue, Release};
use crate::world::repository::{Fork, Protection, Repository, Ruleset, RulesetVersion, Taxonomy, Workflow};
use crate::world::run::{Conclusion, Event, JobKind};
use crate::world::{Person, World};

/// The commit under test of the bulk runs.
pub(crate) const LAST_MAIN: usize = 3;

/// Minutes after the sample's first instant.
pub(crate) fn at(minute: i64) -> Timestamp {
    parse_timestamp("2026-03-02T10:00:00Z").unwrap() + TimeDelta::minutes(minute)
}

fn person(id: i64, login: &str, is_bot: bool) -> Person {
    Person {
        id,
        login: login.to_owned(),
        name: login.to_uppercase(),
        is_bot,
    }
}

fn ruleset_version(id: i64, minute: i64, enforcement: &'static str) -> RulesetVersion {
    RulesetVersion {
        id,
        updated_at: at(minute),
        actor: 1,
        required_checks: vec!["lint".to_owned(), "unit-tests (3.12)".to_owned()],
        required_approvals: 1,
        requires_code_owner: true,
        enforcement,
    }
}

fn repository() -> Repository {
    let branch = |name: &str, pushes: Vec<(i64, usize)>| Branch {
        name: name.to_owned(),
        pushes: pushes
            .into_iter()
            .map(|(minute, commit)| (at(minute), commit))
            .collect(),
        deleted_at: None,
    };
    let mut login = branch("feature/login", vec![(25, 2)]);
    login.deleted_at = Some(at(76));
    let file = |path: &str, blob: usize| (Arc::from(path), blob);
    let blob = |letter: &str, text: &str| Blob {
        sha: letter.repeat(40),
        text: Arc::from(text),
    };
    let files = vec![
        file(".github/workflows/ci.yml", 0),
        file("README.md", 1),
        file("src/app.py", 2),
    ];
    Repository {
        id: 501,
        name: "payments",
        taxonomy: Taxonomy::Service,
        description: "Takes payments",
        language: "Python",
        is_private: false,
        created_at: at(0),
        forks: vec![Fork {
            id: 601,
            owner: 2,
            created_at: at(40),
        }],
        workflows: vec![Workflow {
            id: 301,
            name: "CI",
            path: ".github/workflows/ci.yml",
            created_at: at(1),
        }],
        suites: Vec::new(),
        blobs: vec![blob("1", "on: push\n"), blob("2", "# payments\n"), blob("3", "x = 1\n")],
        trees: vec![
            Tree {
                sha: "7".repeat(40),
                files: files.clone(),
            },
            Tree {
                sha: "8".repeat(40),
                files,
            },
        ],
        commits: vec![
            commit("a", 1, vec![], 0),
            commit("b", 9, vec![0], 0),
            commit("c", 25, vec![1], 1),
            commit("d", 75, vec![1], 1),
            commit("e", 48, vec![1], 1),
        ],
        branches: vec![branch("main", vec![(1, 0), (9, 1), (75, LAST_MAIN)]), login],
        pull_requests: pull_requests(),
        runs: runs(),
        ruleset: Some(Ruleset {
            id: 901,
            name: "default branch",
            versions: vec![ruleset_version(1, 5, "evaluate"), ruleset_version(2, 55, "active")],
        }),
        protection: Some(Protection {
            required_checks: vec![(at(6), vec!["lint".to_owned()])],
            exempts_administrators: true,
            required_approvals: 1,
        }),
        findings: vec![
            finding(Tool::CodeQl, "py/sql-injection", "src/app.py"),
            finding(Tool::TrivyFs, "CVE-2026-10001", "poetry.lock"),
            finding(Tool::Gitleaks, "aws-access-token", "src/app.py"),
        ],
        analyses: vec![Analysis {
            id: 401,
            job_id: 2,
            reference: "refs/heads/main".to_owned(),
            created_at: at(21),
            error: "",
            scan: Scan {
                tool: Tool::CodeQl,
                started_at: at(11),
                completed_at: at(19),
                commit: 1,
                state: ScanState::Complete,
                findings: vec![0],
            },
        }],
        alerts: alerts(),
        issues: vec![Issue {
            id: 701,
            number: 2,
            title: "Flaky: test_pay".to_owned(),
            body: "It comes and goes.".to_owned(),
            author: 0,
            assignee: Some(1),
            labels: vec![(at(33), "flaky".to_owned())],
            created_at: at(33),
            updated_at: at(34),
            closed_at: Some(at(150)),
        }],
        deployments: vec![Deployment {
            id: 801,
            commit: LAST_MAIN,
            reference: "main".to_owned(),
            environment: "production",
            creator: 1,
            created_at: at(77),
            statuses: vec![(811, at(78), "in_progress"), (812, at(130), "success")],
            description: "",
        }],
        cache_retention_days: 7,
        caches: vec![Cache {
            id: 851,
            key: "poetry-Linux-abc".to_owned(),
            reference: "refs/heads/main".to_owned(),
            version: "9".repeat(64),
            size_bytes: 1_000,
            created_at: at(12),
            accessed_at: vec![at(31), at(160)],
            evicted_at: Some(at(180)),
        }],
        releases: vec![Release {
            id: 861,
            tag: "v1.0.0".to_owned(),
            commit: 1,
            author: 1,
            published_at: at(35),
        }],
    }
}

/// The world at large; nothing of it is later than minute 300.
pub(crate) fn world() -> World {
    World {
        seed: 7,
        from: at(0),
        end: at(300),
        people: vec![
            person(11, "ada", false),
            person(12, "grace", false),
            person(13, "guest", false),
            person(14, "renovate[bot]", true),
        ],
        repositories: vec![repository()],
        canary: "CANARY".to_owned(),
    }
}

/// The same with `n` nightly runs of one minute each, from minute 1,000 on.
pub(crate) fn world_with_runs(n: i64) -> World {
    let mut world = world();
    let runs = (0..n).map(|position| {
        let minute = 1_000 + position;
        let conclusion = Conclusion::Success;
        let jobs = vec![job(
            10_000 + position,
            "warm-up",
            JobKind::WarmUp,
            (minute, minute + 1),
            conclusion,
        )];
        let attempts = vec![attempt(1, (minute, minute + 1), conclusion, jobs)];
        run(100_000 + position, Event::Schedule, minute, LAST_MAIN, attempts)
    });
    world.repositories[0].runs.extend(runs);
    world
}
