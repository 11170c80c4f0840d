//! What workflow files declare, written down where they are written.

use domain::clock::Timestamp;
use serde::Serialize;

use super::as_text;

/// A workflow file as a change left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkflowFile {
    /// Its path.
    pub path: &'static str,
    /// Its blob in git.
    pub blob_sha: String,
    /// When it was written.
    #[serde(serialize_with = "as_text")]
    pub written_at: Timestamp,
    /// Events of `on`, sorted.
    pub triggers: Vec<&'static str>,
    /// A newer run of its ref cancels one of any branch; null: `concurrency` is not set.
    pub cancels_always: Option<bool>,
    /// Default permissions: `write-all`, or scopes with their levels.
    pub permissions: &'static str,
    /// Its jobs, in their order.
    pub jobs: Vec<WorkflowFileJob>,
}

/// A job that a workflow file declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkflowFileJob {
    /// Its key under `jobs`.
    pub id: &'static str,
    /// `timeout-minutes`; null: none is set.
    pub timeout_minutes: Option<i64>,
    /// Permissions of its own; null: those of the file hold.
    pub permissions: Option<&'static str>,
    /// Combinations of its matrix; 1 without one.
    pub n_legs: i64,
    /// Every checkout fetches the whole history.
    pub fetches_history: bool,
    /// Steps that use an action.
    pub n_actions: i64,
    /// Those of them that name a whole commit.
    pub n_pinned: i64,
}
