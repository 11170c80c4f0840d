//! Which answer a path means.

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View};
use crate::api::{
    analyses, artifacts, branches, caches, checks, code_scanning, commits, contents, dependabot, deployments, issues,
    jobs, logs, organization, permissions, pulls, releases, repository, rulesets, runs, secret_scanning, workflows,
};
use crate::world::ORGANIZATION;

/// Answers a request for something of the world.
pub(crate) fn answer(view: &View<'_>, request: &Request) -> Answer {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let answer = match segments.as_slice() {
        ["orgs", owner, rest @ ..] if owner.eq_ignore_ascii_case(ORGANIZATION) => of_organization(view, request, rest),
        ["installation", "repositories"] => {
            let places: Vec<Place<'_>> = view.repositories().collect();
            Some(Answer::counted(view, request, "repositories", &places, |place| {
                repository::full(view, *place)
            }))
        }
        ["repos", owner, name, rest @ ..] => view
            .place(owner, name)
            .and_then(|place| of_repository(view, request, place, rest)),
        ["repositories", id, rest @ ..] => view
            .repositories()
            .find(|place| place.repository.id.to_string() == *id)
            .and_then(|place| of_repository(view, request, place, rest)),
        _ => None,
    };
    answer.unwrap_or_else(Answer::not_found)
}

fn of_organization(view: &View<'_>, request: &Request, rest: &[&str]) -> Option<Answer> {
    match rest {
        [] => Some(organization::show(view)),
        ["repos"] => Some(repository::list(view, request)),
        ["code-scanning", "alerts"] => Some(code_scanning::of_organization(view, request)),
        ["dependabot", "alerts"] => Some(dependabot::of_organization(view, request)),
        ["secret-scanning", "alerts"] => Some(secret_scanning::of_organization(view, request)),
        _ => None,
    }
}

fn of_repository(view: &View<'_>, request: &Request, place: Place<'_>, rest: &[&str]) -> Option<Answer> {
    match rest {
        [] => Some(repository::show(view, place)),
        ["forks"] => Some(repository::forks(view, request, place)),
        ["actions", rest @ ..] => of_actions(view, request, place, rest),
        ["pulls"] => Some(pulls::list(view, request, place)),
        ["pulls", number, rest @ ..] => pulls::show(view, request, place, number, rest),
        ["issues"] => Some(issues::list(view, request, place)),
        ["issues", number, rest @ ..] => issues::show(view, request, place, number, rest),
        ["labels"] => Some(issues::labels(view, request, place)),
        ["commits", rest @ ..] => of_commits(view, request, place, rest),
        ["check-suites", id, rest @ ..] => checks::suite(view, request, place, id, rest),
        ["check-runs", id, rest @ ..] => checks::show(view, request, place, id, rest),
        ["branches"] => Some(branches::list(view, request, place)),
        ["branches", name @ .., "protection"] if !name.is_empty() => {
            branches::protection(view, place, &name.join("/"), &[])
        }
        ["branches", name @ .., "protection", "required_status_checks"] if !name.is_empty() => {
            branches::protection(view, place, &name.join("/"), &["required_status_checks"])
        }
        ["branches", name @ ..] => branches::show(view, place, &name.join("/")),
        ["rules", "branches", name @ ..] => Some(rulesets::of_branch(view, request, place, &name.join("/"))),
        ["rulesets"] => Some(rulesets::list(view, request, place)),
        ["rulesets", id, rest @ ..] => rulesets::show(view, request, place, id, rest),
        ["code-scanning", "alerts"] => Some(code_scanning::list(view, request, place)),
        ["code-scanning", "alerts", number, rest @ ..] => code_scanning::show(view, request, place, number, rest),
        ["code-scanning", "analyses"] => Some(analyses::list(view, request, place)),
        ["code-scanning", "analyses", id] => analyses::show(view, request, place, id),
        ["dependabot", "alerts"] => Some(dependabot::list(view, request, place)),
        ["dependabot", "alerts", number] => dependabot::show(view, place, number),
        ["secret-scanning", "alerts"] => Some(secret_scanning::list(view, request, place)),
        ["secret-scanning", "alerts", number, rest @ ..] => secret_scanning::show(view, request, place, number, rest),
        ["deployments"] => Some(deployments::list(view, request, place)),
        ["deployments", id, rest @ ..] => deployments::show(view, request, place, id, rest),
        ["releases"] => Some(releases::list(view, request, place)),
        ["releases", rest @ ..] => releases::show(view, place, rest),
        ["tags"] => Some(releases::tags(view, request, place)),
        ["contents", path @ ..] => contents::show(view, request, place, path),
        ["git", "trees", name @ ..] => contents::tree(view, request, place, &name.join("/")),
        ["git", "blobs", sha] => contents::blob(view, request, place, sha),
        ["git", "commits", sha] => commits::show_git(view, place, sha),
        ["codeowners", "errors"] => Some(Answer::json(json!({"errors": []}))),
        ["attestations", _] => Some(Answer::json(json!({"attestations": []}))),
        _ => None,
    }
}

