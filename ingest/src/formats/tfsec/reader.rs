//! Reads one file: results one at a time, and the scan behind them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead};

use domain::scan::Scan;

use super::result::{TOOL, finding};
use crate::json::lexer::{Break, Token};
use crate::json::value;
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "tfsec/1";

/// Members of a result that nothing here reads.
const SKIPPED: &[&str] = &["description", "impact", "link", "links", "occurrences", "resolution"];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    reading::read::<Tfsec>(input, emit)
}

#[derive(Debug, Default)]
struct Tfsec;

impl Report for Tfsec {
    const NAME: &'static str = "tfsec";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        if first != Token::ObjectStart {
            return Err(Break::Broken("not tfsec: not an object".to_owned()));
        }
        while reading.lexer.next()? == Token::Key {
            let is_results = reading.lexer.text() == "results";
            let first = reading.lexer.next()?;
            match first {
                Token::ArrayStart if is_results => {
                    reading.is_recognised = true;
                    results(reading)?;
                }
                // What tfsec writes for none; where it fails, it writes no report.
                Token::Null if is_results => {
                    reading.is_recognised = true;
                    reading.n_results.get_or_insert(0);
                }
                _ => reading.lexer.skip(first)?,
            }
        }
        Ok(())
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }
}

fn results(reading: &mut Reading<'_, '_>) -> Result<(), Break> {
    while reading.next_object()? {
        let value = value::read(&mut reading.lexer, Token::ObjectStart, SKIPPED)?;
        if let Some(finding) = finding(&value, reading.position()) {
            reading.push(finding)?;
        }
    }
    Ok(())
}
