//! Commits.

use domain::clock::{Timestamp, parse_timestamp};
use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, node_id, written};
use crate::api::{person, pulls};
use crate::world::change::{Commit, CommitIndex, FileChange, PullRequest};

/// A commit as runs and check suites show it.
pub(crate) fn simple(view: &View<'_>, place: Place<'_>, commit: CommitIndex) -> Value {
    let Some(commit) = place.commit(commit) else {
        return Value::Null;
    };
    let author = person::signature(view, commit.author);
    json!({
        "id": commit.sha,
        "tree_id": tree_sha(place, commit),
        "message": commit.message,
        "timestamp": written(commit.committed_at),
        "author": author,
        "committer": author,
    })
}

/// The name of a commit's tree.
pub(crate) fn tree_sha<'a>(place: Place<'a>, commit: &Commit) -> &'a str {
    place
        .repository
        .trees
        .get(commit.tree)
        .map_or("", |tree| tree.sha.as_str())
}

fn dated_signature(view: &View<'_>, commit: &Commit) -> Value {
    let mut signature = person::signature(view, commit.author);
    if let Value::Object(fields) = &mut signature {
        fields.insert("date".to_owned(), json!(written(commit.committed_at)));
    }
    signature
}

fn verification() -> Value {
    json!({"verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null})
}

fn parents(view: &View<'_>, place: Place<'_>, commit: &Commit, below: &str) -> Vec<Value> {
    let url = place.url(view);
    let html = place.html(view);
    let parents = commit.parents.iter().map(|parent| place.sha(*parent));
    parents
        .map(|sha| {
            json!({
                "sha": sha,
                "url": format!("{url}/{below}/{sha}"),
                "html_url": format!("{html}/commit/{sha}"),
            })
        })
        .collect()
}

/// A commit as git has it.
pub(crate) fn git(view: &View<'_>, place: Place<'_>, commit: &Commit) -> Value {
    let url = place.url(view);
    let signature = dated_signature(view, commit);
    let tree = tree_sha(place, commit);
    json!({
        "sha": commit.sha,
        "node_id": node_id("C", &commit.sha),
        "url": format!("{url}/git/commits/{}", commit.sha),
        "html_url": format!("{}/commit/{}", place.html(view), commit.sha),
        "author": signature,
        "committer": signature,
        "message": commit.message,
        "tree": {"sha": tree, "url": format!("{url}/git/trees/{tree}")},
        "parents": parents(view, place, commit, "git/commits"),
        "verification": verification(),
    })
}

/// A commit as lists show it.
pub(crate) fn document(view: &View<'_>, place: Place<'_>, commit: &Commit) -> Value {
    let home = place.url(view);
    let url = format!("{home}/commits/{}", commit.sha);
    let git_url = format!("{home}/git/commits/{}", commit.sha);
    let signature = dated_signature(view, commit);
    let tree = tree_sha(place, commit);
    let author = person::simple(view, commit.author);
    json!({
        "sha": commit.sha,
        "node_id": node_id("C", &commit.sha),
        "url": url,
        "html_url": format!("{}/commit/{}", place.html(view), commit.sha),
        "comments_url": format!("{url}/comments"),
        "commit": {
            "url": git_url,
            "author": signature,
            "committer": signature,
            "message": commit.message,
            "comment_count": 0,
            "tree": {"sha": tree, "url": format!("{home}/git/trees/{tree}")},
            "verification": verification(),
        },
        "author": author,
        "committer": author,
        "parents": parents(view, place, commit, "commits"),
    })
}

/// A changed file of a commit.
pub(crate) fn file_document(view: &View<'_>, place: Place<'_>, commit: &Commit, file: &FileChange) -> Value {
    let blob = place
        .repository
        .trees
        .get(commit.tree)
        .and_then(|tree| tree.files.iter().find(|(path, _)| *path == file.path))
        .and_then(|(_, blob)| place.repository.blobs.get(*blob));
    let html = place.html(view);
    let mut document = json!({
        "sha": blob.map(|blob| blob.sha.as_str()),
        "filename": &*file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": format!("{html}/blob/{}/{}", commit.sha, file.path),
        "raw_url": format!("{html}/raw/{}/{}", commit.sha, file.path),
        "contents_url": format!("{}/contents/{}?ref={}", place.url(view), file.path, commit.sha),
    });
    if let (Value::Object(fields), Some(previous)) = (&mut document, &file.previous_path) {
        fields.insert("previous_filename".to_owned(), json!(&**previous));
    }
    document
}

/// `commits`, the newest first. What is no instant in `since` or `until` is passed over, as GitHub does.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Option<Answer> {
    let head = place.resolve(view, request.get("sha").unwrap_or("main"))?;
    let bound = |name| -> Option<Timestamp> { parse_timestamp(request.get(name)?).ok() };
    let (since, until) = (bound("since"), bound("until"));
    let has_path = |commit: &Commit, path: &str| {
        let mut files = commit.files.iter();
        files.any(|file| &*file.path == path || file.path.starts_with(&format!("{path}/")))
    };
    let is_author = |commit: &Commit, login: &str| {
        view.person(commit.author)
            .is_some_and(|person| person.login.eq_ignore_ascii_case(login))
    };
    let mut commits: Vec<&Commit> = place
        .history(head)
        .into_iter()
        .filter_map(|commit| place.commit(commit))
        .collect();
    commits.retain(|commit| {
        since.is_none_or(|since| commit.committed_at >= since)
            && until.is_none_or(|until| commit.committed_at <= until)
            && request.get("path").is_none_or(|path| has_path(commit, path))
            && request.get("author").is_none_or(|login| is_author(commit, login))
            && request.get("committer").is_none_or(|login| is_author(commit, login))
    });
    Some(Answer::list(view, request, &commits, |commit| {
        document(view, place, commit)
    }))
}

/// `commits/{ref}`, with what it changed.
pub(crate) fn show(view: &View<'_>, place: Place<'_>, name: &str) -> Option<Answer> {
    let commit = place.commit(place.resolve(view, name)?)?;
    let mut shown = document(view, place, commit);
    if let Value::Object(fields) = &mut shown {
        let additions: i64 = commit.files.iter().map(|file| file.additions).sum();
        let deletions: i64 = commit.files.iter().map(|file| file.deletions).sum();
        let files = commit.files.iter();
        let files: Vec<Value> = files.map(|file| file_document(view, place, commit, file)).collect();
        fields.insert(
            "stats".to_owned(),
            json!({"total": additions + deletions, "additions": additions, "deletions": deletions}),
        );
        fields.insert("files".to_owned(), json!(files));
    }
    Some(Answer::json(shown))
}

/// `git/commits/{sha}`.
pub(crate) fn show_git(view: &View<'_>, place: Place<'_>, sha: &str) -> Option<Answer> {
    Some(Answer::json(git(view, place, place.commit(place.resolve(view, sha)?)?)))
}

/// `commits/{sha}/pulls`: those that proposed the commit, and the one that became it.
pub(crate) fn pulls_of(view: &View<'_>, request: &Request, place: Place<'_>, name: &str) -> Option<Answer> {
    let commit = place.resolve(view, name)?;
    let positions = place.index.pulls_of.get(&commit).map(Vec::as_slice).unwrap_or_default();
    let proposes = |pull: &&PullRequest| {
        place.fork.is_none()
            && pull.opened_at <= view.now
            && (pulls::merge(view, pull).is_some_and(|(_, _, merged)| merged == commit)
                || pulls::commits(view, place, pull).contains(&commit))
    };
    let found: Vec<&PullRequest> = positions
        .iter()
        .filter_map(|position| place.repository.pull_requests.get(*position))
        .filter(proposes)
        .collect();
    Some(Answer::list(view, request, &found, |pull| {
        pulls::listed(view, place, pull)
    }))
}
