//! Copies a report without what it found: only what names the rule and the place stays, byte for byte.

use std::io::{self, BufRead, Cursor, Read as _, Write};

use super::csv::{Field, Record, Records};
use super::reader::peek;
use super::sniff::Header;
use crate::json::lexer::Token;
use crate::json::member::MARK;
use crate::json::utf8::Utf8;
use crate::scanner::redaction::is_sha;
use crate::scanner::sieve::{self, ELEMENT, Fate, Sieve};

/// Members and columns whose texts stay.
const TEXTS: &[&str] = &["Description", "File", "RuleID", "SymlinkFile", "file", "rule"];
/// Members whose texts stay if they are a digest.
const COMMITS: &[&str] = &["Commit", "commit"];
/// Members and columns whose numbers stay.
const NUMBERS: &[&str] = &[
    "EndColumn",
    "EndLine",
    "Entropy",
    "StartColumn",
    "StartLine",
    "lineNumber",
    "offenderEntropy",
];

/// Copies `input` to `output`; returns how many findings and other values were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    let mut input = Utf8::new(input);
    let (head, is_csv) = peek(&mut input)?;
    let mut input = Cursor::new(head).chain(input);
    if is_csv {
        copy_records(&mut input, output)
    } else {
        sieve::copy(&mut input, output, &mut Leaks)
    }
}

struct Leaks;

impl Sieve for Leaks {
    fn begin(&mut self, place: &[&str]) -> bool {
        place == [ELEMENT]
    }

    fn fate(&mut self, place: &[&str], first: Token, text: &str) -> Fate {
        let is_kept = match (place, first) {
            ([], Token::ArrayStart) | ([ELEMENT], Token::ObjectStart) => true,
            ([ELEMENT, name], Token::Text) => is_kept(name, text),
            ([ELEMENT, name], Token::Number) => NUMBERS.contains(name),
            // Words of the rule, one by one, so that the list stays a list.
            ([ELEMENT, "Tags"], Token::ArrayStart) => true,
            _ => false,
        };
        if is_kept { Fate::Kept } else { Fate::TakenOut }
    }
}

fn is_kept(name: &str, text: &str) -> bool {
    TEXTS.contains(&name) || COMMITS.contains(&name) && is_sha(text)
}

fn copy_records(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    let mut records = Records::new(input);
    let Some(first) = records.next()? else {
        return Ok(0);
    };
    let header = Header::of(&first);
    let mut n = i64::from(write(output, &first, |_, _| header.is_some())?);
    while let Some(record) = records.next()? {
        let header = header.as_ref().filter(|header| record.is_in(header.columns.len()));
        let is_changed = write(output, &record, |position, field| {
            let Some(name) = header.and_then(|header| header.columns.get(position)) else {
                return false;
            };
            let text = field.text();
            let is_number = || !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            !field.is_cut && (is_kept(name, &text) || NUMBERS.contains(&name.as_str()) && is_number())
        })?;
        n += i64::from(is_changed);
    }
    Ok(n)
}

/// Writes a record with a mark for each field that is not kept; tells whether there is one.
fn write(output: &mut dyn Write, record: &Record, mut is_kept: impl FnMut(usize, &Field) -> bool) -> io::Result<bool> {
    let mut is_changed = false;
    for (position, field) in record.fields.iter().enumerate() {
        if position > 0 {
            output.write_all(b",")?;
        }
        if field.raw.is_empty() || field.raw == MARK.as_bytes() || is_kept(position, field) {
            output.write_all(&field.raw)?;
        } else {
            output.write_all(MARK.as_bytes())?;
            is_changed = true;
        }
    }
    for _ in 0..record.n_left_out {
        output.write_all(b",")?;
        is_changed = true;
    }
    output.write_all(&record.end)?;
    Ok(is_changed)
}
