//! Jobs of run attempts.

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::steps;
use crate::api::view::{Place, View, node_id, written, written_where};
use crate::world::run::{Attempt, Conclusion, Job, Run};

/// How a job ended, in the words that GitHub has for jobs.
pub(crate) fn conclusion(view: &View<'_>, job: &Job) -> Option<&'static str> {
    view.past(job.completed_at)?;
    match job.conclusion? {
        Conclusion::StartupFailure => Some("failure"),
        Conclusion::Stale => Some("cancelled"),
        conclusion => Some(conclusion.as_str()),
    }
}

fn document(view: &View<'_>, place: Place<'_>, run: &Run, attempt: &Attempt, job: &Job) -> Value {
    let home = place.url(view);
    let started_at = view.past(job.started_at);
    let runner = started_at.map(|_| job.id % 1_000 + 1);
    let (group, name) = if job.is_self_hosted {
        ("Default", "gpu-runner")
    } else {
        ("GitHub Actions", "GitHub Actions")
    };
    let labels = if job.is_self_hosted {
        vec!["self-hosted", "linux", "gpu"]
    } else {
        vec!["ubuntu-latest"]
    };
    let workflow = place.repository.workflows.get(run.workflow);
    json!({
        "id": job.id,
        "run_id": run.id,
        "workflow_name": workflow.map(|workflow| workflow.name),
        "head_branch": run.head_branch,
        "run_url": format!("{home}/actions/runs/{}", run.id),
        "run_attempt": attempt.number,
        "node_id": node_id("CR", job.id),
        "head_sha": place.sha(run.head_commit),
        "url": format!("{home}/actions/jobs/{}", job.id),
        "html_url": html(view, place, run, job),
        "status": job.status_at(view.now).as_str(),
        "conclusion": conclusion(view, job),
        "created_at": written(job.created_at),
        "started_at": written(started_at.unwrap_or(job.created_at)),
        "completed_at": written_where(view.past(job.completed_at)),
        "name": job.name,
        "steps": steps::documents(view, job),
        "check_run_url": format!("{home}/check-runs/{}", job.id),
        "labels": labels,
        "runner_id": runner,
        "runner_name": runner.map(|runner| format!("{name} {runner}")),
        "runner_group_id": runner.map(|_| if job.is_self_hosted { 1 } else { 2 }),
        "runner_group_name": runner.map(|_| group),
    })
}

/// The page of a job for people.
pub(crate) fn html(view: &View<'_>, place: Place<'_>, run: &Run, job: &Job) -> String {
    format!("{}/actions/runs/{}/job/{}", place.html(view), run.id, job.id)
}

/// `actions/runs/{id}/attempts/{number}/jobs`.
pub(crate) fn of_attempt(view: &View<'_>, request: &Request, place: Place<'_>, run: &Run, attempt: &Attempt) -> Answer {
    let jobs: Vec<&Job> = view.jobs(attempt).collect();
    Answer::counted(view, request, "jobs", &jobs, |job| {
        document(view, place, run, attempt, job)
    })
}

/// `actions/runs/{id}/jobs`: of the latest attempt, or of all, the latest first.
pub(crate) fn of_run(view: &View<'_>, request: &Request, place: Place<'_>, id: &str) -> Option<Answer> {
    let run = place.run(view, id)?;
    if request.get("filter") != Some("all") {
        return Some(of_attempt(view, request, place, run, view.attempt(run)?));
    }
    let attempts = run
        .attempts
        .iter()
        .rev()
        .filter(|attempt| attempt.started_at <= view.now);
    let jobs: Vec<(&Attempt, &Job)> = attempts
        .flat_map(|attempt| view.jobs(attempt).map(move |job| (attempt, job)))
        .collect();
    Some(Answer::counted(view, request, "jobs", &jobs, |(attempt, job)| {
        document(view, place, run, attempt, job)
    }))
}

/// `actions/jobs/{id}`.
pub(crate) fn show(view: &View<'_>, place: Place<'_>, id: &str) -> Option<Answer> {
    let (run, attempt, job) = place.job(view, id)?;
    Some(Answer::json(document(view, place, run, attempt, job)))
}
