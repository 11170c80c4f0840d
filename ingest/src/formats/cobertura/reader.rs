//! Reads one report: lines into files, the root's own totals beside them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the files before it stay, and the report is incomplete.

use std::io::{self, BufRead};

use domain::coverage::{Counts, Coverage, CoverageBasis, CoverageFile};
use domain::source::{SourceStatus, Warnings};

use super::lines::{Files, condition_coverage};
use super::sniff::{Sniff, of_root};
use crate::xml::document::{self, Break};
use crate::xml::remarks::Remarks;
use crate::xml::{attributes, root, text, timestamp};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "cobertura/1";

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

/// Reads one report and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut report = Report::default();
    let found = document::read(input, &mut report)?;
    let (status, reason) = match found {
        None => (SourceStatus::Complete, None),
        Some(Break::Refused(reason)) => (SourceStatus::Refused, Some(reason)),
        Some(Break::Partial(reason)) => (SourceStatus::Partial, Some(reason)),
    };
    let mut outline = Outline {
        status,
        reason,
        n_rows: 0,
        warnings: Warnings::default(),
    };
    if status == SourceStatus::Refused {
        return Ok(outline);
    }
    let (stated, is_complete) = (report.stated, status == SourceStatus::Complete);
    let mut counted = Counts::default();
    for file in report.files.finish() {
        counted.add(file.counts);
        outline.n_rows += 1;
        emit(Row::File(&file))?;
    }
    let n_files = outline.n_rows;
    outline.n_rows += 1;
    let mut remarks = report.remarks;
    remarks.at = 0;
    compare(&stated, counted, &mut remarks);
    let coverage = totals(stated, counted, n_files, is_complete);
    emit(Row::Report(&coverage))?;
    outline.warnings = remarks.warnings;
    Ok(outline)
}

/// What the root says, as written.
#[derive(Debug, Default)]
struct Stated {
    lines: Option<(i64, i64)>,
    branches: Option<(i64, i64)>,
    /// coverage.py and gcovr write a rate of 1 for no branches at all, and of 0 where none were measured.
    is_branch_rate_full: bool,
    version: Option<String>,
    reported_at: Option<domain::clock::Timestamp>,
}

/// Takes what the root states where it states something, else what its files add up to.
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
    let branches = branches.filter(|(_, valid)| *valid > 0 || stated.is_branch_rate_full && n_files > 0);
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
    let pairs = [
        (
            "lines_mismatch",
            stated.lines,
            (counted.lines_covered, counted.lines_valid),
        ),
        (
            "branches_mismatch",
            stated.branches,
            (counted.branches_covered, counted.branches_valid),
        ),
    ];
    for (code, stated, counted) in pairs {
        if let Some(stated) = stated.filter(|stated| *stated != counted) {
            remarks.add(code, || {
                format!("{}/{} stated, {}/{} counted", stated.0, stated.1, counted.0, counted.1)
            });
        }
    }
}

/// A report while it is read.
#[derive(Debug, Default)]
struct Report {
    remarks: Remarks,
    depth: usize,
    /// Depth of the method that is open.
    method: Option<usize>,
    has_root: bool,
    files: Files,
    stated: Stated,
    package: String,
}

impl Report {
    fn root(&mut self, name: &str, raw: &str) -> Result<(), Break> {
        let at = self.remarks.at;
        if self.has_root {
            return Err(Break::Partial(format!(
                "junk after the root element: `<{name}>` at byte {at}"
            )));
        }
        match of_root(name, raw) {
            Sniff::Cobertura => {}
            Sniff::Refused(reason) => return Err(Break::Refused(reason)),
            Sniff::Other => return Err(Break::Refused(format!("not Cobertura: root element `{name}`"))),
        }
        self.has_root = true;
        let [mut lines, mut branches] = [[None; 2]; 2];
        let (mut version, mut time) = ("", "");
        let stated = &mut self.stated;
        attributes::for_each(raw, &mut self.remarks, |attribute, value| match attribute {
            "lines-covered" => lines[0] = count(value),
            "lines-valid" => lines[1] = count(value),
            "branches-covered" => branches[0] = count(value),
            "branches-valid" => branches[1] = count(value),
            "branch-rate" => stated.is_branch_rate_full = value.trim().parse().is_ok_and(|rate: f64| rate >= 1.0),
            "version" => version = value,
            "timestamp" => time = value,
            _ => {}
        });
        let pair =
            |[covered, valid]: [Option<i64>; 2]| Some((covered?, valid?)).filter(|(covered, valid)| covered <= valid);
        stated.lines = pair(lines);
        stated.branches = pair(branches);
        stated.version = (!version.is_empty()).then(|| version.chars().take(100).collect());
        stated.reported_at = timestamp::read(time, &mut self.remarks);
        Ok(())
    }

