//! Reads one file: results as they come; what tells how far the scan went may stand anywhere.
//!
//! Never fails on what the bytes hold. A break ends the reading; what stands before it stays, and the scan is partial.

use std::io::{self, BufRead};

use domain::scan::{Completeness, Scan};
use serde_json::Value;

use super::finding::{SKIPPED, finding};
use crate::json::lexer::{Break, Token};
use crate::json::member::{cut, text};
use crate::json::value;
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "semgrep/1";

/// Words in the types of errors that say that rules were not run to their end; these are often warnings only.
const LOSSES: &[&str] = &["memory", "stackoverflow", "timeout", "toomanymatches"];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    reading::read::<Semgrep>(input, emit)
}

/// A scan while it is read.
#[derive(Debug, Default)]
struct Semgrep {
    version: Option<String>,
    /// Files that were scanned; null where the report does not tell.
    n_scanned: Option<u64>,
    complaint: Option<String>,
}

impl Report for Semgrep {
    const NAME: &'static str = "Semgrep";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        if first != Token::ObjectStart {
            return Err(Break::Broken("not Semgrep: not an object".to_owned()));
        }
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            match (name.as_str(), first) {
                ("results", Token::ArrayStart) => {
                    reading.is_recognised = true;
                    while reading.next_object()? {
                        let value = value::read(&mut reading.lexer, Token::ObjectStart, SKIPPED)?;
                        let position = reading.position();
                        reading.push(finding(&value, position))?;
                    }
                }
                ("errors", Token::ArrayStart) => {
                    reading.is_recognised = true;
                    self.errors(reading)?;
                }
                ("paths", Token::ObjectStart) => {
                    reading.is_recognised = true;
                    self.paths(reading)?;
                }
                ("version", _) => self.version = reading.text(first)?.filter(|version| !version.is_empty()),
                _ => reading.lexer.skip(first)?,
            }
        }
        Ok(())
    }

    fn scan(&self) -> Scan {
        Scan {
            tool_version: self.version.clone(),
            ..scan_of("Semgrep")
        }
    }

    fn completeness(&self, n_results: Option<i64>) -> (Completeness, Option<String>) {
        match (n_results, &self.complaint) {
            (None, _) => (Completeness::Unknown, Some("results: absent or null".to_owned())),
            (Some(_), Some(complaint)) => (Completeness::Partial, Some(complaint.clone())),
            (Some(0), None) if self.n_scanned == Some(0) => {
                (Completeness::Unknown, Some("paths.scanned: no file".to_owned()))
            }
            (Some(_), None) => (Completeness::Complete, None),
        }
    }
}

impl Semgrep {
    fn errors(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        loop {
            let first = reading.lexer.next()?;
            if first == Token::ArrayEnd {
                return Ok(());
            }
            let value = value::read(
                &mut reading.lexer,
                first,
                &["long_msg", "message", "short_msg", "spans"],
            )?;
            if self.complaint.is_none() {
                self.complaint = complaint(&value);
            }
        }
    }

    fn paths(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        while reading.lexer.next()? == Token::Key {
            let is_scanned = reading.lexer.text() == "scanned";
            let first = reading.lexer.next()?;
            if !is_scanned || first != Token::ArrayStart {
                reading.lexer.skip(first)?;
                continue;
            }
            let n = self.n_scanned.insert(0);
            loop {
                let first = reading.lexer.next()?;
                if first == Token::ArrayEnd {
                    break;
                }
                *n += 1;
                reading.lexer.skip(first)?;
            }
        }
        Ok(())
    }
}

/// Why an error makes the scan partial: it is one, or it says that rules were not run to their end.
fn complaint(error: &Value) -> Option<String> {
    // Newer versions write some types with what belongs to them: `["PartialParsing", […]]`.
    let kind = text(error, "/type")
        .or_else(|| text(error, "/type/0"))
        .unwrap_or("unknown");
    let letters: String = kind.to_lowercase().split([' ', '_']).collect();
    let is_loss = LOSSES.iter().any(|loss| letters.contains(loss));
    let level = text(error, "/level").unwrap_or("error");
    (is_loss || level.eq_ignore_ascii_case("error")).then(|| {
        let path = text(error, "/path").or_else(|| text(error, "/location/path"));
        let place = path.map(|path| format!(" in {}", cut(path, 150))).unwrap_or_default();
        format!("errors: {}{place}", cut(kind, 50))
    })
}
