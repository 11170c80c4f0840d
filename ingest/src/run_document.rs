//! The run that a directory belongs to, as a payload of its own: what was said about it lands like any other evidence.

use domain::clock::{Timestamp, format_timestamp, parse_timestamp};
use domain::identity::{GitSha, RepositoryName};
use domain::run::Run;
use serde::{Deserialize, Serialize};

/// Parser and version.
pub const PARSER: &str = "run/1";

/// JSON with fixed order of keys; the same statement has the same digest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    repository: String,
    run_id: i64,
    run_attempt: i32,
    workflow: Option<String>,
    event: String,
    head_branch: String,
    default_branch: String,
    head_sha: String,
    tree_sha: Option<String>,
    head_repository: String,
    status: String,
    conclusion: Option<String>,
    created_at: String,
    run_started_at: Option<String>,
    completed_at: Option<String>,
}

/// Writes a run as a payload.
pub fn write(run: &Run) -> Vec<u8> {
    let time = |time: Option<Timestamp>| time.map(format_timestamp);
    let document = Document {
        repository: run.repository.to_string(),
        run_id: run.run_id,
        run_attempt: run.run_attempt,
        workflow: run.workflow.clone(),
        event: run.event.clone(),
        head_branch: run.head_branch.clone().unwrap_or_default(),
        default_branch: run.default_branch.clone().unwrap_or_default(),
        head_sha: run.head_sha.as_str().to_owned(),
        tree_sha: run.tree_sha.as_ref().map(|tree| tree.as_str().to_owned()),
        head_repository: run
            .head_repository
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        status: run.status.clone(),
        conclusion: run.conclusion.clone(),
        created_at: format_timestamp(run.created_at),
        run_started_at: time(run.started_at),
        completed_at: time(run.completed_at),
    };
    let mut bytes = serde_json::to_vec_pretty(&document).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Reads a run back; the reason where the payload is none.
pub fn read(payload: &[u8]) -> Result<Run, String> {
    fn reason(error: impl std::fmt::Display) -> String {
        error.to_string()
    }
    let time = |time: Option<String>| time.as_deref().map(parse_timestamp).transpose().map_err(reason);
    let document: Document = serde_json::from_slice(payload).map_err(reason)?;
    Ok(Run {
        repository: RepositoryName::parse(&document.repository).map_err(reason)?,
        run_id: document.run_id,
        run_attempt: document.run_attempt,
        workflow: document.workflow,
        event: document.event,
        head_branch: Some(document.head_branch),
        default_branch: Some(document.default_branch),
        head_sha: GitSha::parse(&document.head_sha).map_err(reason)?,
        tree_sha: document
            .tree_sha
            .as_deref()
            .map(GitSha::parse)
            .transpose()
            .map_err(reason)?,
        head_repository: Some(RepositoryName::parse(&document.head_repository).map_err(reason)?),
        status: document.status,
        conclusion: document.conclusion,
        created_at: parse_timestamp(&document.created_at).map_err(reason)?,
        started_at: time(document.run_started_at)?,
        completed_at: time(document.completed_at)?,
        updated_at: None,
        workflow_id: None,
        workflow_path: None,
        run_number: None,
        actor: None,
        triggering_actor: None,
        pull_requests: None,
        repository_id: None,
    })
}
