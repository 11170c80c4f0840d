//! Repositories, branches, their protection, workflows, trees and files.

use serde_json::{Value, json};

use crate::api::changes;
use crate::api::reply::Reply;
use crate::api::request::Request;
use crate::api::view::{PAGES, View, merged, node, sha_of, time};
use crate::world::ACTIONS_APP_ID;
use crate::world::change::Branch;
use crate::world::repository::{Repository, Ruleset, RulesetVersion};

/// A repository.
pub(super) fn document(view: &View<'_>, repository: &Repository) -> Value {
    let page = format!("{PAGES}/{}", repository.full_name());
    let pushed = repository
        .main_commits()
        .map(|(at, _)| at)
        .filter(|at| view.is_past(*at));
    let pushed_at = pushed.fold(repository.created_at, Ord::max);
    let issues = repository
        .issues
        .iter()
        .filter(|issue| view.is_past(issue.created_at) && issue.closed_at.is_none_or(|at| !view.is_past(at)));
    let forks = repository
        .forks
        .iter()
        .filter(|fork| view.is_past(fork.created_at))
        .count();
    let open = issues.count();
    merged(
        view.minimal_repository(repository),
        json!({
            "default_branch": "main", "language": repository.language, "homepage": null, "size": repository.blobs.len(),
            "visibility": if repository.is_private { "private" } else { "public" }, "is_template": false,
            "stargazers_count": 0, "watchers_count": 0, "watchers": 0, "forks_count": forks, "forks": forks,
            "open_issues_count": open, "open_issues": open, "topics": [], "has_issues": true, "has_projects": false,
            "has_wiki": false, "has_pages": false, "has_downloads": true, "has_discussions": false, "archived": false,
            "disabled": false, "allow_forking": true, "web_commit_signoff_required": false, "license": null,
            "mirror_url": null, "pushed_at": time(pushed_at), "created_at": time(repository.created_at),
            "updated_at": time(pushed_at), "clone_url": format!("{page}.git"), "svn_url": page,
            "git_url": format!("git://github.com/{}.git", repository.full_name()),
            "ssh_url": format!("git@github.com:{}.git", repository.full_name()),
            "permissions": {"admin": true, "maintain": true, "push": true, "triage": true, "pull": true},
        }),
    )
}

/// `orgs/{org}/repos`.
pub(super) fn list(view: &View<'_>, request: &Request) -> Reply {
    let found = view
        .world
        .repositories
        .iter()
        .filter(|held| view.is_past(held.created_at))
        .collect();
    Reply::list(view, request, found, None, |repository| document(view, repository))
}

/// `repos/{owner}/{repo}`.
pub(super) fn one(view: &View<'_>, repository: &Repository) -> Reply {
    Reply::json(merged(
        document(view, repository),
        json!({
            "organization": view.organization(), "network_count": 0, "subscribers_count": 0,
            "allow_squash_merge": true, "allow_merge_commit": false, "allow_rebase_merge": false,
            "delete_branch_on_merge": true,
        }),
    ))
}

/// `actions/workflows`.
pub(super) fn workflows(view: &View<'_>, request: &Request, repository: &Repository) -> Reply {
    let found = repository
        .workflows
        .iter()
        .filter(|workflow| view.is_past(workflow.created_at))
        .collect();
    let page = format!("{PAGES}/{}", repository.full_name());
    Reply::list(view, request, found, Some("workflows"), |workflow| {
        json!({
            "id": workflow.id, "node_id": node("W", workflow.id), "name": workflow.name, "path": workflow.path,
            "state": "active", "created_at": time(workflow.created_at), "updated_at": time(workflow.created_at),
            "url": format!("{}/actions/workflows/{}", view.url(repository), workflow.id),
            "html_url": format!("{page}/blob/main/{}", workflow.path),
            "badge_url": format!("{page}/workflows/{}/badge.svg", workflow.name),
        })
    })
}