    fn package(&mut self, raw: &str) {
        self.package.clear();
        let mut name = "";
        attributes::for_each(raw, &mut self.remarks, |attribute, value| {
            if attribute == "name" {
                name = value;
            }
        });
        text::push_attribute(name, &mut self.package, &mut self.remarks);
    }

    fn class(&mut self, raw: &str) {
        let (mut filename, mut name) = ("", "");
        attributes::for_each(raw, &mut self.remarks, |attribute, value| match attribute {
            "filename" => filename = value,
            "name" => name = value,
            _ => {}
        });
        if filename.is_empty() {
            self.remarks.add("filename_missing", || {
                format!("class `{}`", name.chars().take(80).collect::<String>())
            });
        }
        let mut path = String::new();
        let shown = if filename.is_empty() { name } else { filename };
        text::push_attribute(shown, &mut path, &mut self.remarks);
        self.files.open(&path.replace('\\', "/"), &self.package);
    }

    fn line(&mut self, raw: &str) {
        let [mut number, mut hits, mut conditions] = [""; 3];
        attributes::for_each(raw, &mut self.remarks, |attribute, value| match attribute {
            "number" => number = value,
            "hits" => hits = value,
            "condition-coverage" => conditions = value,
            _ => {}
        });
        // Counters of long runs outgrow 64 bits, and some producers write them as floats.
        let is_covered = hits.trim().parse::<f64>().map(|hits| hits > 0.0);
        let (Ok(number), Ok(is_covered)) = (number.trim().parse::<u32>(), is_covered) else {
            self.remarks.add("line_unreadable", || {
                format!(
                    "number `{}`, hits `{}`",
                    number.chars().take(20).collect::<String>(),
                    hits.chars().take(20).collect::<String>()
                )
            });
            return;
        };
        let branches = condition_coverage(conditions);
        if branches.is_none() && !conditions.is_empty() {
            self.remarks.add("condition_unreadable", || {
                format!("`{}`", conditions.chars().take(40).collect::<String>())
            });
        }
        if !self.files.add(number, is_covered, branches, self.method.is_some()) {
            self.remarks
                .add("line_left_out", || "outside of any class, or one too many".to_owned());
        }
    }
}

/// A count, also where it is written as `1.0`.
fn count(value: &str) -> Option<i64> {
    let value = value.trim();
    let whole = value.strip_suffix(".0").unwrap_or(value);
    whole.parse().ok().filter(|count| *count >= 0)
}

impl document::Elements for Report {
    fn remarks(&mut self) -> &mut Remarks {
        &mut self.remarks
    }

    fn has_root(&self) -> bool {
        self.has_root
    }

    fn depth(&self) -> usize {
        self.depth
    }

    fn inside(&self) -> String {
        String::new()
    }

    fn start(&mut self, name: &str, attributes: &str, is_empty: bool) -> io::Result<Option<Break>> {
        let local = name.rfind(':').map_or(name, |colon| &name[colon + 1..]);
        if self.depth == 0 {
            if let Err(found) = self.root(name, attributes) {
                return Ok(Some(found));
            }
        } else {
            match local {
                "package" => self.package(attributes),
                "class" => self.class(attributes),
                "method" if !is_empty && self.method.is_none() => self.method = Some(self.depth),
                "line" => self.line(attributes),
                _ => {}
            }
        }
        if !is_empty {
            self.depth += 1;
        }
        Ok(None)
    }

    fn end(&mut self) -> io::Result<Option<Break>> {
        self.depth = self.depth.saturating_sub(1);
        self.method = self.method.filter(|depth| *depth < self.depth);
        Ok(None)
    }

    fn text(&mut self, piece: &str) -> Option<Break> {
        let is_blank = piece
            .trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
            .is_empty();
        if self.depth > 0 || is_blank {
            return None;
        }
        let at = self.remarks.at;
        Some(if self.has_root {
            Break::Partial(format!("junk after the root element: text at byte {at}"))
        } else {
            Break::Refused(format!("not XML: text before the root element, at byte {at}"))
        })
    }

    fn reference(&mut self, _: &str) -> Option<Break> {
        self.text("&")
    }

    fn doctype(&mut self, declaration: &str) -> Option<Break> {
        // Nearly every producer names the DTD of 2005, which is never fetched.
        (!root::is_harmless(declaration)).then(|| Break::Refused(root::declared("DOCTYPE")))
    }
}
