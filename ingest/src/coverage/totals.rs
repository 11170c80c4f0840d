//! The rows of a report that was read: its files, and its totals as it states them or as they add up.

use std::io;

use domain::clock::Timestamp;
use domain::coverage::{Counts, Coverage, CoverageBasis, CoverageFile};
use domain::source::{SourceStatus, Warnings};

use super::row::{Outline, Row};
use crate::xml::remarks::Remarks;

/// What a report says of itself, as written.
#[derive(Debug, Default)]
pub(crate) struct Stated {
    /// Lines that were covered, and all.
    pub(crate) lines: Option<(i64, i64)>,
    /// Branches that were covered, and all.
    pub(crate) branches: Option<(i64, i64)>,
    /// Whether the report shows that branches were measured, also where it tells of none.
    pub(crate) has_measured_branches: bool,
    pub(crate) version: Option<String>,
    pub(crate) reported_at: Option<Timestamp>,
}

/// Gives out the rows of a report; of a refused one there are none.
pub(crate) fn give(
    (status, reason): (SourceStatus, Option<String>),
    files: impl Iterator<Item = CoverageFile>,
    stated: Stated,
    mut remarks: Remarks,
    emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>,
) -> io::Result<Outline> {
    let mut outline = Outline {
        status,
        reason,
        n_rows: 0,
        warnings: Warnings::default(),
    };
    if status == SourceStatus::Refused {
        return Ok(outline);
    }
    let mut counted = Counts::default();
    for file in files {
        counted.add(file.counts);
        outline.n_rows += 1;
        emit(Row::File(&file))?;
    }
    let n_files = outline.n_rows;
    outline.n_rows += 1;
    remarks.at = 0;
    compare(&stated, counted, &mut remarks);
    let coverage = totals(stated, counted, n_files, status == SourceStatus::Complete);
    emit(Row::Report(&coverage))?;
    outline.warnings = remarks.warnings;
    Ok(outline)
}

/// A pair of covered and all, where both are there and fit.
pub(crate) fn pair(covered: Option<i64>, valid: Option<i64>) -> Option<(i64, i64)> {
    Some((covered?, valid?)).filter(|(covered, valid)| covered <= valid)
}

/// Takes what the report states where it states something, else what its files add up to.
fn totals(stated: Stated, counted: Counts, n_files: i64, is_complete: bool) -> Coverage {
    let of_lines = (counted.lines_covered, counted.lines_valid);
    let of_branches = (counted.branches_covered, counted.branches_valid);
    let has_lines = stated.lines.is_some_and(|(_, valid)| valid > 0 || of_lines.1 == 0);
    let has_branches = stated
        .branches
        .is_some_and(|(_, valid)| valid > 0 || of_branches.1 == 0);
    let lines = if has_lines {
        stated.lines
    } else {
        Some(of_lines).filter(|_| n_files > 0)
    };
    let branches = if has_branches {
        stated.branches
    } else {
        Some(of_branches)
    };
    // None of none: measured, and there was no branch, or not measured at all.
    let branches = branches.filter(|(_, valid)| *valid > 0 || stated.has_measured_branches && n_files > 0);
    let basis = |is_stated| {
        if is_stated {
            CoverageBasis::Stated
        } else {
            CoverageBasis::Counted
        }
    };
    Coverage {
        lines_valid: lines.map(|(_, valid)| valid),
        lines_covered: lines.map(|(covered, _)| covered),
        branches_valid: branches.map(|(_, valid)| valid),
        branches_covered: branches.map(|(covered, _)| covered),
        lines_basis: basis(has_lines),
        branches_basis: basis(has_branches),
        counted,
        n_files,
        is_complete,
        tool_version: stated.version,
        reported_at: stated.reported_at,
    }
}

/// Warns where the report contradicts itself.
fn compare(stated: &Stated, counted: Counts, remarks: &mut Remarks) {
    let of_lines = (counted.lines_covered, counted.lines_valid);
    let of_branches = (counted.branches_covered, counted.branches_valid);
    for (code, stated, counted) in [
        ("lines_mismatch", stated.lines, of_lines),
        ("branches_mismatch", stated.branches, of_branches),
    ] {
        if let Some(stated) = stated.filter(|stated| *stated != counted) {
            remarks.add(code, || mismatch(stated, counted));
        }
    }
}

/// Says how what is stated differs from what was counted.
pub(crate) fn mismatch(stated: (i64, i64), counted: (i64, i64)) -> String {
    format!("{}/{} stated, {}/{} counted", stated.0, stated.1, counted.0, counted.1)
}
