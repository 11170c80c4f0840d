//! Where rows come from: one payload in one context, what became of it, and what was lost on the way.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::identity::{RepositoryName, Sha256Digest};

/// What a payload belongs to. The same bytes in another context are other evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceContext {
    /// The repository of the run.
    pub repository: RepositoryName,
    /// The run that left the payload behind; null where it belongs to none, as an issue.
    pub run_id: Option<i64>,
    /// Its attempt, where it belongs to one.
    pub run_attempt: Option<i32>,
    /// The workflow, where known.
    pub workflow: Option<String>,
    /// The job, where known.
    pub job: Option<String>,
    /// The artifact that held the payload, where there was one.
    pub artifact: Option<String>,
}

/// What became of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceStatus {
    /// Read to its end.
    Complete,
    /// It breaks off or breaks the format; what stood before the break is in.
    Partial,
    /// Not read: another format, hostile, or empty.
    Refused,
}

impl SourceStatus {
    /// The word in the column `status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Refused => "refused",
        }
    }
}

/// One line of the ledger of sources: one payload, once for each context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Digest of the payload as its producer wrote it.
    pub sha256: Sha256Digest,
    /// Digest of what landed; another one than `sha256` only where a secret was taken out.
    pub landed_sha256: Sha256Digest,
    /// What it belongs to.
    pub context: SourceContext,
    /// Path in the directory or archive, for the reader.
    pub path: String,
    /// Format that it was recognised as: `run`, `cobertura`, `junit`, `sarif`, `trivy`, `github_job`, …, `unknown`.
    pub format: String,
    /// Parser and its version, as `junit/1`.
    pub parser: String,
    /// Producer's dialect, as `pytest`; null where it does not show.
    pub dialect: Option<String>,
    /// What became of it.
    pub status: SourceStatus,
    /// Why it is partial or refused.
    pub reason: Option<String>,
    /// Size of the payload as written.
    pub size_bytes: i64,
    /// Rows that it gave.
    pub n_rows: i64,
    /// What was not as it should be.
    pub warnings: Warnings,
    /// When CI completed what left it behind: its event time.
    pub completed_at: Timestamp,
}

/// Counts what was mended or lost in a payload, by kind, with the first place of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warnings(BTreeMap<&'static str, Warning>);

/// How often something was mended or lost, and where first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Number of places.
    pub n: i64,
    /// The first place: a position and what stood there.
    pub first: String,
}

impl Warnings {
    /// Counts one warning; `first` is called for the first of its kind only.
    pub fn add(&mut self, code: &'static str, first: impl FnOnce() -> String) {
        match self.0.get_mut(code) {
            Some(warning) => warning.n += 1,
            None => {
                self.0.insert(code, Warning { n: 1, first: first() });
            }
        }
    }

    /// Number of warnings of every kind.
    pub fn total(&self) -> i64 {
        self.0.values().map(|warning| warning.n).sum()
    }

    /// The kinds in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Warning)> {
        self.0.iter().map(|(code, warning)| (*code, warning))
    }
}
