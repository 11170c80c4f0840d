//! Copies a report byte for byte but for the texts that can hold a secret, as a format's judge decides.
//!
//! Some members are left out of every report. Elements of some arrays are held until it is known whether they are about
//! a secret: then they keep what names and places it, and no other text. In doubt they are about one. What stands behind
//! a break of the format cannot be told apart and is left out, too.

use std::io::{self, BufRead, Read as _, Write};

use crate::json::lexer::{Break, Lexer, Token};
use crate::json::utf8::Utf8;

/// What stands in place of a text that was taken out.
const MARK: &[u8] = b"\"[redacted secret]\"";
/// A larger element goes out before it is known, as one about a secret.
const MAX_HELD_BYTES: usize = 16 << 20;
/// Words in the id of a rule about secrets; Bandit's three for passwords have none.
const WORDS: &[&str] = &[
    "apikey",
    "cleartext",
    "credential",
    "hardcode",
    "hardcoded",
    "password",
    "passwd",
    "privatekey",
    "secret",
    "token",
];
const RULES: &[&str] = &["B105", "B106", "B107"];

/// Where a text stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot<'s> {
    /// The member that holds the object that holds it; empty directly in a document or a held element.
    pub(crate) parent: &'s str,
    /// Its own member; elements of an array have the array's.
    pub(crate) member: &'s str,
    /// Inside of a held element.
    pub(crate) is_held: bool,
}

/// What a format knows of secrets in its reports.
pub(crate) trait Judge {
    /// An element of `array` begins, outside of what is held: whether it is held until it is judged.
    fn is_held(&mut self, array: &str) -> bool;

