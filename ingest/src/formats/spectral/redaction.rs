//! Copies a report without what its results about secrets say, byte for byte otherwise: rules of one's own may look for them.

use std::io::{self, BufRead, Cursor, Read as _, Write};

use super::text::{NOTHING, Said, said};
use crate::json::utf8::Utf8;
use crate::scanner::enclosed::Enclosed;
use crate::scanner::judge::{self, Judge, Spot};
use crate::scanner::lines::{Line, Lines, peek};
use crate::scanner::redaction::names_a_secret;
use crate::scanner::sheet::{self, copy_without, range_of};

/// Members that hold the rule.
const RULES: &[&str] = &["check_name", "code"];
/// Members whose texts stay in any case.
const KEPT: &[&str] = &["categories", "check_name", "code", "path", "severity", "source", "type"];

/// Copies `input` to `output`; returns how many places were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    let mut input = Utf8::new(input);
    let (head, first) = peek(&mut input)?;
    let mut input = Cursor::new(head).chain(input);
    if first != Some(b'[') {
        return sheet::copy(&mut input, output, &mut copy_line);
    }
    let mut n = judge::copy(&mut Enclosed::new(&mut input), output, &mut Results::default())?;
    let mut behind = Lines::new(&mut input);
    while let Some(line) = behind.next()? {
        if line.is_blank() || line.text.starts_with(NOTHING) {
            output.write_all(&line.raw)?;
            continue;
        }
        // One byte shows that something stands there; what it is cannot be told.
        n += i64::from(line.raw.len() > 1);
        output.write_all(&line.raw[..1])?;
        while behind.next()?.is_some() {}
    }
    Ok(n)
}

fn copy_line(line: &Line, output: &mut dyn Write) -> io::Result<i64> {
    let secret = match said(&line.text) {
        Said::Result(_, entry) | Said::Type(entry) if names_a_secret(entry.rule_id) => {
            range_of(&line.text, entry.message)
        }
        _ => None,
    };
    copy_without(line, secret, output)
}

#[derive(Debug, Default)]
struct Results {
    rule: Option<String>,
}

impl Judge for Results {
    fn is_held(&mut self, array: &str) -> bool {
        self.rule = None;
        array.is_empty()
    }

    fn notice(&mut self, spot: Spot<'_>, text: &str) {
        if spot.parent.is_empty() && RULES.contains(&spot.member) {
            self.rule = Some(text.to_owned());
        }
    }

    fn is_about_a_secret(&self) -> bool {
        self.rule.as_deref().is_some_and(names_a_secret)
    }

    fn is_dropped(&self, _spot: Spot<'_>) -> bool {
        false
    }

    fn is_bag(&self, _member: &str) -> bool {
        false
    }

    fn is_kept(&self, spot: Spot<'_>, _text: &str) -> bool {
        KEPT.contains(&spot.member)
    }
}
