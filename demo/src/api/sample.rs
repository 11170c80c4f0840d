//! A world made by hand: one repository with a few of everything.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::clock::{Timestamp, parse_timestamp};

use crate::world::change::{Blob, Branch, Commit, FileChange, PullRequest, Review, Tree};
use crate::world::finding::{Alert, AlertChange, AlertKind, Analysis, Finding, Scan, ScanState, Severity, Tool};
use crate::world::operation::{Cache, Deployment, Issue, Release};
use crate::world::repository::{Fork, Protection, Repository, Ruleset, RulesetVersion, Taxonomy, Workflow};
use crate::world::run::{Artifact, Attempt, Conclusion, Content, Event, Job, JobKind, PullRequestReference, Run};
use crate::world::{Person, World};

/// The commit under test of the bulk runs.
const LAST_MAIN: usize = 3;

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

fn commit(letter: &str, minute: i64, parents: Vec<usize>, tree: usize) -> Commit {
    Commit {
        sha: letter.repeat(40),
        tree,
        parents,
        author: 0,
        committed_at: at(minute),
        pushed_at: at(minute),
        message: format!("feat: change {letter}\n\nIt changes."),
        files: vec![FileChange {
            path: Arc::from("src/app.py"),
            previous_path: None,
            status: "modified",
            additions: 3,
            deletions: 1,
        }],
    }
}

/// A job from one minute to another.
pub(crate) fn job(id: i64, name: &str, kind: JobKind, minutes: (i64, i64), conclusion: Conclusion) -> Job {
    let runs = conclusion != Conclusion::Skipped;
    Job {
        id,
        name: name.to_owned(),
        kind,
        created_at: at(minutes.0),
        started_at: runs.then(|| at(minutes.0) + TimeDelta::seconds(5)),
        first_step_at: runs.then(|| at(minutes.0) + TimeDelta::seconds(7)),
        completed_at: Some(at(minutes.1)),
        conclusion: Some(conclusion),
        is_self_hosted: false,
        copy_of: None,
        timeout_minutes: 20,
    }
}

fn artifact(id: i64, job_id: i64, minute: i64) -> Artifact {
    Artifact {
        id,
        name: "unit-artifacts".to_owned(),
        job_id,
        created_at: at(minute),
        expires_at: at(minute) + TimeDelta::days(90),
        content: Content::Other,
    }
}

fn attempt(number: i64, minutes: (i64, i64), conclusion: Conclusion, jobs: Vec<Job>) -> Attempt {
    Attempt {
        number,
        triggering_actor: 1,
        started_at: at(minutes.0),
        jobs,
        completed_at: Some(at(minutes.1)),
        conclusion: Some(conclusion),
        touched_at: Some(at(minutes.1 + 5)),
        artifacts: Vec::new(),
    }
}

fn run(id: i64, event: Event, minute: i64, head_commit: usize, attempts: Vec<Attempt>) -> Run {
    Run {
        id,
        number: id - 1_000,
        workflow: 0,
        event,
        head_branch: "main".to_owned(),
        head_commit,
        fork: None,
        actor: 0,
        created_at: at(minute),
        pull_requests: Vec::new(),
        attempts,
        deleted_at: None,
    }
}

