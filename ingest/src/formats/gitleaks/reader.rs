//! Reads one file: secrets one at a time, and the scan behind them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead, Cursor, Read};

use domain::scan::{Completeness, Scan};

use super::csv::is_damage;
use super::csv_reader;
use super::leak::{Leak, TOOL};
use crate::json::lexer::{Break, Token};
use crate::json::utf8::Utf8;
use crate::json::value;
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "gitleaks/1";

/// Members that nothing here reads: what was found, and who wrote it.
const SKIPPED: &[&str] = &[
    "Attributes",
    "Author",
    "Context",
    "Email",
    "Fragment",
    "Line",
    "Link",
    "Match",
    "Message",
    "Secret",
    "Tags",
    "author",
    "commitMessage",
    "email",
    "leakURL",
    "line",
    "offender",
];
/// Bytes that tell JSON from CSV: a byte order mark and two characters.
const PEEK_BYTES: u64 = 5;

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut input = Utf8::new(input);
    let (head, is_csv) = peek(&mut input)?;
    let mut input = Cursor::new(head).chain(input);
    if is_csv {
        csv_reader::read(&mut input, emit)
    } else {
        reading::read::<Leaks>(&mut input, emit)
    }
}

/// The first bytes, and whether they begin a file in CSV: its first column begins with a letter, as no JSON but `null` does.
pub(super) fn peek(input: &mut Utf8<'_>) -> io::Result<(Vec<u8>, bool)> {
    let mut head = Vec::new();
    match Read::take(&mut *input, PEEK_BYTES).read_to_end(&mut head) {
        Ok(_) => {}
        Err(error) if is_damage(error.kind()) => {}
        Err(error) => return Err(error),
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head);
    let is_csv = text.first().is_some_and(u8::is_ascii_alphabetic) && !text.starts_with(b"nu");
    Ok((head, is_csv))
}

#[derive(Debug, Default)]
struct Leaks;

impl Report for Leaks {
    const NAME: &'static str = "Gitleaks";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        reading.is_recognised = matches!(first, Token::Null | Token::ArrayStart);
        if !reading.is_recognised {
            return Err(Break::Broken("not Gitleaks: not a list".to_owned()));
        }
        while first == Token::ArrayStart && reading.next_object()? {
            let value = value::read(&mut reading.lexer, Token::ObjectStart, SKIPPED)?;
            let position = reading.position();
            reading.push(Leak::of_json(&value).finding(position))?;
        }
        Ok(())
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }

    fn completeness(&self, n_results: Option<i64>) -> (Completeness, Option<String>) {
        match n_results {
            Some(_) => (Completeness::Complete, None),
            None => (Completeness::Unknown, Some("results: null".to_owned())),
        }
    }
}
