//! Jobs with their steps, and the check runs that they are.

use domain::clock::Timestamp;
use serde_json::{Value, json};

use crate::api::reply::Reply;
use crate::api::request::Request;
use crate::api::runs;
use crate::api::view::{PAGES, View, node, sha_of, time};
use crate::world::ACTIONS_APP_ID;
use crate::world::change::CommitIndex;
use crate::world::repository::Repository;
use crate::world::run::{Attempt, Conclusion, Job, JobKind, Run, Status};

/// A job with what it belongs to.
type Held<'a> = (&'a Run, &'a Attempt, &'a Job);

/// The steps between setting up and cleaning up, the share of the time that each takes, and which one is the work.
fn steps_of(kind: JobKind) -> (&'static [(&'static str, i32)], usize) {
    match kind {
        JobKind::Detect => (&[("Run actions/checkout@v5", 40), ("Detect changed paths", 60)], 1),
        JobKind::Lint => (
            &[
                ("Run actions/checkout@v5", 10),
                ("Install dependencies", 40),
                ("Lint", 50),
            ],
            2,
        ),
        JobKind::Types => (
            &[
                ("Run actions/checkout@v5", 5),
                ("Install dependencies", 35),
                ("Check types", 60),
            ],
            2,
        ),
        JobKind::UnitTests | JobKind::Compatibility => (
            &[
                ("Run actions/checkout@v5", 3),
                ("Restore cache", 7),
                ("Install dependencies", 15),
                ("Run unit tests", 70),
                ("Upload unit-artifacts", 5),
            ],
            3,
        ),
        JobKind::CoverageThreshold => (&[("Download unit-artifacts", 60), ("Check coverage threshold", 40)], 1),
        JobKind::Build => (
            &[("Run actions/checkout@v5", 5), ("Build", 85), ("Upload build", 10)],
            1,
        ),
        JobKind::CodeQl => (
            &[
                ("Run actions/checkout@v5", 4),
                ("Initialize CodeQL", 16),
                ("Perform CodeQL analysis", 80),
            ],
            2,
        ),
        JobKind::Trivy => (
            &[("Run actions/checkout@v5", 10), ("Run Trivy", 80), ("Upload SARIF", 10)],
            1,
        ),
        JobKind::Gitleaks => (
            &[
                ("Run actions/checkout@v5", 30),
                ("Run Gitleaks", 60),
                ("Upload SARIF", 10),
            ],
            1,
        ),
        JobKind::IacScan => (
            &[
                ("Run actions/checkout@v5", 10),
                ("Run Checkov", 80),
                ("Upload SARIF", 10),
            ],
            1,
        ),
        JobKind::ContractChecks => (&[("Run actions/checkout@v5", 20), ("Check contracts", 80)], 1),
        JobKind::SbomProvenance => (&[("Generate SBOM", 50), ("Sign", 20), ("Attest provenance", 30)], 0),
        JobKind::Publish => (&[("Run actions/checkout@v5", 10), ("Publish", 90)], 1),
        JobKind::WarmUp => (&[("Run actions/checkout@v5", 5), ("Warm caches", 95)], 1),
        JobKind::Deploy => (&[("Run actions/checkout@v5", 5), ("Deploy", 75), ("Verify", 20)], 1),
    }
}

/// One step at the instant of the view.
fn step(view: &View<'_>, number: usize, name: &str, span: (Timestamp, Timestamp), ends: Conclusion) -> Value {
    let status = Status::at(view.now, Some(span.0), Some(span.1));
    json!({
        "name": name, "number": number, "status": status.as_str(),
        "conclusion": (status == Status::Completed).then(|| ends.as_str()),
        "started_at": view.time(Some(span.0)), "completed_at": view.time(Some(span.1)),
    })
}

