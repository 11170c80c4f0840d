//! Reads one tracefile, record by record.
//!
//! Never fails on what the bytes hold. A break ends the reading; the records before it stay, and the report is
//! incomplete.

use std::borrow::Cow;
use std::io::{self, BufRead};

use domain::coverage::Counts;
use domain::source::SourceStatus;

use super::lines::{Lines, Next};
use super::source_file::{SourceFile, SourceFiles, branch_id};
use crate::coverage::row::{Outline, Row};
use crate::coverage::totals::{self, mismatch, pair};
use crate::xml::remarks::Remarks;
use crate::xml::root;

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "lcov/1";

/// Reads one tracefile and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut lines = Lines::new(input);
    let mut tracefile = Tracefile::default();
    let broken = loop {
        tracefile.remarks.at = lines.at;
        match lines.next()? {
            Next::Line { is_ended, is_short } => {
                if let Some(reason) = tracefile.line(&lines.line, is_ended, is_short) {
                    break Some(reason);
                }
            }
            Next::End => break tracefile.truncation(),
            Next::Damaged(what) => break Some(format!("damaged: {what}, behind byte {}", lines.at)),
        }
    };
    tracefile.end_record();
    let end = match broken {
        _ if !tracefile.has_file => (SourceStatus::Refused, Some(tracefile.refusal(broken, lines.at))),
        None => (SourceStatus::Complete, None),
        broken => (SourceStatus::Partial, broken),
    };
    let (has_no_lines, has_no_branches) = tracefile.files.lists_none();
    let files: Vec<_> = tracefile.files.finish().collect();
    let mut stated = totals::Stated::default();
    let sum = |of: fn(&Counts) -> (i64, i64)| {
        let pairs = files.iter().map(|file| of(&file.counts));
        let sum = pairs.fold((0, 0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
        Some(sum).filter(|(_, valid)| *valid > 0)
    };
    if has_no_lines {
        stated.lines = sum(|counts| (counts.lines_covered, counts.lines_valid));
    }
    if has_no_branches {
        stated.branches = sum(|counts| (counts.branches_covered, counts.branches_valid));
    }
    totals::give(end, files.into_iter(), stated, tracefile.remarks, emit)
}

/// A tracefile while it is read.
#[derive(Debug, Default)]
struct Tracefile {
    remarks: Remarks,
    files: SourceFiles,
    has_file: bool,
    has_text: bool,
    record: Option<Record>,
}

/// The record that is open.
#[derive(Debug, Default)]
struct Record {
    /// Its file in the list; none where there was no room for it.
    place: Option<usize>,
    path: String,
    begins_at: u64,
    said: SourceFile,
    /// Line of the last `BA`, and how many of them it has.
    unnamed: (u32, u64),
}

impl Tracefile {
    /// Takes a line; says why, where the reading ends with it.
    fn line(&mut self, line: &[u8], is_ended: bool, is_short: bool) -> Option<String> {
        let decoded = String::from_utf8_lossy(line);
        let text = decoded.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        self.has_text = true;
        if text == "end_of_record" {
            if self.record.is_none() {
                self.outside(text);
            }
            self.end_record();
            return None;
        }
        if !is_ended {
            let at = self.remarks.at;
            return Some(format!("truncated: a line without its end, from byte {at}"));
        }
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let is_read = matches!(kind, "SF" | "DA" | "BRDA" | "BA" | "LF" | "LH" | "BRF" | "BRH");
        if !is_read {
            if !is_passed_over(kind) {
                self.remarks.add("record_unknown", || shown(text));
            }
            return None;
        }
        if is_short {
            self.remarks
                .add("value_cut", || format!("a line of more than {} bytes", line.len()));
        }
        if matches!(decoded, Cow::Owned(_)) {
            self.remarks.add("invalid_utf8", || "replaced by U+FFFD".to_owned());
        }
        if kind == "SF" {
            self.begin_record(rest);
        } else if self.record.is_none() {
            self.outside(text);
        } else if matches!(kind, "DA" | "BRDA" | "BA") {
            self.probe(kind, rest);
        } else {
            self.total(kind, rest);
        }
        None
    }

    fn outside(&mut self, text: &str) {
        self.remarks
            .add("line_left_out", || format!("outside of any record: {}", shown(text)));
    }

    fn begin_record(&mut self, path: &str) {
        if let Some(record) = &self.record {
            let path = shown(&record.path);
            self.remarks.add("end_of_record_missing", || path);
            self.end_record();
        }
        self.has_file = true;
        let path = path.trim().replace('\\', "/");
        if path.is_empty() {
            self.remarks
                .add("filename_missing", || "`SF:` without a path".to_owned());
        }
        let place = self.files.place(&path);
        if place.is_none() {
            self.remarks.add("file_left_out", || "one too many".to_owned());
        }
        self.record = Some(Record {
            place,
            path,
            begins_at: self.remarks.at,
            ..Record::default()
        });
    }

    /// Takes a line or a branch of the file.
    fn probe(&mut self, kind: &str, rest: &str) {
        let Some(record) = &mut self.record else { return };
        let (code, found) = match kind {
            "DA" => ("line_unreadable", line_of(rest)),
            "BRDA" => ("branch_unreadable", branch_of(rest)),
            _ => ("branch_unreadable", record.unnamed_branch_of(rest)),
        };
        let Some((number, id, is_hit)) = found else {
            self.remarks.add(code, || shown(rest));
            return;
        };
        if record.place.is_none() || !self.files.has_room(&record.said) {
            self.remarks.add("line_left_out", || "one too many".to_owned());
            return;
        }
        let probes = if kind == "DA" {
            &mut record.said.lines
        } else {
            &mut record.said.branches
        };
        probes.add(number, id, is_hit);
    }

    /// Takes what a record states in total.
    fn total(&mut self, kind: &str, rest: &str) {
        let Some(record) = &mut self.record else { return };
        let Ok(count) = rest.trim().parse::<u32>() else {
            self.remarks
                .add("total_unreadable", || shown(&format!("{kind}:{rest}")));
            return;
        };
        let stated = &mut record.said.stated;
        let place = match kind {
            "LF" => &mut stated.lines_valid,
            "LH" => &mut stated.lines_covered,
            "BRF" => &mut stated.branches_valid,
            _ => &mut stated.branches_covered,
        };
        *place = Some(count.into());
    }

    /// Closes the record that is open, and warns where it contradicts itself.
    fn end_record(&mut self) {
        let Some(mut record) = self.record.take() else { return };
        record.said.merge();
        let (said, stated) = (&record.said, record.said.stated);
        for (code, counted, stated) in [
            (
                "lines_mismatch",
                said.lines.counts(),
                pair(stated.lines_covered, stated.lines_valid),
            ),
            (
                "branches_mismatch",
                said.branches.counts(),
                pair(stated.branches_covered, stated.branches_valid),
            ),
        ] {
            // A record of totals only contradicts nothing.
            if let Some(stated) = stated.filter(|stated| *stated != counted && counted.1 > 0) {
                self.remarks.add(code, || {
                    format!("{}: {}", shown(&record.path), mismatch(stated, counted))
                });
            }
        }
        if let Some(place) = record.place {
            self.files.add(place, &mut record.said);
        }
    }

    /// What is missing at the end of the text.
    fn truncation(&self) -> Option<String> {
        let record = self.record.as_ref()?;
        Some(format!(
            "truncated: no `end_of_record` behind `SF:{}` at byte {}",
            record.path.chars().take(80).collect::<String>(),
            record.begins_at
        ))
    }

    /// Why a text without a file is refused.
    fn refusal(&self, broken: Option<String>, n_bytes: u64) -> String {
        match broken {
            Some(reason) => reason,
            None if self.has_text => "not LCOV: no file of source code, `SF:`, in it".to_owned(),
            None => root::empty(n_bytes == 0),
        }
    }
}

impl Record {
    /// Reads `12,2` of a `BA`, as Bazel writes branches without a name: 0 not reached, 1 not taken, 2 taken.
    fn unnamed_branch_of(&mut self, rest: &str) -> Option<(u32, u64, bool)> {
        let (line, taken) = rest.split_once(',')?;
        let (line, taken): (u32, u64) = (line.trim().parse().ok()?, taken.trim().parse().ok()?);
        self.unnamed = if self.unnamed.0 == line {
            (line, self.unnamed.1 + 1)
        } else {
            (line, 0)
        };
        Some((line, self.unnamed.1, taken > 1))
    }
}

/// Lines that tell of tests, versions, functions and conditions.
fn is_passed_over(kind: &str) -> bool {
    matches!(
        kind,
        "TN" | "VER" | "FN" | "FNDA" | "FNF" | "FNH" | "FNL" | "FNA" | "MCDC" | "MCF" | "MCH"
    )
}

/// Reads `12,3` or `12,3,checksum`.
fn line_of(rest: &str) -> Option<(u32, u64, bool)> {
    let mut parts = rest.split(',');
    let number = parts.next()?.trim().parse().ok()?;
    Some((number, 0, is_hit(parts.next()?)?))
}

/// Reads `12,0,1,3` or, of LCOV 2, `12,e0,f(a, b) is true,-`: only the name of the branch may hold commas.
fn branch_of(rest: &str) -> Option<(u32, u64, bool)> {
    let (number, rest) = rest.split_once(',')?;
    let (block, rest) = rest.split_once(',')?;
    let (branch, taken) = rest.rsplit_once(',')?;
    // A branch of an exception is one like any other, and has its number among them.
    let block = block.trim();
    let block = block.strip_prefix('e').unwrap_or(block);
    Some((
        number.trim().parse().ok()?,
        branch_id(block, branch.trim()),
        is_hit(taken)?,
    ))
}

/// Reads how often: counters of long runs outgrow 64 bits, and `-` is what was never reached.
fn is_hit(count: &str) -> Option<bool> {
    match count.trim() {
        "-" => Some(false),
        count => count
            .parse::<f64>()
            .ok()
            .filter(|count| !count.is_nan())
            .map(|count| count > 0.0),
    }
}

fn shown(text: &str) -> String {
    format!("`{}`", text.chars().take(80).collect::<String>())
}
