//! The Actions cache.

use domain::clock::Timestamp;
use serde_json::json;

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, written};
use crate::world::operation::Cache;

fn last_accessed_at(view: &View<'_>, cache: &Cache) -> Timestamp {
    let accesses = cache.accessed_at.iter().copied().filter(|at| *at <= view.now);
    accesses.max().unwrap_or(cache.created_at).max(cache.created_at)
}

fn held<'a>(view: &View<'_>, place: Place<'a>) -> Vec<&'a Cache> {
    let caches = place.repository.caches.iter();
    caches
        .filter(|cache| place.fork.is_none() && cache.created_at <= view.now)
        .filter(|cache| view.past(cache.evicted_at).is_none())
        .collect()
}

/// `actions/caches`.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let mut caches = held(view, place);
    caches.retain(|cache| {
        request.get("key").is_none_or(|key| cache.key.starts_with(key)) && request.allows("ref", &cache.reference)
    });
    match request.get("sort") {
        Some("created_at") => caches.sort_by_key(|cache| (cache.created_at, cache.id)),
        Some("size_in_bytes") => caches.sort_by_key(|cache| (cache.size_bytes, cache.id)),
        _ => caches.sort_by_key(|cache| (last_accessed_at(view, cache), cache.id)),
    }
    if request.get("direction") != Some("asc") {
        caches.reverse();
    }
    Answer::counted(view, request, "actions_caches", &caches, |cache| {
        json!({
            "id": cache.id,
            "ref": cache.reference,
            "key": cache.key,
            "version": cache.version,
            "last_accessed_at": written(last_accessed_at(view, cache)),
            "created_at": written(cache.created_at),
            "size_in_bytes": cache.size_bytes,
        })
    })
}

/// `actions/cache/usage`.
pub(crate) fn usage(view: &View<'_>, place: Place<'_>) -> Answer {
    let caches = held(view, place);
    let size_bytes: i64 = caches.iter().map(|cache| cache.size_bytes).sum();
    Answer::json(json!({
        "full_name": place.full_name(view),
        "active_caches_size_in_bytes": size_bytes,
        "active_caches_count": caches.len(),
    }))
}
