//! Checks: what reports them, and which ones a branch requires.

use crate::clock::Timestamp;
use crate::identity::RepositoryName;

/// One observation of a check run that is no job of GitHub Actions. Natural key: repository, `check_run_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRun {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// GitHub's id.
    pub check_run_id: i64,
    /// Context of the check.
    pub name: String,
    /// The commit.
    pub head_sha: String,
    /// The app that reports it.
    pub app_id: Option<i64>,
    /// The app's short name.
    pub app_slug: Option<String>,
    /// `queued`, `in_progress`, `completed`.
    pub status: String,
    /// `success`, `failure`, …; null while unknown.
    pub conclusion: Option<String>,
    /// When it started, or was reported: its event time.
    pub started_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

/// One check that an observation of a branch requires. Natural key: repository, branch, origin, version, context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredCheck {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// The branch; `~DEFAULT_BRANCH` and patterns as a ruleset names them.
    pub branch: String,
    /// `protection` (classic, no history), `rules` (active rules, as observed) or `ruleset` (a version of one).
    pub origin: String,
    /// The ruleset.
    pub ruleset_id: Option<i64>,
    /// Its version, where its history is known.
    pub version_id: Option<i64>,
    /// `active`, `evaluate`, `disabled`.
    pub enforcement: String,
    /// Name of the check; null: nothing is required.
    pub context: Option<String>,
    /// The only app whose report counts.
    pub app_id: Option<i64>,
    /// When the version was saved; of `protection` and `rules` when it was observed.
    pub effective_at: Timestamp,
}