    /// Learns from a text.
    fn notice(&mut self, spot: Spot<'_>, text: &str);

    /// Whether the held element, which ended, is about a secret.
    fn is_about_a_secret(&self) -> bool;

    /// Whether every text of a member is left out of every report.
    fn is_dropped(&self, spot: Spot<'_>) -> bool;

    /// Whether a text is left out of every report for what it says.
    fn is_secret(&self, _spot: Spot<'_>, _text: &str) -> bool {
        false
    }

    /// Whether names inside of a member mean what somebody else wants, so that none of them keeps its text.
    fn is_bag(&self, member: &str) -> bool;

    /// Whether a text of a held element stays although the element is about a secret.
    fn is_kept(&self, spot: Spot<'_>, text: &str) -> bool;
}

/// Copies `input` to `output`; returns how many elements and members were changed.
pub(crate) fn copy(input: &mut dyn BufRead, output: &mut dyn Write, judge: &mut dyn Judge) -> io::Result<i64> {
    let mut input = Utf8::new(input);
    let mut copying = Copying {
        lexer: Lexer::new(&mut input).keep_raw(),
        output,
        n: 0,
        judge,
        held: None,
    };
    let end = copying.document();
    if let Err(Break::Source(error)) = end {
        return Err(error);
    }
    let (n, has_broken) = (copying.end(end.is_err())?, end.is_err());
    let n_behind = if has_broken { n_behind(&mut input, output)? } else { 0 };
    Ok(n + i64::from(n_behind > 0))
}

/// Whether a rule looks for secrets, by its id.
pub(crate) fn names_a_secret(rule_id: &str) -> bool {
    let letters = rule_id.to_lowercase().replace(['-', '_', '.', ' '], "");
    WORDS.iter().any(|word| letters.contains(word)) || RULES.contains(&rule_id)
}

/// Whether an address says who logs in, with a password or, over HTTP, with what is likely one.
pub(crate) fn has_login(address: &str) -> bool {
    let mut places = address.match_indices("://");
    places.any(|(at, mark)| {
        let authority = address[at + mark.len()..]
            .split(['/', '?', '#'])
            .next()
            .unwrap_or_default();
        let Some((login, _)) = authority.rsplit_once('@') else {
            return false;
        };
        let is_http = address[..at].ends_with("http") || address[..at].ends_with("https");
        is_http && !login.is_empty() || login.split_once(':').is_some_and(|(_, password)| !password.is_empty())
    })
}

/// Hexadecimal digits, and what GitHub and Semgrep add to tell equal lines apart: `4fd1:2`, `4fd1_0`.
pub(crate) fn is_digest(text: &str) -> bool {
    let (digits, number) = text.split_once([':', '_']).unwrap_or((text, ""));
    (8..=128).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole digest of a commit.
pub(crate) fn is_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Copies one byte behind a break, so that it shows in the copy, too; tells how many are left out.
fn n_behind(input: &mut Utf8<'_>, output: &mut dyn Write) -> io::Result<u64> {
    let mut first = [0];
    match input.read(&mut first) {
        Ok(1) => output.write_all(&first)?,
        Ok(_) => return Ok(0),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(0),
        Err(error) => return Err(error),
    }
    io::copy(input, &mut io::sink())
}

/// Where a value stands.
#[derive(Debug, Default, Clone, Copy)]
struct Place<'p> {
    /// The member that holds the object that holds the value.
    parent: &'p str,
    is_dropped: bool,
    is_bag: bool,
}

/// An element while it is not known whether it is about a secret.
#[derive(Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    /// Where the texts stand that would be taken out.
    spans: Vec<std::ops::Range<usize>>,
    /// A text was taken out whatever the element is about.
    is_changed: bool,
    /// It outgrew its bound: texts are taken out as they come.
    is_given_up: bool,
}

struct Copying<'a, 'o> {
    lexer: Lexer<'a>,
    output: &'o mut dyn Write,
    n: i64,
    judge: &'o mut dyn Judge,
    held: Option<Held>,
}

impl Copying<'_, '_> {
    fn document(&mut self) -> Result<(), Break> {
        let first = self.lexer.next()?;
        self.value(first, Place::default(), "")?;
        let end = self.lexer.next();
        self.pass()?;
        end.map(|_| ())
    }

    /// Copies the value that begins with `first` as the member `name` of what stands at `place`.
    fn value(&mut self, first: Token, place: Place<'_>, name: &str) -> Result<(), Break> {
        match first {
            Token::ObjectStart => self.object(place, name),
            Token::ArrayStart => self.array(place, name),
            Token::Text => self.text(place, name),
            _ => self.pass(),
        }
    }

    fn object(&mut self, place: Place<'_>, name: &str) -> Result<(), Break> {
        self.pass()?;
        loop {
            let token = self.lexer.next()?;
            let member = self.lexer.text().to_owned();
            self.pass()?;
            if token != Token::Key {
                return Ok(());
            }
            let first = self.lexer.next()?;
            let spot = Spot {
                parent: name,
                member: &member,
                is_held: self.held.is_some(),
            };
            let inside = Place {
                parent: name,
                is_dropped: place.is_dropped || self.judge.is_dropped(spot),
                is_bag: place.is_bag || self.judge.is_bag(&member),
            };
            let n_before = self.n;
            self.value(first, inside, &member)?;
            if inside.is_dropped && !place.is_dropped {
                self.n = n_before + i64::from(self.n > n_before);
            }
        }
    }

    fn array(&mut self, place: Place<'_>, name: &str) -> Result<(), Break> {
        self.pass()?;
        loop {
            let first = self.lexer.next()?;
            if first == Token::ArrayEnd {
                return self.pass();
            }
            let is_held = self.held.is_none() && self.judge.is_held(name);
            if is_held && first == Token::ObjectStart {
                self.element(place)?;
            } else {
                // What stands among such elements and is none cannot be judged.
                let is_dropped = place.is_dropped || is_held;
                self.value(first, Place { is_dropped, ..place }, name)?;
            }
        }
    }

    fn element(&mut self, place: Place<'_>) -> Result<(), Break> {
        self.held = Some(Held::default());
        let end = self.value(Token::ObjectStart, place, "");
        if end.is_ok() {
            let is_given_up = self.held.as_ref().is_some_and(|held| held.is_given_up);
            let is_secret = is_given_up || self.judge.is_about_a_secret();
            self.release(is_secret)?;
        }
        end
    }

    /// Writes the held element, without its texts where it is about a secret.
    fn release(&mut self, is_secret: bool) -> Result<(), Break> {
        let Some(held) = self.held.take() else { return Ok(()) };
        self.write_held(&held, is_secret)
    }

    fn write_held(&mut self, held: &Held, is_secret: bool) -> Result<(), Break> {
        let mut at = 0;
        if is_secret {
            for span in &held.spans {
                self.write(&held.bytes[at..span.start])?;
                self.write(MARK)?;
                at = span.end;
            }
        }
        self.n += i64::from(held.is_changed || is_secret && !held.spans.is_empty());
        self.write(&held.bytes[at..])
    }

    /// Copies a text, or puts the mark in its place.
    fn text(&mut self, place: Place<'_>, name: &str) -> Result<(), Break> {
        let spot = Spot {
            parent: place.parent,
            member: name,
            is_held: self.held.is_some(),
        };
        let text = self.lexer.text();
        self.judge.notice(spot, text);
        let is_dropped = place.is_dropped || self.judge.is_secret(spot, text);
        let is_kept = text.is_empty() || !place.is_bag && self.judge.is_kept(spot, text);
        let start = self.lexer.raw().iter().position(|byte| *byte == b'"').unwrap_or(0);
        let end = self.lexer.raw().len();
        let is_given_up = self.held.as_ref().is_some_and(|held| held.is_given_up);
        if is_dropped || is_given_up && !is_kept {
            let is_new = self.lexer.raw()[start..] != *MARK;
            match &mut self.held {
                Some(held) if !is_given_up => held.is_changed |= is_new,
                _ => self.n += i64::from(is_new),
            }
            self.lexer.raw().truncate(start);
            self.lexer.raw().extend_from_slice(MARK);
        } else if let Some(held) = self.held.as_mut().filter(|_| !is_kept) {
            held.spans.push(held.bytes.len() + start..held.bytes.len() + end);
        }
        self.pass()
    }

    /// Passes on the bytes of the last token.
    fn pass(&mut self) -> Result<(), Break> {
        let raw = std::mem::take(self.lexer.raw());
        match &mut self.held {
            Some(held) if !held.is_given_up => {
                held.bytes.extend_from_slice(&raw);
                if held.bytes.len() > MAX_HELD_BYTES {
                    let mut held = std::mem::take(held);
                    self.write_held(&held, true)?;
                    held.bytes.clear();
                    held.spans.clear();
                    held.is_changed = false;
                    held.is_given_up = true;
                    self.held = Some(held);
                }
                Ok(())
            }
            _ => self.write(&raw),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Break> {
        self.output.write_all(bytes).map_err(Break::Source)
    }

    /// After a break: an element that was not read to its end is about a secret, and a text that was cut is none.
    fn end(mut self, has_broken: bool) -> io::Result<i64> {
        let mut raw = std::mem::take(self.lexer.raw());
        self.release(true).map_err(io::Error::from)?;
        if has_broken {
            if let Some(quote) = raw.iter().position(|byte| *byte == b'"') {
                self.n += i64::from(raw.len() > quote + 1);
                raw.truncate(quote);
            }
            self.output.write_all(&raw)?;
        }
        Ok(self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_login_is_told_from_one_without() {
        for (address, expected) in [
            ("https://somebody:what@example.org/a", true),
            ("git::https://what@example.org/a?ref=v1", true),
            ("ssh://somebody:what@example.org", true),
            ("ssh://git@example.org/a.git", false),
            ("git@example.org:a.git", false),
            ("https://example.org/a@b", false),
            ("https://example.org?mail=a@example.org", false),
            ("https://@example.org", false),
            ("a", false),
        ] {
            assert_eq!(has_login(address), expected, "{address}");
        }
    }

    #[test]
    fn a_rule_about_secrets_is_told_by_its_id() {
        for rule in [
            "generic.secrets.a",
            "hardcoded-password",
            "AWS_Access_Token",
            "B105",
            "detect-private-key",
        ] {
            assert!(names_a_secret(rule), "{rule}");
        }
        for rule in ["python.lang.eval", "B101", ""] {
            assert!(!names_a_secret(rule), "{rule}");
        }
    }
}
