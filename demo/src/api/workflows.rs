//! Workflows.

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, node_id, written};
use crate::world::repository::Workflow;

fn document(view: &View<'_>, place: Place<'_>, workflow: &Workflow) -> Value {
    let file = file_name(workflow);
    json!({
        "id": workflow.id,
        "node_id": node_id("W", workflow.id),
        "name": workflow.name,
        "path": workflow.path,
        "state": "active",
        "created_at": written(workflow.created_at),
        "updated_at": written(workflow.created_at),
        "url": format!("{}/actions/workflows/{}", place.url(view), workflow.id),
        "html_url": format!("{}/blob/main/{}", place.html(view), workflow.path),
        "badge_url": format!("{}/actions/workflows/{file}/badge.svg", place.html(view)),
    })
}

fn file_name(workflow: &Workflow) -> &'static str {
    workflow.path.rsplit('/').next().unwrap_or(workflow.path)
}

/// The position of the workflow with this id or file name.
pub(crate) fn position(view: &View<'_>, place: Place<'_>, id: &str) -> Option<usize> {
    place.repository.workflows.iter().position(|workflow| {
        let is_named = workflow.id.to_string() == id || file_name(workflow) == id || workflow.path == id;
        is_named && workflow.created_at <= view.now
    })
}

/// `actions/workflows`.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let workflows = place.repository.workflows.iter();
    let workflows = workflows.filter(|workflow| place.fork.is_none() && workflow.created_at <= view.now);
    let workflows: Vec<&Workflow> = workflows.collect();
    Answer::counted(view, request, "workflows", &workflows, |workflow| {
        document(view, place, workflow)
    })
}

/// `actions/workflows/{id or file name}`.
pub(crate) fn show(view: &View<'_>, place: Place<'_>, id: &str) -> Option<Answer> {
    let workflow = place.repository.workflows.get(position(view, place, id)?)?;
    Some(Answer::json(document(view, place, workflow)))
}
