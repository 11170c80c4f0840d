//! What a scan says of itself: which tool looked at what, when, and whether it saw everything.

use crate::clock::Timestamp;

/// How far a scan's silence can be trusted: only a complete one proves that something is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completeness {
    /// It ended well and lists its results.
    Complete,
    /// It lists results, but says that it did not see everything, or the file breaks off.
    Partial,
    /// It says that it did not end well.
    Failed,
    /// It computed no results (SARIF 3.14.23: `results` absent or null).
    Unknown,
}

impl Completeness {
    /// The word in the column `completeness`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// One run of one scanner (SARIF 3.14 `run`). What it cannot know (repository, attempt) is the source's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Position of the run in its file, from 0.
    pub scan: i32,
    /// `tool.driver.name`; empty where absent.
    pub tool: String,
    /// The tool's name without version or edition, by which scans are compared: `codeql`, `trivy`.
    pub tool_family: String,
    /// `semanticVersion`, else `version`, of the driver.
    pub tool_version: Option<String>,
    /// SHA-256 over ids and configuration of the rules that the run lists; null where it lists none.
    pub rules_sha256: Option<String>,
    /// `automationDetails.id` up to its last `/` (SARIF 3.17.3).
    pub category: Option<String>,
    /// The image that was scanned, without tag; null for files.
    pub image: Option<String>,
    /// Earliest `startTimeUtc` of its invocations: the tool's own clock.
    pub started_at: Option<Timestamp>,
    /// Latest `endTimeUtc` of its invocations: the tool's own clock.
    pub ended_at: Option<Timestamp>,
    /// False if any invocation says so, true if all do, else null.
    pub execution_successful: Option<bool>,
    /// `exitCode` of the last invocation.
    pub exit_code: Option<i64>,
    /// How far its silence can be trusted.
    pub completeness: Completeness,
    /// Why it is not complete.
    pub reason: Option<String>,
    /// The file breaks off in this run, or a notification says that results were left out.
    pub is_truncated: bool,
    /// Elements of `results`, also those that are no findings; null where nothing was computed.
    pub n_results: Option<i64>,
    /// Rows of `findings` that it gave.
    pub n_findings: i64,
    /// `versionControlProvenance[0].revisionId`, as written.
    pub revision: Option<String>,
    /// `versionControlProvenance[0].branch`.
    pub branch: Option<String>,
}