/// A workflow by its id or the name of its file.
pub(super) fn workflow(view: &View<'_>, repository: &Repository, id: &str) -> Option<usize> {
    repository.workflows.iter().position(|workflow| {
        let is_named = workflow.id.to_string() == id || workflow.path.rsplit('/').next() == Some(id);
        is_named && view.is_past(workflow.created_at)
    })
}

/// Contexts of classic protection, where it holds.
fn required(view: &View<'_>, repository: &Repository, branch: &str) -> Option<Vec<String>> {
    let changes = repository
        .protection
        .as_ref()
        .filter(|_| branch == "main")?
        .required_checks
        .iter();
    Some(changes.rev().find(|(at, _)| view.is_past(*at))?.1.clone())
}

fn checks(contexts: &[String]) -> Vec<Value> {
    contexts
        .iter()
        .map(|context| json!({"context": context, "app_id": ACTIONS_APP_ID}))
        .collect()
}

/// A branch as the list holds it.
fn branch(view: &View<'_>, repository: &Repository, branch: &Branch) -> Option<Value> {
    let sha = sha_of(repository, branch.head_at(view.now)?);
    let contexts = required(view, repository, &branch.name);
    let url = format!("{}/branches/{}", view.url(repository), branch.name);
    Some(json!({
        "name": branch.name, "commit": {"sha": sha, "url": format!("{}/commits/{sha}", view.url(repository))},
        "protected": contexts.is_some() || (branch.name == "main" && active(view, repository).is_some()),
        "protection": {
            "enabled": contexts.is_some(),
            "required_status_checks": {
                "enforcement_level": if contexts.is_some() { "non_admins" } else { "off" },
                "checks": checks(contexts.as_deref().unwrap_or_default()),
                "contexts": contexts.unwrap_or_default(),
            },
        },
        "protection_url": format!("{url}/protection"),
    }))
}

/// `branches`.
pub(super) fn branches(view: &View<'_>, request: &Request, repository: &Repository) -> Reply {
    let mut found: Vec<Value> = repository
        .branches
        .iter()
        .filter_map(|held| branch(view, repository, held))
        .collect();
    if let Some(wanted) = request.get("protected") {
        found.retain(|held| held["protected"] == (wanted == "true"));
    }
    Reply::list(view, request, found, None, |held| held)
}

/// `branches/{b}`.
pub(super) fn one_branch(view: &View<'_>, repository: &Repository, name: &str) -> Reply {
    let found = repository
        .branches
        .iter()
        .filter(|held| held.name == name)
        .find_map(|held| {
            let head = repository.commits.get(held.head_at(view.now)?)?;
            let url = format!("{}/branches/{name}", view.url(repository));
            let page = format!("{PAGES}/{}/tree/{name}", repository.full_name());
            let commit = changes::commit(view, repository, head);
            let links = json!({"self": url, "html": page});
            Some(merged(
                branch(view, repository, held)?,
                json!({"commit": commit, "_links": links}),
            ))
        });
    found.map_or_else(|| Reply::problem(404, "Branch not found"), Reply::json)
}

/// `branches/{b}/protection`.
pub(super) fn protection(view: &View<'_>, repository: &Repository, name: &str) -> Reply {
    let (Some(contexts), Some(held)) = (required(view, repository, name), &repository.protection) else {
        return Reply::problem(404, "Branch not protected");
    };
    let url = format!("{}/branches/{name}/protection", view.url(repository));
    let is_off = json!({"enabled": false});
    Reply::json(json!({
        "url": url,
        "required_status_checks": {
            "url": format!("{url}/required_status_checks"), "strict": true, "checks": checks(&contexts),
            "contexts_url": format!("{url}/required_status_checks/contexts"), "contexts": contexts,
        },
        "required_pull_request_reviews": {
            "url": format!("{url}/required_pull_request_reviews"), "dismiss_stale_reviews": true,
            "require_code_owner_reviews": true, "require_last_push_approval": false,
            "required_approving_review_count": held.required_approvals,
        },
        "enforce_admins": {"url": format!("{url}/enforce_admins"), "enabled": !held.exempts_administrators},
        "required_linear_history": {"enabled": true}, "allow_force_pushes": is_off, "allow_deletions": is_off,
        "block_creations": is_off, "required_conversation_resolution": is_off, "lock_branch": is_off,
        "allow_fork_syncing": is_off, "required_signatures": {"url": format!("{url}/required_signatures"), "enabled": false},
    }))
}

