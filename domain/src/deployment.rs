//! Deployments and what became of them (CI/CL-001 §7, §22).

use crate::clock::Timestamp;
use crate::identity::RepositoryName;

/// One observation of a deployment. Natural key: repository, `deployment_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// GitHub's id.
    pub deployment_id: i64,
    /// What is deployed.
    pub commit_sha: String,
    /// Branch, tag or commit that was asked for.
    pub reference: String,
    /// `deploy`, or what else the deployer calls it.
    pub task: String,
    /// Where to; a status may name another.
    pub environment: String,
    /// Users work with that environment.
    pub is_production: Option<bool>,
    /// What the deployer says of it.
    pub description: Option<String>,
    /// Login of who asked for it.
    pub creator: Option<String>,
    /// When it was asked for: its event time.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One status of a deployment, which never changes. Natural key: repository, `status_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentStatus {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// The deployment.
    pub deployment_id: i64,
    /// GitHub's id.
    pub status_id: i64,
    /// `waiting`, `queued`, `pending`, `in_progress`, `success`, `failure`, `error`, `inactive`.
    pub state: String,
    /// Where to, as it says.
    pub environment: Option<String>,
    /// What it says.
    pub description: Option<String>,
    /// Login of who set it.
    pub creator: Option<String>,
    /// When it was set: its event time.
    pub created_at: Timestamp,
}
