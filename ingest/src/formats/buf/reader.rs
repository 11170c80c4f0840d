//! Reads one file: a violation in each line.
//!
//! Never fails on what the bytes hold. What breaks off keeps the violations before the break, and the scan is partial.

use std::io::{self, BufRead};

use domain::scan::Scan;
use serde_json::Value;

use crate::json::member::{integer, text};
use crate::scanner::entry::Entry;
use crate::scanner::lines::Line;
use crate::scanner::reading::scan_of;
use crate::scanner::sheet::{self, Report, Sheet};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "buf/1";

/// The tool's name.
const TOOL: &str = "buf";

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    sheet::read::<Buf>(input, emit)
}

#[derive(Debug, Default)]
struct Buf;

impl Report for Buf {
    const NAME: &'static str = "Buf";

    fn line(&mut self, line: &Line, sheet: &mut Sheet<'_>) -> io::Result<()> {
        let Some(value) = violation(line) else {
            sheet.misplaced(line);
            return Ok(());
        };
        let entry = Entry {
            rule_id: text(&value, "/type").unwrap_or_default(),
            word: "",
            path: text(&value, "/path").unwrap_or_default(),
            start_line: integer(&value, "/start_line", 1),
            end_line: integer(&value, "/end_line", 1),
            resource: None,
            message: text(&value, "/message").unwrap_or_default(),
        };
        // Every violation makes Buf fail.
        let position = sheet.position();
        sheet.push(entry.finding(TOOL, "error", position))
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }

    fn truncated(&self, last: &Line) -> Option<String> {
        // Buf ends every line.
        let is_whole = !last.end().is_empty() && violation(last).is_some();
        (!is_whole).then(|| format!("truncated: line {} has no end", last.number))
    }
}

fn violation(line: &Line) -> Option<Value> {
    let value = sheet::object(line, &[])?;
    (value.get("type").is_some() || value.get("path").is_some()).then_some(value)
}
