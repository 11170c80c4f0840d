//! Rows of one scan on their way out: a finding waits for the others only where they may change its number.

use std::io;

use domain::finding::{Finding, IdentityBasis};
use domain::scan::{Completeness, Scan};

use super::Row;
use super::identity::Occurrences;

/// What is held of a report before it goes out; about 60,000 findings.
pub(crate) const MAX_HELD_BYTES: usize = 64 << 20;
/// What a finding takes besides its texts, about.
const FINDING_BYTES: usize = size_of::<Finding>() + 96;

/// Findings of one scan, and those of them that are not numbered yet.
pub(crate) struct Window<'e> {
    emit: &'e mut dyn FnMut(Row<'_>) -> io::Result<()>,
    occurrences: Occurrences,
    held: Vec<Finding>,
    held_bytes: usize,
    n_findings: i64,
}

impl<'e> Window<'e> {
    /// Holds nothing yet.
    pub(crate) fn new(emit: &'e mut dyn FnMut(Row<'_>) -> io::Result<()>) -> Self {
        Self {
            emit,
            occurrences: Occurrences::default(),
            held: Vec::new(),
            held_bytes: 0,
            n_findings: 0,
        }
    }

    /// Takes a finding, and gives it out if nothing about it or before it has to wait. Tells whether more is held than
    /// may be.
    pub(crate) fn push(&mut self, mut finding: Finding) -> io::Result<bool> {
        if self.held.is_empty() && !waits(&finding) {
            self.occurrences.number(std::slice::from_mut(&mut finding));
            self.give(&finding)?;
            return Ok(false);
        }
        self.held_bytes += size(&finding);
        self.held.push(finding);
        Ok(self.held_bytes > MAX_HELD_BYTES)
    }

    /// Gives out what is held, in the order of the report.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.held_bytes = 0;
        let mut held = std::mem::take(&mut self.held);
        self.occurrences.number(&mut held);
        held.iter().try_for_each(|finding| self.give(finding))
    }

    fn give(&mut self, finding: &Finding) -> io::Result<()> {
        self.n_findings += 1;
        (self.emit)(Row::Finding(finding))
    }

    /// Gives out the scan behind its findings, partial where its report breaks off; returns how many rows that made.
    pub(crate) fn close(&mut self, scan: Scan, broken: Option<&str>) -> io::Result<i64> {
        self.flush()?;
        let mut scan = Scan {
            n_findings: self.n_findings,
            ..scan
        };
        if let Some(broken) = broken {
            scan.completeness = Completeness::Partial;
            scan.reason = Some(broken.to_owned());
            scan.is_truncated = true;
        }
        (self.emit)(Row::Scan(&scan))?;
        Ok(self.n_findings + 1)
    }
}

/// Whether an equal finding that comes later may be counted before it: equal ones are numbered by their lines.
fn waits(finding: &Finding) -> bool {
    finding.start_line.is_some() && finding.identity.basis != IdentityBasis::Commit
}

/// Bytes that a finding takes, about.
fn size(finding: &Finding) -> usize {
    let texts = [
        &finding.rule_name,
        &finding.message,
        &finding.path,
        &finding.logical_location,
        &finding.package,
        &finding.purl,
        &finding.vulnerability_ids,
        &finding.fingerprints,
        &finding.suppression_justification,
    ];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let parts: usize = finding.identity.parts.iter().map(String::len).sum();
    FINDING_BYTES + finding.rule_id.len() + texts + parts
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use domain::finding::{FindingClass, FindingIdentity};
    use domain::severity::assess;

    use super::*;
    use crate::scanner::reading::{finding_of, scan_of};

    /// How many of equal findings at some lines went out at once, and their numbers.
    fn numbers(basis: IdentityBasis, lines: &[Option<i64>]) -> (usize, Vec<i32>) {
        let given = RefCell::new(Vec::new());
        let mut emit = |row: Row<'_>| {
            if let Row::Finding(finding) = row {
                given.borrow_mut().push(finding.occurrence);
            }
            Ok(())
        };
        let mut window = Window::new(&mut emit);
        for (result, line) in (0..).zip(lines) {
            let identity = FindingIdentity {
                class: FindingClass::Sca,
                basis,
                parts: vec!["a".to_owned()],
            };
            let assessment = assess(false, None, None, "error");
            let finding = Finding {
                result,
                start_line: *line,
                ..finding_of("tool", identity, assessment)
            };
            assert!(!window.push(finding).unwrap());
        }
        let n_at_once = given.borrow().len();
        window.close(scan_of("tool"), None).unwrap();
        (n_at_once, given.take())
    }

    #[test]
    fn equal_findings_are_numbered_by_their_lines_and_wait_only_for_that() {
        for (basis, lines, expected) in [
            (IdentityBasis::Package, &[None, None][..], (2, vec![0, 1])),
            (IdentityBasis::Package, &[Some(9), Some(3), None], (0, vec![2, 1, 0])),
            (IdentityBasis::Package, &[None, Some(9), Some(3)], (1, vec![0, 2, 1])),
            (IdentityBasis::Commit, &[Some(3), Some(3)], (2, vec![0, 1])),
        ] {
            assert_eq!(numbers(basis, lines), expected, "{basis:?} {lines:?}");
        }
    }
}
