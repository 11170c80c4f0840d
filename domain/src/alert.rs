//! What GitHub makes of scans: alerts, where they point to, and analyses of code scanning.

use crate::clock::Timestamp;
use crate::identity::RepositoryName;

/// One observation of an alert. Natural key: repository, `kind`, `number`.
///
/// What a secret alert is about, the secret itself, is never part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// `secret_scanning`.
    pub kind: String,
    /// Its number among those of its kind.
    pub number: i64,
    /// GitHub's word for what was found: `aws_access_key_id`.
    pub rule_id: Option<String>,
    /// `open`, `resolved`.
    pub state: String,
    /// `revoked`, `false_positive`, `wont_fix`, `used_in_tests`; null while open.
    pub resolution: Option<String>,
    /// `active`, `inactive`, `unknown`.
    pub validity: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// Login of who resolved it.
    pub resolved_by: Option<String>,
    /// When it was opened: its event time.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
}

/// A place that an alert points to. Natural key: repository, `kind`, `number`, `location`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertLocation {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// `secret_scanning`.
    pub kind: String,
    /// The alert's number.
    pub number: i64,
    /// Counts the places of one observation, from 0.
    pub location: i32,
    /// `commit`, `wiki_commit`, `issue_body`, ….
    pub location_type: String,
    /// The file; null outside of files.
    pub path: Option<String>,
    /// Its first line, from 1.
    pub start_line: Option<i64>,
    /// Its last line.
    pub end_line: Option<i64>,
    /// The commit that it was found in.
    pub commit_sha: Option<String>,
    /// When the alert was opened: its event time.
    pub created_at: Timestamp,
}

/// An analysis of code scanning: GitHub's word that a scan was uploaded. Natural key: repository, `analysis_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analysis {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// GitHub's id.
    pub analysis_id: i64,
    /// `refs/heads/main`, `refs/pull/7/merge`.
    pub reference: String,
    /// The commit that was scanned.
    pub commit_sha: String,
    /// Name of the tool.
    pub tool: String,
    /// The tool without version or edition.
    pub tool_family: String,
    /// What tells scans of one tool apart.
    pub category: Option<String>,
    /// What GitHub could not read; null: nothing.
    pub error: Option<String>,
    /// What GitHub read with doubts; null: nothing.
    pub warning: Option<String>,
    /// Results in it.
    pub n_results: Option<i64>,
    /// When GitHub had read it: its event time.
    pub created_at: Timestamp,
}
