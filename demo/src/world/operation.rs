//! What people and machines do around CI: issues, deployments, caches, releases.

use domain::clock::Timestamp;

use crate::world::PersonIndex;
use crate::world::change::CommitIndex;

/// An issue.
#[derive(Debug, Clone)]
pub struct Issue {
    /// GitHub's id.
    pub id: i64,
    /// Its number; pull requests count in the same sequence.
    pub number: i64,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// Who opened it.
    pub author: PersonIndex,
    /// Who has it.
    pub assignee: Option<PersonIndex>,
    /// Labels with the instants at which they were set.
    pub labels: Vec<(Timestamp, String)>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last changed, apart from being closed.
    pub updated_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// A deployment and what became of it.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// GitHub's id.
    pub id: i64,
    /// What is deployed.
    pub commit: CommitIndex,
    /// `main`, or a hotfix branch.
    pub reference: String,
    /// `staging`, `production`.
    pub environment: &'static str,
    /// Who.
    pub creator: PersonIndex,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// GitHub's id, instant and state of each status, in order of time: `in_progress`, `success`, `failure`.
    pub statuses: Vec<(i64, Timestamp, &'static str)>,
    /// Why it may pass a freeze (CI/CL-001 §22), as its description says; empty: a common deployment.
    pub description: &'static str,
}

/// An entry of the Actions cache.
#[derive(Debug, Clone)]
pub struct Cache {
    /// GitHub's id.
    pub id: i64,
    /// `poetry-Linux-<lock hash>`.
    pub key: String,
    /// `refs/heads/main`, `refs/pull/7/merge`.
    pub reference: String,
    /// Version: a digest of paths and compression.
    pub version: String,
    /// Size.
    pub size_bytes: i64,
    /// When it was saved.
    pub created_at: Timestamp,
    /// Every time it was restored.
    pub accessed_at: Vec<Timestamp>,
    /// When it was evicted.
    pub evicted_at: Option<Timestamp>,
}

/// A release with its tag.
#[derive(Debug, Clone)]
pub struct Release {
    /// GitHub's id.
    pub id: i64,
    /// `v1.4.0`.
    pub tag: String,
    /// The tagged commit.
    pub commit: CommitIndex,
    /// Who.
    pub author: PersonIndex,
    /// When.
    pub published_at: Timestamp,
}
