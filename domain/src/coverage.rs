//! What a coverage report says: totals of the report, and each file of source code.

use crate::clock::Timestamp;

/// Lines and branches that can be covered, and those that were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines that can be covered.
    pub lines_valid: i64,
    /// Lines that were.
    pub lines_covered: i64,
    /// Branches that can be covered; 0 also where none were measured.
    pub branches_valid: i64,
    /// Branches that were.
    pub branches_covered: i64,
}

impl Counts {
    /// Adds up.
    pub fn add(&mut self, other: Self) {
        self.lines_valid += other.lines_valid;
        self.lines_covered += other.lines_covered;
        self.branches_valid += other.branches_valid;
        self.branches_covered += other.branches_covered;
    }
}

/// Where the totals of a report were taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CoverageBasis {
    /// The attributes of the root, by which the script of CI/CL-001 §19 judges.
    Stated,
    /// Counted from the lines, where the root states none.
    Counted,
}

impl CoverageBasis {
    /// The word in the column `basis`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Counted => "counted",
        }
    }
}

/// The totals of one report: what the gate of CI/CL-001 §7 judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Lines that can be covered; null where the report neither states nor lists any.
    pub lines_valid: Option<i64>,
    /// Lines that were.
    pub lines_covered: Option<i64>,
    /// Branches that can be covered; null where none were measured, which is not the same as 0.
    pub branches_valid: Option<i64>,
    /// Branches that were.
    pub branches_covered: Option<i64>,
    /// Where the lines were taken from.
    pub lines_basis: CoverageBasis,
    /// Where the branches were taken from.
    pub branches_basis: CoverageBasis,
    /// What its files add up to.
    pub counted: Counts,
    /// Files of source code that it lists.
    pub n_files: i64,
    /// Whether the report was read to its end; a gate does not pass on a part.
    pub is_complete: bool,
    /// `version` of the tool.
    pub tool_version: Option<String>,
    /// The report's own clock.
    pub reported_at: Option<Timestamp>,
}

/// One file of source code in one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageFile {
    /// Path as the report writes it.
    pub path: String,
    /// The package that lists it first.
    pub package: String,
    /// Its lines and branches, each line once.
    pub counts: Counts,
}
