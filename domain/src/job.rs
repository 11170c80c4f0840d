//! Jobs of run attempts, and their steps.

use crate::clock::Timestamp;
use crate::identity::RepositoryName;

/// One observation of one job of one attempt (GitHub: `workflow_job`). Natural key: repository, `job_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// GitHub's id of the job, which is also that of its check run.
    pub job_id: i64,
    /// The run.
    pub run_id: i64,
    /// Its attempt.
    pub run_attempt: i32,
    /// Name with its matrix leg in parentheses: the context of its check.
    pub name: String,
    /// Name of the workflow.
    pub workflow: Option<String>,
    /// Branch of the head commit.
    pub head_branch: Option<String>,
    /// Commit under test.
    pub head_sha: String,
    /// `queued`, `in_progress`, `completed`, `waiting`, ….
    pub status: String,
    /// `success`, `failure`, `skipped`, …; null while unknown.
    pub conclusion: Option<String>,
    /// When the job was created: its event time.
    pub created_at: Timestamp,
    /// When it started; of one that never ran, GitHub says when it was created or ended.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// The runner; 0 or null: none.
    pub runner_id: Option<i64>,
    /// The runner's name.
    pub runner_name: Option<String>,
    /// Name of the runner's group.
    pub runner_group: Option<String>,
    /// JSON: labels that a runner needs.
    pub labels: Option<String>,
}

/// One observation of one step of a job. Natural key: repository, `job_id`, `number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// The job.
    pub job_id: i64,
    /// Position in the job, from 1.
    pub number: i32,
    /// The run.
    pub run_id: i64,
    /// Its attempt.
    pub run_attempt: i32,
    /// Name of the step.
    pub name: String,
    /// `queued`, `in_progress`, `completed`.
    pub status: String,
    /// `success`, `failure`, `skipped`, …; null while unknown.
    pub conclusion: Option<String>,
    /// When the job was created: the event time of its steps.
    pub created_at: Timestamp,
    /// When the step started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}