/// The ruleset with its version of now.
fn version<'a>(view: &View<'_>, repository: &'a Repository) -> Option<(&'a Ruleset, &'a RulesetVersion)> {
    let ruleset = repository.ruleset.as_ref()?;
    Some((
        ruleset,
        ruleset
            .versions
            .iter()
            .rev()
            .find(|held| view.is_past(held.updated_at))?,
    ))
}

fn active<'a>(view: &View<'_>, repository: &'a Repository) -> Option<(&'a Ruleset, &'a RulesetVersion)> {
    version(view, repository).filter(|(_, held)| held.enforcement == "active")
}

/// The rules of a version.
fn rules(held: &RulesetVersion) -> Vec<Value> {
    let contexts: Vec<Value> = held
        .required_checks
        .iter()
        .map(|context| json!({"context": context, "integration_id": ACTIONS_APP_ID}))
        .collect();
    vec![
        json!({"type": "deletion"}),
        json!({"type": "non_fast_forward"}),
        json!({"type": "pull_request", "parameters": {
            "required_approving_review_count": held.required_approvals, "dismiss_stale_reviews_on_push": true,
            "require_code_owner_review": held.requires_code_owner, "require_last_push_approval": false,
            "required_review_thread_resolution": false, "allowed_merge_methods": ["squash"],
        }}),
        json!({"type": "required_status_checks", "parameters": {
            "strict_required_status_checks_policy": true, "do_not_enforce_on_create": false,
            "required_status_checks": contexts,
        }}),
    ]
}

/// `rules/branches/{b}`: what is enforced.
pub(super) fn rules_of(view: &View<'_>, request: &Request, repository: &Repository, name: &str) -> Reply {
    let found = active(view, repository)
        .filter(|_| name == "main")
        .map_or_else(Vec::new, |(ruleset, held)| {
            let source = json!({
                "ruleset_source_type": "Repository", "ruleset_source": repository.full_name(), "ruleset_id": ruleset.id,
            });
            rules(held)
                .into_iter()
                .map(|rule| merged(rule, source.clone()))
                .collect()
        });
    Reply::list(view, request, found, None, |rule| rule)
}

fn ruleset(view: &View<'_>, repository: &Repository, held: (&Ruleset, &RulesetVersion)) -> Value {
    let (ruleset, version) = held;
    let created_at = ruleset.versions.first().map(|first| first.updated_at);
    json!({
        "id": ruleset.id, "name": ruleset.name, "target": "branch", "source_type": "Repository",
        "source": repository.full_name(), "enforcement": version.enforcement, "node_id": node("RRS", ruleset.id),
        "created_at": view.time(created_at), "updated_at": time(version.updated_at),
        "_links": {
            "self": {"href": format!("{}/rulesets/{}", view.url(repository), ruleset.id)},
            "html": {"href": format!("{PAGES}/{}/rules/{}", repository.full_name(), ruleset.id)},
        },
    })
}

/// `rulesets`.
pub(super) fn rulesets(view: &View<'_>, request: &Request, repository: &Repository) -> Reply {
    let found = version(view, repository).into_iter().collect();
    Reply::list(view, request, found, None, |held| ruleset(view, repository, held))
}

/// `rulesets/{id}`.
pub(super) fn one_ruleset(view: &View<'_>, repository: &Repository, id: &str) -> Reply {
    let found = version(view, repository).filter(|(ruleset, _)| ruleset.id.to_string() == id);
    Reply::found(found.map(|held| {
        merged(
            ruleset(view, repository, held),
            json!({
                "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}, "bypass_actors": [],
                "current_user_can_bypass": "never", "rules": rules(held.1),
            }),
        )
    }))
}