/// The steps of a job, spread over its time; none where it never started.
fn steps(view: &View<'_>, job: &Job) -> Vec<Value> {
    let (Some(started_at), Some(first_step_at)) = (job.started_at, job.first_step_at) else {
        return Vec::new();
    };
    if !view.is_past(started_at) || job.conclusion == Some(Conclusion::Skipped) {
        return Vec::new();
    }
    let (names, work) = steps_of(job.kind);
    let mut written = vec![step(
        view,
        1,
        "Set up job",
        (started_at, first_step_at),
        Conclusion::Success,
    )];
    let Some(completed_at) = job.completed_at else {
        let mut waiting = step(view, 2, names[0].0, (first_step_at, first_step_at), Conclusion::Success);
        if view.is_past(first_step_at) {
            waiting["status"] = json!("in_progress");
        }
        waiting["conclusion"] = Value::Null;
        waiting["completed_at"] = Value::Null;
        written.push(waiting);
        return written;
    };
    let length = completed_at - first_step_at;
    let held = match job.conclusion {
        Some(Conclusion::Failure) => Conclusion::Failure,
        Some(Conclusion::Cancelled | Conclusion::TimedOut) => Conclusion::Cancelled,
        _ => Conclusion::Success,
    };
    // What breaks a job takes the rest of its time; the steps after it do not run.
    let is_broken = held != Conclusion::Success;
    let total: i32 = names
        .iter()
        .take(if is_broken { work + 1 } else { names.len() })
        .map(|(_, share)| share)
        .sum();
    let mut passed = 0;
    for (index, (name, share)) in names.iter().enumerate() {
        let from = first_step_at + length * passed.min(total) / total.max(1);
        passed += share;
        let to = first_step_at + length * passed.min(total) / total.max(1);
        let ends = match index.cmp(&work) {
            std::cmp::Ordering::Less => Conclusion::Success,
            std::cmp::Ordering::Equal => held,
            std::cmp::Ordering::Greater if is_broken => Conclusion::Skipped,
            std::cmp::Ordering::Greater => Conclusion::Success,
        };
        written.push(step(view, index + 2, name, (from, to), ends));
    }
    written.push(step(
        view,
        names.len() + 2,
        "Complete job",
        (completed_at, completed_at),
        Conclusion::Success,
    ));
    written
}

/// How a job ended; null while it goes on.
fn conclusion(view: &View<'_>, job: &Job) -> Option<&'static str> {
    let ended = job
        .conclusion
        .filter(|_| job.status_at(view.now) == Status::Completed)?;
    Some(ended.as_str())
}

/// When a job started; of one that never did, when it ended or was created.
fn started_at(view: &View<'_>, job: &Job) -> Timestamp {
    [job.started_at, job.completed_at]
        .into_iter()
        .flatten()
        .find(|at| view.is_past(*at))
        .unwrap_or(job.created_at)
}

/// A job.
fn document(view: &View<'_>, repository: &Repository, (run, attempt, job): Held<'_>) -> Value {
    let url = view.url(repository);
    let is_running = job.started_at.is_some_and(|at| view.is_past(at)) && job.conclusion != Some(Conclusion::Skipped);
    let (group, labels) = if job.is_self_hosted {
        ("gpu", vec!["self-hosted", "linux", "x64", "gpu"])
    } else {
        ("GitHub Actions", vec!["ubuntu-24.04"])
    };
    let runner = if job.is_self_hosted {
        format!("gpu-runner-{}", job.id % 4 + 1)
    } else {
        format!("GitHub Actions {}", job.id % 100_000)
    };
    json!({
        "id": job.id,
        "run_id": run.id,
        "workflow_name": repository.workflows.get(run.workflow).map(|workflow| workflow.name),
        "head_branch": run.head_branch,
        "run_url": format!("{url}/actions/runs/{}", run.id),
        "run_attempt": attempt.number,
        "node_id": node("CR", job.id),
        "head_sha": sha_of(repository, run.head_commit),
        "url": format!("{url}/actions/jobs/{}", job.id),
        "html_url": page(repository, run, job),
        "status": job.status_at(view.now).as_str(),
        "conclusion": conclusion(view, job),
        "created_at": time(job.created_at),
        "started_at": time(started_at(view, job)),
        "completed_at": view.time(job.completed_at),
        "name": job.name,
        "steps": steps(view, job),
        "check_run_url": format!("{url}/check-runs/{}", job.id),
        "labels": labels,
        "runner_id": is_running.then_some(job.id % 100_000),
        "runner_name": is_running.then_some(runner),
        "runner_group_id": is_running.then_some(i64::from(job.is_self_hosted)),
        "runner_group_name": is_running.then_some(group),
    })
}

/// The page of a job.
fn page(repository: &Repository, run: &Run, job: &Job) -> String {
    format!(
        "{PAGES}/{}/actions/runs/{}/job/{}",
        repository.full_name(),
        run.id,
        job.id
    )
}

/// The jobs of an attempt that exist.
fn held<'a>(view: &View<'_>, run: &'a Run, attempt: &'a Attempt) -> Vec<Held<'a>> {
    if !view.is_past(attempt.started_at) {
        return Vec::new();
    }
    let jobs = attempt.jobs.iter().filter(|job| view.is_past(job.created_at));
    jobs.map(|job| (run, attempt, job)).collect()
}

