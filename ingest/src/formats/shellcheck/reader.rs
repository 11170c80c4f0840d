//! Reads one file: comments one at a time, and the scan behind them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead};

use domain::finding::Finding;
use domain::scan::Scan;
use serde_json::Value;

use crate::json::lexer::{Break, Token};
use crate::json::member::{integer, text};
use crate::json::value;
use crate::scanner::entry::Entry;
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "shellcheck/1";

/// The tool's name.
const TOOL: &str = "ShellCheck";

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    reading::read::<ShellCheck>(input, emit)
}

#[derive(Debug, Default)]
struct ShellCheck;

impl Report for ShellCheck {
    const NAME: &'static str = "ShellCheck";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        match first {
            Token::ArrayStart => comments(reading),
            Token::ObjectStart => {
                while reading.lexer.next()? == Token::Key {
                    let is_comments = reading.lexer.text() == "comments";
                    let first = reading.lexer.next()?;
                    if is_comments && first == Token::ArrayStart {
                        comments(reading)?;
                    } else {
                        reading.lexer.skip(first)?;
                    }
                }
                Ok(())
            }
            _ => Err(Break::Broken("not ShellCheck: neither a list nor an object".to_owned())),
        }
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }
}

fn comments(reading: &mut Reading<'_, '_>) -> Result<(), Break> {
    reading.is_recognised = true;
    while reading.next_object()? {
        let value = value::read(&mut reading.lexer, Token::ObjectStart, &["fix"])?;
        let position = reading.position();
        reading.push(finding(&value, position))?;
    }
    Ok(())
}

/// Makes a finding of a comment at a position.
fn finding(value: &Value, position: i32) -> Finding {
    let word = text(value, "/level").unwrap_or_default();
    // Its other formats put the letters in front.
    let rule_id = integer(value, "/code", 0).map(|code| format!("SC{code}"));
    let entry = Entry {
        rule_id: rule_id.as_deref().unwrap_or_default(),
        word,
        path: text(value, "/file").unwrap_or_default(),
        start_line: integer(value, "/line", 1),
        end_line: integer(value, "/endLine", 1),
        resource: None,
        message: text(value, "/message").unwrap_or_default(),
    };
    let level = match word {
        "error" => "error",
        "info" | "style" => "note",
        _ => "warning",
    };
    entry.finding(TOOL, level, position)
}
