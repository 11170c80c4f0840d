//! Copies a file without the secrets that it shows: scanners write what they found into snippets and messages.
//!
//! A result about a secret keeps what names and places it, and no other text. In doubt it is about one. Source code that
//! is embedded as a whole, environments and requests are left out of every file. What stands behind a break cannot be
//! told apart and is left out, too.

use std::io::{self, BufRead, Write};

use crate::json::lexer::{Break, Lexer, Token};
use crate::json::utf8::Utf8;
use crate::scanner::class::{family, is_secret_scanner};
use crate::scanner::sieve::copy_behind;

/// What stands in place of a text that was taken out.
const MARK: &[u8] = b"\"[redacted secret]\"";
/// A larger result goes out before its rule is known, as one about a secret.
const MAX_HELD_BYTES: usize = 16 << 20;
/// Members of a result about a secret whose texts stay: they name the rule and the place.
const KEPT: &[&str] = &[
    "baselineState",
    "fullyQualifiedName",
    "guid",
    "id",
    "kind",
    "level",
    "ruleId",
    "state",
    "status",
    "uri",
    "uriBaseId",
];
/// Members whose texts are left out of every file.
const DROPPED: &[&str] = &[
    "contents",
    "environmentVariables",
    "webRequest",
    "webRequests",
    "webResponse",
    "webResponses",
];
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

/// Whether a rule's id says that its results are about secrets.
pub(crate) fn is_rule_about_a_secret(rule: &str) -> bool {
    let letters = rule.to_lowercase().replace(['-', '_', '.', ' '], "");
    WORDS.iter().any(|word| letters.contains(word)) || RULES.contains(&rule)
}

/// Copies `input` to `output`; returns how many results and texts were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    let mut input = Utf8::new(input);
    let mut copying = Copying {
        lexer: Lexer::new(&mut input).keep_raw(),
        output,
        n: 0,
        family: None,
        result: None,
    };
    let end = copying.document();
    if let Err(Break::Source(error)) = end {
        return Err(error);
    }
    let (n, has_broken) = (copying.end(end.is_err())?, end.is_err());
    let n_behind = if has_broken {
        copy_behind(&mut input, output)?
    } else {
        0
    };
    Ok(n + i64::from(n_behind > 0))
}

/// Where a value stands.
#[derive(Debug, Default, Clone, Copy)]
struct Place<'p> {
    /// The member that holds the object that holds the value.
    parent: &'p str,
    is_dropped: bool,
    /// Inside of a property bag, where names mean what a tool wants.
    is_bag: bool,
}

/// A result while it is not known whether it is about a secret.
#[derive(Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    /// Where the texts stand that would be taken out.
    spans: Vec<std::ops::Range<usize>>,
    rule: Option<String>,
    /// It outgrew its bound: texts are taken out as they come.
    is_given_up: bool,
    depth: usize,
}

