//! Reads one file: a line that says what was found, and behind it a document with the differences.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead, Cursor, Read as _};

use domain::finding::Finding;
use domain::scan::Scan;
use domain::source::{SourceStatus, Warnings};
use serde_json::Value;

use crate::json::lexer::{Break, Token};
use crate::json::member::text;
use crate::json::utf8::Utf8;
use crate::json::value;
use crate::scanner::entry::Entry;
use crate::scanner::lines::{Lines, peek};
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::window::Window;
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "openapi-diff/1";

/// The tool's name.
const TOOL: &str = "openapi-diff";
/// What it says where nothing differs; no document stands behind it.
pub(super) const NO_CHANGES: &str = "No changes found between the two specifications";
/// What it says before a document.
pub(super) const CHANGES: &[&str] = &[
    "Breaking changes found between the two specifications:",
    "Non breaking changes found between the two specifications:",
];
/// Lists of differences, and the level of each; what does not break is no finding.
const LISTS: &[(&str, Option<&str>)] = &[
    ("breakingDifferences", Some("error")),
    ("nonBreakingDifferences", None),
    ("unclassifiedDifferences", Some("warning")),
];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut input = Utf8::new(input);
    let (head, first) = peek(&mut input)?;
    let mut input = Cursor::new(head).chain(input);
    if matches!(first, None | Some(b'{')) {
        return reading::read::<OpenApiDiff>(&mut input, emit);
    }
    let mut lines = Lines::new(&mut input);
    let said = loop {
        match lines.next()? {
            Some(line) if line.is_blank() => {}
            line => break line.map(|line| line.text.trim().to_owned()).unwrap_or_default(),
        }
    };
    let damage = lines.damage.take();
    let mut outline = Outline {
        dialect: Some(TOOL.to_owned()),
        status: SourceStatus::Complete,
        reason: None,
        n_rows: 0,
        warnings: Warnings::default(),
    };
    if CHANGES.contains(&said.as_str()) {
        let (head, first) = peek(&mut input)?;
        if first.is_some() {
            let mut input = Cursor::new(head).chain(input);
            return reading::read::<OpenApiDiff>(&mut input, emit);
        }
        let reason = damage.map_or_else(
            || "truncated: nothing behind the first line".to_owned(),
            |damage| format!("damaged: {damage}"),
        );
        outline.n_rows = Window::new(emit).close(scan_of(TOOL), Some(&reason))?;
        outline.status = SourceStatus::Partial;
        outline.reason = Some(reason);
        return Ok(outline);
    }
    if said == NO_CHANGES {
        let scan = Scan {
            n_results: Some(0),
            ..scan_of(TOOL)
        };
        outline.n_rows = Window::new(emit).close(scan, None)?;
        return Ok(outline);
    }
    let is_cut = !said.is_empty()
        && CHANGES
            .iter()
            .chain([&NO_CHANGES])
            .any(|known| known.starts_with(&said));
    let reason = match (damage, is_cut) {
        (Some(damage), _) => format!("damaged: {damage}"),
        (None, true) => "truncated: the first line has no end".to_owned(),
        (None, false) => "not openapi-diff: its first line says something else".to_owned(),
    };
    outline.status = SourceStatus::Refused;
    outline.reason = Some(reason);
    Ok(outline)
}

#[derive(Debug, Default)]
struct OpenApiDiff;

impl Report for OpenApiDiff {
    const NAME: &'static str = "openapi-diff";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        if first != Token::ObjectStart {
            return Err(Break::Broken("not openapi-diff: not an object".to_owned()));
        }
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            let list = LISTS.iter().find(|(list, _)| *list == name);
            match list {
                Some((_, level)) if first == Token::ArrayStart => {
                    reading.is_recognised = true;
                    differences(reading, *level)?;
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

fn differences(reading: &mut Reading<'_, '_>, level: Option<&str>) -> Result<(), Break> {
    while reading.next_object()? {
        let value = value::read(&mut reading.lexer, Token::ObjectStart, &["value"])?;
        let position = reading.position();
        if let Some(level) = level {
            reading.push(finding(&value, level, position))?;
        }
    }
    Ok(())
}

/// Makes a finding of a difference at a position. The tool names no file, but a place in the description.
fn finding(value: &Value, level: &str, position: i32) -> Finding {
    let place = ["/sourceSpecEntityDetails", "/destinationSpecEntityDetails"];
    let place = place.iter().find_map(|list| text(value, &format!("{list}/0/location")));
    let entry = Entry {
        rule_id: text(value, "/code").unwrap_or_default(),
        word: text(value, "/type").unwrap_or_default(),
        path: "",
        start_line: None,
        end_line: None,
        resource: place,
        message: "",
    };
    entry.finding(TOOL, level, position)
}
