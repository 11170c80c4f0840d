//! Reads one file: a list of diagnostics, or one in each line.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead, Cursor, Read as _};

use domain::scan::{Completeness, Scan};
use serde_json::Value;

use super::diagnostic::{SKIPPED, TOOL, UNREADABLE, finding};
use crate::json::lexer::{Break, Token};
use crate::json::member::{cut, text};
use crate::json::utf8::Utf8;
use crate::json::value;
use crate::scanner::lines::{Line, peek};
use crate::scanner::path::of_path;
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::sheet::{self, Sheet};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "ruff/1";

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut input = Utf8::new(input);
    let (head, first) = peek(&mut input)?;
    let mut input = Cursor::new(head).chain(input);
    if first == Some(b'{') {
        sheet::read::<Ruff>(&mut input, emit)
    } else {
        reading::read::<Ruff>(&mut input, emit)
    }
}

/// A scan while it is read.
#[derive(Debug, Default)]
struct Ruff {
    /// The first file that could not be read.
    unreadable: Option<String>,
}

impl Ruff {
    fn notice(&mut self, diagnostic: &Value) {
        if self.unreadable.is_none() && text(diagnostic, "/code") == Some(UNREADABLE) {
            let path = text(diagnostic, "/filename").and_then(of_path).unwrap_or_default();
            self.unreadable = Some(format!("files: {} could not be read", cut(&path, 150)));
        }
    }

    fn how_far(&self) -> (Completeness, Option<String>) {
        match &self.unreadable {
            Some(unreadable) => (Completeness::Partial, Some(unreadable.clone())),
            None => (Completeness::Complete, None),
        }
    }
}

impl Report for Ruff {
    const NAME: &'static str = "Ruff";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        if first != Token::ArrayStart {
            return Err(Break::Broken("not Ruff: neither a list nor lines".to_owned()));
        }
        reading.is_recognised = true;
        while reading.next_object()? {
            let value = value::read(&mut reading.lexer, Token::ObjectStart, SKIPPED)?;
            self.notice(&value);
            let position = reading.position();
            reading.push(finding(&value, position))?;
        }
        Ok(())
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }

    fn completeness(&self, _n_results: Option<i64>) -> (Completeness, Option<String>) {
        self.how_far()
    }
}

impl sheet::Report for Ruff {
    const NAME: &'static str = "Ruff";

    fn line(&mut self, line: &Line, sheet: &mut Sheet<'_>) -> io::Result<()> {
        let value = sheet::object(line, SKIPPED);
        let Some(value) = value.filter(|value| value.get("code").or(value.get("filename")).is_some()) else {
            sheet.misplaced(line);
            return Ok(());
        };
        self.notice(&value);
        let position = sheet.position();
        sheet.push(finding(&value, position))
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }

    fn completeness(&self) -> (Completeness, Option<String>) {
        self.how_far()
    }

    fn truncated(&self, last: &Line) -> Option<String> {
        // Ruff ends every line.
        let is_whole = !last.end().is_empty() && sheet::object(last, SKIPPED).is_some();
        (!is_whole).then(|| format!("truncated: line {} has no end", last.number))
    }
}