fn of_commits(view: &View<'_>, request: &Request, place: Place<'_>, rest: &[&str]) -> Option<Answer> {
    match rest {
        [] => commits::list(view, request, place),
        [name @ .., "pulls"] if !name.is_empty() => commits::pulls_of(view, request, place, &name.join("/")),
        [name @ .., "check-runs"] if !name.is_empty() => checks::of_commit(view, request, place, &name.join("/")),
        [name @ .., "check-suites"] if !name.is_empty() => {
            checks::suites_of_commit(view, request, place, &name.join("/"))
        }
        [name @ .., "status"] if !name.is_empty() => checks::status_of_commit(view, place, &name.join("/")),
        [name @ .., "statuses"] if !name.is_empty() => {
            place.resolve(view, &name.join("/"))?;
            Some(Answer::list(view, request, &[(); 0], |()| Value::Null))
        }
        name => {
            let name = name.join("/");
            let found = commits::show(view, place, &name);
            Some(found.unwrap_or_else(|| Answer::refusal(422, &format!("No commit found for SHA: {name}"))))
        }
    }
}

fn of_actions(view: &View<'_>, request: &Request, place: Place<'_>, rest: &[&str]) -> Option<Answer> {
    match rest {
        ["runs"] => Some(runs::list(view, request, place, None)),
        ["runs", id] => runs::show(view, request, place, id),
        ["runs", id, "jobs"] => jobs::of_run(view, request, place, id),
        ["runs", id, "artifacts"] => artifacts::of_run(view, request, place, id),
        ["runs", id, "timing"] => runs::timing(view, place, id),
        ["runs", id, "logs"] => {
            let run = place.run(view, id)?;
            Some(logs::of_attempt(view, run, view.attempt(run)?))
        }
        ["runs", id, "attempts", number, rest @ ..] => runs::attempt(view, request, place, (id, number, rest)),
        ["jobs", id] => jobs::show(view, place, id),
        ["jobs", id, "logs"] => logs::of_job(view, place, id),
        ["artifacts"] => Some(artifacts::list(view, request, place)),
        ["artifacts", id] => artifacts::show(view, place, id),
        ["artifacts", id, "zip"] => artifacts::zip(view, place, id),
        ["workflows"] => Some(workflows::list(view, request, place)),
        ["workflows", id] => workflows::show(view, place, id),
        ["workflows", id, "runs"] => {
            let position = workflows::position(view, place, id)?;
            Some(runs::list(view, request, place, Some(position)))
        }
        ["caches"] => Some(caches::list(view, request, place)),
        ["cache", "usage"] => Some(caches::usage(view, place)),
        rest => permissions::show(view, place, rest),
    }
}
