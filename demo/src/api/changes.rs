//! Commits, pull requests, trees and files.

use std::collections::BTreeSet;

use domain::clock::parse_timestamp;
use serde_json::{Value, json};

use crate::api::reply::{Reply, sha256};
use crate::api::repositories;
use crate::api::request::Request;
use crate::api::view::{PAGES, View, merged, node, sha_of, time};
use crate::world::PersonIndex;
use crate::world::change::{Commit, CommitIndex, FileChange, PullRequest, Review, Tree};
use crate::world::repository::Repository;

/// The commit that a branch, a tag or an object name means.
pub(super) fn resolve(view: &View<'_>, repository: &Repository, reference: &str) -> Option<CommitIndex> {
    let name = reference.trim_start_matches("refs/").trim_start_matches("heads/");
    let tag = name.trim_start_matches("tags/");
    let branch = repository.branches.iter().filter(|branch| branch.name == name);
    let tagged = repository
        .releases
        .iter()
        .filter(|release| release.tag == tag && view.is_past(release.published_at));
    branch
        .filter_map(|branch| branch.head_at(view.now))
        .chain(tagged.map(|release| release.commit))
        .next()
        .or_else(|| {
            let is_name = name.len() >= 7;
            let mut commits = repository.commits.iter();
            commits.position(|commit| is_name && commit.sha.starts_with(name) && view.is_past(commit.pushed_at))
        })
}

/// A commit with all that it reaches, newest first.
fn ancestry(repository: &Repository, head: CommitIndex) -> Vec<CommitIndex> {
    let mut seen = BTreeSet::new();
    let mut open = vec![head];
    while let Some(index) = open.pop() {
        if let Some(commit) = repository.commits.get(index)
            && seen.insert(index)
        {
            open.extend(commit.parents.iter().copied());
        }
    }
    let mut found: Vec<CommitIndex> = seen.into_iter().collect();
    found
        .sort_by_key(|index| std::cmp::Reverse((repository.commits.get(*index).map(|held| held.committed_at), *index)));
    found
}

fn signed(view: &View<'_>, commit: &Commit) -> Value {
    let (name, email) = view.signature(commit.author);
    json!({"name": name, "email": email, "date": time(commit.committed_at)})
}

/// A commit as lists hold it.
pub(super) fn commit(view: &View<'_>, repository: &Repository, commit: &Commit) -> Value {
    let url = view.url(repository);
    let page = format!("{PAGES}/{}/commit", repository.full_name());
    let tree = repository.trees.get(commit.tree).map_or("", |tree| tree.sha.as_str());
    let parents: Vec<Value> = commit
        .parents
        .iter()
        .map(|parent| sha_of(repository, *parent))
        .map(|sha| json!({"sha": sha, "url": format!("{url}/commits/{sha}"), "html_url": format!("{page}/{sha}")}))
        .collect();
    let sha = &commit.sha;
    json!({
        "sha": sha,
        "node_id": format!("C_{sha}"),
        "commit": {
            "author": signed(view, commit), "committer": signed(view, commit), "message": commit.message,
            "tree": {"sha": tree, "url": format!("{url}/git/trees/{tree}")},
            "url": format!("{url}/git/commits/{sha}"), "comment_count": 0,
            "verification": {
                "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null,
            },
        },
        "url": format!("{url}/commits/{sha}"),
        "html_url": format!("{page}/{sha}"),
        "comments_url": format!("{url}/commits/{sha}/comments"),
        "author": view.person(commit.author),
        "committer": view.person(commit.author),
        "parents": parents,
    })
}

/// A changed file at a commit.
fn file(view: &View<'_>, repository: &Repository, at: &Commit, change: &FileChange) -> Value {
    let url = format!("{}/contents/{}?ref={}", view.url(repository), change.path, at.sha);
    let page = format!("{PAGES}/{}", repository.full_name());
    let blob = repository
        .trees
        .get(at.tree)
        .and_then(|tree| blob(repository, tree, &change.path));
    let mut document = json!({
        "sha": blob, "filename": &*change.path, "status": change.status, "additions": change.additions,
        "deletions": change.deletions, "changes": change.additions + change.deletions,
        "blob_url": format!("{page}/blob/{}/{}", at.sha, change.path),
        "raw_url": format!("{page}/raw/{}/{}", at.sha, change.path), "contents_url": url,
    });
    if let Some(previous) = &change.previous_path {
        document["previous_filename"] = json!(&**previous);
    }
    document
}