/// `attempts/{n}/jobs`.
pub(super) fn of_attempt(
    view: &View<'_>,
    request: &Request,
    repository: &Repository,
    run: &Run,
    attempt: &Attempt,
) -> Reply {
    Reply::list(view, request, held(view, run, attempt), Some("jobs"), |job| {
        document(view, repository, job)
    })
}

/// Jobs of the latest attempt, or of all.
fn filtered<'a>(view: &View<'_>, request: &Request, run: &'a Run) -> Vec<Held<'a>> {
    if request.get("filter") == Some("all") {
        run.attempts
            .iter()
            .flat_map(|attempt| held(view, run, attempt))
            .collect()
    } else {
        run.attempt_at(view.now)
            .map(|attempt| held(view, run, attempt))
            .unwrap_or_default()
    }
}

/// `runs/{id}/jobs`.
pub(super) fn of_run(view: &View<'_>, request: &Request, repository: &Repository, run: &Run) -> Reply {
    let found = filtered(view, request, run);
    Reply::list(view, request, found, Some("jobs"), |job| {
        document(view, repository, job)
    })
}

/// A job that exists.
fn find<'a>(view: &View<'a>, repository: &'a Repository, id: &str) -> Option<Held<'a>> {
    let id: i64 = id.parse().ok()?;
    let mut jobs = view
        .runs(repository)
        .flat_map(|run| run.attempts.iter().map(move |attempt| (run, attempt)))
        .flat_map(|(run, attempt)| attempt.jobs.iter().map(move |job| (run, attempt, job)));
    jobs.find(|(_, attempt, job)| job.id == id && view.is_past(attempt.started_at) && view.is_past(job.created_at))
}

/// `jobs/{id}`.
pub(super) fn one(view: &View<'_>, repository: &Repository, id: &str) -> Reply {
    Reply::found(find(view, repository, id).map(|job| document(view, repository, job)))
}

/// A job as a check run.
fn check(view: &View<'_>, repository: &Repository, (run, _, job): Held<'_>) -> Value {
    let url = format!("{}/check-runs/{}", view.url(repository), job.id);
    json!({
        "id": job.id,
        "name": job.name,
        "node_id": node("CR", job.id),
        "head_sha": sha_of(repository, run.head_commit),
        "external_id": format!("job-{}", job.id),
        "url": url,
        "html_url": page(repository, run, job),
        "details_url": page(repository, run, job),
        "status": job.status_at(view.now).as_str(),
        "conclusion": conclusion(view, job),
        "started_at": time(started_at(view, job)),
        "completed_at": view.time(job.completed_at),
        "output": {
            "title": null, "summary": null, "text": null, "annotations_count": 0,
            "annotations_url": format!("{url}/annotations"),
        },
        "check_suite": {"id": runs::check_suite_id(run)},
        "app": {
            "id": ACTIONS_APP_ID, "slug": "github-actions", "node_id": node("A", ACTIONS_APP_ID),
            "client_id": "Iv1.05c79e9ad1f6bdfa", "name": "GitHub Actions",
            "owner": view.github(),
            "description": "Automate your workflow from idea to production",
            "external_url": "https://help.github.com/en/actions",
            "html_url": format!("{PAGES}/apps/github-actions"),
            "created_at": "2018-07-30T09:30:17Z", "updated_at": "2024-04-10T20:33:16Z",
            "permissions": {"actions": "write", "checks": "write", "contents": "write"}, "events": ["check_run"],
        },
        "pull_requests": [],
    })
}

/// `commits/{ref}/check-runs`.
pub(super) fn checks(view: &View<'_>, request: &Request, repository: &Repository, commit: CommitIndex) -> Reply {
    let found: Vec<Held<'_>> = view
        .runs(repository)
        .filter(|run| run.head_commit == commit)
        .flat_map(|run| filtered(view, request, run))
        .filter(|(_, _, job)| {
            request.allows("check_name", &job.name)
                && request.allows("status", job.status_at(view.now).as_str())
                && request.allows("app_id", &ACTIONS_APP_ID.to_string())
        })
        .collect();
    Reply::list(view, request, found, Some("check_runs"), |job| {
        check(view, repository, job)
    })
}

/// `check-runs/{id}`.
pub(super) fn one_check(view: &View<'_>, repository: &Repository, id: &str) -> Reply {
    Reply::found(find(view, repository, id).map(|job| check(view, repository, job)))
}
