//! Deployments and their statuses.

use domain::clock::Timestamp;
use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::person;
use crate::api::request::Request;
use crate::api::view::{Place, View, node_id, written};
use crate::world::operation::Deployment;

type StatusEntry = (i64, Timestamp, &'static str);

fn statuses<'a>(view: &View<'_>, deployment: &'a Deployment) -> Vec<&'a StatusEntry> {
    let statuses = deployment.statuses.iter();
    let mut statuses: Vec<&StatusEntry> = statuses.filter(|(_, at, _)| *at <= view.now).collect();
    statuses.sort_by_key(|(id, at, _)| std::cmp::Reverse((*at, *id)));
    statuses
}

fn document(view: &View<'_>, place: Place<'_>, deployment: &Deployment) -> Value {
    let home = place.url(view);
    let url = format!("{home}/deployments/{}", deployment.id);
    let updated_at = statuses(view, deployment)
        .first()
        .map_or(deployment.created_at, |(_, at, _)| *at);
    json!({
        "url": url,
        "id": deployment.id,
        "node_id": node_id("DE", deployment.id),
        "sha": place.sha(deployment.commit),
        "ref": deployment.reference,
        "task": "deploy",
        "payload": {},
        "original_environment": deployment.environment,
        "environment": deployment.environment,
        "description": deployment.description,
        "creator": person::simple(view, deployment.creator),
        "created_at": written(deployment.created_at),
        "updated_at": written(updated_at),
        "statuses_url": format!("{url}/statuses"),
        "repository_url": home,
        "transient_environment": false,
        "production_environment": deployment.environment == "production",
        "performed_via_github_app": null,
    })
}

fn status_document(view: &View<'_>, place: Place<'_>, deployment: &Deployment, status: &StatusEntry) -> Value {
    let (id, at, state) = status;
    let home = place.url(view);
    let url = format!("{home}/deployments/{}", deployment.id);
    json!({
        "url": format!("{url}/statuses/{id}"),
        "id": id,
        "node_id": node_id("DES", id),
        "state": state,
        "creator": person::simple(view, deployment.creator),
        "description": deployment.description,
        "environment": deployment.environment,
        "target_url": place.html(view),
        "log_url": place.html(view),
        "created_at": written(*at),
        "updated_at": written(*at),
        "deployment_url": url,
        "repository_url": home,
        "performed_via_github_app": null,
    })
}

fn held<'a>(view: &View<'_>, place: Place<'a>) -> Vec<&'a Deployment> {
    let deployments = place.repository.deployments.iter();
    let shows = |deployment: &&Deployment| place.fork.is_none() && deployment.created_at <= view.now;
    let mut deployments: Vec<&Deployment> = deployments.filter(shows).collect();
    deployments.sort_by_key(|deployment| std::cmp::Reverse((deployment.created_at, deployment.id)));
    deployments
}

/// `deployments`, the newest first.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let mut deployments = held(view, place);
    deployments.retain(|deployment| {
        request.allows("sha", place.sha(deployment.commit))
            && request.allows("ref", &deployment.reference)
            && request.allows("task", "deploy")
            && request.allows("environment", deployment.environment)
    });
    Answer::list(view, request, &deployments, |deployment| {
        document(view, place, deployment)
    })
}

/// `deployments/{id}` and its `statuses`, the newest first.
pub(crate) fn show(view: &View<'_>, request: &Request, place: Place<'_>, id: &str, rest: &[&str]) -> Option<Answer> {
    let mut deployments = held(view, place).into_iter();
    let deployment = deployments.find(|deployment| deployment.id.to_string() == id)?;
    let statuses = statuses(view, deployment);
    match rest {
        [] => Some(Answer::json(document(view, place, deployment))),
        ["statuses"] => Some(Answer::list(view, request, &statuses, |status| {
            status_document(view, place, deployment, status)
        })),
        ["statuses", status] => {
            let status = statuses.iter().find(|(id, ..)| id.to_string() == *status)?;
            Some(Answer::json(status_document(view, place, deployment, status)))
        }
        _ => None,
    }
}