fn blob<'a>(repository: &'a Repository, tree: &Tree, path: &str) -> Option<&'a str> {
    let index = tree.files.iter().find(|(held, _)| &**held == path)?.1;
    Some(repository.blobs.get(index)?.sha.as_str())
}

/// `commits`.
pub(super) fn commits(view: &View<'_>, request: &Request, repository: &Repository) -> Reply {
    let Some(head) = resolve(view, repository, request.get("sha").unwrap_or("main")) else {
        return Reply::not_found();
    };
    let bound = |name: &str| request.get(name).and_then(|text| parse_timestamp(text).ok());
    let (since, until) = (bound("since"), bound("until"));
    let found: Vec<&Commit> = ancestry(repository, head)
        .into_iter()
        .filter_map(|index| repository.commits.get(index))
        .filter(|held| since.is_none_or(|since| since <= held.committed_at))
        .filter(|held| until.is_none_or(|until| held.committed_at <= until))
        .filter(|held| {
            request
                .get("path")
                .is_none_or(|path| held.files.iter().any(|file| file.path.starts_with(path)))
        })
        .filter(|held| request.allows("author", view.login(held.author)))
        .collect();
    Reply::list(view, request, found, None, |held| commit(view, repository, held))
}

/// `commits/{ref}`.
pub(super) fn one_commit(view: &View<'_>, repository: &Repository, reference: &str) -> Reply {
    let Some(held) = resolve(view, repository, reference).and_then(|index| repository.commits.get(index)) else {
        return Reply::problem(422, &format!("No commit found for SHA: {reference}"));
    };
    let additions: i64 = held.files.iter().map(|file| file.additions).sum();
    let deletions: i64 = held.files.iter().map(|file| file.deletions).sum();
    let files: Vec<Value> = held
        .files
        .iter()
        .map(|change| file(view, repository, held, change))
        .collect();
    Reply::json(merged(
        commit(view, repository, held),
        json!({
            "stats": {"total": additions + deletions, "additions": additions, "deletions": deletions}, "files": files,
        }),
    ))
}

fn is_closed(view: &View<'_>, pull: &PullRequest) -> bool {
    pull.closed_at.is_some_and(|at| view.is_past(at)) || merge(view, pull).is_some()
}

fn merge<'a>(
    view: &View<'_>,
    pull: &'a PullRequest,
) -> Option<&'a (domain::clock::Timestamp, PersonIndex, CommitIndex)> {
    pull.merged.as_ref().filter(|(at, ..)| view.is_past(*at))
}

/// The last instant at which a pull request changed.
fn updated_at(view: &View<'_>, pull: &PullRequest) -> domain::clock::Timestamp {
    let ends = [pull.ready_at, pull.closed_at, pull.merged.as_ref().map(|(at, ..)| *at)];
    let pushes = pull.heads.iter().map(|(at, _)| *at);
    let reviews = pull.reviews.iter().map(|review| review.submitted_at);
    let all = ends.into_iter().flatten().chain(pushes).chain(reviews);
    all.filter(|at| view.is_past(*at)).fold(pull.opened_at, Ord::max)
}

/// The commits of a pull request, oldest first: what its head reaches and its base does not.
fn own_commits(view: &View<'_>, repository: &Repository, pull: &PullRequest) -> Vec<CommitIndex> {
    let base: BTreeSet<CommitIndex> = ancestry(repository, pull.base).into_iter().collect();
    let main: BTreeSet<CommitIndex> = repository
        .main_commits()
        .filter(|(at, _)| view.is_past(*at))
        .map(|(_, index)| index)
        .collect();
    let head = pull.head_at(view.now).unwrap_or(pull.base);
    let mut own: Vec<CommitIndex> = ancestry(repository, head);
    own.retain(|index| !base.contains(index) && (*index == head || !main.contains(index)));
    own.reverse();
    own
}

/// The files of a pull request: the changes of its commits, joined by path.
fn own_files(view: &View<'_>, repository: &Repository, pull: &PullRequest) -> Vec<FileChange> {
    let mut joined: std::collections::BTreeMap<String, FileChange> = std::collections::BTreeMap::new();
    let commits = own_commits(view, repository, pull);
    for change in commits
        .iter()
        .filter_map(|index| repository.commits.get(*index))
        .flat_map(|held| &held.files)
    {
        joined
            .entry(change.path.to_string())
            .and_modify(|held| {
                held.additions += change.additions;
                held.deletions += change.deletions;
                if change.status == "removed" {
                    held.status = "removed";
                }
            })
            .or_insert_with(|| change.clone());
    }
    joined.into_values().collect()
}

