//! Reads one file: results one at a time, and the scan behind them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead};

use domain::scan::{Completeness, Scan};

use super::result::{TOOL, finding};
use crate::json::lexer::{Break, Lexer, Token};
use crate::json::utf8::Utf8;
use crate::json::value;
use crate::scanner::class::family;
use crate::scanner::native::{Rows, scan_by, status};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "tfsec/1";

/// Members of a result that nothing here reads.
const SKIPPED: &[&str] = &["description", "impact", "link", "links", "occurrences", "resolution"];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut input = Utf8::new(input);
    let mut reading = Reading {
        lexer: Lexer::new(&mut input),
        rows: Rows::new(emit),
        has_begun: false,
        n_results: None,
    };
    let mut end = reading.document();
    let broken = match &end {
        Err(Break::Broken(reason)) => Some(reason.clone()),
        _ => None,
    };
    let is_scan = reading.n_results.is_some();
    if is_scan && !matches!(end, Err(Break::Source(_))) {
        reading.rows.scan(Scan {
            completeness: if broken.is_some() {
                Completeness::Partial
            } else {
                Completeness::Complete
            },
            is_truncated: broken.is_some(),
            reason: broken,
            n_results: reading.n_results,
            ..scan_by(TOOL)
        })?;
    }
    if end.is_ok() {
        // Nothing may follow.
        end = reading.lexer.next().map(|_| ());
    }
    let (has_begun, n_rows) = (reading.has_begun, reading.rows.n_given);
    let mut lexer = reading.lexer;
    let (status, reason) = status(end, &mut lexer, has_begun, is_scan, "tfsec")?;
    Ok(Outline {
        dialect: Some(family(TOOL)),
        status,
        reason,
        n_rows,
        warnings: lexer.warnings,
    })
}

struct Reading<'a, 'e> {
    lexer: Lexer<'a>,
    rows: Rows<'e>,
    has_begun: bool,
    /// Results so far, also those that passed; null where there are no `results`.
    n_results: Option<i64>,
}

impl Reading<'_, '_> {
    fn document(&mut self) -> Result<(), Break> {
        let first = self.lexer.next()?;
        self.has_begun = true;
        if first != Token::ObjectStart {
            return Err(Break::Broken("not tfsec: not an object".to_owned()));
        }
        while self.lexer.next()? == Token::Key {
            let is_results = self.lexer.text() == "results";
            let first = self.lexer.next()?;
            match first {
                Token::ArrayStart if is_results => self.results()?,
                // What tfsec writes for none; where it fails, it writes no report.
                Token::Null if is_results => self.n_results = self.n_results.or(Some(0)),
                _ => self.lexer.skip(first)?,
            }
        }
        Ok(())
    }

    fn results(&mut self) -> Result<(), Break> {
        self.n_results.get_or_insert(0);
        while let Some(value) = value::next_result(&mut self.lexer, SKIPPED)? {
            let position = self.n_results.unwrap_or_default();
            self.n_results = Some(position + 1);
            if let Some(finding) = finding(&value, i32::try_from(position).unwrap_or(i32::MAX)) {
                self.rows.finding(&mut self.lexer, finding).map_err(Break::Source)?;
            }
        }
        Ok(())
    }
}
