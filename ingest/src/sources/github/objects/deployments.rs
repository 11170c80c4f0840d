//! Deployments and their statuses.

use domain::clock::Timestamp;
use domain::deployment::{Deployment, DeploymentStatus};
use lake::tables::{deployment_statuses, deployments};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::{Login, login, needed, parse, time};
use super::kinds::Reading;
use crate::report::Rows;

/// A deployment.
#[derive(Debug, Deserialize)]
pub(crate) struct DeploymentObject {
    pub(crate) id: i64,
    sha: Option<String>,
    r#ref: Option<String>,
    task: Option<String>,
    environment: Option<String>,
    production_environment: Option<bool>,
    description: Option<String>,
    creator: Option<Login>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) updated_at: Option<Timestamp>,
}

/// Rows of one.
pub(super) fn deployment(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let deployment: DeploymentObject = parse(object)?;
    let created_at = needed(deployment.created_at, "created_at")?;
    let row = Deployment {
        repository: reading.context.repository.clone(),
        deployment_id: deployment.id,
        commit_sha: needed(deployment.sha, "sha")?,
        reference: needed(deployment.r#ref, "ref")?,
        task: deployment.task.unwrap_or_else(|| "deploy".to_owned()),
        environment: needed(deployment.environment, "environment")?,
        is_production: deployment.production_environment,
        description: deployment.description.filter(|text| !text.is_empty()),
        creator: login(deployment.creator),
        created_at,
        updated_at: deployment.updated_at.unwrap_or(created_at),
    };
    Ok(vec![reading.rows(&deployments::TABLE, vec![row])?])
}

/// A status of a deployment: it names it by an address only, so we do.
#[derive(Debug, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeploymentStatusDocument {
    pub(crate) deployment: i64,
    pub(crate) status: Box<RawValue>,
}

/// A status as lists hold it.
#[derive(Debug, Deserialize)]
pub(crate) struct StatusObject {
    id: i64,
    state: Option<String>,
    environment: Option<String>,
    description: Option<String>,
    creator: Option<Login>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
}

/// Rows of one.
pub(super) fn status(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: DeploymentStatusDocument = parse(object)?;
    let status: StatusObject = parse(document.status.get().as_bytes())?;
    let row = DeploymentStatus {
        repository: reading.context.repository.clone(),
        deployment_id: document.deployment,
        status_id: status.id,
        state: needed(status.state, "state")?,
        environment: status.environment.filter(|text| !text.is_empty()),
        description: status.description.filter(|text| !text.is_empty()),
        creator: login(status.creator),
        created_at: needed(status.created_at, "created_at")?,
    };
    Ok(vec![reading.rows(&deployment_statuses::TABLE, vec![row])?])
}
