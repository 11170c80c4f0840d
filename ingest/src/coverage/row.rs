//! What a format of coverage gives, and how it is recognised.

use std::io::{self, BufRead};

use domain::coverage::{Coverage, CoverageFile};
use domain::source::{SourceStatus, Warnings};

/// What a file is, as far as its first bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sniff {
    /// The format that was looked for.
    Recognised,
    /// Coverage that is not read, and why: a stable slug, a colon, prose.
    Refused(String),
    /// Something else, or nothing that can be read.
    Other,
}

/// What a report gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row<'a> {
    /// A file of source code.
    File(&'a CoverageFile),
    /// The report itself, behind its files.
    Report(&'a Coverage),
}

/// What became of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// How far it was read.
    pub status: SourceStatus,
    /// Why it is partial or refused: a stable slug, a colon, prose.
    pub reason: Option<String>,
    /// Rows given out: the report and its files.
    pub n_rows: i64,
    /// What was mended or lost.
    pub warnings: Warnings,
}

/// Reads one report of a format and gives out its rows.
pub type Reader = fn(&mut dyn BufRead, &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline>;
