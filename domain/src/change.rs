//! Pull requests with their commits, and issues.

use crate::clock::Timestamp;
use crate::identity::RepositoryName;

/// One observation of a pull request. Natural key: repository, `number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// `owner/name` that it wants to change.
    pub repository: RepositoryName,
    /// Its number.
    pub number: i64,
    /// GitHub's id.
    pub pull_request_id: i64,
    /// `open`, `closed`.
    pub state: String,
    /// Not ready for review.
    pub is_draft: bool,
    /// Title.
    pub title: String,
    /// Login of who opened it.
    pub author: Option<String>,
    /// JSON: names of its labels.
    pub labels: Option<String>,
    /// Branch of the head commit.
    pub head_branch: String,
    /// Head commit at the observation.
    pub head_sha: String,
    /// Where the head commit lives; null: deleted since.
    pub head_repository: Option<String>,
    /// Branch that it wants to change.
    pub base_branch: String,
    /// Base commit at the observation.
    pub base_sha: String,
    /// What it became; before the merge a trial that no branch holds.
    pub merge_commit_sha: Option<String>,
    /// When it was opened: its event time.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was closed or merged.
    pub closed_at: Option<Timestamp>,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
}

/// One commit that a pull request held when it was observed. Natural key: repository, `number`, `sha`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestCommit {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// Number of the pull request.
    pub number: i64,
    /// The commit.
    pub sha: String,
    /// Its tree.
    pub tree_sha: Option<String>,
    /// Login of its author.
    pub author: Option<String>,
    /// The committer's time: its event time.
    pub committed_at: Timestamp,
}

/// One observation of an issue. Natural key: repository, `number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// Its number.
    pub number: i64,
    /// GitHub's id.
    pub issue_id: i64,
    /// `open`, `closed`.
    pub state: String,
    /// `completed`, `not_planned`, `reopened`.
    pub state_reason: Option<String>,
    /// Title.
    pub title: String,
    /// Text, as written.
    pub body: Option<String>,
    /// Login of who opened it.
    pub author: Option<String>,
    /// JSON: logins.
    pub assignees: Option<String>,
    /// JSON: names of its labels.
    pub labels: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// When it was opened: its event time.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}
