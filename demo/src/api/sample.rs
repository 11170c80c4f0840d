//! A small world made by hand.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::clock::{Timestamp, parse_timestamp};

use crate::world::change::{Blob, Branch, Commit, FileChange, PullRequest, Tree};
use crate::world::finding::{Alert, AlertChange, AlertKind, Finding, Severity, Tool};
use crate::world::operation::{Deployment, Issue};
use crate::world::repository::{Protection, Repository, Ruleset, RulesetVersion, Taxonomy, Workflow};
use crate::world::run::{Artifact, Attempt, Conclusion, Content, Event, Job, JobKind, PullRequestReference, Run};
use crate::world::{Person, World};

/// An instant so many minutes after the sample begins.
pub(super) fn minute(minutes: i64) -> Timestamp {
    parse_timestamp("2026-09-01T00:00:00Z").unwrap() + TimeDelta::minutes(minutes)
}

fn attempt(number: i64, start: Timestamp, job_id: i64, conclusion: Conclusion) -> Attempt {
    let end = start + TimeDelta::minutes(4);
    Attempt {
        number,
        triggering_actor: 0,
        started_at: start,
        jobs: vec![Job {
            id: job_id,
            name: "unit-tests (3.12)".to_owned(),
            kind: JobKind::UnitTests,
            created_at: start,
            started_at: Some(start + TimeDelta::seconds(10)),
            first_step_at: Some(start + TimeDelta::seconds(15)),
            completed_at: Some(end),
            conclusion: Some(conclusion),
            is_self_hosted: false,
            copy_of: None,
            timeout_minutes: 360,
        }],
        completed_at: Some(end),
        conclusion: Some(conclusion),
        touched_at: Some(end + TimeDelta::minutes(30)),
        artifacts: vec![Artifact {
            id: job_id + 50_000,
            name: "unit-artifacts".to_owned(),
            job_id,
            created_at: end,
            expires_at: end + TimeDelta::days(90),
            content: Content::Other,
        }],
    }
}

/// One repository; 1,200 runs, one every 10 minutes, the first with two attempts; one pull request.
pub(super) fn world() -> Arc<World> {
    let path: Arc<str> = Arc::from("src/a.py");
    let commits = ["a", "b"].iter().enumerate().map(|(index, letter)| Commit {
        sha: letter.repeat(40),
        tree: 0,
        parents: (0..index).collect(),
        author: 0,
        committed_at: minute(-60),
        pushed_at: minute(-60),
        message: "feat: a thing".to_owned(),
        files: vec![FileChange {
            path: Arc::clone(&path),
            previous_path: None,
            status: "modified",
            additions: 2,
            deletions: 1,
        }],
    });
    let mut runs: Vec<Run> = (0..1_200)
        .map(|index| Run {
            id: 1_000 + index,
            number: index + 1,
            workflow: 0,
            event: Event::Push,
            head_branch: "main".to_owned(),
            head_commit: 0,
            fork: None,
            actor: 0,
            created_at: minute(index * 10),
            pull_requests: vec![PullRequestReference { number: 1, fork: None }],
            attempts: vec![attempt(1, minute(index * 10), 100_000 + index, Conclusion::Failure)],
            deleted_at: None,
        })
        .collect();
    runs[0]
        .attempts
        .push(attempt(2, minute(60), 900_000, Conclusion::Success));
    let repository = Repository {
        id: 7,
        name: "sample",
        taxonomy: Taxonomy::Service,
        description: "A sample",
        language: "Python",
        is_private: false,
        created_at: minute(-100),
        forks: Vec::new(),
        workflows: vec![Workflow {
            id: 11,
            name: "CI",
            path: ".github/workflows/ci.yml",
            created_at: minute(-90),
        }],
        suites: Vec::new(),
        blobs: vec![Blob {
            sha: "c".repeat(40),
            text: Arc::from("hello"),
        }],
        trees: vec![Tree {
            sha: "d".repeat(40),
            files: vec![(Arc::clone(&path), 0)],
        }],
        commits: commits.collect(),
        branches: vec![Branch {
            name: "main".to_owned(),
            pushes: vec![(minute(-60), 0)],
            deleted_at: None,
        }],
        pull_requests: vec![PullRequest {
            id: 5,
            number: 1,
            title: "feat: a thing".to_owned(),
            body: String::new(),
            author: 0,
            head_branch: "feat/a".to_owned(),
            fork: None,
            opened_at: minute(5),
            ready_at: None,
            heads: vec![(minute(5), 1)],
            force_pushes: Vec::new(),
            base: 0,
            reviews: Vec::new(),
            labels: Vec::new(),
            merged: Some((minute(100), 0, 1)),
            closed_at: Some(minute(100)),
        }],
        runs,
        ruleset: Some(Ruleset {
            id: 21,
            name: "main",
            versions: vec![RulesetVersion {
                id: 22,
                updated_at: minute(10),
                actor: 0,
                required_checks: vec!["unit-tests (3.12)".to_owned()],
                required_approvals: 1,
                requires_code_owner: true,
                enforcement: "active",
            }],
        }),
        protection: Some(Protection {
            required_checks: vec![(minute(10), vec!["unit-tests (3.12)".to_owned()])],
            exempts_administrators: true,
            required_approvals: 1,
        }),
        findings: vec![Finding {
            tool: Tool::Gitleaks,
            rule: "aws-access-token".to_owned(),
            package: None,
            versions: Vec::new(),
            resource: None,
            places: vec![(minute(0), Arc::clone(&path), 3)],
            severities: vec![(minute(0), Severity::Critical)],
            commit: Some(0),
        }],
        analyses: Vec::new(),
        alerts: [
            AlertKind::CodeScanning,
            AlertKind::Dependabot,
            AlertKind::SecretScanning,
        ]
        .into_iter()
        .map(|kind| Alert {
            kind,
            number: 1,
            finding: 0,
            changes: vec![
                (minute(10), AlertChange::Opened),
                (
                    minute(20),
                    AlertChange::Dismissed {
                        by: 0,
                        reason: "false positive",
                        comment: "",
                    },
                ),
            ],
        })
        .collect(),
        issues: vec![Issue {
            id: 41,
            number: 2,
            title: "A flaky test".to_owned(),
            body: String::new(),
            author: 0,
            assignee: None,
            labels: vec![(minute(20), "flaky".to_owned())],
            created_at: minute(10),
            updated_at: minute(10),
            closed_at: Some(minute(20)),
        }],
        deployments: vec![Deployment {
            id: 31,
            commit: 0,
            reference: "main".to_owned(),
            environment: "production",
            creator: 0,
            created_at: minute(10),
            statuses: vec![(32, minute(11), "in_progress"), (33, minute(20), "success")],
            description: "",
        }],
        caches: Vec::new(),
        releases: Vec::new(),
    };
    Arc::new(World {
        seed: 1,
        from: minute(-100),
        end: minute(20_000),
        people: vec![Person {
            id: 3,
            login: "ada".to_owned(),
            name: "Ada".to_owned(),
            is_bot: false,
        }],
        repositories: vec![repository],
        canary: "canary".to_owned(),
    })
}
