//! What a source holds beside runs: repositories, artifacts, and what could not be had.

use crate::clock::Timestamp;
use crate::identity::RepositoryName;

/// One observation of a repository. Natural key: repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// GitHub's id, which outlives a new name.
    pub repository_id: i64,
    /// Its default branch (CI/CL-001 §3).
    pub default_branch: String,
    /// `public`, `private`, `internal`.
    pub visibility: Option<String>,
    /// Read-only.
    pub is_archived: bool,
    /// When it was made: its event time.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// When something was last pushed.
    pub pushed_at: Option<Timestamp>,
}

/// One observation of an artifact. Natural key: repository, `artifact_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// GitHub's id.
    pub artifact_id: i64,
    /// The run.
    pub run_id: i64,
    /// The attempt in whose time it was uploaded, since GitHub does not say; null: it lies in none.
    pub run_attempt: Option<i32>,
    /// The only job that can have uploaded it, by time and name; null: several, or none.
    pub job: Option<String>,
    /// Name; attempts of one run may share it.
    pub name: String,
    /// Size of the zip.
    pub size_bytes: Option<i64>,
    /// Digest of the zip, where GitHub names it.
    pub sha256: Option<String>,
    /// GitHub has forgotten its content.
    pub is_expired: bool,
    /// When it was uploaded: its event time.
    pub created_at: Timestamp,
    /// When GitHub forgets its content.
    pub expires_at: Option<Timestamp>,
}

/// Something that could not be had from its source. Natural key: repository, resource, subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// `runs`, `attempt`, `jobs`, `artifacts`, `artifact`, `pulls`, ….
    pub resource: String,
    /// Which one: a window of creation, a run and its attempt, an artifact.
    pub subject: String,
    /// The run, where it is of one.
    pub run_id: Option<i64>,
    /// Its attempt.
    pub run_attempt: Option<i32>,
    /// First instant that it may touch.
    pub from_at: Option<Timestamp>,
    /// Last instant that it may touch.
    pub to_at: Option<Timestamp>,
    /// False: it was had at last, or is no longer owed.
    pub is_open: bool,
    /// `not_found`, `expired`, `forbidden`, `unreachable`, ….
    pub reason: String,
    /// What the source said.
    pub detail: Option<String>,
    /// When it was asked for: its event time.
    pub observed_at: Timestamp,
}
