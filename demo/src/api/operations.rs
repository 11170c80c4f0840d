//! Issues, deployments and caches.

use serde_json::{Value, json};

use crate::api::changes::label;
use crate::api::reply::Reply;
use crate::api::request::Request;
use crate::api::view::{PAGES, View, node, sha_of, time};
use crate::world::operation::{Cache, Deployment, Issue};
use crate::world::repository::Repository;

fn issue(view: &View<'_>, repository: &Repository, issue: &Issue) -> Value {
    let url = format!("{}/issues/{}", view.url(repository), issue.number);
    let closed_at = issue.closed_at.filter(|at| view.is_past(*at));
    let set = issue.labels.iter().filter(|(at, _)| view.is_past(*at));
    let labels: Vec<Value> = set.clone().map(|(_, name)| label(view, repository, name)).collect();
    let updated_at = [Some(issue.updated_at).filter(|at| view.is_past(*at)), closed_at]
        .into_iter()
        .flatten()
        .chain(set.map(|(at, _)| *at))
        .fold(issue.created_at, Ord::max);
    let assignee = issue.assignee.map_or(Value::Null, |person| view.person(person));
    let assignees: Vec<Value> = issue.assignee.map(|person| view.person(person)).into_iter().collect();
    json!({
        "id": issue.id, "node_id": node("I", issue.id), "number": issue.number, "url": url,
        "repository_url": view.url(repository), "labels_url": format!("{url}/labels{{/name}}"),
        "comments_url": format!("{url}/comments"), "events_url": format!("{url}/events"),
        "html_url": format!("{PAGES}/{}/issues/{}", repository.full_name(), issue.number),
        "state": if closed_at.is_some() { "closed" } else { "open" },
        "state_reason": closed_at.map(|_| "completed"), "title": issue.title, "body": issue.body,
        "user": view.person(issue.author), "labels": labels, "assignee": assignee, "assignees": assignees,
        "milestone": null, "locked": false, "active_lock_reason": null, "comments": 0,
        "closed_at": closed_at.map(time), "created_at": time(issue.created_at), "updated_at": time(updated_at),
        "author_association": "MEMBER",
    })
}

/// `issues`; pull requests, which GitHub lists here too, are left to `pulls`.
pub(super) fn issues(view: &View<'_>, request: &Request, repository: &Repository) -> Reply {
    let state = request.get("state").unwrap_or("open");
    let wanted = request.get("labels");
    let found: Vec<&Issue> = repository
        .issues
        .iter()
        .rev()
        .filter(|issue| view.is_past(issue.created_at))
        .filter(|issue| {
            let is_closed = issue.closed_at.is_some_and(|at| view.is_past(at));
            state == "all" || (state == "closed") == is_closed
        })
        .filter(|issue| {
            wanted.is_none_or(|wanted| {
                wanted.split(',').all(|wanted| {
                    issue
                        .labels
                        .iter()
                        .any(|(at, name)| name == wanted && view.is_past(*at))
                })
            })
        })
        .collect();
    Reply::list(view, request, found, None, |held| issue(view, repository, held))
}

/// `issues/{n}`.
pub(super) fn one_issue(view: &View<'_>, repository: &Repository, number: &str) -> Reply {
    let mut issues = repository.issues.iter();
    let found = issues.find(|held| held.number.to_string() == number && view.is_past(held.created_at));
    Reply::found(found.map(|held| issue(view, repository, held)))
}

fn deployment(view: &View<'_>, repository: &Repository, held: &Deployment) -> Value {
    let url = format!("{}/deployments/{}", view.url(repository), held.id);
    let statuses = held
        .statuses
        .iter()
        .map(|(_, at, _)| *at)
        .filter(|at| view.is_past(*at));
    json!({
        "id": held.id, "node_id": node("DE", held.id), "url": url, "sha": sha_of(repository, held.commit),
        "ref": held.reference, "task": "deploy", "payload": {}, "original_environment": held.environment,
        "environment": held.environment, "description": Some(held.description).filter(|text| !text.is_empty()),
        "creator": view.person(held.creator), "created_at": time(held.created_at),
        "updated_at": time(statuses.fold(held.created_at, Ord::max)), "statuses_url": format!("{url}/statuses"),
        "repository_url": view.url(repository), "transient_environment": false,
        "production_environment": held.environment == "production", "performed_via_github_app": null,
    })
}

/// `deployments`.
pub(super) fn deployments(view: &View<'_>, request: &Request, repository: &Repository) -> Reply {
    let found: Vec<&Deployment> = repository
        .deployments
        .iter()
        .rev()
        .filter(|held| view.is_past(held.created_at))
        .filter(|held| request.allows("environment", held.environment) && request.allows("ref", &held.reference))
        .filter(|held| request.allows("sha", sha_of(repository, held.commit)))
        .collect();
    Reply::list(view, request, found, None, |held| deployment(view, repository, held))
}

/// `deployments/{id}` and its statuses.
pub(super) fn one_deployment(
    view: &View<'_>,
    request: &Request,
    repository: &Repository,
    id: &str,
    rest: &[&str],
) -> Reply {
    let mut deployments = repository.deployments.iter();
    let Some(held) = deployments.find(|held| held.id.to_string() == id && view.is_past(held.created_at)) else {
        return Reply::not_found();
    };
    match rest {
        [] => Reply::json(deployment(view, repository, held)),
        ["statuses"] => {
            let url = format!("{}/deployments/{}", view.url(repository), held.id);
            let found = held
                .statuses
                .iter()
                .rev()
                .filter(|(_, at, _)| view.is_past(*at))
                .collect();
            Reply::list(view, request, found, None, |(id, at, state)| {
                json!({
                    "id": id, "node_id": node("DES", *id), "url": format!("{url}/statuses/{id}"), "state": state,
                    "creator": view.person(held.creator), "description": "", "environment": held.environment,
                    "target_url": "", "log_url": "", "environment_url": "", "created_at": time(*at),
                    "updated_at": time(*at), "deployment_url": url, "repository_url": view.url(repository),
                    "performed_via_github_app": null,
                })
            })
        }
        _ => Reply::not_found(),
    }
}

/// `actions/caches`.
pub(super) fn caches(view: &View<'_>, request: &Request, repository: &Repository) -> Reply {
    let last = |cache: &Cache| {
        let accessed = cache.accessed_at.iter().copied().filter(|at| view.is_past(*at));
        accessed.fold(cache.created_at, Ord::max)
    };
    let mut found: Vec<&Cache> = repository
        .caches
        .iter()
        .filter(|cache| view.is_past(cache.created_at) && cache.evicted_at.is_none_or(|at| !view.is_past(at)))
        .filter(|cache| request.get("key").is_none_or(|key| cache.key.starts_with(key)))
        .filter(|cache| request.allows("ref", &cache.reference))
        .collect();
    found.sort_by_key(|cache| std::cmp::Reverse((last(cache), cache.id)));
    Reply::list(view, request, found, Some("actions_caches"), |cache| {
        json!({
            "id": cache.id, "ref": cache.reference, "key": cache.key, "version": cache.version,
            "last_accessed_at": time(last(cache)), "created_at": time(cache.created_at),
            "size_in_bytes": cache.size_bytes,
        })
    })
}
