//! The list of quarantined tests that a repository keeps (CI/CL-001 §13).

use crate::clock::Timestamp;
use crate::identity::RepositoryName;

/// The file, at the root of the default branch.
pub const LIST_PATH: &str = ".quarantine.toml";

/// One entry of the list as one commit left it. Natural key: repository, `commit_sha`, position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineEntry {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// The commit that wrote the list.
    pub commit_sha: String,
    /// The committer's time: its event time.
    pub committed_at: Timestamp,
    /// Place in the list, from 0; a list without entries is one row at 0.
    pub position: i32,
    /// The whole list could be read, so that who is not in it is out of quarantine.
    pub is_whole: bool,
    /// `class::name`; null: the list has no entry that can be read.
    pub test: Option<String>,
    /// URL of the ticket.
    pub ticket: Option<String>,
    /// Who has to mend the test.
    pub owner: Option<String>,
    /// Why it is quarantined, and why for longer.
    pub reason: Option<String>,
    /// Until when the stay is extended.
    pub extended_until: Option<Timestamp>,
    /// Who approved the extension.
    pub approved_by: Option<String>,
}
