//! Check runs, which are jobs, check suites, which are runs, and the combined status of a commit.

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, node_id, written, written_where};
use crate::api::{commits, jobs, person, repository, runs, steps};
use crate::world::ACTIONS_APP_ID;
use crate::world::change::CommitIndex;
use crate::world::run::{Attempt, Conclusion, Job, Run};

fn document(view: &View<'_>, place: Place<'_>, run: &Run, job: &Job) -> Value {
    let url = format!("{}/check-runs/{}", place.url(view), job.id);
    let html = jobs::html(view, place, run, job);
    json!({
        "id": job.id,
        "name": job.name,
        "node_id": node_id("CR", job.id),
        "head_sha": place.sha(run.head_commit),
        "external_id": node_id("job", job.id),
        "url": url,
        "html_url": html,
        "details_url": html,
        "status": job.status_at(view.now).as_str(),
        "conclusion": jobs::conclusion(view, job),
        "started_at": written(view.past(job.started_at).unwrap_or(job.created_at)),
        "completed_at": written_where(view.past(job.completed_at)),
        "output": {
            "title": null,
            "summary": null,
            "text": null,
            "annotations_count": annotation(view, job).iter().len(),
            "annotations_url": format!("{url}/annotations"),
        },
        "check_suite": {"id": runs::suite_id(run)},
        "app": person::actions_app(view),
        "pull_requests": runs::pull_requests(view, place, run),
    })
}

/// What GitHub writes below a job that broke.
fn annotation(view: &View<'_>, job: &Job) -> Option<String> {
    view.past(job.completed_at)?;
    match job.conclusion? {
        Conclusion::Failure => Some(format!(
            "{}: Process completed with exit code 1.",
            steps::failing(job.kind)
        )),
        Conclusion::Cancelled => Some("The operation was canceled.".to_owned()),
        Conclusion::TimedOut => Some(format!(
            "The job running on runner has exceeded the maximum execution time of {} minutes.",
            job.timeout_minutes
        )),
        _ => None,
    }
}

fn suite_document(view: &View<'_>, place: Place<'_>, run: &Run, attempt: &Attempt) -> Value {
    let id = runs::suite_id(run);
    let url = format!("{}/check-suites/{id}", place.url(view));
    let completed_at = view.past(attempt.completed_at);
    let before = place
        .commit(run.head_commit)
        .and_then(|commit| commit.parents.first())
        .map(|parent| place.sha(*parent));
    json!({
        "id": id,
        "node_id": node_id("CS", id),
        "head_branch": run.head_branch,
        "head_sha": place.sha(run.head_commit),
        "status": view.status(attempt).as_str(),
        "conclusion": completed_at.and(attempt.conclusion).map(Conclusion::as_str),
        "url": url,
        "before": before,
        "after": place.sha(run.head_commit),
        "pull_requests": runs::pull_requests(view, place, run),
        "app": person::actions_app(view),
        "repository": repository::minimal(view, place),
        "created_at": written(run.created_at),
        "updated_at": written(completed_at.unwrap_or(attempt.started_at)),
        "head_commit": commits::simple(view, place, run.head_commit),
        "latest_check_runs_count": view.jobs(attempt).count(),
        "check_runs_url": format!("{url}/check-runs"),
        "rerequestable": true,
        "runs_rerequestable": false,
    })
}

/// The runs that have a commit under test, the newest first.
fn runs_of<'a>(view: &View<'_>, place: Place<'a>, commit: CommitIndex) -> Vec<&'a Run> {
    let positions = place.index.runs_of.get(&commit).map(Vec::as_slice).unwrap_or_default();
    positions
        .iter()
        .rev()
        .filter_map(|position| place.repository.runs.get(*position))
        .filter(|run| place.fork.is_none() && view.shows_run(run))
        .collect()
}

