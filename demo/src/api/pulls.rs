//! Pull requests.

use chrono::TimeDelta;
use domain::clock::Timestamp;
use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, digest, node_id, written, written_where};
use crate::api::{commits, issues, person, repository};
use crate::world::PersonIndex;
use crate::world::change::{CommitIndex, FileChange, PullRequest};

/// Tells whether a pull request is open.
pub(crate) fn is_open(view: &View<'_>, pull: &PullRequest) -> bool {
    pull.opened_at <= view.now && view.past(pull.closed_at).is_none() && merge(view, pull).is_none()
}

/// Instant, person and commit of the merge, where it has come.
pub(crate) fn merge(view: &View<'_>, pull: &PullRequest) -> Option<(Timestamp, PersonIndex, CommitIndex)> {
    pull.merged.filter(|(at, ..)| *at <= view.now)
}

/// When it was closed, merged or not.
pub(crate) fn closed_at(view: &View<'_>, pull: &PullRequest) -> Option<Timestamp> {
    view.past(pull.closed_at).or(merge(view, pull).map(|(at, ..)| at))
}

/// The latest instant at which something became of it.
pub(crate) fn updated_at(view: &View<'_>, pull: &PullRequest) -> Timestamp {
    let pushes = pull.heads.iter().map(|(at, _)| *at);
    let reviews = pull.reviews.iter().map(|review| review.submitted_at);
    let ends = [pull.ready_at, closed_at(view, pull)].into_iter().flatten();
    pushes
        .chain(reviews)
        .chain(ends)
        .filter(|at| *at <= view.now)
        .fold(pull.opened_at, std::cmp::max)
}

/// The commits that it proposes, the oldest first.
pub(crate) fn commits(view: &View<'_>, place: Place<'_>, pull: &PullRequest) -> Vec<CommitIndex> {
    let Some(head) = pull.head_at(view.now) else {
        return Vec::new();
    };
    let proposed = place.index.proposed(place.repository, head);
    if proposed.is_empty() { vec![head] } else { proposed }
}