/// `git/trees/{sha}`: every file below it, by path.
pub(super) fn tree(view: &View<'_>, repository: &Repository, reference: &str) -> Reply {
    let of_commit = || {
        let commit = repository.commits.get(changes::resolve(view, repository, reference)?)?;
        repository.trees.get(commit.tree)
    };
    let is_seen = |index: usize| {
        repository
            .commits
            .iter()
            .any(|commit| commit.tree == index && view.is_past(commit.pushed_at))
    };
    let mut trees = repository.trees.iter().enumerate();
    let named = trees
        .find(|(index, tree)| tree.sha == reference && is_seen(*index))
        .map(|(_, tree)| tree);
    Reply::found(named.or_else(of_commit).map(|tree| {
        let entries: Vec<Value> = tree
            .files
            .iter()
            .filter_map(|(path, index)| Some((path, repository.blobs.get(*index)?)))
            .map(|(path, blob)| {
                let url = format!("{}/git/blobs/{}", view.url(repository), blob.sha);
                json!({
                    "path": &**path, "mode": "100644", "type": "blob", "sha": blob.sha, "size": blob.text.len(), "url": url,
                })
            })
            .collect();
        let url = format!("{}/git/trees/{}", view.url(repository), tree.sha);
        json!({"sha": tree.sha, "url": url, "tree": entries, "truncated": false})
    }))
}

/// Base64 in lines of 60 characters, as GitHub writes it.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for (index, chunk) in bytes.chunks(3).enumerate() {
        let held = chunk.iter().fold(0_usize, |held, byte| held << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[held >> (18 - 6 * place) & 63];
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
        if index % 15 == 14 {
            text.push('\n');
        }
    }
    text
}

/// `contents/{path}`: a file, or the entries of a folder.
pub(super) fn contents(view: &View<'_>, request: &Request, repository: &Repository, path: &str) -> Reply {
    let reference = request.get("ref").unwrap_or("main");
    let commit = changes::resolve(view, repository, reference).and_then(|index| repository.commits.get(index));
    let Some(tree) = commit.and_then(|commit| repository.trees.get(commit.tree)) else {
        return Reply::problem(404, &format!("No commit found for the ref {reference}"));
    };
    let entry = |path: &str, sha: &str, size: usize, kind: &str| {
        let url = format!("{}/contents/{path}?ref={reference}", view.url(repository));
        let page = format!("{PAGES}/{}/blob/{reference}/{path}", repository.full_name());
        let git = format!(
            "{}/git/{}s/{sha}",
            view.url(repository),
            if kind == "dir" { "tree" } else { "blob" }
        );
        json!({
            "type": kind, "name": path.rsplit('/').next(), "path": path, "sha": sha, "size": size, "url": url,
            "git_url": git, "html_url": page, "download_url": null,
            "_links": {"self": url, "git": git, "html": page},
        })
    };
    let blob = |index: usize| repository.blobs.get(index);
    let held = tree
        .files
        .iter()
        .find(|(held, _)| &**held == path)
        .and_then(|(_, index)| blob(*index));
    if let Some(held) = held {
        let document = entry(path, &held.sha, held.text.len(), "file");
        let content = json!({"encoding": "base64", "content": base64(held.text.as_bytes())});
        return Reply::json(merged(document, content));
    }
    let folder = if path.is_empty() {
        String::new()
    } else {
        format!("{path}/")
    };
    let mut entries = std::collections::BTreeMap::new();
    for (held, index) in &tree.files {
        let Some(below) = held.strip_prefix(folder.as_str()) else {
            continue;
        };
        match (below.split_once('/'), blob(*index)) {
            (Some((name, _)), _) => {
                let path = format!("{folder}{name}");
                let sha = &crate::api::reply::sha256(format!("{} {path}", tree.sha).as_bytes())[..40];
                entries.insert(path.clone(), entry(&path, sha, 0, "dir"));
            }
            (None, Some(blob)) => {
                entries.insert(held.to_string(), entry(held, &blob.sha, blob.text.len(), "file"));
            }
            (None, None) => {}
        }
    }
    let entries: Vec<Value> = entries.into_values().collect();
    Reply::found((!entries.is_empty()).then_some(Value::Array(entries)))
}
