//! From the path of a request to its answer.

use crate::api::reply::Reply;
use crate::api::request::Request;
use crate::api::view::View;
use crate::api::{Shared, artifacts, jobs, runs};
use crate::world::repository::Repository;

/// Answers a request.
pub(super) fn route(view: &View<'_>, shared: &Shared, request: &Request) -> Reply {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
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
        ["actions", rest @ ..] => of_actions(view, shared, request, repository, rest),
        ["check-runs", id] => jobs::one_check(view, repository, id),
        _ => Reply::not_found(),
    }
}

/// Answers a request below `actions`.
fn of_actions(view: &View<'_>, shared: &Shared, request: &Request, repository: &Repository, rest: &[&str]) -> Reply {
    match rest {
        ["runs"] => runs::list(view, request, repository, None),
        ["runs", id, "artifacts"] => artifacts::of_run(view, shared, request, repository, id),
        ["runs", id, rest @ ..] => runs::one(view, request, repository, id, rest),
        ["jobs", id] => jobs::one(view, repository, id),
        ["artifacts"] => artifacts::list(view, shared, request, repository),
        ["artifacts", id] => artifacts::one(view, shared, repository, id),
        ["artifacts", id, "zip"] => artifacts::archive(view, repository, id),
        _ => Reply::not_found(),
    }
}