/// What all its commits together change, by path.
fn changes(view: &View<'_>, place: Place<'_>, pull: &PullRequest) -> Vec<FileChange> {
    let mut found: Vec<FileChange> = Vec::new();
    let commits = commits(view, place, pull);
    for file in commits
        .iter()
        .filter_map(|commit| place.commit(*commit))
        .flat_map(|commit| &commit.files)
    {
        let known = file.previous_path.as_ref().unwrap_or(&file.path);
        let Some(position) = found.iter().position(|held| held.path == *known) else {
            found.push(file.clone());
            continue;
        };
        let held = &mut found[position];
        held.additions += file.additions;
        held.deletions += file.deletions;
        held.path = std::sync::Arc::clone(&file.path);
        held.previous_path = held.previous_path.take().or_else(|| file.previous_path.clone());
        let status = match (held.status, file.status) {
            ("added", "removed") => None,
            ("added", _) => Some("added"),
            (_, "removed") => Some("removed"),
            ("removed", "added") => Some("modified"),
            ("renamed", _) | (_, "renamed") => Some("renamed"),
            (_, status) => Some(status),
        };
        match status {
            Some("added") => {
                held.status = "added";
                held.previous_path = None;
            }
            Some(status) => held.status = status,
            None => {
                found.remove(position);
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// A pull request as runs and check runs show it.
pub(crate) fn reference(view: &View<'_>, place: Place<'_>, number: i64) -> Option<Value> {
    let place = place.upstream();
    let pull = place.pull(view, number)?;
    let repository =
        |place: Place<'_>| json!({"id": place.id(), "url": place.url(view), "name": place.repository.name});
    let head = pull.head_at(view.now)?;
    Some(json!({
        "id": pull.id,
        "number": number,
        "url": format!("{}/pulls/{number}", place.url(view)),
        "head": {
            "ref": pull.head_branch,
            "sha": place.sha(head),
            "repo": repository(place.forked(pull.fork)),
        },
        "base": {"ref": "main", "sha": place.sha(pull.base), "repo": repository(place)},
    }))
}

/// What its author is to the repository.
pub(crate) fn association(view: &View<'_>, author: PersonIndex, is_foreign: bool) -> &'static str {
    let is_bot = view.person(author).is_some_and(|person| person.is_bot);
    if is_bot || is_foreign { "CONTRIBUTOR" } else { "MEMBER" }
}

/// A pull request as lists show it.
pub(crate) fn listed(view: &View<'_>, place: Place<'_>, pull: &PullRequest) -> Value {
    let home = place.url(view);
    let url = format!("{home}/pulls/{}", pull.number);
    let issue_url = format!("{home}/issues/{}", pull.number);
    let html = format!("{}/pull/{}", place.html(view), pull.number);
    let fork = place.forked(pull.fork);
    let head_sha = pull.head_at(view.now).map_or("", |head| place.sha(head));
    let head_owner = match fork.fork {
        Some(fork) => person::simple(view, fork.owner),
        None => person::organization(view),
    };
    let head_login = head_owner
        .get("login")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let labels: Vec<Value> = pull
        .labels
        .iter()
        .map(|label| issues::label(view, place, label))
        .collect();
    let statuses_url = format!("{home}/statuses/{head_sha}");
    // Of an open pull request GitHub shows the commit of a merge that it tried.
    let merge_sha = match merge(view, pull) {
        Some((_, _, commit)) => Some(place.sha(commit).to_owned()),
        None => is_open(view, pull).then(|| digest(&["merge", head_sha])),
    };
    let link = |href: &str| json!({"href": href});
    let head = json!({
        "label": format!("{head_login}:{}", pull.head_branch),
        "ref": pull.head_branch,
        "sha": head_sha,
        "user": head_owner,
        "repo": repository::full(view, fork),
    });
    let base = json!({
        "label": format!("{}:main", crate::world::ORGANIZATION),
        "ref": "main",
        "sha": place.sha(pull.base),
        "user": person::organization(view),
        "repo": repository::full(view, place),
    });
    let links = json!({
        "self": link(&url),
        "html": link(&html),
        "issue": link(&issue_url),
        "comments": link(&format!("{issue_url}/comments")),
        "review_comments": link(&format!("{url}/comments")),
        "review_comment": link(&format!("{home}/pulls/comments{{/number}}")),
        "commits": link(&format!("{url}/commits")),
        "statuses": link(&statuses_url),
    });
    json!({
        "url": url,
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "html_url": html,
        "diff_url": format!("{html}.diff"),
        "patch_url": format!("{html}.patch"),
        "issue_url": issue_url,
        "commits_url": format!("{url}/commits"),
        "review_comments_url": format!("{url}/comments"),
        "review_comment_url": format!("{home}/pulls/comments{{/number}}"),
        "comments_url": format!("{issue_url}/comments"),
        "statuses_url": statuses_url,
        "number": pull.number,
        "state": if is_open(view, pull) { "open" } else { "closed" },
        "locked": false,
        "active_lock_reason": null,
        "title": pull.title,
        "user": person::simple(view, pull.author),
        "body": pull.body,
        "labels": labels,
        "milestone": null,
        "created_at": written(pull.opened_at),
        "updated_at": written(updated_at(view, pull)),
        "closed_at": written_where(closed_at(view, pull)),
        "merged_at": written_where(merge(view, pull).map(|(at, ..)| at)),
        "merge_commit_sha": merge_sha,
        "assignee": null,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "draft": pull.ready_at.is_some_and(|at| at > view.now),
        "head": head,
        "base": base,
        "_links": links,
        "author_association": association(view, pull.author, pull.fork.is_some()),
        "auto_merge": null,
    })
}

fn document(view: &View<'_>, place: Place<'_>, pull: &PullRequest) -> Value {
    let merge = merge(view, pull);
    let is_open = is_open(view, pull);
    let changes = changes(view, place, pull);
    let reviews = pull.reviews.iter().filter(|review| review.submitted_at <= view.now);
    let mut document = listed(view, place, pull);
    let more = json!({
        "merged": merge.is_some(),
        "mergeable": is_open.then_some(true),
        "rebaseable": is_open.then_some(true),
        "mergeable_state": if is_open { "clean" } else { "unknown" },
        "merged_by": merge.map(|(_, person, _)| person::simple(view, person)),
        "comments": 0,
        "review_comments": reviews.filter(|review| review.state == "COMMENTED").count(),
        "maintainer_can_modify": pull.fork.is_some() && is_open,
        "commits": commits(view, place, pull).len(),
        "additions": changes.iter().map(|file| file.additions).sum::<i64>(),
        "deletions": changes.iter().map(|file| file.deletions).sum::<i64>(),
        "changed_files": changes.len(),
    });
    if let (Value::Object(fields), Value::Object(more)) = (&mut document, more) {
        fields.extend(more);
    }
    document
}

/// `pulls`.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let state = request.get("state").unwrap_or("open");
    let is_head = |pull: &PullRequest, wanted: &str| {
        let owner = place.forked(pull.fork).full_name(view);
        let owner = owner.split('/').next().unwrap_or_default();
        match wanted.split_once(':') {
            Some((login, branch)) => login.eq_ignore_ascii_case(owner) && branch == pull.head_branch,
            None => wanted == pull.head_branch,
        }
    };
    let mut pulls: Vec<&PullRequest> = place.repository.pull_requests.iter().collect();
    pulls.retain(|pull| {
        place.fork.is_none()
            && pull.opened_at <= view.now
            && (state == "all" || (state == "open") == is_open(view, pull))
            && request.allows("base", "main")
            && request.get("head").is_none_or(|head| is_head(pull, head))
    });
    let sort = request.get("sort").unwrap_or("created");
    match sort {
        "updated" => pulls.sort_by_key(|pull| (updated_at(view, pull), pull.number)),
        "long-running" => {
            pulls.retain(|pull| pull.opened_at + TimeDelta::days(30) <= view.now);
            pulls.sort_by_key(|pull| pull.number);
        }
        "popularity" => pulls.sort_by_key(|pull| (pull.reviews.len(), pull.number)),
        _ => pulls.sort_by_key(|pull| pull.number),
    }
    let default = if sort == "created" { "desc" } else { "asc" };
    if request.get("direction").unwrap_or(default) == "desc" {
        pulls.reverse();
    }
    Answer::list(view, request, &pulls, |pull| listed(view, place, pull))
}

/// `pulls/{number}` and what is below it.
pub(crate) fn show(
    view: &View<'_>,
    request: &Request,
    place: Place<'_>,
    number: &str,
    rest: &[&str],
) -> Option<Answer> {
    let pull = place.pull(view, number.parse().ok()?)?;
    match rest {
        [] => Some(Answer::json(document(view, place, pull))),
        ["files"] => {
            let head = place.commit(pull.head_at(view.now)?)?;
            let files = changes(view, place, pull);
            Some(Answer::list(view, request, &files, |file| {
                commits::file_document(view, place, head, file)
            }))
        }
        ["commits"] => {
            let found: Vec<_> = commits(view, place, pull)
                .into_iter()
                .filter_map(|commit| place.commit(commit))
                .collect();
            Some(Answer::list(view, request, &found, |commit| {
                commits::document(view, place, commit)
            }))
        }
        ["reviews"] => {
            let reviews: Vec<usize> = (0..pull.reviews.len())
                .filter(|position| {
                    pull.reviews
                        .get(*position)
                        .is_some_and(|review| review.submitted_at <= view.now)
                })
                .collect();
            Some(Answer::list(view, request, &reviews, |position| {
                review(view, place, pull, *position)
            }))
        }
        ["merge"] => merge(view, pull).map(|_| Answer {
            status: 204,
            body: crate::api::answer::Body::Empty,
            headers: Vec::new(),
        }),
        ["comments"] => Some(Answer::list(view, request, &[(); 0], |()| Value::Null)),
        _ => None,
    }
}

/// A review.
pub(crate) fn review(view: &View<'_>, place: Place<'_>, pull: &PullRequest, position: usize) -> Value {
    let Some(review) = pull.reviews.get(position) else {
        return Value::Null;
    };
    let url = format!("{}/pulls/{}", place.url(view), pull.number);
    let html = format!(
        "{}/pull/{}#pullrequestreview-{}",
        place.html(view),
        pull.number,
        review.id
    );
    json!({
        "id": review.id,
        "node_id": node_id("PRR", review.id),
        "user": person::simple(view, review.author),
        "body": "",
        "state": review.state,
        "html_url": html,
        "pull_request_url": url,
        "_links": {"html": {"href": html}, "pull_request": {"href": url}},
        "submitted_at": written(review.submitted_at),
        "commit_id": place.sha(review.commit),
        "author_association": association(view, review.author, false),
    })
}