fn page(view: &View<'_>, request: &Request, place: Place<'_>, runs: &[&Run]) -> Answer {
    let is_all = request.get("filter") == Some("all");
    let is_actions = request.allows("app_id", &ACTIONS_APP_ID.to_string());
    let mut found: Vec<(&Run, &Job)> = Vec::new();
    for run in runs.iter().filter(|_| is_actions) {
        let latest = view.attempt(run).map(|attempt| attempt.number);
        let attempts = run
            .attempts
            .iter()
            .rev()
            .filter(|attempt| attempt.started_at <= view.now && (is_all || Some(attempt.number) == latest));
        for attempt in attempts {
            found.extend(view.jobs(attempt).map(|job| (*run, job)));
        }
    }
    found.retain(|(_, job)| {
        request.allows("check_name", &job.name) && request.allows("status", job.status_at(view.now).as_str())
    });
    Answer::counted(view, request, "check_runs", &found, |(run, job)| {
        document(view, place, run, job)
    })
}

/// `commits/{ref}/check-runs`.
pub(crate) fn of_commit(view: &View<'_>, request: &Request, place: Place<'_>, name: &str) -> Option<Answer> {
    let commit = place.resolve(view, name)?;
    Some(page(view, request, place, &runs_of(view, place, commit)))
}

/// `commits/{ref}/check-suites`.
pub(crate) fn suites_of_commit(view: &View<'_>, request: &Request, place: Place<'_>, name: &str) -> Option<Answer> {
    let mut runs = runs_of(view, place, place.resolve(view, name)?);
    runs.retain(|run| {
        let holds = |name: &str| {
            view.attempt(run)
                .is_some_and(|attempt| view.jobs(attempt).any(|job| job.name == name))
        };
        request.allows("app_id", &ACTIONS_APP_ID.to_string()) && request.get("check_name").is_none_or(holds)
    });
    Some(Answer::counted(view, request, "check_suites", &runs, |run| {
        view.attempt(run)
            .map_or(Value::Null, |attempt| suite_document(view, place, run, attempt))
    }))
}

/// `commits/{ref}/status`: Actions writes check runs, so there is no status.
pub(crate) fn status_of_commit(view: &View<'_>, place: Place<'_>, name: &str) -> Option<Answer> {
    let sha = place.sha(place.resolve(view, name)?);
    let url = format!("{}/commits/{sha}", place.url(view));
    Some(Answer::json(json!({
        "state": "pending",
        "statuses": [],
        "sha": sha,
        "total_count": 0,
        "repository": repository::minimal(view, place),
        "commit_url": url,
        "url": format!("{url}/status"),
    })))
}

/// `check-suites/{id}` and its `check-runs`.
pub(crate) fn suite(view: &View<'_>, request: &Request, place: Place<'_>, id: &str, rest: &[&str]) -> Option<Answer> {
    let run = runs::run_of_suite(view, place, id)?;
    match rest {
        [] => Some(Answer::json(suite_document(view, place, run, view.attempt(run)?))),
        ["check-runs"] => Some(page(view, request, place, &[run])),
        _ => None,
    }
}

/// `check-runs/{id}` and its `annotations`.
pub(crate) fn show(view: &View<'_>, request: &Request, place: Place<'_>, id: &str, rest: &[&str]) -> Option<Answer> {
    let (run, _, job) = place.job(view, id)?;
    match rest {
        [] => Some(Answer::json(document(view, place, run, job))),
        ["annotations"] => {
            let sha = place.sha(run.head_commit);
            let found: Vec<String> = annotation(view, job).into_iter().collect();
            Some(Answer::list(view, request, &found, |message| {
                json!({
                    "path": ".github",
                    "blob_href": format!("{}/blob/{sha}/.github", place.html(view)),
                    "start_line": 1,
                    "end_line": 1,
                    "start_column": null,
                    "end_column": null,
                    "annotation_level": "failure",
                    "title": "",
                    "message": message,
                    "raw_details": "",
                })
            }))
        }
        _ => None,
    }
}
