//! Reads one file: a list of results, or lines.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead, Cursor, Read as _};

use domain::scan::{Completeness, Scan};
use domain::source::SourceStatus;
use serde_json::Value;

use super::result::{TOOL, level, of_code_climate, of_json};
use super::text::{NOTHING, Said, Style, said, unescaped};
use crate::json::lexer::{Break, Token};
use crate::json::member::scalar;
use crate::json::utf8::Utf8;
use crate::json::value;
use crate::scanner::enclosed::Enclosed;
use crate::scanner::entry::Entry;
use crate::scanner::lines::{Line, Lines, peek};
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::sheet::{self, Sheet};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "spectral/1";

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut input = Utf8::new(input);
    let (head, first) = peek(&mut input)?;
    let mut input = Cursor::new(head).chain(input);
    if first != Some(b'[') {
        return sheet::read::<InLines>(&mut input, emit);
    }
    let mut outline = reading::read::<InJson>(&mut Enclosed::new(&mut input), emit)?;
    // Where nothing is bad enough Spectral says so, behind a list that may be empty.
    let mut behind = Lines::new(&mut input);
    while let Some(line) = behind.next()? {
        if !line.is_blank() && !line.text.starts_with(NOTHING) && outline.status == SourceStatus::Complete {
            outline.status = SourceStatus::Partial;
            outline.reason = Some("junk after the document".to_owned());
        }
    }
    Ok(outline)
}

#[derive(Debug, Default)]
struct InJson;

impl Report for InJson {
    const NAME: &'static str = "Spectral";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        if first != Token::ArrayStart {
            return Err(Break::Broken("not Spectral: no list".to_owned()));
        }
        reading.is_recognised = true;
        while reading.next_object()? {
            let value = value::read(&mut reading.lexer, Token::ObjectStart, &["documentationUrl"])?;
            let position = reading.position();
            let word = scalar(&value, "/severity").unwrap_or_default();
            let entry = if is_code_climate(&value) {
                of_code_climate(&value, &word)
            } else {
                of_json(&value, &word)
            };
            reading.push(entry.finding(TOOL, level(&word), position))?;
        }
        Ok(())
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }
}

fn is_code_climate(value: &Value) -> bool {
    value.get("check_name").is_some()
}

/// A run while its lines are read.
#[derive(Debug, Default)]
struct InLines {
    /// The file that the next results are in.
    path: String,
    n_results: i64,
    n_problems: Option<i64>,
    is_stylish: bool,
    has_no_file: bool,
}

impl sheet::Report for InLines {
    const NAME: &'static str = "Spectral";

    fn line(&mut self, line: &Line, sheet: &mut Sheet<'_>) -> io::Result<()> {
        match said(&line.text) {
            Said::Result(style, entry) => {
                self.is_stylish |= style == Style::Stylish;
                self.n_results += 1;
                let path = if style == Style::Stylish {
                    self.path.as_str()
                } else {
                    entry.path
                };
                let (rule_id, message) = (unescaped(style, entry.rule_id), unescaped(style, entry.message));
                let entry = Entry {
                    rule_id: &rule_id,
                    path,
                    message: &message,
                    ..entry
                };
                let position = sheet.position();
                let finding = entry.finding(TOOL, level(entry.word), position);
                return sheet.push(finding);
            }
            Said::Type(_) => sheet.is_recognised = true,
            Said::Summary(n) => {
                sheet.is_recognised = true;
                self.n_problems = Some(n);
            }
            Said::Nothing => {
                sheet.is_recognised = true;
                sheet.n_results.get_or_insert(0);
            }
            Said::NoFile => {
                sheet.is_recognised = true;
                self.has_no_file = true;
            }
            Said::Other(text) => {
                if text.starts_with(char::is_whitespace) {
                    // A message with line breaks goes on.
                    sheet.misplaced(line);
                } else {
                    text.clone_into(&mut self.path);
                }
            }
        }
        Ok(())
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }

    fn completeness(&self) -> (Completeness, Option<String>) {
        match self.n_problems {
            _ if self.has_no_file => (Completeness::Unknown, Some("files: none was found".to_owned())),
            Some(n) if n != self.n_results => (
                Completeness::Partial,
                Some(format!("results: {} of {n} are listed", self.n_results)),
            ),
            _ => (Completeness::Complete, None),
        }
    }

    fn truncated(&self, last: &Line) -> Option<String> {
        if self.is_stylish {
            return self
                .n_problems
                .is_none()
                .then(|| "truncated: no summary at the end".to_owned());
        }
        let is_cut = matches!(said(&last.text), Said::Type(_) | Said::Other(_));
        is_cut.then(|| format!("truncated: line {} is no result", last.number))
    }
}
