//! Copies a report without what its results say of the code, byte for byte otherwise: rules and places stay.

use std::io::{self, BufRead, Write};

use crate::json::lexer::Token;
use crate::scanner::sieve::{self, ELEMENT, Fate, Sieve};

/// Members of a result whose texts stay: they name the rule, what is written of it, and the place.
const TEXTS: &[&str] = &[
    "impact",
    "link",
    "long_id",
    "resolution",
    "resource",
    "rule_description",
    "rule_id",
    "rule_provider",
    "rule_service",
    "severity",
    "status",
];

/// Copies `input` to `output`; returns how many results and other values were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    sieve::copy(input, output, &mut Results)
}

struct Results;

impl Sieve for Results {
    fn begin(&mut self, place: &[&str]) -> bool {
        place == ["results", ELEMENT]
    }

    fn fate(&mut self, place: &[&str], first: Token, _: &str) -> Fate {
        let is_kept = match (place, first) {
            ([] | ["results", ELEMENT], Token::ObjectStart) | (["results"], Token::ArrayStart) => true,
            (["results", ELEMENT, member @ ..], _) => match (member, first) {
                ([name], Token::Text) => TEXTS.contains(name),
                (["status"], Token::Number) => true,
                (["links"], Token::ArrayStart) | (["links", ELEMENT], Token::Text) => true,
                (["location"], Token::ObjectStart) => true,
                (["location", "filename"], Token::Text) => true,
                (["location", "start_line" | "end_line"], Token::Number) => true,
                _ => false,
            },
            _ => false,
        };
        if is_kept { Fate::Kept } else { Fate::TakenOut }
    }
}