fn runs() -> Vec<Run> {
    let unit = |id, minutes, conclusion| job(id, "unit-tests (3.12)", JobKind::UnitTests, minutes, conclusion);
    let lint = |id, minutes| job(id, "lint", JobKind::Lint, minutes, Conclusion::Success);
    let skipped = |id, minute| job(id, "publish", JobKind::Publish, (minute, minute), Conclusion::Skipped);

    let success = attempt(
        1,
        (10, 20),
        Conclusion::Success,
        vec![lint(1, (10, 12)), unit(2, (10, 20), Conclusion::Success)],
    );

    // Attempt 2 repeats the failed job and copies the other.
    let mut first = attempt(
        1,
        (30, 40),
        Conclusion::Failure,
        vec![
            lint(3, (30, 32)),
            unit(4, (30, 40), Conclusion::Failure),
            skipped(5, 40),
        ],
    );
    first.artifacts.push(artifact(501, 4, 39));
    let mut copy = lint(6, (30, 32));
    copy.copy_of = Some(3);
    let mut second = attempt(
        2,
        (60, 70),
        Conclusion::Success,
        vec![copy, unit(7, (60, 70), Conclusion::Success)],
    );
    second.artifacts.push(artifact(502, 7, 69));
    let mut rerun = run(1_002, Event::PullRequest, 30, 2, vec![first, second]);
    rerun.head_branch = "feature/login".to_owned();
    rerun.pull_requests = vec![
        PullRequestReference { number: 1, fork: None },
        PullRequestReference {
            number: 9,
            fork: Some(0),
        },
    ];

    let mut foreign = run(
        1_003,
        Event::PullRequest,
        50,
        4,
        vec![attempt(1, (50, 50), Conclusion::ActionRequired, Vec::new())],
    );
    foreign.fork = Some(0);
    foreign.actor = 2;
    foreign.head_branch = "patch-1".to_owned();

    let nightly = run(
        1_004,
        Event::Schedule,
        80,
        LAST_MAIN,
        vec![attempt(
            1,
            (80, 100),
            Conclusion::Success,
            vec![unit(8, (80, 100), Conclusion::Success)],
        )],
    );
    let mut deleted = run(
        1_005,
        Event::Push,
        82,
        LAST_MAIN,
        vec![attempt(
            1,
            (82, 84),
            Conclusion::Cancelled,
            vec![unit(9, (82, 84), Conclusion::Cancelled)],
        )],
    );
    deleted.deleted_at = Some(at(88));
    let later = run(
        1_006,
        Event::Push,
        200,
        LAST_MAIN,
        vec![attempt(
            1,
            (200, 210),
            Conclusion::Success,
            vec![unit(10, (200, 210), Conclusion::Success)],
        )],
    );
    vec![
        run(1_001, Event::Push, 10, 1, vec![success]),
        rerun,
        foreign,
        nightly,
        deleted,
        later,
    ]
}

fn pull_requests() -> Vec<PullRequest> {
    let merged = PullRequest {
        id: 71,
        number: 1,
        title: "feat: log in".to_owned(),
        body: String::new(),
        author: 0,
        head_branch: "feature/login".to_owned(),
        fork: None,
        opened_at: at(25),
        ready_at: Some(at(27)),
        heads: vec![(at(25), 2), (at(29), 2)],
        force_pushes: vec![1],
        base: 1,
        reviews: vec![Review {
            id: 81,
            author: 1,
            state: "APPROVED",
            submitted_at: at(45),
            commit: 2,
            is_code_owner: true,
        }],
        labels: vec!["security"],
        merged: Some((at(75), 1, LAST_MAIN)),
        closed_at: Some(at(75)),
    };
    let foreign = PullRequest {
        id: 72,
        number: 3,
        title: "fix: a typo".to_owned(),
        body: "It was one.".to_owned(),
        author: 2,
        head_branch: "patch-1".to_owned(),
        fork: Some(0),
        opened_at: at(48),
        ready_at: None,
        heads: vec![(at(48), 4)],
        force_pushes: Vec::new(),
        base: 1,
        reviews: Vec::new(),
        labels: Vec::new(),
        merged: None,
        closed_at: None,
    };
    vec![merged, foreign]
}

fn finding(tool: Tool, rule: &str, path: &str) -> Finding {
    Finding {
        tool,
        rule: rule.to_owned(),
        package: (tool == Tool::TrivyFs).then(|| "requests".to_owned()),
        versions: vec![(at(0), "2.1.0".to_owned())],
        resource: None,
        places: vec![(at(0), Arc::from(path), 7)],
        severities: vec![(at(0), Severity::High)],
        commit: (tool == Tool::Gitleaks).then_some(1),
    }
}

fn alerts() -> Vec<Alert> {
    let alert = |kind, number, finding, changes| Alert {
        kind,
        number,
        finding,
        changes,
    };
    let dismissed = |reason| AlertChange::Dismissed {
        by: 1,
        reason,
        comment: "Not reachable.",
    };
    vec![
        alert(
            AlertKind::CodeScanning,
            1,
            0,
            vec![(at(22), AlertChange::Opened), (at(120), AlertChange::Fixed)],
        ),
        alert(
            AlertKind::CodeScanning,
            2,
            0,
            vec![(at(23), AlertChange::Opened), (at(60), dismissed("won't fix"))],
        ),
        alert(AlertKind::Dependabot, 1, 1, vec![(at(24), AlertChange::Opened)]),
        alert(
            AlertKind::Dependabot,
            2,
            1,
            vec![(at(24), AlertChange::Opened), (at(50), dismissed("tolerable_risk"))],
        ),
        alert(
            AlertKind::SecretScanning,
            1,
            2,
            vec![
                (at(26), AlertChange::Opened),
                (
                    at(70),
                    AlertChange::Resolved {
                        by: 1,
                        resolution: "revoked",
                    },
                ),
            ],
        ),
    ]
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
