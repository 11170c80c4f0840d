//! Copies a report without the files that it quotes as a whole, a README among them: what names file and licence stays,
//! and what is written of a licence.

use std::io::{self, BufRead, Write};

use crate::json::lexer::Token;
use crate::scanner::sieve::{self, ELEMENT, Fate, Sieve};

/// Members of a file whose texts stay.
const TEXTS: &[&str] = &["content_hash", "filename", "matched_license"];

/// Copies `input` to `output`; returns how many files and other values were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    sieve::copy(input, output, &mut Files)
}

struct Files;

impl Sieve for Files {
    fn begin(&mut self, place: &[&str]) -> bool {
        place == ["matched_files", ELEMENT]
    }

    fn fate(&mut self, place: &[&str], first: Token, _: &str) -> Fate {
        let is_kept = match (place, first) {
            // What Licensee knows of licences, whatever the repository holds.
            ([] | ["licenses", ..], _) => true,
            (["matched_files"], Token::ArrayStart) => true,
            (["matched_files", ELEMENT] | ["matched_files", ELEMENT, "matcher"], Token::ObjectStart) => true,
            (["matched_files", ELEMENT, name], Token::Text) => TEXTS.contains(name),
            (["matched_files", ELEMENT, "matcher", "name"], Token::Text) => true,
            (["matched_files", ELEMENT, "matcher", "confidence"], Token::Number) => true,
            _ => false,
        };
        if is_kept { Fate::Kept } else { Fate::TakenOut }
    }
}
