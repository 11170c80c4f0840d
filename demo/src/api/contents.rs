//! Files, trees and blobs of commits.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, digest, node_id};
use crate::world::change::{Blob, Tree};

/// Base 64 in lines of 60 characters, as GitHub writes it.
fn encoded(text: &str) -> String {
    let mut lines = String::new();
    for (position, letter) in STANDARD.encode(text).chars().enumerate() {
        if position > 0 && position % 60 == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    lines.push('\n');
    lines
}

/// An entry of a directory: the path, and its blob where it is a file.
type Entries = BTreeMap<String, Option<usize>>;

/// What stands directly in a directory, whose path ends in a slash or is empty.
fn directly_in(tree: &Tree, directory: &str) -> Entries {
    let mut entries = Entries::new();
    for (path, blob) in &tree.files {
        let Some(rest) = path.strip_prefix(directory) else {
            continue;
        };
        match rest.split_once('/') {
            Some((name, _)) => entries.insert(format!("{directory}{name}"), None),
            None => entries.insert(path.to_string(), Some(*blob)),
        };
    }
    entries
}

/// The name of a directory's tree, which derives from that of the whole.
fn directory_sha(tree: &Tree, path: &str) -> String {
    digest(&["tree", &tree.sha, path])
}

/// One file or directory as `contents` shows it.
fn entry(view: &View<'_>, place: Place<'_>, (tree, sha): (&Tree, &str), path: &str, blob: Option<&Blob>) -> Value {
    let home = place.url(view);
    let html = place.html(view);
    let url = format!("{home}/contents/{path}?ref={sha}");
    let (kind, name, git) = match blob {
        Some(blob) => ("file", blob.sha.clone(), "blobs"),
        None => ("dir", directory_sha(tree, path), "trees"),
    };
    let git_url = format!("{home}/git/{git}/{name}");
    let page = if blob.is_some() { "blob" } else { "tree" };
    let html_url = format!("{html}/{page}/{sha}/{path}");
    let download_url = blob.map(|_| {
        let full_name = place.full_name(view);
        format!("https://raw.githubusercontent.com/{full_name}/{sha}/{path}")
    });
    json!({
        "type": kind,
        "size": blob.map_or(0, |blob| blob.text.len()),
        "name": path.rsplit('/').next(),
        "path": path,
        "sha": name,
        "url": url,
        "git_url": git_url,
        "html_url": html_url,
        "download_url": download_url,
        "_links": {"self": url, "git": git_url, "html": html_url},
    })
}

/// `contents/{path}`: a file, as JSON or raw, or what is in a directory.
pub(crate) fn show(view: &View<'_>, request: &Request, place: Place<'_>, path: &[&str]) -> Option<Answer> {
    let commit = place.commit(place.resolve(view, request.get("ref").unwrap_or("main"))?)?;
    let tree = place.repository.trees.get(commit.tree)?;
    let path = path.join("/");
    let blob = |blob: usize| place.repository.blobs.get(blob);
    if let Some((_, held)) = tree.files.iter().find(|(held, _)| **held == *path) {
        let held = blob(*held)?;
        if request.accept.contains("raw") {
            return Some(Answer::raw(
                "application/vnd.github.raw+json; charset=utf-8",
                held.text.as_bytes().to_vec(),
            ));
        }
        let mut document = entry(view, place, (tree, &commit.sha), &path, Some(held));
        if let Value::Object(fields) = &mut document {
            fields.insert("encoding".to_owned(), json!("base64"));
            fields.insert("content".to_owned(), json!(encoded(&held.text)));
        }
        return Some(Answer::json(document));
    }
    let directory = if path.is_empty() {
        String::new()
    } else {
        format!("{path}/")
    };
    let entries = directly_in(tree, &directory);
    if entries.is_empty() && !path.is_empty() {
        return None;
    }
    let entries: Vec<Value> = entries
        .iter()
        .map(|(path, held)| entry(view, place, (tree, &commit.sha), path, held.and_then(blob)))
        .collect();
    Some(Answer::json(json!(entries)))
}

/// The tree that a name means: its own, or a commit's.
fn named<'a>(view: &View<'_>, place: Place<'a>, name: &str) -> Option<&'a Tree> {
    let trees = &place.repository.trees;
    if let Some(position) = place.index.trees.get(name) {
        let mut commits = place.repository.commits.iter();
        let is_there = commits.any(|commit| commit.tree == *position && commit.pushed_at <= view.now);
        return trees.get(*position).filter(|_| is_there);
    }
    trees.get(place.commit(place.resolve(view, name)?)?.tree)
}

/// `git/trees/{sha or ref}`, with `recursive` everything below it.
pub(crate) fn tree(view: &View<'_>, request: &Request, place: Place<'_>, name: &str) -> Option<Answer> {
    let tree = named(view, place, name)?;
    let mut entries = directly_in(tree, "");
    if request.get("recursive").is_some() {
        for (path, blob) in &tree.files {
            entries.insert(path.to_string(), Some(*blob));
            let mut directory: &str = path;
            while let Some((above, _)) = directory.rsplit_once('/') {
                entries.insert(above.to_owned(), None);
                directory = above;
            }
        }
    }
    let home = place.url(view);
    let entries: Vec<Value> = entries
        .iter()
        .map(|(path, held)| {
            if let Some(blob) = held.and_then(|held| place.repository.blobs.get(held)) {
                return json!({
                    "path": path,
                    "mode": "100644",
                    "type": "blob",
                    "sha": blob.sha,
                    "size": blob.text.len(),
                    "url": format!("{home}/git/blobs/{}", blob.sha),
                });
            }
            let sha = directory_sha(tree, path);
            json!({
                "path": path,
                "mode": "040000",
                "type": "tree",
                "sha": sha,
                "url": format!("{home}/git/trees/{sha}"),
            })
        })
        .collect();
    Some(Answer::json(json!({
        "sha": tree.sha,
        "url": format!("{home}/git/trees/{}", tree.sha),
        "tree": entries,
        "truncated": false,
    })))
}

/// `git/blobs/{sha}`.
pub(crate) fn blob(view: &View<'_>, request: &Request, place: Place<'_>, sha: &str) -> Option<Answer> {
    let blob = place.repository.blobs.get(*place.index.blobs.get(sha)?)?;
    let text = Arc::clone(&blob.text);
    if request.accept.contains("raw") {
        return Some(Answer::raw(
            "application/vnd.github.raw; charset=utf-8",
            text.as_bytes().to_vec(),
        ));
    }
    Some(Answer::json(json!({
        "sha": sha,
        "node_id": node_id("B", sha),
        "size": text.len(),
        "url": format!("{}/git/blobs/{sha}", place.url(view)),
        "content": encoded(&text),
        "encoding": "base64",
    })))
}
