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
    /// Branch of the head commit.
    pub head_branch: String,
    /// The repository's default branch (CI/CL-001 §3: `main`).
    pub default_branch: String,
    /// Commit under test.
    pub head_sha: GitSha,
    /// Tree of that commit: two commits with one tree are the same source.
    pub tree_sha: Option<GitSha>,
    /// Where the head commit lives; another repository than `repository` is a fork.
    pub head_repository: RepositoryName,
    /// `queued`, `in_progress`, `completed`.
    pub status: String,
    /// `success`, `failure`, `cancelled`, …; null while unknown.
    pub conclusion: Option<String>,
    /// When the run was created: the event time of every attempt.
    pub created_at: Timestamp,
    /// When this attempt started.
    pub started_at: Option<Timestamp>,
    /// When this attempt ended.
    pub completed_at: Option<Timestamp>,
}
