//! The download origin: signed, short-lived addresses, and the bytes behind them.

use chrono::TimeDelta;

use crate::api::answer::Answer;
use crate::api::logs;
use crate::api::request::Request;
use crate::api::view::{View, digest};
use crate::files::{self, File};

/// An address holds so long.
const LIFETIME_SECONDS: i64 = 60;

fn signature(view: &View<'_>, path: &str, expiry: i64) -> String {
    let seed = view.world.seed.to_string();
    digest(&["download", &seed, &view.world.canary, path, &expiry.to_string()])
}

/// The signed address of something on the download origin.
pub(crate) fn address(view: &View<'_>, path: &str) -> String {
    let expiry = (view.now + TimeDelta::seconds(LIFETIME_SECONDS)).timestamp();
    let signature = signature(view, path, expiry);
    format!("{}{path}?se={expiry}&sig={signature}", view.downloads)
}

/// Tells whether a request carries a signature that still holds.
fn is_signed(view: &View<'_>, request: &Request) -> bool {
    let expiry = request.get("se").and_then(|text| text.parse::<i64>().ok());
    expiry.is_some_and(|expiry| {
        let holds = (0..=LIFETIME_SECONDS).contains(&(expiry - view.now.timestamp()));
        holds && request.get("sig") == Some(signature(view, &request.path, expiry).as_str())
    })
}

/// Answers a request to the download origin.
pub(crate) fn answer(view: &View<'_>, request: &Request) -> Answer {
    if !is_signed(view, request) {
        return Answer::refusal(403, "AuthenticationFailed");
    }
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    bytes(view, &segments).unwrap_or_else(Answer::not_found)
}

fn bytes(view: &View<'_>, segments: &[&str]) -> Option<Answer> {
    match segments {
        ["artifacts", id] => view.repositories().find_map(|place| {
            let (_, artifact) = place.artifact(view, id)?;
            if artifact.expires_at <= view.now {
                return Some(Answer::refusal(410, "Gone"));
            }
            let bytes = files::artifact_zip(view.world, place.repository, artifact);
            Some(Answer::raw("application/zip", bytes))
        }),
        ["logs", id] => view.repositories().find_map(|place| {
            let (_, _, job) = place.job(view, id)?;
            let text = logs::text(view, place, job);
            Some(Answer::raw("text/plain; charset=utf-8", text.into_bytes()))
        }),
        ["attempt-logs", id, number] => view.repositories().find_map(|place| {
            let attempt = crate::api::runs::numbered(view, place.run(view, id)?, number)?;
            let held: Vec<File> = view
                .jobs(attempt)
                .filter(|job| job.started_at.is_some())
                .enumerate()
                .map(|(position, job)| {
                    let name = format!("{position}_{}.txt", job.name.replace('/', "_"));
                    (name, logs::text(view, place, job).into_bytes())
                })
                .collect();
            let bytes = files::zip(&held, attempt.started_at).unwrap_or_default();
            Some(Answer::raw("application/zip", bytes))
        }),
        _ => None,
    }
}
