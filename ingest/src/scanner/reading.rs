//! What reading a report of one scan is, whatever its format: rows out, and what became of the file.
//!
//! A format says by [`Report`] what stands in its document. SARIF, whose files have many scans, reads on its own.

use std::io::{self, BufRead};

use domain::finding::{Finding, FindingIdentity};
use domain::scan::{Completeness, Scan};
use domain::severity::Assessment;
use domain::source::SourceStatus;

use super::class::family;
use super::window::Window;
use super::{Outline, Row};
use crate::json::lexer::{Break, Lexer, Token};
use crate::json::utf8::Utf8;

/// A report while it is read.
pub(crate) struct Reading<'a, 'e> {
    pub(crate) lexer: Lexer<'a>,
    /// Something in it shows that it is of its format.
    pub(crate) is_recognised: bool,
    /// Elements of its lists of results so far; null where it has no such list.
    pub(crate) n_results: Option<i64>,
    has_begun: bool,
    window: Window<'e>,
}

/// A format of one scan for each file.
pub(crate) trait Report: Default {
    /// Its name, for reasons.
    const NAME: &'static str;

    /// Reads the document, whose first token is `first`, and gives findings to `reading`. A break keeps what was read.
    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break>;

    /// The scan, but for its counts and for how far it goes.
    fn scan(&self) -> Scan;

    /// How far the scan of a document goes that does not break off; and why no farther.
    fn completeness(&self, _n_results: Option<i64>) -> (Completeness, Option<String>) {
        (Completeness::Complete, None)
    }
}

/// Reads one report and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub(crate) fn read<R: Report>(
    input: &mut dyn BufRead,
    emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>,
) -> io::Result<Outline> {
    let mut input = Utf8::new(input);
    let mut reading = Reading {
        lexer: Lexer::new(&mut input),
        is_recognised: false,
        n_results: None,
        has_begun: false,
        window: Window::new(emit),
    };
    let mut report = R::default();
    let broken = why_broken(reading.document(&mut report))?;
    let behind = match broken {
        None => why_broken(reading.lexer.next().map(|_| ()))?,
        Some(_) => None,
    };
    let scan = report.scan();
    let dialect = Some(scan.tool_family.clone());
    if !reading.is_recognised {
        let nothing = format!("not {}: no results", R::NAME);
        let reason = refusal(&mut reading.lexer, reading.has_begun, broken.or(behind), &nothing);
        return Ok(reading.outline(dialect, SourceStatus::Refused, Some(reason), 0));
    }
    let (completeness, reason) = report.completeness(reading.n_results);
    let scan = Scan {
        completeness,
        reason,
        n_results: reading.n_results,
        ..scan
    };
    let n_rows = reading.window.close(scan, broken.as_deref())?;
    // What stands behind the document makes the file partial, not the scan.
    let reason = broken.or(behind);
    let status = if reason.is_some() {
        SourceStatus::Partial
    } else {
        SourceStatus::Complete
    };
    Ok(reading.outline(dialect, status, reason, n_rows))
}

/// Why a step broke off; fails where its source did.
pub(crate) fn why_broken(step: Result<(), Break>) -> io::Result<Option<String>> {
    match step {
        Ok(()) => Ok(None),
        Err(Break::Broken(reason)) => Ok(Some(reason)),
        Err(Break::Source(error)) => Err(error),
    }
}

/// Why a file is refused, by why it broke off; by `nothing` where it is whole and holds nothing of its format.
pub(crate) fn refusal(lexer: &mut Lexer<'_>, has_begun: bool, broken: Option<String>, nothing: &str) -> String {
    let is_empty = !has_begun && lexer.is_over();
    match broken {
        Some(_) if is_empty && lexer.at() == 0 => "empty: no bytes".to_owned(),
        Some(_) if is_empty => "empty: only white space".to_owned(),
        Some(broken) => broken,
        None => nothing.to_owned(),
    }
}

/// Begins the next object of a list of results; none at its end. What is no object is counted and passed over.
pub(crate) fn next_object(lexer: &mut Lexer<'_>) -> Result<bool, Break> {
    loop {
        match lexer.next()? {
            Token::ArrayEnd => return Ok(false),
            Token::ObjectStart => return Ok(true),
            other => {
                let at = lexer.at();
                let warnings = &mut lexer.warnings;
                warnings.add("misplaced_value", || format!("byte {at}: among results"));
                lexer.skip(other)?;
            }
        }
    }
}

impl Reading<'_, '_> {
    fn document(&mut self, report: &mut impl Report) -> Result<(), Break> {
        let first = self.lexer.next()?;
        self.has_begun = true;
        report.document(self, first)
    }

    fn outline(self, dialect: Option<String>, status: SourceStatus, reason: Option<String>, n_rows: i64) -> Outline {
        Outline {
            dialect,
            status,
            reason,
            n_rows,
            warnings: self.lexer.warnings,
        }
    }

    /// Position of the next result, which it counts.
    pub(crate) fn position(&mut self) -> i32 {
        let position = self.n_results.unwrap_or_default();
        self.n_results = Some(position + 1);
        i32::try_from(position).unwrap_or(i32::MAX)
    }

    /// Begins the next element of a list of results; see [`next_object`].
    pub(crate) fn next_object(&mut self) -> Result<bool, Break> {
        self.n_results.get_or_insert(0);
        next_object(&mut self.lexer)
    }

    /// Gives out a finding, or holds it until its number is known.
    pub(crate) fn push(&mut self, finding: Finding) -> Result<(), Break> {
        if self.window.push(finding).map_err(Break::Source)? {
            self.overrun("numbered");
            self.flush()?;
        }
        Ok(())
    }

    /// Gives out what is held.
    pub(crate) fn flush(&mut self) -> Result<(), Break> {
        self.window.flush().map_err(Break::Source)
    }

    /// Counts that more had to be held than may be.
    pub(crate) fn overrun(&mut self, what: &str) {
        let at = self.lexer.at();
        self.lexer.warnings.add("run_exceeds_window", || {
            format!("byte {at}: results were {what} before their run ended")
        });
    }

    /// The text of the token `first`; the value is passed over.
    pub(crate) fn text(&mut self, first: Token) -> Result<Option<String>, Break> {
        if first == Token::Text {
            return Ok(Some(self.lexer.text().to_owned()));
        }
        self.lexer.skip(first)?;
        Ok(None)
    }
}

/// A scan of a tool that says nothing.
pub(crate) fn scan_of(tool: &str) -> Scan {
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

/// A finding of which nothing is known but what names and judges it.
pub(crate) fn finding_of(family: &str, identity: FindingIdentity, assessment: Assessment) -> Finding {
    Finding {
        scan: 0,
        result: 0,
        identity,
        occurrence: 0,
        tool_family: family.to_owned(),
        rule_id: String::new(),
        rule_name: None,
        message: None,
        assessment,
        level: "warning".to_owned(),
        security_severity: None,
        tool_severity: None,
        path: None,
        start_line: None,
        end_line: None,
        logical_location: None,
        package: None,
        purl: None,
        installed_version: None,
        vulnerability_id: None,
        vulnerability_ids: None,
        commit_sha: None,
        fingerprints: None,
        baseline_state: None,
        suppression: None,
        suppression_kind: None,
        suppression_justification: None,
    }
}
