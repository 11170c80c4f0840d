//! Reads one report: lines into files, the root's own totals beside them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the files before it stay, and the report is incomplete.

use std::io::{self, BufRead};

use super::sniff::of_root;
use crate::coverage::files::{Files, Listing};
use crate::coverage::row::{Outline, Row, Sniff};
use crate::coverage::totals::{self, Stated, pair};
use crate::xml::document::{self, Break};
use crate::xml::remarks::Remarks;
use crate::xml::{attributes, text, timestamp};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "cobertura/1";

/// Reads one report and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut report = Report::default();
    let found = document::read(input, &mut report)?;
    let Report {
        files, stated, remarks, ..
    } = report;
    totals::give(Break::status(found), files.finish(), stated, remarks, emit)
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
        if self.has_root {
            return Err(document::second_root(name, self.remarks.at));
        }
        match of_root(name, raw) {
            Sniff::Recognised => {}
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
            // coverage.py and gcovr write a rate of 1 for no branches at all, and of 0 where none were measured.
            "branch-rate" => stated.has_measured_branches = value.trim().parse().is_ok_and(|rate: f64| rate >= 1.0),
            "version" => version = value,
            "timestamp" => time = value,
            _ => {}
        });
        stated.lines = pair(lines[0], lines[1]);
        stated.branches = pair(branches[0], branches[1]);
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
        if !self.files.open(&path.replace('\\', "/"), &self.package) {
            self.remarks.add("file_left_out", || "one too many".to_owned());
        }
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
        let (branches_covered, branches_valid) = branches.unwrap_or_default();
        let listing = Listing {
            number,
            branches_valid: branches_valid.into(),
            branches_covered: branches_covered.into(),
            is_covered,
            is_of_method: self.method.is_some(),
        };
        if !self.files.add(listing) {
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

/// Reads `50% (1/2)`: covered and valid.
fn condition_coverage(text: &str) -> Option<(u16, u16)> {
    let (covered, valid) = text.split_once('(')?.1.split_once(')')?.0.split_once('/')?;
    let (covered, valid): (u16, u16) = (covered.trim().parse().ok()?, valid.trim().parse().ok()?);
    (covered <= valid).then_some((covered, valid))
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

    fn start(&mut self, name: &str, attributes: &str, is_empty: bool) -> io::Result<Option<Break>> {
        let local = document::local(name);
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_or_absent() {
        for (text, expected) in [
            ("50% (1/2)", Some((1, 2))),
            ("100% ( 4 / 4 )", Some((4, 4))),
            ("50%", None),
            ("(3/2)", None),
            ("x (a/b)", None),
        ] {
            assert_eq!(condition_coverage(text), expected, "{text}");
        }
    }
}
