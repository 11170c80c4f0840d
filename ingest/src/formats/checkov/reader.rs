//! Reads one file: the checks of all its frameworks one at a time, and the scan behind them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead};

use domain::scan::{Completeness, Scan};

use super::check::{TOOL, finding};
use crate::json::lexer::{Break, Lexer, Token};
use crate::json::member::{cut, integer, owned};
use crate::json::utf8::Utf8;
use crate::json::value;
use crate::scanner::class::family;
use crate::scanner::native::{Rows, scan_by, status};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "checkov/1";

/// Members of a check that nothing here reads; some hold the values that were looked at.
const SKIPPED: &[&str] = &[
    "benchmarks",
    "breadcrumbs",
    "connected_node",
    "description",
    "details",
    "entity",
    "entity_tags",
    "evaluated_keys",
    "evaluations",
    "fixed_definition",
    "fixed_versions",
    "image_details",
];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut input = Utf8::new(input);
    let mut reading = Reading {
        lexer: Lexer::new(&mut input),
        rows: Rows::new(emit),
        has_begun: false,
        is_scan: false,
        found: Found::default(),
    };
    let mut end = reading.document();
    let broken = match &end {
        Err(Break::Broken(reason)) => Some(reason.clone()),
        _ => None,
    };
    if reading.is_scan && !matches!(end, Err(Break::Source(_))) {
        reading.rows.scan(reading.found.scan(broken))?;
    }
    if end.is_ok() {
        // Nothing may follow.
        end = reading.lexer.next().map(|_| ());
    }
    let (is_scan, has_begun, n_rows) = (reading.is_scan, reading.has_begun, reading.rows.n_given);
    let mut lexer = reading.lexer;
    let (status, reason) = status(end, &mut lexer, has_begun, is_scan, "Checkov")?;
    Ok(Outline {
        dialect: Some(family(TOOL)),
        status,
        reason,
        n_rows,
        warnings: lexer.warnings,
    })
}

/// What the reports of a file say in all.
#[derive(Debug, Default)]
struct Found {
    tool_version: Option<String>,
    n_reports: i64,
    /// Of them with a list of what failed.
    n_with_results: i64,
    n_results: i64,
    n_failed: i64,
    /// What failed by the summaries, which may be more than what is listed.
    n_stated: i64,
    n_parsing_errors: i64,
}

impl Found {
    fn scan(&self, broken: Option<String>) -> Scan {
        let (completeness, reason) = self.completeness(broken.as_deref());
        Scan {
            tool_version: self.tool_version.clone(),
            completeness,
            reason,
            is_truncated: broken.is_some(),
            n_results: (self.n_with_results > 0).then_some(self.n_results),
            ..scan_by(TOOL)
        }
    }

    /// Nothing but a complete scan proves an absence, so that every doubt counts.
    fn completeness(&self, broken: Option<&str>) -> (Completeness, Option<String>) {
        let partial = |reason: String| (Completeness::Partial, Some(reason));
        let n_without = self.n_reports - self.n_with_results;
        if let Some(broken) = broken {
            partial(broken.to_owned())
        } else if self.n_with_results == 0 {
            (Completeness::Unknown, Some("results: absent".to_owned()))
        } else if self.n_parsing_errors > 0 {
            partial(format!("parsing_errors: {}", self.n_parsing_errors))
        } else if n_without > 0 {
            partial(format!("results: absent of {n_without} frameworks"))
        } else if self.n_stated > self.n_failed {
            partial(format!(
                "summary: {} failed, {} are listed",
                self.n_stated, self.n_failed
            ))
        } else {
            (Completeness::Complete, None)
        }
    }
}

struct Reading<'a, 'e> {
    lexer: Lexer<'a>,
    rows: Rows<'e>,
    has_begun: bool,
    is_scan: bool,
    found: Found,
}

impl Reading<'_, '_> {
    fn document(&mut self) -> Result<(), Break> {
        let first = self.lexer.next()?;
        self.has_begun = true;
        match first {
            Token::ObjectStart => self.report()?,
            Token::ArrayStart => self.reports()?,
            _ => return Err(Break::Broken("not Checkov: neither an object nor a list".to_owned())),
        }
        Ok(())
    }

    fn reports(&mut self) -> Result<(), Break> {
        loop {
            match self.lexer.next()? {
                Token::ArrayEnd => return Ok(()),
                Token::ObjectStart => self.report()?,
                other => value::pass_misplaced(&mut self.lexer, other)?,
            }
        }
    }

    /// One framework; all of them are one scan, as in SARIF.
    fn report(&mut self) -> Result<(), Break> {
        self.found.n_reports += 1;
        let mut check_type = None;
        let mut n_errors = (0, 0);
        while self.lexer.next()? == Token::Key {
            let name = self.lexer.text().to_owned();
            let first = self.lexer.next()?;
            match (name.as_str(), first) {
                ("check_type", Token::Text) => check_type = Some(self.lexer.text().to_owned()),
                ("results", Token::ObjectStart) => {
                    self.is_scan = true;
                    n_errors.0 = self.results(check_type.as_deref())?;
                }
                ("summary", Token::ObjectStart) => {
                    let summary = value::read(&mut self.lexer, first, &[])?;
                    self.set_version(owned(&summary, "/checkov_version"));
                    self.found.n_stated += integer(&summary, "/failed", 0).unwrap_or_default();
                    n_errors.1 = integer(&summary, "/parsing_errors", 0).unwrap_or_default();
                }
                // A report of nothing has its summary in its place.
                ("checkov_version", Token::Text) => {
                    self.is_scan = true;
                    let version = Some(self.lexer.text().to_owned());
                    self.set_version(version);
                }
                _ => self.lexer.skip(first)?,
            }
        }
        self.found.n_parsing_errors += n_errors.0.max(n_errors.1);
        Ok(())
    }

    fn set_version(&mut self, version: Option<String>) {
        let version = version.map(|version| cut(&version, 100));
        self.found.tool_version = self.found.tool_version.take().or(version);
    }

    /// Reads what failed and what was skipped; tells how many files could not be parsed.
    fn results(&mut self, check_type: Option<&str>) -> Result<i64, Break> {
        let mut n_errors = 0;
        while self.lexer.next()? == Token::Key {
            let name = self.lexer.text().to_owned();
            let first = self.lexer.next()?;
            match (name.as_str(), first) {
                ("failed_checks", Token::ArrayStart) => {
                    self.found.n_with_results += 1;
                    self.checks(check_type, false)?;
                }
                ("skipped_checks", Token::ArrayStart) => self.checks(check_type, true)?,
                ("parsing_errors", Token::ArrayStart) => loop {
                    let first = self.lexer.next()?;
                    if first == Token::ArrayEnd {
                        break;
                    }
                    self.lexer.skip(first)?;
                    n_errors += 1;
                },
                _ => self.lexer.skip(first)?,
            }
        }
        Ok(n_errors)
    }

    fn checks(&mut self, check_type: Option<&str>, is_skipped: bool) -> Result<(), Break> {
        while let Some(value) = value::next_result(&mut self.lexer, SKIPPED)? {
            let position = i32::try_from(self.found.n_results).unwrap_or(i32::MAX);
            self.found.n_results += 1;
            self.found.n_failed += i64::from(!is_skipped);
            let finding = finding(check_type, &value, is_skipped, position);
            self.rows.finding(&mut self.lexer, finding).map_err(Break::Source)?;
        }
        Ok(())
    }
}
