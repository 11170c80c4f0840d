//! Commits, trees, branches and pull requests.

use std::sync::Arc;

use domain::clock::Timestamp;

use crate::world::PersonIndex;

/// Points into the commits of a repository.
pub type CommitIndex = usize;

/// One version of one file.
#[derive(Debug, Clone)]
pub struct Blob {
    /// Git's object name.
    pub sha: String,
    /// The content.
    pub text: Arc<str>,
}

/// The files of a commit.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Git's object name; equal trees have equal names.
    pub sha: String,
    /// Path and index into the blobs of the repository, by path.
    pub files: Vec<(Arc<str>, usize)>,
}

/// How a file changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Path after the change.
    pub path: Arc<str>,
    /// Path before, where the file moved.
    pub previous_path: Option<Arc<str>>,
    /// `added`, `modified`, `removed`, `renamed`.
    pub status: &'static str,
    /// Lines added.
    pub additions: i64,
    /// Lines removed.
    pub deletions: i64,
}

/// One commit.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Git's object name.
    pub sha: String,
    /// Index into the trees of the repository.
    pub tree: usize,
    /// Parents, first the one it was made on.
    pub parents: Vec<CommitIndex>,
    /// Author and committer.
    pub author: PersonIndex,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// When it reached GitHub.
    pub pushed_at: Timestamp,
    /// Message, after the convention of CI/CL-001 §6.
    pub message: String,
    /// What it changed against its first parent.
    pub files: Vec<FileChange>,
}

/// A branch and where it pointed over time.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// Instant and commit of every push, in order of time. A force-push is an entry like any other.
    pub pushes: Vec<(Timestamp, CommitIndex)>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

impl Branch {
    /// The commit that it pointed at, where it existed.
    pub fn head_at(&self, instant: Timestamp) -> Option<CommitIndex> {
        if self.deleted_at.is_some_and(|deleted_at| deleted_at <= instant) {
            return None;
        }
        let pushed = self.pushes.iter().rev().find(|(at, _)| *at <= instant)?;
        Some(pushed.1)
    }
}

/// A review of a pull request.
#[derive(Debug, Clone)]
pub struct Review {
    /// GitHub's id.
    pub id: i64,
    /// Who reviewed.
    pub author: PersonIndex,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`.
    pub state: &'static str,
    /// When.
    pub submitted_at: Timestamp,
    /// The head commit that was reviewed.
    pub commit: CommitIndex,
    /// The reviewer is a code owner of what the pull request touches.
    pub is_code_owner: bool,
}

/// A pull request into the default branch.
#[derive(Debug, Clone)]
pub struct PullRequest {
    /// GitHub's id.
    pub id: i64,
    /// Its number; issues count in the same sequence.
    pub number: i64,
    /// Title; its squashed commit carries it with ` (#number)`.
    pub title: String,
    /// Description, after the template of CI/CL-001 §14, or empty.
    pub body: String,
    /// Who opened it.
    pub author: PersonIndex,
    /// Branch of the head commit.
    pub head_branch: String,
    /// Index into the forks of the repository; null: the branch lives in the repository itself.
    pub fork: Option<usize>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// A draft until this instant.
    pub ready_at: Option<Timestamp>,
    /// Instant and head commit of every push to it, the first one at its opening.
    pub heads: Vec<(Timestamp, CommitIndex)>,
    /// The pushes, counted from 0, that rewrote the branch.
    pub force_pushes: Vec<usize>,
    /// The commit of the default branch that it was opened on.
    pub base: CommitIndex,
    /// Reviews, in order of time.
    pub reviews: Vec<Review>,
    /// Labels.
    pub labels: Vec<&'static str>,
    /// When it was merged, by whom, and the commit on the default branch.
    pub merged: Option<(Timestamp, PersonIndex, CommitIndex)>,
    /// When it was closed, merged or not.
    pub closed_at: Option<Timestamp>,
}

impl PullRequest {
    /// The head commit at `instant`; null before it was opened.
    pub fn head_at(&self, instant: Timestamp) -> Option<CommitIndex> {
        let head = self.heads.iter().rev().find(|(at, _)| *at <= instant)?;
        Some(head.1)
    }
}
