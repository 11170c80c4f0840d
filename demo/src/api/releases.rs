//! Releases and tags.

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::person;
use crate::api::request::Request;
use crate::api::view::{Place, View, node_id, written};
use crate::world::operation::Release;

fn document(view: &View<'_>, place: Place<'_>, release: &Release) -> Value {
    let home = place.url(view);
    let url = format!("{home}/releases/{}", release.id);
    let commit = place.commit(release.commit);
    let created_at = commit.map_or(release.published_at, |commit| commit.committed_at);
    json!({
        "url": url,
        "html_url": format!("{}/releases/tag/{}", place.html(view), release.tag),
        "assets_url": format!("{url}/assets"),
        "upload_url": format!("{url}/assets{{?name,label}}"),
        "tarball_url": format!("{home}/tarball/{}", release.tag),
        "zipball_url": format!("{home}/zipball/{}", release.tag),
        "id": release.id,
        "node_id": node_id("RE", release.id),
        "tag_name": release.tag,
        "target_commitish": "main",
        "name": release.tag,
        "body": "",
        "draft": false,
        "prerelease": false,
        "created_at": written(created_at),
        "published_at": written(release.published_at),
        "author": person::simple(view, release.author),
        "assets": [],
    })
}

fn held<'a>(view: &View<'_>, place: Place<'a>) -> Vec<&'a Release> {
    let releases = place.repository.releases.iter();
    let shows = |release: &&Release| place.fork.is_none() && release.published_at <= view.now;
    let mut releases: Vec<&Release> = releases.filter(shows).collect();
    releases.sort_by_key(|release| std::cmp::Reverse((release.published_at, release.id)));
    releases
}

/// `releases`, the newest first.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    Answer::list(view, request, &held(view, place), |release| {
        document(view, place, release)
    })
}

/// `releases/latest`, `releases/{id}`, `releases/tags/{tag}`.
pub(crate) fn show(view: &View<'_>, place: Place<'_>, rest: &[&str]) -> Option<Answer> {
    let mut releases = held(view, place).into_iter();
    let release = match rest {
        ["latest"] => releases.next(),
        ["tags", tag] => releases.find(|release| release.tag == *tag),
        [id] => releases.find(|release| release.id.to_string() == *id),
        _ => None,
    };
    Some(Answer::json(document(view, place, release?)))
}

/// `tags`, the newest first.
pub(crate) fn tags(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    Answer::list(view, request, &held(view, place), |release| {
        let home = place.url(view);
        let sha = place.sha(release.commit);
        json!({
            "name": release.tag,
            "commit": {"sha": sha, "url": format!("{home}/commits/{sha}")},
            "zipball_url": format!("{home}/zipball/refs/tags/{}", release.tag),
            "tarball_url": format!("{home}/tarball/refs/tags/{}", release.tag),
            "node_id": node_id("REF", &release.tag),
        })
    })
}
