//! Artifacts of runs.

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::download;
use crate::api::request::Request;
use crate::api::view::{Place, View, node_id, written};
use crate::world::run::{Artifact, Run};

fn document(view: &View<'_>, place: Place<'_>, run: &Run, artifact: &Artifact) -> Value {
    let url = format!("{}/actions/artifacts/{}", place.url(view), artifact.id);
    let (size, digest) = view.measure(place, artifact);
    json!({
        "id": artifact.id,
        "node_id": node_id("A", artifact.id),
        "name": artifact.name,
        "size_in_bytes": size,
        "url": url,
        "archive_download_url": format!("{url}/zip"),
        "expired": artifact.expires_at <= view.now,
        "digest": format!("sha256:{digest}"),
        "created_at": written(artifact.created_at),
        "expires_at": written(artifact.expires_at),
        "updated_at": written(artifact.created_at),
        "workflow_run": {
            "id": run.id,
            "repository_id": place.repository.id,
            "head_repository_id": place.forked(run.fork).id(),
            "head_branch": run.head_branch,
            "head_sha": place.sha(run.head_commit),
        },
    })
}

fn page(view: &View<'_>, request: &Request, place: Place<'_>, mut found: Vec<(&Run, &Artifact)>) -> Answer {
    found.retain(|(_, artifact)| artifact.created_at <= view.now && request.allows("name", &artifact.name));
    found.sort_by_key(|(_, artifact)| std::cmp::Reverse((artifact.created_at, artifact.id)));
    if request.get("direction") == Some("asc") {
        found.reverse();
    }
    Answer::counted(view, request, "artifacts", &found, |(run, artifact)| {
        document(view, place, run, artifact)
    })
}

fn held(run: &Run) -> impl Iterator<Item = (&Run, &Artifact)> {
    let attempts = run.attempts.iter();
    attempts.flat_map(move |attempt| attempt.artifacts.iter().map(move |artifact| (run, artifact)))
}

/// `actions/artifacts`.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let runs = place.repository.runs.iter();
    let runs = runs.filter(|run| place.fork.is_none() && view.shows_run(run));
    page(view, request, place, runs.flat_map(held).collect())
}

/// `actions/runs/{id}/artifacts`: of all attempts.
pub(crate) fn of_run(view: &View<'_>, request: &Request, place: Place<'_>, id: &str) -> Option<Answer> {
    let run = place.run(view, id)?;
    Some(page(view, request, place, held(run).collect()))
}

/// `actions/artifacts/{id}`.
pub(crate) fn show(view: &View<'_>, place: Place<'_>, id: &str) -> Option<Answer> {
    let (run, artifact) = place.artifact(view, id)?;
    Some(Answer::json(document(view, place, run, artifact)))
}

/// `actions/artifacts/{id}/zip`.
pub(crate) fn zip(view: &View<'_>, place: Place<'_>, id: &str) -> Option<Answer> {
    let (_, artifact) = place.artifact(view, id)?;
    if artifact.expires_at <= view.now {
        return Some(Answer::refusal(410, "Artifact has expired"));
    }
    let path = format!("/artifacts/{}", artifact.id);
    Some(Answer::redirect(download::address(view, &path)))
}
