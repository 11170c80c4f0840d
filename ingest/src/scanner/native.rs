//! Rows of a report in a scanner's own format: one scan a file, its findings held until their order is known.

use std::io;

use domain::finding::Finding;
use domain::scan::{Completeness, Scan};
use domain::source::SourceStatus;

use super::Row;
use super::class::family;
use super::identity::Occurrences;
use crate::json::lexer::{Break, Lexer};

/// What is held of findings before they go out; about 80,000 of them.
const MAX_HELD_BYTES: usize = 64 << 20;
/// What a finding takes besides its texts, about.
const FINDING_BYTES: usize = 760;

/// Gives out the rows of one file.
pub(crate) struct Rows<'e> {
    emit: &'e mut dyn FnMut(Row<'_>) -> io::Result<()>,
    held: Vec<Finding>,
    held_bytes: usize,
    occurrences: Occurrences,
    pub(crate) n_findings: i64,
    pub(crate) n_given: i64,
}

impl<'e> Rows<'e> {
    pub(crate) fn new(emit: &'e mut dyn FnMut(Row<'_>) -> io::Result<()>) -> Self {
        Self {
            emit,
            held: Vec::new(),
            held_bytes: 0,
            occurrences: Occurrences::default(),
            n_findings: 0,
            n_given: 0,
        }
    }

    /// Takes a finding. Equal ones are numbered from the top of their file, so that all of them are waited for.
    pub(crate) fn finding(&mut self, lexer: &mut Lexer<'_>, finding: Finding) -> io::Result<()> {
        self.held_bytes += size(&finding);
        self.held.push(finding);
        if self.held_bytes > MAX_HELD_BYTES {
            let at = lexer.at();
            lexer.warnings.add("run_exceeds_window", || {
                format!("byte {at}: findings were numbered before the scan ended")
            });
            self.flush()?;
        }
        Ok(())
    }

    /// Gives out a finding at once: nothing but their order in the file tells its equals apart.
    pub(crate) fn one(&mut self, finding: Finding) -> io::Result<()> {
        self.held.push(finding);
        self.flush()
    }

    /// Gives out what is held, in the order of the file.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let mut held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        self.occurrences.number(&mut held);
        for finding in &held {
            (self.emit)(Row::Finding(finding))?;
            self.n_findings += 1;
            self.n_given += 1;
        }
        Ok(())
    }

    /// Gives out the scan, behind its findings.
    pub(crate) fn scan(&mut self, scan: Scan) -> io::Result<()> {
        self.flush()?;
        let scan = Scan {
            n_findings: self.n_findings,
            ..scan
        };
        self.n_given += 1;
        (self.emit)(Row::Scan(&scan))
    }
}

/// A complete scan by a tool, of which its report tells nothing else.
pub(crate) fn scan_by(tool: &str) -> Scan {
    Scan {
        scan: 0,
        tool: tool.to_owned(),
        tool_family: family(tool),
        tool_version: None,
        rules_sha256: None,
        category: None,
        image: None,
        started_at: None,
        ended_at: None,
        execution_successful: None,
        exit_code: None,
        completeness: Completeness::Complete,
        reason: None,
        is_truncated: false,
        n_results: None,
        n_findings: 0,
        revision: None,
        branch: None,
    }
}

/// What became of a file: `kind` is its format, `is_scan` whether a scan was seen in it.
pub(crate) fn status(
    end: Result<(), Break>,
    lexer: &mut Lexer<'_>,
    has_begun: bool,
    is_scan: bool,
    kind: &str,
) -> io::Result<(SourceStatus, Option<String>)> {
    Ok(match end {
        Ok(()) if is_scan => (SourceStatus::Complete, None),
        Ok(()) => (SourceStatus::Refused, Some(format!("not {kind}: no results"))),
        Err(Break::Broken(reason)) if is_scan => (SourceStatus::Partial, Some(reason)),
        Err(Break::Broken(_)) if !has_begun && lexer.is_over() => {
            let what = if lexer.at() == 0 {
                "no bytes"
            } else {
                "only white space"
            };
            (SourceStatus::Refused, Some(format!("empty: {what}")))
        }
        Err(Break::Broken(reason)) => (SourceStatus::Refused, Some(reason)),
        Err(Break::Source(error)) => return Err(error),
    })
}

/// Bytes that a finding takes while it is held, about.
fn size(finding: &Finding) -> usize {
    let texts = [
        &finding.rule_name,
        &finding.message,
        &finding.path,
        &finding.logical_location,
        &finding.suppression_justification,
    ];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let parts: usize = finding.identity.parts.iter().map(|part| part.len() + 24).sum();
    FINDING_BYTES + finding.rule_id.len() + texts + parts
}
