//! Workflow runs and their attempts.

use chrono::{NaiveDate, SubsecRound as _, TimeDelta};
use domain::clock::{Timestamp, parse_timestamp};
use serde_json::{Value, json};

use crate::api::jobs;
use crate::api::reply::Reply;
use crate::api::request::Request;
use crate::api::view::{PAGES, View, node, sha_of, time};
use crate::world::repository::Repository;
use crate::world::run::{Attempt, PullRequestReference, Run, Status};

/// What a filtered search can reach.
const FILTERED_CAP: usize = 1_000;
/// What the unfiltered list can reach.
const UNFILTERED_CAP: usize = 40_000;
/// The parameters that make a search of the list.
const FILTERS: [&str; 7] = [
    "actor",
    "branch",
    "check_suite_id",
    "created",
    "event",
    "head_sha",
    "status",
];
/// The distance between the ids of runs and of their check suites.
const CHECK_SUITE_OFFSET: i64 = 20_000_000_000;

/// First and last second of a `created` filter.
type Created = (Option<Timestamp>, Option<Timestamp>);

/// The first and the last second that one end of a `created` filter names.
fn end(text: &str) -> Option<(Timestamp, Timestamp)> {
    let first = parse_timestamp(text).ok()?.trunc_subsecs(0);
    let is_day = text.parse::<NaiveDate>().is_ok();
    let length = TimeDelta::seconds(if is_day { 86_399 } else { 0 });
    Some((first, first.checked_add_signed(length)?))
}

/// Reads a `created` filter; null where it is malformed, which GitHub does not mind.
fn created(text: &str) -> Option<Created> {
    let second = TimeDelta::seconds(1);
    if let Some((from, to)) = text.split_once("..") {
        // A star leaves an end open.
        let first = if from == "*" { None } else { Some(end(from)?.0) };
        let last = if to == "*" { None } else { Some(end(to)?.1) };
        return Some((first, last));
    }
    if let Some(text) = text.strip_prefix(">=") {
        return Some((Some(end(text)?.0), None));
    }
    if let Some(text) = text.strip_prefix("<=") {
        return Some((None, Some(end(text)?.1)));
    }
    if let Some(text) = text.strip_prefix('>') {
        return Some((Some(end(text)?.1 + second), None));
    }
    if let Some(text) = text.strip_prefix('<') {
        return Some((None, Some(end(text)?.0 - second)));
    }
    let (first, last) = end(text)?;
    Some((Some(first), Some(last)))
}

/// Where an attempt stands: before its first job starts it is queued.
fn status(view: &View<'_>, attempt: &Attempt) -> Status {
    let status = attempt.status_at(view.now);
    let is_waiting = !attempt.jobs.is_empty()
        && attempt
            .jobs
            .iter()
            .filter(|job| job.copy_of.is_none())
            .all(|job| job.status_at(view.now) == Status::Queued);
    if status == Status::InProgress && is_waiting {
        Status::Queued
    } else {
        status
    }
}

