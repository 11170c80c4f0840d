//! Reads one file: errors as they come, and how the run ended.
//!
//! Never fails on what the bytes hold. What breaks off keeps the errors before the break, and the scan is partial.

use std::io::{self, BufRead};

use domain::scan::{Completeness, Scan};
use serde_json::Value;

use super::text::{Said, Summary, code_of, said};
use crate::json::member::{integer, text};
use crate::scanner::entry::Entry;
use crate::scanner::lines::Line;
use crate::scanner::reading::scan_of;
use crate::scanner::sheet::{self, Report, Sheet};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "mypy/1";

/// The tool's name.
const TOOL: &str = "mypy";
/// The code of what keeps other files from being checked.
const SYNTAX: &str = "syntax";
/// What is kept of a message, about.
const MAX_MESSAGE_BYTES: usize = 4 << 10;

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    sheet::read::<Mypy>(input, emit)
}

/// An error whose message `--pretty` may have wrapped, before its code.
#[derive(Debug)]
struct Wrapped {
    path: String,
    message: String,
    start_line: Option<i64>,
    end_line: Option<i64>,
}

/// A run while it is read.
#[derive(Debug, Default)]
struct Mypy {
    n_errors: i64,
    summary: Option<Summary>,
    has_text: bool,
    /// The last line is an object that breaks off.
    is_cut: bool,
    is_prevented: bool,
    wrapped: Option<Wrapped>,
}

impl Mypy {
    fn entry(&mut self, entry: &Entry<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
        self.is_prevented |= entry.rule_id == SYNTAX;
        self.n_errors += 1;
        let level = if entry.word == "warning" { "warning" } else { "error" };
        let position = sheet.position();
        sheet.push(entry.finding(TOOL, level, position))
    }

    /// Gives out what waited for its code, with what was found behind it.
    fn unwrap_message(&mut self, behind: &str, rule_id: &str, sheet: &mut Sheet<'_>) -> io::Result<()> {
        let Some(wrapped) = self.wrapped.take() else {
            return Ok(());
        };
        let message = format!("{} {behind}", wrapped.message);
        let entry = Entry {
            rule_id,
            word: "error",
            path: &wrapped.path,
            start_line: wrapped.start_line,
            end_line: wrapped.end_line,
            resource: None,
            message: message.trim_end(),
        };
        self.entry(&entry, sheet)
    }

    /// Reads a line that is neither an error nor a summary: code, or how a message goes on.
    fn other(&mut self, line: &str, sheet: &mut Sheet<'_>) -> io::Result<()> {
        let is_code = line.starts_with(char::is_whitespace);
        if is_code {
            return self.unwrap_message("", "", sheet);
        }
        if let Some((rest, code)) = code_of(line) {
            return self.unwrap_message(rest, code, sheet);
        }
        if let Some(wrapped) = &mut self.wrapped
            && wrapped.message.len() < MAX_MESSAGE_BYTES
        {
            wrapped.message.push(' ');
            wrapped.message.push_str(line);
        }
        Ok(())
    }
}

impl Report for Mypy {
    const NAME: &'static str = "MyPy";

    fn line(&mut self, line: &Line, sheet: &mut Sheet<'_>) -> io::Result<()> {
        self.is_cut = false;
        if line.text.trim_start().starts_with('{') {
            let Some(value) = sheet::object(line, &["hint"]) else {
                self.is_cut = true;
                sheet.misplaced(line);
                return Ok(());
            };
            sheet.is_recognised = true;
            let entry = of_object(&value);
            return if entry.word == "note" {
                Ok(())
            } else {
                self.entry(&entry, sheet)
            };
        }
        let said = said(&line.text);
        if said == Said::Other {
            return self.other(&line.text, sheet);
        }
        self.unwrap_message("", "", sheet)?;
        self.has_text = true;
        sheet.is_recognised = true;
        match said {
            // It explains an error, or answers `reveal_type`.
            Said::Entry(entry) if entry.word == "note" => Ok(()),
            Said::Entry(entry) if entry.rule_id.is_empty() && entry.word == "error" => {
                self.wrapped = Some(Wrapped {
                    path: entry.path.to_owned(),
                    message: entry.message.to_owned(),
                    start_line: entry.start_line,
                    end_line: entry.end_line,
                });
                Ok(())
            }
            Said::Entry(entry) => self.entry(&entry, sheet),
            Said::Summary(summary) => {
                sheet.n_results.get_or_insert(0);
                // A file may have the output of several runs.
                self.summary = Some(self.summary.map_or(summary, |before| {
                    Summary {
                        n_errors: before.n_errors.saturating_add(summary.n_errors),
                        n_files: before
                            .n_files
                            .zip(summary.n_files)
                            .map(|(one, other)| one.saturating_add(other)),
                    }
                }));
                Ok(())
            }
            Said::Other => Ok(()),
        }
    }

    fn end(&mut self, sheet: &mut Sheet<'_>) -> io::Result<()> {
        self.unwrap_message("", "", sheet)
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }

    fn completeness(&self) -> (Completeness, Option<String>) {
        match self.summary {
            Some(Summary { n_files: Some(0), .. }) => {
                (Completeness::Unknown, Some("files: none was checked".to_owned()))
            }
            Some(Summary { n_files: None, .. }) => prevented(),
            None if self.is_prevented => prevented(),
            Some(Summary { n_errors, .. }) if n_errors != self.n_errors => (
                Completeness::Partial,
                Some(format!("errors: {} of {n_errors} are listed", self.n_errors)),
            ),
            _ => (Completeness::Complete, None),
        }
    }

    fn truncated(&self, last: &Line) -> Option<String> {
        if self.is_cut {
            return Some(format!("truncated: line {} has no end", last.number));
        }
        (self.has_text && self.summary.is_none()).then(|| "truncated: no summary at the end".to_owned())
    }
}

fn prevented() -> (Completeness, Option<String>) {
    let reason = "errors: they prevented further checking";
    (Completeness::Partial, Some(reason.to_owned()))
}

/// What an object of `--output json` says.
fn of_object(value: &Value) -> Entry<'_> {
    Entry {
        rule_id: text(value, "/code").unwrap_or_default(),
        word: text(value, "/severity").unwrap_or_default(),
        path: text(value, "/file").unwrap_or_default(),
        start_line: integer(value, "/line", 1),
        end_line: integer(value, "/end_line", 1),
        resource: None,
        message: text(value, "/message").unwrap_or_default(),
    }
}
