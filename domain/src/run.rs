//! A run attempt of a workflow, as the source of truth about CI reported it.

use crate::clock::Timestamp;
use crate::identity::{GitSha, RepositoryName};

/// One observation of one attempt of a workflow run (GitHub: `workflow_run`; OTel: `cicd.pipeline.run`).
///
/// Natural key: repository, `run_id`, `run_attempt`. A changed state is another observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The repository that the run belongs to.
    pub repository: RepositoryName,
    /// GitHub's id of the run; attempts share it.
    pub run_id: i64,
    /// 1 for the first attempt.
    pub run_attempt: i32,
    /// Name or path of the workflow, where known.
    pub workflow: Option<String>,
    /// GitHub's name of the event that triggered the run: `push`, `pull_request`, `schedule`, …
    pub event: String,
    /// Branch of the head commit; null where there is none, as for a tag.
    pub head_branch: Option<String>,
    /// The repository's default branch (CI/CL-001 §3: `main`), where this observation says it.
    pub default_branch: Option<String>,
    /// Commit under test.
    pub head_sha: GitSha,
    /// Tree of that commit: two commits with one tree are the same source.
    pub tree_sha: Option<GitSha>,
    /// Where the head commit lives; another repository than `repository` is a fork, null is a deleted one.
    pub head_repository: Option<RepositoryName>,
    /// `queued`, `in_progress`, `completed`.
    pub status: String,
    /// `success`, `failure`, `cancelled`, …; null while unknown.
    pub conclusion: Option<String>,
    /// When the run was created: the event time of every attempt.
    pub created_at: Timestamp,
    /// When this attempt started.
    pub started_at: Option<Timestamp>,
    /// When this attempt ended, where this observation says it; GitHub says it of jobs only.
    pub completed_at: Option<Timestamp>,
    /// When something about this attempt last changed, which may be long after its end.
    pub updated_at: Option<Timestamp>,
    /// GitHub's id of the workflow.
    pub workflow_id: Option<i64>,
    /// Path of the workflow's file.
    pub workflow_path: Option<String>,
    /// Number of the run among those of its workflow: each one more than the one before, so that a hole tells of a run.
    pub run_number: Option<i64>,
    /// Login of who triggered the run.
    pub actor: Option<String>,
    /// Login of who triggered this attempt.
    pub triggering_actor: Option<String>,
    /// JSON: numbers of the pull requests of this repository that the run is about; GitHub empties the list.
    pub pull_requests: Option<String>,
    /// GitHub's id of the repository, which outlives a new name.
    pub repository_id: Option<i64>,
}