/// How an attempt ended; null while it goes on.
fn conclusion(view: &View<'_>, attempt: &Attempt) -> Option<&'static str> {
    let ended = attempt
        .conclusion
        .filter(|_| attempt.status_at(view.now) == Status::Completed)?;
    Some(ended.as_str())
}

/// The last instant at which an attempt changed.
fn updated_at(view: &View<'_>, attempt: &Attempt) -> Timestamp {
    let of_jobs = attempt.jobs.iter().filter(|job| job.copy_of.is_none());
    of_jobs
        .flat_map(|job| [job.started_at, job.completed_at])
        .chain([attempt.completed_at, attempt.touched_at])
        .flatten()
        .filter(|at| view.is_past(*at))
        .fold(attempt.started_at, Timestamp::max)
}

/// A pull request as a run lists it; null before it was opened.
fn reference(view: &View<'_>, repository: &Repository, run: &Run, reference: PullRequestReference) -> Option<Value> {
    let number = reference.number;
    let sha = sha_of(repository, run.head_commit);
    if let Some(index) = reference.fork {
        let fork = repository
            .forks
            .get(index)
            .filter(|fork| view.is_past(fork.created_at))?;
        let short = view.short_repository(repository, Some(index));
        let url = format!(
            "{}/repos/{}/{}/pulls/{number}",
            view.api,
            view.login(fork.owner),
            repository.name
        );
        return Some(json!({
            "id": fork.id * 1_000 + number, "number": number, "url": url,
            "head": {"ref": run.head_branch, "sha": sha, "repo": view.short_repository(repository, run.fork)},
            "base": {"ref": "main", "sha": sha, "repo": short},
        }));
    }
    let pull = repository
        .pull_requests
        .iter()
        .find(|pull| pull.number == number && view.is_past(pull.opened_at))?;
    let head = pull.head_at(view.now).unwrap_or(run.head_commit);
    Some(json!({
        "id": pull.id, "number": number, "url": format!("{}/pulls/{number}", view.url(repository)),
        "head": {
            "ref": pull.head_branch, "sha": sha_of(repository, head),
            "repo": view.short_repository(repository, pull.fork),
        },
        "base": {
            "ref": "main", "sha": sha_of(repository, pull.base), "repo": view.short_repository(repository, None),
        },
    }))
}

/// The id of a run's check suite.
pub(super) fn check_suite_id(run: &Run) -> i64 {
    run.id + CHECK_SUITE_OFFSET
}

/// A run as its attempt shows it.
fn document(view: &View<'_>, repository: &Repository, run: &Run, attempt: &Attempt, with_pulls: bool) -> Value {
    let url = format!("{}/actions/runs/{}", view.url(repository), run.id);
    let page = format!("{PAGES}/{}/actions/runs/{}", repository.full_name(), run.id);
    let workflow = repository.workflows.get(run.workflow);
    let workflow_id = workflow.map_or(0, |workflow| workflow.id);
    let commit = repository.commits.get(run.head_commit);
    let pulls: Vec<Value> = if with_pulls {
        run.pull_requests
            .iter()
            .filter_map(|held| reference(view, repository, run, *held))
            .collect()
    } else {
        Vec::new()
    };
    let title = run
        .pull_requests
        .first()
        .filter(|held| held.fork.is_none())
        .and_then(|held| repository.pull_requests.iter().find(|pull| pull.number == held.number))
        .map(|pull| pull.title.as_str())
        .or_else(|| commit.and_then(|commit| commit.message.lines().next()));
    let head_commit = commit.map(|commit| {
        let (name, email) = view.signature(commit.author);
        json!({
            "id": commit.sha, "message": commit.message, "timestamp": time(commit.committed_at),
            "tree_id": repository.trees.get(commit.tree).map_or("", |tree| tree.sha.as_str()),
            "author": {"name": name, "email": email}, "committer": {"name": name, "email": email},
        })
    });
    let previous = (attempt.number > 1).then(|| format!("{url}/attempts/{}", attempt.number - 1));
    json!({
        "id": run.id,
        "name": workflow.map(|workflow| workflow.name),
        "node_id": node("WFR", run.id),
        "head_branch": run.head_branch,
        "head_sha": sha_of(repository, run.head_commit),
        "path": workflow.map(|workflow| workflow.path),
        "display_title": title.unwrap_or_default(),
        "run_number": run.number,
        "event": run.event.as_str(),
        "status": status(view, attempt).as_str(),
        "conclusion": conclusion(view, attempt),
        "workflow_id": workflow_id,
        "check_suite_id": check_suite_id(run),
        "check_suite_node_id": node("CS", check_suite_id(run)),
        "url": url,
        "html_url": page,
        "pull_requests": pulls,
        "created_at": time(run.created_at),
        "updated_at": time(updated_at(view, attempt)),
        "actor": view.person(run.actor),
        "run_attempt": attempt.number,
        "referenced_workflows": [],
        "run_started_at": time(attempt.started_at),
        "triggering_actor": view.person(attempt.triggering_actor),
        "jobs_url": format!("{url}/jobs"),
        "logs_url": format!("{url}/logs"),
        "check_suite_url": format!("{}/check-suites/{}", view.url(repository), check_suite_id(run)),
        "artifacts_url": format!("{url}/artifacts"),
        "cancel_url": format!("{url}/cancel"),
        "rerun_url": format!("{url}/rerun"),
        "previous_attempt_url": previous,
        "workflow_url": format!("{}/actions/workflows/{workflow_id}", view.url(repository)),
        "head_commit": head_commit,
        "repository": view.minimal_repository(repository),
        "head_repository": view.head_repository(repository, run.fork),
    })
}

/// Tells whether a run matches the parameters of a search.
fn matches(view: &View<'_>, repository: &Repository, request: &Request, run: &Run, attempt: &Attempt) -> bool {
    let has_status = request
        .get("status")
        .is_none_or(|wanted| status(view, attempt).as_str() == wanted || conclusion(view, attempt) == Some(wanted));
    let second = run.created_at.trunc_subsecs(0);
    let is_created = request
        .get("created")
        .and_then(created)
        .is_none_or(|(from, to)| from.is_none_or(|from| from <= second) && to.is_none_or(|to| second <= to));
    has_status
        && is_created
        && request.allows("branch", &run.head_branch)
        && request.allows("event", run.event.as_str())
        && request.allows("head_sha", sha_of(repository, run.head_commit))
        && request.allows("actor", view.login(run.actor))
        && request.allows("check_suite_id", &check_suite_id(run).to_string())
}

/// `actions/runs`, and that of one workflow.
pub(super) fn list(view: &View<'_>, request: &Request, repository: &Repository, workflow: Option<usize>) -> Reply {
    let is_filtered = FILTERS.iter().any(|filter| request.get(filter).is_some());
    let (page, size) = request.page();
    if !is_filtered && page.saturating_mul(size) > UNFILTERED_CAP {
        return Reply::problem(
            422,
            "In order to keep the API fast for everyone, pagination is limited for this resource.",
        );
    }
    let cap = if is_filtered { FILTERED_CAP } else { UNFILTERED_CAP };
    let with_pulls = request.get("exclude_pull_requests") != Some("true");
    let found: Vec<(&Run, &Attempt)> = view
        .runs(repository)
        .filter(|run| workflow.is_none_or(|workflow| workflow == run.workflow))
        .filter_map(|run| Some((run, run.attempt_at(view.now)?)))
        .filter(|(run, attempt)| matches(view, repository, request, run, attempt))
        .collect();
    Reply::capped(view, request, found, cap, Some("workflow_runs"), |(run, attempt)| {
        document(view, repository, run, attempt, with_pulls)
    })
}

/// A run that exists.
pub(super) fn find<'a>(view: &View<'a>, repository: &'a Repository, id: &str) -> Option<&'a Run> {
    let id: i64 = id.parse().ok()?;
    view.runs(repository).find(|run| run.id == id)
}

/// An attempt that has started.
fn attempt<'a>(view: &View<'_>, run: &'a Run, number: &str) -> Option<&'a Attempt> {
    let number: i64 = number.parse().ok()?;
    run.attempts
        .iter()
        .find(|attempt| attempt.number == number && view.is_past(attempt.started_at))
}

/// `actions/runs/{id}` and what hangs below it, apart from artifacts.
pub(super) fn one(view: &View<'_>, request: &Request, repository: &Repository, id: &str, rest: &[&str]) -> Reply {
    let Some(run) = find(view, repository, id) else {
        return Reply::not_found();
    };
    let with_pulls = request.get("exclude_pull_requests") != Some("true");
    match rest {
        [] => Reply::found(
            run.attempt_at(view.now)
                .map(|held| document(view, repository, run, held, with_pulls)),
        ),
        ["jobs"] => jobs::of_run(view, request, repository, run),
        ["attempts", number] => {
            Reply::found(attempt(view, run, number).map(|held| document(view, repository, run, held, with_pulls)))
        }
        ["attempts", number, "jobs"] => match attempt(view, run, number) {
            Some(attempt) => jobs::of_attempt(view, request, repository, run, attempt),
            None => Reply::not_found(),
        },
        _ => Reply::not_found(),
    }
}
