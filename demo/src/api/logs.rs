//! Logs of jobs and attempts: redirects here, on the download origin the text of a job or the zip of an attempt.

use std::fmt::Write as _;

use chrono::TimeDelta;

use crate::api::answer::Answer;
use crate::api::steps;
use crate::api::view::{Place, View, written};
use crate::api::{download, jobs};
use crate::world::run::{Attempt, Job, Run, Status};

/// GitHub keeps logs so long.
const KEPT_DAYS: i64 = 90;

fn is_gone(view: &View<'_>, run: &Run) -> bool {
    run.created_at + TimeDelta::days(KEPT_DAYS) <= view.now
}

fn gone() -> Answer {
    Answer::refusal(410, "Server Error: logs have expired")
}

/// `actions/jobs/{id}/logs`.
pub(crate) fn of_job(view: &View<'_>, place: Place<'_>, id: &str) -> Option<Answer> {
    let (run, _, job) = place.job(view, id)?;
    if is_gone(view, run) {
        return Some(gone());
    }
    // GitHub has no log of a job that still runs or never did.
    if job.status_at(view.now) != Status::Completed || job.started_at.is_none() {
        return None;
    }
    Some(Answer::redirect(download::address(view, &format!("/logs/{}", job.id))))
}

/// `actions/runs/{id}/attempts/{number}/logs`.
pub(crate) fn of_attempt(view: &View<'_>, run: &Run, attempt: &Attempt) -> Answer {
    if is_gone(view, run) {
        return gone();
    }
    let path = format!("/attempt-logs/{}/{}", run.id, attempt.number);
    Answer::redirect(download::address(view, &path))
}

/// The text of a job's log.
pub(crate) fn text(view: &View<'_>, place: Place<'_>, job: &Job) -> String {
    let mut text = String::new();
    for step in steps::of(view, job) {
        let (Some(started_at), Some(completed_at)) = (step.started_at, step.completed_at) else {
            continue;
        };
        let at = written(started_at);
        let _ = writeln!(text, "{at} ##[group]{}", step.name);
        let _ = writeln!(text, "{at} {} on {}", job.name, place.repository.name);
        let _ = writeln!(text, "{at} ##[endgroup]");
        let at = written(completed_at);
        let _ = match step.conclusion {
            Some("failure") => writeln!(text, "{at} ##[error]Process completed with exit code 1."),
            Some("cancelled") => writeln!(text, "{at} ##[error]The operation was canceled."),
            _ => Ok(()),
        };
    }
    let conclusion = jobs::conclusion(view, job).unwrap_or("none");
    let at = written(job.completed_at.unwrap_or(job.created_at));
    let _ = writeln!(text, "{at} Job completed: {conclusion}");
    text
}
