//! Reads one file: changes one at a time, and the scan behind them.
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
pub const PARSER: &str = "oasdiff/1";

/// The tool's name.
const TOOL: &str = "oasdiff";

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    reading::read::<Oasdiff>(input, emit)
}

#[derive(Debug, Default)]
struct Oasdiff;

impl Report for Oasdiff {
    const NAME: &'static str = "oasdiff";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        if first != Token::ArrayStart {
            return Err(Break::Broken("not oasdiff: no list".to_owned()));
        }
        reading.is_recognised = true;
        while reading.next_object()? {
            let value = value::read(&mut reading.lexer, Token::ObjectStart, &["attributes", "comment"])?;
            let position = reading.position();
            if let Some(finding) = finding(&value, position) {
                reading.push(finding)?;
            }
        }
        Ok(())
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }
}

/// Makes a finding of a change at a position; none of one that does not break.
fn finding(value: &Value, position: i32) -> Option<Finding> {
    // Without a level that is known it counts as the worst.
    let (level, word) = match integer(value, "/level", 0) {
        Some(1) => return None,
        Some(2) => ("warning", "WARN"),
        Some(3) => ("error", "ERR"),
        _ => ("error", ""),
    };
    let operation = [text(value, "/operation"), text(value, "/path")];
    let operation: Vec<_> = operation.into_iter().flatten().collect();
    let operation = operation.join(" ");
    let entry = Entry {
        rule_id: text(value, "/id").unwrap_or_default(),
        word,
        path: text(value, "/source").unwrap_or_default(),
        start_line: None,
        end_line: None,
        resource: Some(&operation),
        message: text(value, "/text").unwrap_or_default(),
    };
    Some(entry.finding(TOOL, level, position))
}