struct Copying<'a, 'o> {
    lexer: Lexer<'a>,
    output: &'o mut dyn Write,
    n: i64,
    /// The tool, once it is known.
    family: Option<String>,
    result: Option<Held>,
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
            Token::ObjectStart => {
                self.pass()?;
                loop {
                    let token = self.lexer.next()?;
                    let member = self.lexer.text().to_owned();
                    self.pass()?;
                    if token != Token::Key {
                        return Ok(());
                    }
                    let first = self.lexer.next()?;
                    self.notice(name, &member, first);
                    let is_snippet = member == "snippet" && self.result.is_none();
                    let inside = Place {
                        parent: name,
                        is_dropped: place.is_dropped || is_snippet || DROPPED.contains(&member.as_str()),
                        is_bag: place.is_bag || member == "properties",
                    };
                    self.value(first, inside, &member)?;
                }
            }
            Token::ArrayStart => {
                self.pass()?;
                loop {
                    let first = self.lexer.next()?;
                    if first == Token::ArrayEnd {
                        return self.pass();
                    }
                    if name == "runs" && self.result.is_none() {
                        self.family = None;
                    }
                    if name == "results" && first == Token::ObjectStart && self.result.is_none() {
                        self.result(place)?;
                    } else {
                        self.value(first, place, name)?;
                    }
                }
            }
            Token::Text => self.text(place, name),
            _ => self.pass(),
        }
    }

    /// Learns the tool, and the rule of a result.
    fn notice(&mut self, name: &str, member: &str, first: Token) {
        if first != Token::Text {
            return;
        }
        let text = self.lexer.text();
        let depth = self.lexer.depth();
        match &mut self.result {
            None if name == "driver" && member == "name" => self.family = Some(family(text)),
            Some(held) if (member == "ruleId" && depth == held.depth) || (member == "id" && name == "rule") => {
                held.rule.get_or_insert_with(|| text.to_owned());
            }
            _ => {}
        }
    }

    fn result(&mut self, place: Place<'_>) -> Result<(), Break> {
        self.result = Some(Held {
            depth: self.lexer.depth(),
            ..Held::default()
        });
        let end = self.value(Token::ObjectStart, place, "");
        if end.is_ok() {
            let is_secret = self.is_about_a_secret();
            self.release(is_secret)?;
        }
        end
    }

    fn is_about_a_secret(&self) -> bool {
        let (Some(held), Some(family)) = (&self.result, &self.family) else {
            return true;
        };
        if family == "unknown" {
            return true;
        }
        let Some(rule) = &held.rule else { return true };
        held.is_given_up || is_secret_scanner(family) || is_rule_about_a_secret(rule)
    }

    /// Writes the held result, without its texts where it is about a secret.
    fn release(&mut self, is_secret: bool) -> Result<(), Break> {
        let Some(held) = self.result.take() else { return Ok(()) };
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
            self.n += i64::from(!held.spans.is_empty());
        }
        self.write(&held.bytes[at..])
    }

    /// Copies a text, or puts the mark in its place.
    fn text(&mut self, place: Place<'_>, name: &str) -> Result<(), Break> {
        let is_kept = self.lexer.text().is_empty() || self.is_kept(place, name);
        let start = self.lexer.raw().iter().position(|byte| *byte == b'"').unwrap_or(0);
        let end = self.lexer.raw().len();
        let is_given_up = self.result.as_ref().is_some_and(|held| held.is_given_up);
        if place.is_dropped || is_given_up && !is_kept {
            self.lexer.raw().truncate(start);
            self.lexer.raw().extend_from_slice(MARK);
            self.n += 1;
        } else if let Some(held) = self.result.as_mut().filter(|_| !is_kept) {
            held.spans.push(held.bytes.len() + start..held.bytes.len() + end);
        }
        self.pass()
    }

    /// Whether a text stays in a result about a secret.
    fn is_kept(&self, place: Place<'_>, name: &str) -> bool {
        let text = self.lexer.text();
        if place.is_bag {
            return false;
        }
        if matches!(place.parent, "fingerprints" | "partialFingerprints") {
            // A digest of the line tells nothing of a long secret; a scanner's own might be the secret.
            let is_scanner = self.family.as_deref().is_none_or(is_secret_scanner);
            return name == "commitSha" && is_sha(text) || !is_scanner && is_digest(text);
        }
        KEPT.contains(&name)
    }

    /// Passes on the bytes of the last token.
    fn pass(&mut self) -> Result<(), Break> {
        let raw = std::mem::take(self.lexer.raw());
        match &mut self.result {
            Some(held) if !held.is_given_up => {
                held.bytes.extend_from_slice(&raw);
                if held.bytes.len() > MAX_HELD_BYTES {
                    let mut held = std::mem::take(held);
                    self.write_held(&held, true)?;
                    held.bytes.clear();
                    held.spans.clear();
                    held.is_given_up = true;
                    self.result = Some(held);
                }
                Ok(())
            }
            _ => self.write(&raw),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Break> {
        self.output.write_all(bytes).map_err(Break::Source)
    }

    /// After a break: a result that was not read to its end is about a secret, and a text that was cut is none.
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

/// Hexadecimal digits, and what GitHub and Semgrep add to tell equal lines apart: `4fd1:2`, `4fd1_0`.
fn is_digest(text: &str) -> bool {
    let (digits, number) = text.split_once([':', '_']).unwrap_or((text, ""));
    (8..=128).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole digest of a commit.
fn is_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
