//! Formats that have tables of their own: documents that say neither how tests went nor what a scanner found nor how
//! much was covered.

use std::io::{self, BufRead};

use domain::source::{SourceStatus, Warnings};

/// What a document gives; each kind goes into the table of its name.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {}

/// What became of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Which of the format's versions or producers it is.
    pub dialect: Option<String>,
    /// How far it was read.
    pub status: SourceStatus,
    /// Why it is partial or refused: a stable slug, a colon, prose.
    pub reason: Option<String>,
    /// Rows given out.
    pub n_rows: i64,
    /// What was mended or lost.
    pub warnings: Warnings,
}

/// Reads one document and gives out its rows. Fails only where the input or the receiver does.
pub type Read = fn(&mut dyn BufRead, &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<Outline>;
