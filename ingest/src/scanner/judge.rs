//! Copies a report byte for byte but for the texts that can hold a secret, as a format's judge decides.
//!
//! Some members are left out of every report. Elements of some arrays are held until it is known whether they are about
//! a secret: then they keep what names and places it, and no other text. In doubt they are about one. When a format takes
//! a judge, and when a sieve, stands in [`redaction`].

use std::io::{self, BufRead, Write};

use super::redaction::{self, cut_text, is_broken, quoted_mark, value_start};
use crate::json::lexer::{Break, Lexer, Token};
use crate::json::member::MARK;

/// A larger element goes out before it is known, as one about a secret.
const MAX_HELD_BYTES: usize = 16 << 20;

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
    redaction::copy(input, output, |lexer, output| {
        let mut copying = Copying {
            lexer,
            output,
            n: 0,
            judge,
            held: None,
        };
        let end = copying.document();
        copying.end(is_broken(end)?)
    })
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
                self.write(quoted_mark().as_bytes())?;
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
        let is_new = text != MARK;
        let start = value_start(self.lexer.raw());
        let end = self.lexer.raw().len();
        let is_given_up = self.held.as_ref().is_some_and(|held| held.is_given_up);
        if is_dropped || is_given_up && !is_kept {
            match &mut self.held {
                Some(held) if !is_given_up => held.is_changed |= is_new,
                _ => self.n += i64::from(is_new),
            }
            self.lexer.raw().truncate(start);
            self.lexer.raw().extend_from_slice(quoted_mark().as_bytes());
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
    fn end(mut self, is_broken: bool) -> io::Result<(i64, bool)> {
        let mut raw = std::mem::take(self.lexer.raw());
        self.release(true).map_err(io::Error::from)?;
        if is_broken {
            self.n += i64::from(cut_text(&mut raw));
            self.output.write_all(&raw)?;
        }
        Ok((self.n, is_broken))
    }
}
