//! Reads one file: files that tell of a licence, and the scan behind them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead};

use domain::finding::Finding;
use domain::scan::{Completeness, Scan};
use domain::severity::assess;
use serde_json::Value;

use crate::json::lexer::{Break, Token};
use crate::json::member::{cut, scalar, text};
use crate::json::value;
use crate::scanner::entry::Entry;
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "licensee/1";

/// The tool's name.
const TOOL: &str = "Licensee";
/// What stands for a licence that it does not know.
const UNKNOWN: &str = "NOASSERTION";

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    reading::read::<Licensee>(input, emit)
}

#[derive(Debug, Default)]
struct Licensee;

impl Report for Licensee {
    const NAME: &'static str = "Licensee";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        if first != Token::ObjectStart {
            return Err(Break::Broken("not Licensee: not an object".to_owned()));
        }
        while reading.lexer.next()? == Token::Key {
            let is_files = reading.lexer.text() == "matched_files";
            let first = reading.lexer.next()?;
            if !is_files || first != Token::ArrayStart {
                reading.lexer.skip(first)?;
                continue;
            }
            reading.is_recognised = true;
            let texts = ["content", "content_normalized", "attribution"];
            while reading.next_object()? {
                let value = value::read(&mut reading.lexer, Token::ObjectStart, &texts)?;
                let position = reading.position();
                reading.push(finding(&value, position))?;
            }
        }
        Ok(())
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }

    fn completeness(&self, n_results: Option<i64>) -> (Completeness, Option<String>) {
        match n_results {
            Some(0) | None => (
                Completeness::Unknown,
                Some("matched_files: no file tells of a licence".to_owned()),
            ),
            Some(_) => (Completeness::Complete, None),
        }
    }
}

/// Makes a finding of a file at a position. Licensee tells of licences and judges none: only one that it does not know
/// has a severity, which is unknown.
fn finding(value: &Value, position: i32) -> Finding {
    let license = text(value, "/matched_license").unwrap_or(UNKNOWN);
    let matcher = text(value, "/matcher/name").map(|name| cut(name, 50));
    let confidence = scalar(value, "/matcher/confidence").map(|percent| cut(&percent, 20));
    let message = match (matcher, confidence) {
        (Some(matcher), Some(percent)) => format!("matched by {matcher}, confidence {percent} %"),
        (Some(matcher), None) => format!("matched by {matcher}"),
        _ => String::new(),
    };
    let entry = Entry {
        rule_id: license,
        word: "",
        path: text(value, "/filename").unwrap_or_default(),
        start_line: None,
        end_line: None,
        resource: None,
        message: &message,
    };
    let word = (license == UNKNOWN || license == "NONE" || license == "other").then_some("unknown");
    Finding {
        assessment: assess(false, None, word, "none"),
        ..entry.finding(TOOL, "none", position)
    }
}
