//! From the path of a request to its answer.

use crate::api::reply::Reply;
use crate::api::request::Request;
use crate::api::view::View;
use crate::api::{Shared, artifacts, changes, findings, jobs, operations, repositories, runs};
use crate::world::ORGANIZATION;
use crate::world::finding::AlertKind;
use crate::world::repository::Repository;

/// Answers a request.
pub(super) fn route(view: &View<'_>, shared: &Shared, request: &Request) -> Reply {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["orgs", name, "repos"] if name.eq_ignore_ascii_case(ORGANIZATION) => repositories::list(view, request),
        ["repos", owner, name, rest @ ..] => match view.repository(owner, name) {
            Some(repository) => of_repository(view, shared, request, repository, rest),
            None => Reply::not_found(),
        },
        _ => Reply::not_found(),
    }
}

/// Answers a request below a repository.
fn of_repository(view: &View<'_>, shared: &Shared, request: &Request, repository: &Repository, rest: &[&str]) -> Reply {
    match rest {
        [] => repositories::one(view, repository),
        ["actions", rest @ ..] => of_actions(view, shared, request, repository, rest),
        ["check-runs", id] => jobs::one_check(view, repository, id),
        ["commits"] => changes::commits(view, request, repository),
        ["commits", reference @ .., "check-runs"] => match changes::resolve(view, repository, &reference.join("/")) {
            Some(commit) => jobs::checks(view, request, repository, commit),
            None => Reply::problem(422, "No commit found for SHA"),
        },
        ["commits", reference @ ..] => changes::one_commit(view, repository, &reference.join("/")),
        ["pulls"] => changes::pulls(view, request, repository),
        ["pulls", number, rest @ ..] => changes::one_pull(view, request, repository, number, rest),
        ["branches"] => repositories::branches(view, request, repository),
        ["branches", name @ .., "protection"] => repositories::protection(view, repository, &name.join("/")),
        ["branches", name @ ..] => repositories::one_branch(view, repository, &name.join("/")),
        ["rules", "branches", name @ ..] => repositories::rules_of(view, request, repository, &name.join("/")),
        ["rulesets"] => repositories::rulesets(view, request, repository),
        ["rulesets", id] => repositories::one_ruleset(view, repository, id),
        ["contents", path @ ..] => repositories::contents(view, request, repository, &path.join("/")),
        ["git", "trees", sha @ ..] => repositories::tree(view, repository, &sha.join("/")),
        ["issues"] => operations::issues(view, request, repository),
        ["issues", number] => operations::one_issue(view, repository, number),
        ["deployments"] => operations::deployments(view, request, repository),
        ["deployments", id, rest @ ..] => operations::one_deployment(view, request, repository, id, rest),
        ["code-scanning", "analyses"] => findings::analyses(view, request, repository),
        [folder, "alerts", rest @ ..] => of_alerts(view, request, repository, folder, rest),
        _ => Reply::not_found(),
    }
}

/// Answers a request for alerts.
fn of_alerts(view: &View<'_>, request: &Request, repository: &Repository, folder: &str, rest: &[&str]) -> Reply {
    let kind = match folder {
        "code-scanning" => AlertKind::CodeScanning,
        "dependabot" => AlertKind::Dependabot,
        "secret-scanning" => AlertKind::SecretScanning,
        _ => return Reply::not_found(),
    };
    match rest {
        [] => findings::alerts(view, request, repository, kind),
        [number, rest @ ..] => findings::one(view, request, repository, (kind, number), rest),
    }
}

/// Answers a request below `actions`.
fn of_actions(view: &View<'_>, shared: &Shared, request: &Request, repository: &Repository, rest: &[&str]) -> Reply {
    match rest {
        ["runs"] => runs::list(view, request, repository, None),
        ["runs", id, "artifacts"] => artifacts::of_run(view, shared, request, repository, id),
        ["runs", id, rest @ ..] => runs::one(view, request, repository, id, rest),
        ["jobs", id] => jobs::one(view, repository, id),
        ["workflows"] => repositories::workflows(view, request, repository),
        ["workflows", id, "runs"] => match repositories::workflow(view, repository, id) {
            Some(workflow) => runs::list(view, request, repository, Some(workflow)),
            None => Reply::not_found(),
        },
        ["caches"] => operations::caches(view, request, repository),
        ["artifacts"] => artifacts::list(view, shared, request, repository),
        ["artifacts", id] => artifacts::one(view, shared, repository, id),
        ["artifacts", id, "zip"] => artifacts::archive(view, repository, id),
        _ => Reply::not_found(),
    }
}
