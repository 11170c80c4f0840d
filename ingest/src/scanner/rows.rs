//! What the report of a scanner gives, in whatever format.

use domain::finding::Finding;
use domain::scan::Scan;
use domain::source::{SourceStatus, Warnings};

/// What a file gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row<'a> {
    /// A finding; those of a run come in the order of its results.
    Finding(&'a Finding),
    /// The scan that they were found by, behind them.
    Scan(&'a Scan),
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The family of the first run's tool; also of a refused file, where its format is of one tool.
    pub dialect: Option<String>,
    /// How far it was read.
    pub status: SourceStatus,
    /// Why it is partial or refused: a stable slug, a colon, prose.
    pub reason: Option<String>,
    /// Rows given out: findings and scans.
    pub n_rows: i64,
    /// What was mended or lost.
    pub warnings: Warnings,
}
