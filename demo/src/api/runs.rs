//! Workflow runs and their attempts.

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::created::Created;
use crate::api::request::Request;
use crate::api::view::{Place, View, node_id, whole, written};
use crate::api::{commits, jobs, logs, person, pulls, repository};
use crate::world::run::{Attempt, PullRequestReference, Run, Status};

/// Results that GitHub gives of a filtered search.
const FILTERED_RESULTS: usize = 1_000;
/// Results that GitHub gives of all runs.
const RESULTS: usize = 40_000;
/// What makes a search a filtered one.
const FILTERS: [&str; 7] = [
    "actor",
    "branch",
    "check_suite_id",
    "created",
    "event",
    "head_sha",
    "status",
];
/// Check suites count in a sequence of their own.
const SUITES_FROM: i64 = 40_000_000_000;

/// The check suite of a run; all its attempts write to one.
pub(crate) fn suite_id(run: &Run) -> i64 {
    SUITES_FROM + run.id
}

/// The run of a check suite.
pub(crate) fn run_of_suite<'a>(view: &View<'_>, place: Place<'a>, id: &str) -> Option<&'a Run> {
    let id = id.parse::<i64>().ok()? - SUITES_FROM;
    place.run(view, &id.to_string())
}

/// When the latest of the things that an attempt shows happened.
fn updated_at(view: &View<'_>, attempt: &Attempt) -> domain::clock::Timestamp {
    let jobs = view
        .jobs(attempt)
        .flat_map(|job| [Some(job.created_at), job.started_at, job.completed_at]);
    jobs.chain([attempt.completed_at, attempt.touched_at])
        .filter_map(|at| view.past(at))
        .fold(attempt.started_at, std::cmp::max)
}

fn conclusion(view: &View<'_>, attempt: &Attempt) -> Option<&'static str> {
    view.past(attempt.completed_at)?;
    Some(attempt.conclusion?.as_str())
}

/// The pull requests that GitHub shows with a run.
pub(crate) fn pull_requests(view: &View<'_>, place: Place<'_>, run: &Run) -> Vec<Value> {
    run.pull_requests
        .iter()
        .filter_map(|reference| match reference.fork {
            None => pulls::reference(view, place, reference.number),
            Some(_) => foreign_reference(view, place, run, *reference),
        })
        .collect()
}

/// A pull request of a fork's own: of the fork network, not of this repository.
fn foreign_reference(view: &View<'_>, place: Place<'_>, run: &Run, reference: PullRequestReference) -> Option<Value> {
    let fork = place.forked(reference.fork);
    let held = fork.fork.filter(|held| held.created_at <= view.now)?;
    let base = json!({"id": fork.id(), "url": fork.url(view), "name": fork.repository.name});
    let base_sha = place
        .history(run.head_commit)
        .get(1)
        .map_or("", |commit| place.sha(*commit));
    Some(json!({
        "id": held.id * 1_000 + reference.number,
        "number": reference.number,
        "url": format!("{}/pulls/{}", fork.url(view), reference.number),
        "head": {
            "ref": run.head_branch,
            "sha": place.sha(run.head_commit),
            "repo": {"id": place.id(), "url": place.url(view), "name": place.repository.name},
        },
        "base": {"ref": "main", "sha": base_sha, "repo": base},
    }))
}

fn title(view: &View<'_>, place: Place<'_>, run: &Run) -> String {
    let pull = run.pull_requests.iter().find(|reference| reference.fork.is_none());
    if let Some(pull) = pull.and_then(|reference| place.pull(view, reference.number)) {
        return pull.title.clone();
    }
    let workflow = || {
        place
            .repository
            .workflows
            .get(run.workflow)
            .map(|workflow| workflow.name)
    };
    match run.event {
        crate::world::run::Event::Schedule
        | crate::world::run::Event::WorkflowDispatch
        | crate::world::run::Event::WorkflowRun => workflow().unwrap_or_default().to_owned(),
        _ => place
            .commit(run.head_commit)
            .and_then(|commit| commit.message.lines().next())
            .unwrap_or_default()
            .to_owned(),
    }
}

/// A run as one of its attempts shows it.
pub(crate) fn document(view: &View<'_>, request: &Request, place: Place<'_>, run: &Run, attempt: &Attempt) -> Value {
    let home = place.url(view);
    let url = format!("{home}/actions/runs/{}", run.id);
    let html = format!("{}/actions/runs/{}", place.html(view), run.id);
    let workflow = place.repository.workflows.get(run.workflow);
    let workflow_id = workflow.map_or(0, |workflow| workflow.id);
    let suite = suite_id(run);
    let previous = (attempt.number > 1).then(|| format!("{url}/attempts/{}", attempt.number - 1));
    let is_bare = request.get("exclude_pull_requests") == Some("true");
    let listed = if is_bare {
        Vec::new()
    } else {
        pull_requests(view, place, run)
    };
    let head = place.forked(run.fork);
    json!({
        "id": run.id,
        "name": workflow.map(|workflow| workflow.name),
        "node_id": node_id("WFR", run.id),
        "head_branch": run.head_branch,
        "head_sha": place.sha(run.head_commit),
        "path": workflow.map_or("", |workflow| workflow.path),
        "display_title": title(view, place, run),
        "run_number": run.number,
        "run_attempt": attempt.number,
        "event": run.event.as_str(),
        "status": view.status(attempt).as_str(),
        "conclusion": conclusion(view, attempt),
        "workflow_id": workflow_id,
        "check_suite_id": suite,
        "check_suite_node_id": node_id("CS", suite),
        "url": url,
        "html_url": html,
        "pull_requests": listed,
        "created_at": written(run.created_at),
        "updated_at": written(updated_at(view, attempt)),
        "run_started_at": written(attempt.started_at),
        "actor": person::simple(view, run.actor),
        "triggering_actor": person::simple(view, attempt.triggering_actor),
        "jobs_url": format!("{url}/jobs"),
        "logs_url": format!("{url}/logs"),
        "check_suite_url": format!("{home}/check-suites/{suite}"),
        "artifacts_url": format!("{url}/artifacts"),
        "cancel_url": format!("{url}/cancel"),
        "rerun_url": format!("{url}/rerun"),
        "previous_attempt_url": previous,
        "workflow_url": format!("{home}/actions/workflows/{workflow_id}"),
        "referenced_workflows": [],
        "head_commit": commits::simple(view, place, run.head_commit),
        "repository": repository::minimal(view, place),
        "head_repository": repository::minimal(view, head),
        "head_repository_id": head.id(),
    })
}

/// Tells whether a run passes the filters of a search.
fn matches(view: &View<'_>, request: &Request, place: Place<'_>, run: &Run, created: Option<Created>) -> bool {
    let is_actor = |login: &str| {
        view.person(run.actor)
            .is_some_and(|person| person.login.eq_ignore_ascii_case(login))
    };
    let is_state = |wanted: &str| {
        view.attempt(run).is_some_and(|attempt| {
            let status = view.status(attempt);
            status.as_str() == wanted || (status == Status::Completed && conclusion(view, attempt) == Some(wanted))
        })
    };
    created.is_none_or(|created| created.holds(whole(run.created_at)))
        && request.allows("event", run.event.as_str())
        && request.allows("branch", &run.head_branch)
        && request.allows("head_sha", place.sha(run.head_commit))
        && request
            .get("check_suite_id")
            .is_none_or(|id| id == suite_id(run).to_string())
        && request.get("actor").is_none_or(is_actor)
        && request.get("status").is_none_or(is_state)
}

/// `actions/runs` and `actions/workflows/{id}/runs`, the newest first.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>, workflow: Option<usize>) -> Answer {
    let created = request.get("created").and_then(Created::read);
    let is_filtered = FILTERS
        .iter()
        .any(|name| request.get(name).is_some() && (*name != "created" || created.is_some()));
    let pager = request.pager();
    if !is_filtered && pager.page * pager.per_page > RESULTS {
        return Answer::refusal(
            422,
            "In order to keep the API fast for everyone, pagination is limited for this resource.",
        );
    }
    let runs = if place.fork.is_some() {
        &[]
    } else {
        place.repository.runs.as_slice()
    };
    let runs: Vec<&Run> = runs
        .iter()
        .rev()
        .filter(|run| view.shows_run(run))
        .filter(|run| workflow.is_none_or(|workflow| run.workflow == workflow))
        .filter(|run| matches(view, request, place, run, created))
        .take(if is_filtered { FILTERED_RESULTS } else { RESULTS })
        .collect();
    Answer::counted(view, request, "workflow_runs", &runs, |run| {
        view.attempt(run)
            .map_or(Value::Null, |attempt| document(view, request, place, run, attempt))
    })
}

