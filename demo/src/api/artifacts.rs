//! Artifacts: their lists, and the way to their bytes.

use serde_json::{Value, json};

use crate::api::reply::{Reply, sha256};
use crate::api::request::Request;
use crate::api::view::{View, node, sha_of, time};
use crate::api::{Shared, runs};
use crate::world::repository::Repository;
use crate::world::run::{Artifact, Run};

/// An artifact with its run.
type Held<'a> = (&'a Run, &'a Artifact);

/// The artifacts of a run that exist, newest first.
fn held<'a>(view: &View<'_>, run: &'a Run) -> Vec<Held<'a>> {
    let mut found: Vec<Held<'a>> = run
        .attempts
        .iter()
        .flat_map(|attempt| &attempt.artifacts)
        .filter(|artifact| view.is_past(artifact.created_at))
        .map(|artifact| (run, artifact))
        .collect();
    found.sort_by_key(|(_, artifact)| std::cmp::Reverse((artifact.created_at, artifact.id)));
    found
}

fn is_expired(view: &View<'_>, artifact: &Artifact) -> bool {
    view.is_past(artifact.expires_at)
}

/// An artifact.
fn document(view: &View<'_>, shared: &Shared, repository: &Repository, (run, artifact): Held<'_>) -> Value {
    let url = format!("{}/actions/artifacts/{}", view.url(repository), artifact.id);
    let (size, digest) = shared.size(repository, artifact);
    let head = run
        .fork
        .and_then(|fork| repository.forks.get(fork))
        .map_or(repository.id, |fork| fork.id);
    json!({
        "id": artifact.id,
        "node_id": node("MDg", artifact.id),
        "name": artifact.name,
        "size_in_bytes": size,
        "url": url,
        "archive_download_url": format!("{url}/zip"),
        "expired": is_expired(view, artifact),
        "digest": format!("sha256:{digest}"),
        "created_at": time(artifact.created_at),
        "updated_at": time(artifact.created_at),
        "expires_at": time(artifact.expires_at),
        "workflow_run": {
            "id": run.id, "repository_id": repository.id, "head_repository_id": head,
            "head_branch": run.head_branch, "head_sha": sha_of(repository, run.head_commit),
        },
    })
}

fn page(view: &View<'_>, shared: &Shared, request: &Request, repository: &Repository, found: Vec<Held<'_>>) -> Reply {
    let named = found
        .into_iter()
        .filter(|(_, artifact)| request.allows("name", &artifact.name))
        .collect();
    Reply::list(view, request, named, Some("artifacts"), |artifact| {
        document(view, shared, repository, artifact)
    })
}

/// `runs/{id}/artifacts`.
pub(super) fn of_run(view: &View<'_>, shared: &Shared, request: &Request, repository: &Repository, id: &str) -> Reply {
    match runs::find(view, repository, id) {
        Some(run) => page(view, shared, request, repository, held(view, run)),
        None => Reply::not_found(),
    }
}

/// `actions/artifacts`.
pub(super) fn list(view: &View<'_>, shared: &Shared, request: &Request, repository: &Repository) -> Reply {
    let mut found: Vec<Held<'_>> = view.runs(repository).flat_map(|run| held(view, run)).collect();
    found.sort_by_key(|(_, artifact)| std::cmp::Reverse((artifact.created_at, artifact.id)));
    page(view, shared, request, repository, found)
}

fn find<'a>(view: &View<'a>, repository: &'a Repository, id: &str) -> Option<Held<'a>> {
    let id: i64 = id.parse().ok()?;
    view.runs(repository)
        .flat_map(|run| held(view, run))
        .find(|(_, artifact)| artifact.id == id)
}

/// `artifacts/{id}`.
pub(super) fn one(view: &View<'_>, shared: &Shared, repository: &Repository, id: &str) -> Reply {
    Reply::found(find(view, repository, id).map(|artifact| document(view, shared, repository, artifact)))
}

/// What proves that the interface handed out an address of the store.
fn signature(view: &View<'_>, id: i64) -> String {
    sha256(format!("{} {id}", view.world.seed).as_bytes())
}

/// `artifacts/{id}/zip`.
pub(super) fn archive(view: &View<'_>, repository: &Repository, id: &str) -> Reply {
    match find(view, repository, id) {
        None => Reply::not_found(),
        Some((_, artifact)) if is_expired(view, artifact) => Reply::problem(410, "Artifact has expired"),
        Some((_, artifact)) => Reply::redirect(format!(
            "{}/artifacts/{}/{}.zip?sig={}",
            view.downloads,
            repository.name,
            artifact.id,
            signature(view, artifact.id)
        )),
    }
}

/// The bytes behind an address of the store.
pub(super) fn bytes(view: &View<'_>, request: &Request) -> Option<Vec<u8>> {
    let [kind, name, file] = request.segments.as_slice() else {
        return None;
    };
    let repository = view
        .world
        .repositories
        .iter()
        .find(|repository| repository.name == name)?;
    let (_, artifact) = find(view, repository, file.strip_suffix(".zip")?)?;
    let is_signed = kind == "artifacts" && request.get("sig") == Some(signature(view, artifact.id).as_str());
    (is_signed && !is_expired(view, artifact)).then(|| (view.files)(view.world, repository, artifact))
}