fn short(view: &View<'_>, repository: &Repository, pull: &PullRequest) -> Value {
    let url = format!("{}/pulls/{}", view.url(repository), pull.number);
    let issue = format!("{}/issues/{}", view.url(repository), pull.number);
    let page = format!("{PAGES}/{}/pull/{}", repository.full_name(), pull.number);
    let head = sha_of(repository, pull.head_at(view.now).unwrap_or(pull.base));
    let base_repository = repositories::document(view, repository);
    let head_repository = merged(base_repository.clone(), view.head_repository(repository, pull.fork));
    let links = json!({
        "self": {"href": url}, "html": {"href": page}, "issue": {"href": issue},
        "comments": {"href": format!("{issue}/comments")}, "commits": {"href": format!("{url}/commits")},
        "review_comments": {"href": format!("{url}/comments")},
        "review_comment": {"href": format!("{}/pulls/comments{{/number}}", view.url(repository))},
        "statuses": {"href": format!("{}/statuses/{head}", view.url(repository))},
    });
    let merged = merge(view, pull);
    // Before a merge GitHub shows a commit that it made to try it, which no branch ever holds.
    let trial = || {
        sha256(format!("{} {head}", pull.id).as_bytes())
            .chars()
            .take(40)
            .collect()
    };
    let merge_commit: String = merged.map_or_else(trial, |(.., index)| sha_of(repository, *index).to_owned());
    let fork = pull.fork.and_then(|fork| repository.forks.get(fork));
    let owner = fork.map_or(crate::world::ORGANIZATION, |fork| view.login(fork.owner));
    let organization = crate::world::ORGANIZATION;
    let labels: Vec<Value> = pull.labels.iter().map(|name| label(view, repository, name)).collect();
    let closed_at = pull.closed_at.or_else(|| pull.merged.as_ref().map(|(at, ..)| *at));
    json!({
        "id": pull.id, "node_id": node("PR", pull.id), "number": pull.number, "url": url,
        "html_url": page, "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
        "issue_url": issue, "commits_url": format!("{url}/commits"), "review_comments_url": format!("{url}/comments"),
        "review_comment_url": format!("{}/pulls/comments{{/number}}", view.url(repository)),
        "comments_url": format!("{issue}/comments"), "statuses_url": format!("{}/statuses/{head}", view.url(repository)),
        "state": if is_closed(view, pull) { "closed" } else { "open" }, "locked": false,
        "title": pull.title, "user": view.person(pull.author),
        "body": Some(pull.body.as_str()).filter(|body| !body.is_empty()),
        "labels": labels, "milestone": null, "active_lock_reason": null,
        "created_at": time(pull.opened_at), "updated_at": time(updated_at(view, pull)),
        "closed_at": view.time(closed_at), "merged_at": merged.map(|(at, ..)| time(*at)),
        "merge_commit_sha": merge_commit,
        "assignee": null, "assignees": [], "requested_reviewers": [], "requested_teams": [],
        "draft": pull.ready_at.is_some_and(|at| !view.is_past(at)), "auto_merge": null,
        "author_association": if fork.is_some() { "CONTRIBUTOR" } else { "MEMBER" },
        "head": {
            "label": format!("{owner}:{}", pull.head_branch), "ref": pull.head_branch, "sha": head,
            "user": fork.map_or_else(|| view.organization(), |fork| view.person(fork.owner)),
            "repo": head_repository,
        },
        "base": {
            "label": format!("{organization}:main"), "ref": "main", "sha": sha_of(repository, pull.base),
            "user": view.organization(), "repo": base_repository,
        },
        "_links": links,
    })
}

/// A label.
pub(super) fn label(view: &View<'_>, repository: &Repository, name: &str) -> Value {
    let id = name
        .bytes()
        .fold(7_i64, |id, byte| (id * 31 + i64::from(byte)) % 1_000_000_007);
    json!({
        "id": id, "node_id": node("LA", id), "url": format!("{}/labels/{name}", view.url(repository)), "name": name,
        "description": null, "color": "ededed", "default": false,
    })
}

