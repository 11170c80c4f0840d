//! Reads one file: the checks of all its frameworks one at a time, and the scan behind them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead};

use domain::scan::{Completeness, Scan};

use super::check::{TOOL, finding};
use crate::json::lexer::{Break, Token};
use crate::json::member::{cut, integer, owned};
use crate::json::value;
use crate::scanner::reading::{self, Reading, Report, next_object, scan_of};
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
    reading::read::<Checkov>(input, emit)
}

/// What the reports of a file say in all.
#[derive(Debug, Default)]
struct Checkov {
    tool_version: Option<String>,
    n_reports: i64,
    /// Of them with a list of what failed.
    n_with_results: i64,
    n_failed: i64,
    /// What failed by the summaries, which may be more than what is listed.
    n_stated: i64,
    n_parsing_errors: i64,
}

impl Report for Checkov {
    const NAME: &'static str = "Checkov";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        match first {
            Token::ObjectStart => self.report(reading),
            Token::ArrayStart => {
                while next_object(&mut reading.lexer)? {
                    self.report(reading)?;
                }
                Ok(())
            }
            _ => Err(Break::Broken("not Checkov: neither an object nor a list".to_owned())),
        }
    }

    fn scan(&self) -> Scan {
        Scan {
            tool_version: self.tool_version.clone(),
            ..scan_of(TOOL)
        }
    }

    /// Nothing but a complete scan proves an absence, so that every doubt counts.
    fn completeness(&self, _: Option<i64>) -> (Completeness, Option<String>) {
        let partial = |reason: String| (Completeness::Partial, Some(reason));
        let n_without = self.n_reports - self.n_with_results;
        if self.n_with_results == 0 {
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

impl Checkov {
    /// One framework; all of them are one scan, as in SARIF.
    fn report(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        self.n_reports += 1;
        let mut check_type = None;
        let mut n_errors = (0, 0);
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            match (name.as_str(), first) {
                ("check_type", Token::Text) => check_type = Some(reading.lexer.text().to_owned()),
                ("results", Token::ObjectStart) => {
                    reading.is_recognised = true;
                    n_errors.0 = self.results(reading, check_type.as_deref())?;
                }
                ("summary", Token::ObjectStart) => {
                    let summary = value::read(&mut reading.lexer, first, &[])?;
                    self.set_version(owned(&summary, "/checkov_version"));
                    self.n_stated += integer(&summary, "/failed", 0).unwrap_or_default();
                    n_errors.1 = integer(&summary, "/parsing_errors", 0).unwrap_or_default();
                }
                // A report of nothing has its summary in its place.
                ("checkov_version", Token::Text) => {
                    reading.is_recognised = true;
                    self.set_version(Some(reading.lexer.text().to_owned()));
                }
                _ => reading.lexer.skip(first)?,
            }
        }
        self.n_parsing_errors += n_errors.0.max(n_errors.1);
        Ok(())
    }

    fn set_version(&mut self, version: Option<String>) {
        let version = version.map(|version| cut(&version, 100));
        self.tool_version = self.tool_version.take().or(version);
    }

    /// Reads what failed and what was skipped; tells how many files could not be parsed.
    fn results(&mut self, reading: &mut Reading<'_, '_>, check_type: Option<&str>) -> Result<i64, Break> {
        let mut n_errors = 0;
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            match (name.as_str(), first) {
                ("failed_checks", Token::ArrayStart) => {
                    self.n_with_results += 1;
                    self.checks(reading, check_type, false)?;
                }
                ("skipped_checks", Token::ArrayStart) => self.checks(reading, check_type, true)?,
                ("parsing_errors", Token::ArrayStart) => loop {
                    let first = reading.lexer.next()?;
                    if first == Token::ArrayEnd {
                        break;
                    }
                    reading.lexer.skip(first)?;
                    n_errors += 1;
                },
                _ => reading.lexer.skip(first)?,
            }
        }
        Ok(n_errors)
    }

    fn checks(
        &mut self,
        reading: &mut Reading<'_, '_>,
        check_type: Option<&str>,
        is_skipped: bool,
    ) -> Result<(), Break> {
        while reading.next_object()? {
            let value = value::read(&mut reading.lexer, Token::ObjectStart, SKIPPED)?;
            self.n_failed += i64::from(!is_skipped);
            let position = reading.position();
            reading.push(finding(check_type, &value, is_skipped, position))?;
        }
        Ok(())
    }
}
