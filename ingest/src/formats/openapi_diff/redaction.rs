//! Copies a report without the parts of the descriptions that it quotes, which may be examples with anything in them:
//! rules and places stay, byte for byte.

use std::io::{self, BufRead, Cursor, Read as _, Write};

use crate::json::lexer::Token;
use crate::json::utf8::Utf8;
use crate::scanner::lines::{Lines, peek};
use crate::scanner::sieve::{self, ELEMENT, Fate, Sieve};

/// Members of a difference whose texts stay.
const TEXTS: &[&str] = &["action", "code", "entity", "source", "type"];

/// Copies `input` to `output`; returns how many differences and other values were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    let mut input = Utf8::new(input);
    let (head, first) = peek(&mut input)?;
    let mut input = Cursor::new(head).chain(input);
    if first != Some(b'{') {
        let mut lines = Lines::new(&mut input);
        while let Some(line) = lines.next()? {
            output.write_all(&line.raw)?;
            if !line.is_blank() {
                break;
            }
        }
        let (head, first) = peek(&mut input)?;
        if first.is_none() {
            output.write_all(&head)?;
            return Ok(0);
        }
        let mut input = Cursor::new(head).chain(input);
        return sieve::copy(&mut input, output, &mut Differences);
    }
    sieve::copy(&mut input, output, &mut Differences)
}

struct Differences;

impl Sieve for Differences {
    fn begin(&mut self, place: &[&str]) -> bool {
        matches!(place, [_, ELEMENT])
    }

    fn fate(&mut self, place: &[&str], first: Token, _: &str) -> Fate {
        let is_kept = match (place, first) {
            ([] | [_, ELEMENT] | [_, ELEMENT, _, ELEMENT], Token::ObjectStart) => true,
            ([_] | [_, ELEMENT, _], Token::ArrayStart) => true,
            ([_, ELEMENT, name], Token::Text) => TEXTS.contains(name),
            ([_, ELEMENT, _, ELEMENT, "location"], Token::Text) => true,
            _ => false,
        };
        if is_kept { Fate::Kept } else { Fate::TakenOut }
    }
}
