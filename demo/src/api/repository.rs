//! Repositories and forks.

use serde_json::{Map, Value, json};

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, node_id, written};
use crate::api::{person, pulls};

/// Addresses that hang below a repository's own.
const BELOW: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

/// A repository as it stands inside other documents.
pub(crate) fn minimal(view: &View<'_>, place: Place<'_>) -> Value {
    Value::Object(base(view, place))
}

fn base(view: &View<'_>, place: Place<'_>) -> Map<String, Value> {
    let url = place.url(view);
    let mut document: Map<String, Value> = BELOW
        .iter()
        .map(|(key, path)| ((*key).to_owned(), json!(format!("{url}{path}"))))
        .collect();
    let owner = match place.fork {
        Some(fork) => person::simple(view, fork.owner),
        None => person::organization(view),
    };
    for (key, value) in [
        ("id", json!(place.id())),
        ("node_id", json!(node_id("R", place.id()))),
        ("name", json!(place.repository.name)),
        ("full_name", json!(place.full_name(view))),
        ("owner", owner),
        ("private", json!(place.repository.is_private)),
        ("html_url", json!(place.html(view))),
        ("description", json!(place.repository.description)),
        ("fork", json!(place.fork.is_some())),
    ] {
        document.insert(key.to_owned(), value);
    }
    document
}

/// A repository with everything that its own address tells.
pub(crate) fn full(view: &View<'_>, place: Place<'_>) -> Value {
    let repository = place.repository;
    let mut document = base(view, place);
    let html = place.html(view);
    let name = place.full_name(view);
    let created_at = place.fork.map_or(repository.created_at, |fork| fork.created_at);
    let pushed_at = repository
        .branches
        .iter()
        .filter_map(|branch| branch.pushes.iter().rev().map(|(at, _)| *at).find(|at| *at <= view.now))
        .max()
        .unwrap_or(created_at)
        .max(created_at);
    let is_upstream = place.fork.is_none();
    let n_forks = repository
        .forks
        .iter()
        .filter(|fork| fork.created_at <= view.now)
        .count();
    let n_forks = if is_upstream { n_forks } else { 0 };
    let n_open = if is_upstream { open_issues(view, place) } else { 0 };
    let size: usize = repository.blobs.iter().map(|blob| blob.text.len()).sum();
    let visibility = if repository.is_private { "private" } else { "public" };
    let more = json!({
        "git_url": format!("git://github.com/{name}.git"),
        "ssh_url": format!("git@github.com:{name}.git"),
        "clone_url": format!("{html}.git"),
        "svn_url": html,
        "mirror_url": null,
        "homepage": null,
        "language": repository.language,
        "forks_count": n_forks,
        "forks": n_forks,
        "network_count": n_forks,
        "stargazers_count": 0,
        "watchers_count": 0,
        "watchers": 0,
        "subscribers_count": 0,
        "size": size / 1024,
        "default_branch": "main",
        "open_issues_count": n_open,
        "open_issues": n_open,
    });
    let switches = json!({
        "topics": [],
        "has_issues": is_upstream,
        "has_projects": false,
        "has_wiki": false,
        "has_pages": false,
        "has_downloads": false,
        "has_discussions": false,
        "has_pull_requests": true,
        "archived": false,
        "disabled": false,
        "visibility": visibility,
        "pushed_at": written(pushed_at),
        "created_at": written(created_at),
        "updated_at": written(pushed_at),
        "license": null,
        "allow_forking": true,
        "allow_merge_commit": false,
        "allow_rebase_merge": false,
        "allow_squash_merge": true,
        "delete_branch_on_merge": true,
        "squash_merge_commit_title": "PR_TITLE",
        "permissions": {"admin": false, "maintain": false, "push": false, "triage": false, "pull": true},
    });
    for part in [more, switches] {
        if let Value::Object(fields) = part {
            document.extend(fields);
        }
    }
    Value::Object(document)
}

fn open_issues(view: &View<'_>, place: Place<'_>) -> usize {
    let issues = place.repository.issues.iter();
    let issues = issues.filter(|issue| issue.created_at <= view.now && view.past(issue.closed_at).is_none());
    let pulls = place.repository.pull_requests.iter();
    issues.count() + pulls.filter(|pull| pulls::is_open(view, pull)).count()
}

/// `/repos/{owner}/{repo}`.
pub(crate) fn show(view: &View<'_>, place: Place<'_>) -> Answer {
    let mut document = full(view, place);
    if let (Value::Object(fields), Some(_)) = (&mut document, place.fork) {
        let source = full(view, place.upstream());
        fields.insert("parent".to_owned(), source.clone());
        fields.insert("source".to_owned(), source);
    }
    Answer::json(document)
}

/// `/orgs/{org}/repos`, the newest first.
pub(crate) fn list(view: &View<'_>, request: &Request) -> Answer {
    let mut places: Vec<Place<'_>> = view.repositories().collect();
    match request.get("sort") {
        Some("full_name") => places.sort_by_key(|place| place.repository.name),
        _ => places.sort_by_key(|place| std::cmp::Reverse((place.repository.created_at, place.repository.id))),
    }
    match request.get("type") {
        Some("private") => places.retain(|place| place.repository.is_private),
        Some("public") => places.retain(|place| !place.repository.is_private),
        Some("forks") => places.clear(),
        _ => {}
    }
    Answer::list(view, request, &places, |place| full(view, *place))
}

/// `/repos/{owner}/{repo}/forks`, the newest first.
pub(crate) fn forks(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let forks = place.repository.forks.iter().enumerate();
    let forks = forks.filter(|(_, fork)| place.fork.is_none() && fork.created_at <= view.now);
    let mut forks: Vec<Place<'_>> = forks.map(|(position, _)| place.forked(Some(position))).collect();
    forks.sort_by_key(|fork| std::cmp::Reverse(fork.fork.map(|held| (held.created_at, held.id))));
    Answer::list(view, request, &forks, |fork| full(view, *fork))
}
