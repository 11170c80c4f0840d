//! Reads one file: secrets one at a time, and the scan behind them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead, Cursor, Read};

use domain::scan::{Completeness, Scan};
use domain::source::{SourceStatus, Warnings};

use super::csv::is_damage;
use super::csv_reader;
use super::leak::{Leak, TOOL};
use crate::json::lexer::{Break, Lexer, Token};
use crate::json::utf8::Utf8;
use crate::json::value;
use crate::scanner::class::family;
use crate::scanner::native::{Rows, scan_by, status};
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
    let mut rows = Rows::new(emit);
    let (status, reason, warnings) = if is_csv {
        csv_reader::read(&mut input, &mut rows)?
    } else {
        json(&mut input, &mut rows)?
    };
    Ok(Outline {
        dialect: Some(family(TOOL)),
        status,
        reason,
        n_rows: rows.n_given,
        warnings,
    })
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

type Outcome = (SourceStatus, Option<String>, Warnings);

fn json(input: &mut dyn BufRead, rows: &mut Rows<'_>) -> io::Result<Outcome> {
    let mut reading = Reading {
        lexer: Lexer::new(input),
        rows,
        has_begun: false,
        n_results: None,
        is_scan: false,
    };
    let mut end = reading.document();
    let broken = match &end {
        Err(Break::Broken(reason)) => Some(reason.clone()),
        _ => None,
    };
    if reading.is_scan && !matches!(end, Err(Break::Source(_))) {
        let (completeness, reason) = match (broken, reading.n_results) {
            (Some(reason), _) => (Completeness::Partial, Some(reason)),
            (None, None) => (Completeness::Unknown, Some("results: null".to_owned())),
            (None, Some(_)) => (Completeness::Complete, None),
        };
        reading.rows.scan(Scan {
            is_truncated: completeness == Completeness::Partial,
            completeness,
            reason,
            n_results: reading.n_results,
            ..scan_by(TOOL)
        })?;
    }
    if end.is_ok() {
        // Nothing may follow.
        end = reading.lexer.next().map(|_| ());
    }
    let mut lexer = reading.lexer;
    let (status, reason) = status(end, &mut lexer, reading.has_begun, reading.is_scan, "Gitleaks")?;
    Ok((status, reason, lexer.warnings))
}

struct Reading<'a, 'r, 'e> {
    lexer: Lexer<'a>,
    rows: &'r mut Rows<'e>,
    has_begun: bool,
    /// Elements of the list so far; null where there is no list.
    n_results: Option<i64>,
    is_scan: bool,
}

impl Reading<'_, '_, '_> {
    fn document(&mut self) -> Result<(), Break> {
        let first = self.lexer.next()?;
        self.has_begun = true;
        match first {
            Token::Null => self.is_scan = true,
            Token::ArrayStart => {
                self.is_scan = true;
                self.leaks()?;
            }
            _ => return Err(Break::Broken("not Gitleaks: not a list".to_owned())),
        }
        Ok(())
    }

    fn leaks(&mut self) -> Result<(), Break> {
        self.n_results = Some(0);
        while let Some(value) = value::next_result(&mut self.lexer, SKIPPED)? {
            let position = self.n_results.unwrap_or_default();
            self.n_results = Some(position + 1);
            let finding = Leak::of_json(&value).finding(i32::try_from(position).unwrap_or(i32::MAX));
            self.rows.one(finding).map_err(Break::Source)?;
        }
        Ok(())
    }
}