/// `pulls`.
pub(super) fn pulls(view: &View<'_>, request: &Request, repository: &Repository) -> Reply {
    let state = request.get("state").unwrap_or("open");
    let mut found: Vec<&PullRequest> = repository
        .pull_requests
        .iter()
        .filter(|pull| view.is_past(pull.opened_at))
        .filter(|pull| state == "all" || (state == "closed") == is_closed(view, pull))
        .filter(|_| request.allows("base", "main"))
        .filter(|pull| {
            request
                .get("head")
                .is_none_or(|head| head.ends_with(&format!(":{}", pull.head_branch)))
        })
        .collect();
    let by_update = request.get("sort") == Some("updated");
    found.sort_by_key(|pull| {
        (
            if by_update {
                updated_at(view, pull)
            } else {
                pull.opened_at
            },
            pull.number,
        )
    });
    // The newest come first, save where another order is asked for.
    let is_ascending = request
        .get("direction")
        .map_or(request.get("sort").is_some_and(|sort| sort != "created"), |direction| {
            direction == "asc"
        });
    if !is_ascending {
        found.reverse();
    }
    Reply::list(view, request, found, None, |pull| short(view, repository, pull))
}

fn review(view: &View<'_>, repository: &Repository, pull: &PullRequest, review: &Review) -> Value {
    let page = format!(
        "{PAGES}/{}/pull/{}#pullrequestreview-{}",
        repository.full_name(),
        pull.number,
        review.id
    );
    let url = format!("{}/pulls/{}", view.url(repository), pull.number);
    json!({
        "id": review.id, "node_id": node("PRR", review.id), "user": view.person(review.author), "body": "",
        "state": review.state, "html_url": page, "pull_request_url": url, "author_association": "MEMBER",
        "submitted_at": time(review.submitted_at), "commit_id": sha_of(repository, review.commit),
        "_links": {"html": {"href": page}, "pull_request": {"href": url}},
    })
}

fn full(view: &View<'_>, repository: &Repository, pull: &PullRequest) -> Value {
    let files = own_files(view, repository, pull);
    let merged_by = merge(view, pull).map_or(Value::Null, |(_, by, _)| view.person(*by));
    let is_open = !is_closed(view, pull);
    merged(
        short(view, repository, pull),
        json!({
            "merged": merge(view, pull).is_some(), "merged_by": merged_by, "mergeable": is_open.then_some(true),
            "rebaseable": is_open.then_some(true), "mergeable_state": if is_open { "clean" } else { "unknown" },
            "comments": 0, "review_comments": 0, "maintainer_can_modify": false,
            "commits": own_commits(view, repository, pull).len(),
            "additions": files.iter().map(|file| file.additions).sum::<i64>(),
            "deletions": files.iter().map(|file| file.deletions).sum::<i64>(), "changed_files": files.len(),
        }),
    )
}

/// `pulls/{n}` and what hangs below it.
pub(super) fn one_pull(
    view: &View<'_>,
    request: &Request,
    repository: &Repository,
    number: &str,
    rest: &[&str],
) -> Reply {
    let found = number.parse::<i64>().ok().and_then(|number| {
        repository
            .pull_requests
            .iter()
            .find(|pull| pull.number == number && view.is_past(pull.opened_at))
    });
    let Some(pull) = found else {
        return Reply::not_found();
    };
    match rest {
        [] => Reply::json(full(view, repository, pull)),
        ["files"] => {
            let head = pull.head_at(view.now).and_then(|head| repository.commits.get(head));
            let Some(head) = head else {
                return Reply::not_found();
            };
            let files = own_files(view, repository, pull);
            Reply::capped(view, request, files, 3_000, None, |change| {
                file(view, repository, head, &change)
            })
        }
        ["reviews"] => {
            let reviews = pull
                .reviews
                .iter()
                .filter(|review| view.is_past(review.submitted_at))
                .collect();
            Reply::list(view, request, reviews, None, |held| {
                review(view, repository, pull, held)
            })
        }
        ["commits"] => {
            let mut own: Vec<&Commit> = own_commits(view, repository, pull)
                .iter()
                .filter_map(|index| repository.commits.get(*index))
                .collect();
            own.truncate(250);
            Reply::list(view, request, own, None, |held| commit(view, repository, held))
        }
        _ => Reply::not_found(),
    }
}
