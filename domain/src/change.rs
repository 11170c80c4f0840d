//! Pull requests with their commits, their reviews and files once they are merged, and issues.

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

/// Folders whose changes an owner must review (CI/CL-001 §10, §20).
pub const GUARDED_FOLDERS: [&str; 3] = ["iac/", "schemas/", "security/"];

/// A review of a merged pull request, as listed once after the merge. Natural key: repository, `number`, position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestReview {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// Number of the pull request.
    pub number: i64,
    /// When it was merged: its event time.
    pub merged_at: Timestamp,
    /// Place in the list, from 0; a pull request without a review is one row at 0.
    pub position: i32,
    /// GitHub's id; null: there is no review.
    pub review_id: Option<i64>,
    /// Login of the reviewer.
    pub author: Option<String>,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`.
    pub state: Option<String>,
    /// The head commit that was reviewed.
    pub commit_sha: Option<String>,
    /// When it was submitted.
    pub submitted_at: Option<Timestamp>,
}

/// A file that a merged pull request changes. Natural key: repository, `number`, position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestFile {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// Number of the pull request.
    pub number: i64,
    /// When it was merged: its event time.
    pub merged_at: Timestamp,
    /// Place in the list, from 0; a pull request that changes nothing is one row at 0.
    pub position: i32,
    /// The whole list was had: GitHub ends it at 3,000.
    pub is_whole: bool,
    /// Path; null: it changes nothing.
    pub path: Option<String>,
    /// Path before, where the file moved.
    pub previous_path: Option<String>,
    /// `added`, `modified`, `removed`, `renamed`, ….
    pub status: Option<String>,
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