/// `actions/runs/{id}`.
pub(crate) fn show(view: &View<'_>, request: &Request, place: Place<'_>, id: &str) -> Option<Answer> {
    let run = place.run(view, id)?;
    Some(Answer::json(document(view, request, place, run, view.attempt(run)?)))
}

/// The attempt of this number, where it has started.
pub(crate) fn numbered<'a>(view: &View<'_>, run: &'a Run, number: &str) -> Option<&'a Attempt> {
    let number = number.parse::<i64>().ok()?;
    run.attempts
        .iter()
        .find(|attempt| attempt.number == number && attempt.started_at <= view.now)
}

/// `actions/runs/{id}/attempts/{number}` and what is below it.
pub(crate) fn attempt(
    view: &View<'_>,
    request: &Request,
    place: Place<'_>,
    (id, number, rest): (&str, &str, &[&str]),
) -> Option<Answer> {
    let run = place.run(view, id)?;
    let attempt = numbered(view, run, number)?;
    match rest {
        [] => Some(Answer::json(document(view, request, place, run, attempt))),
        ["jobs"] => Some(jobs::of_attempt(view, request, place, run, attempt)),
        ["logs"] => Some(logs::of_attempt(view, run, attempt)),
        _ => None,
    }
}

/// `actions/runs/{id}/timing`.
pub(crate) fn timing(view: &View<'_>, place: Place<'_>, id: &str) -> Option<Answer> {
    let run = place.run(view, id)?;
    let attempt = view.attempt(run)?;
    let jobs: Vec<Value> = view
        .jobs(attempt)
        .filter(|job| job.copy_of.is_none() && !job.is_self_hosted && job.started_at.is_some())
        .filter(|job| view.past(job.completed_at).is_some())
        .map(|job| {
            let duration_ms = job.duration().map_or(0, |duration| duration.num_milliseconds());
            let billed_ms = if place.repository.is_private { duration_ms } else { 0 };
            json!({"job_id": job.id, "duration_ms": billed_ms})
        })
        .collect();
    let total: i64 = jobs.iter().filter_map(|job| job.get("duration_ms")?.as_i64()).sum();
    let duration_ms = (updated_at(view, attempt) - attempt.started_at).num_milliseconds();
    Some(Answer::json(json!({
        "billable": {"UBUNTU": {"total_ms": total, "jobs": jobs.len(), "job_runs": jobs}},
        "run_duration_ms": duration_ms,
    })))
}
