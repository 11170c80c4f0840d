//! Copies a report in JSON without what might be a secret: what its format does not name as harmless is taken out.
//!
//! Code may leave its digest, by which a finding is known. When a format takes a sieve, and when a judge, stands in
//! [`redaction`].

use std::io::{self, BufRead, Write};

use super::redaction::{self, cut_text, is_broken, quoted_mark, value_start};
use super::snippet;
use crate::json::lexer::{Break, Lexer, MAX_TEXT_BYTES, Token};
use crate::json::member::MARK;

/// What stands in place of code, around its digest.
const CODE_MARK: (&str, &str) = ("[redacted code ", "]");
/// A step into an array.
pub(crate) const ELEMENT: &str = "*";

/// What becomes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is copied; what stands inside is asked about on its own.
    Kept,
    /// A mark stands in its place, whatever it holds.
    TakenOut,
    /// A mark with the digest of its texts stands in its place: code, which names a finding.
    Digested,
}

/// What a format says of its values.
pub(crate) trait Sieve {
    /// An object begins; tells whether it is a record, whose changes count as one.
    fn begin(&mut self, place: &[&str]) -> bool;

    /// What becomes of a number, a text or a container at a place: names of members, [`ELEMENT`] for elements.
    fn fate(&mut self, place: &[&str], first: Token, text: &str) -> Fate;
}

/// The digest of some code that was taken out; none where the text is no such mark.
pub(crate) fn code_digest(text: &str) -> Option<&str> {
    let digest = text.strip_prefix(CODE_MARK.0)?.strip_suffix(CODE_MARK.1)?;
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then_some(digest)
}

/// Copies `input` to `output`; returns how many records and other values were changed.
pub(crate) fn copy(input: &mut dyn BufRead, output: &mut dyn Write, sieve: &mut dyn Sieve) -> io::Result<i64> {
    redaction::copy(input, output, |lexer, output| {
        let mut copying = Copying {
            lexer,
            output,
            sieve,
            place: Vec::new(),
            n: 0,
            is_counted: false,
        };
        let end = copying.document();
        copying.end(is_broken(end)?)
    })
}

struct Copying<'a, 'o, 's> {
    lexer: Lexer<'a>,
    output: &'o mut dyn Write,
    sieve: &'s mut dyn Sieve,
    place: Vec<String>,
    n: i64,
    /// The record is among the changed ones.
    is_counted: bool,
}

impl Copying<'_, '_, '_> {
    fn document(&mut self) -> Result<(), Break> {
        let first = self.lexer.next()?;
        self.value(first)?;
        let end = self.lexer.next();
        self.pass()?;
        end.map(|_| ())
    }

    /// Copies the value that begins with `first`, or what stands in its place.
    fn value(&mut self, first: Token) -> Result<(), Break> {
        let text = self.lexer.text();
        let is_harmless = match first {
            Token::Text => text.is_empty() || text == MARK || code_digest(text).is_some(),
            Token::Number => false,
            _ => !first.is_container(),
        };
        if is_harmless {
            return self.pass();
        }
        let place: Vec<_> = self.place.iter().map(String::as_str).collect();
        match self.sieve.fate(&place, first, text) {
            Fate::Kept if first == Token::ObjectStart => {
                if self.sieve.begin(&place) {
                    self.is_counted = false;
                }
                self.object()
            }
            Fate::Kept if first == Token::ArrayStart => self.array(),
            Fate::Kept => self.pass(),
            fate if first.is_container() => self.replace_container(fate == Fate::Digested),
            _ => {
                self.cut_value();
                self.replaced(&quoted_mark())
            }
        }
    }

    fn object(&mut self) -> Result<(), Break> {
        self.pass()?;
        loop {
            let token = self.lexer.next()?;
            let name = self.lexer.text().to_owned();
            self.pass()?;
            if token != Token::Key {
                return Ok(());
            }
            self.inside(name)?;
        }
    }

    fn array(&mut self) -> Result<(), Break> {
        self.pass()?;
        loop {
            let first = self.lexer.next()?;
            if first == Token::ArrayEnd {
                return self.pass();
            }
            self.place.push(ELEMENT.to_owned());
            self.value(first)?;
            self.place.pop();
        }
    }

    fn inside(&mut self, name: String) -> Result<(), Break> {
        let first = self.lexer.next()?;
        self.place.push(name);
        self.value(first)?;
        self.place.pop();
        Ok(())
    }

    /// Puts a mark in place of a container; an empty one holds nothing to hide.
    fn replace_container(&mut self, is_code: bool) -> Result<(), Break> {
        let depth = self.lexer.depth();
        let mut token = self.lexer.next()?;
        if self.lexer.depth() < depth {
            return self.pass();
        }
        self.cut_value();
        self.pass()?;
        let mut code = String::new();
        let end = loop {
            if is_code && token == Token::Text && code.len() <= MAX_TEXT_BYTES {
                code.push_str(self.lexer.text());
            }
            if self.lexer.depth() < depth {
                break Ok(());
            }
            self.lexer.raw().clear();
            match self.lexer.next() {
                Ok(next) => token = next,
                Err(broken) => break Err(broken),
            }
        };
        self.lexer.raw().clear();
        // Half of some code names nothing.
        let digest = end.is_ok().then(|| code_mark(&code)).flatten();
        self.replaced(&digest.unwrap_or_else(quoted_mark))?;
        end
    }

    /// Leaves of the bytes of the last value only what stands before it.
    fn cut_value(&mut self) {
        let raw = self.lexer.raw();
        raw.truncate(value_start(raw));
    }

    fn replaced(&mut self, mark: &str) -> Result<(), Break> {
        self.n += i64::from(!self.is_counted);
        self.is_counted = true;
        self.lexer.raw().extend_from_slice(mark.as_bytes());
        self.pass()
    }

    /// Passes on the bytes of the last token.
    fn pass(&mut self) -> Result<(), Break> {
        let raw = std::mem::take(self.lexer.raw());
        self.output.write_all(&raw).map_err(Break::Source)
    }

    /// After a break: a text that was cut is left out.
    fn end(mut self, is_broken: bool) -> io::Result<(i64, bool)> {
        let mut raw = std::mem::take(self.lexer.raw());
        if is_broken {
            self.n += i64::from(cut_text(&mut raw));
            self.output.write_all(&raw)?;
        }
        Ok((self.n, is_broken))
    }
}

/// A text in place of some code; none where there is no code.
fn code_mark(code: &str) -> Option<String> {
    let digest = snippet::digest(snippet::first(code))?;
    Some(format!("\"{}{digest}{}\"", CODE_MARK.0, CODE_MARK.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps members called `kept`, and digests those called `code`.
    struct Kept;

    impl Sieve for Kept {
        fn begin(&mut self, place: &[&str]) -> bool {
            place.len() == 1
        }

        fn fate(&mut self, place: &[&str], first: Token, _: &str) -> Fate {
            match place {
                [] | [ELEMENT] if first.is_container() => Fate::Kept,
                [.., "kept"] => Fate::Kept,
                [.., "code"] => Fate::Digested,
                _ => Fate::TakenOut,
            }
        }
    }

    fn of(text: &str) -> (String, i64) {
        let mut copied = Vec::new();
        let n = copy(&mut text.as_bytes(), &mut copied, &mut Kept).unwrap();
        (String::from_utf8(copied).unwrap(), n)
    }

    #[test]
    fn what_nobody_vouches_for_is_taken_out_and_the_rest_stays_as_it_is() {
        for (text, expected, n) in [
            (" [ {\"kept\" : \"a\"} ]\n", " [ {\"kept\" : \"a\"} ]\n", 0),
            (
                r#"[{"x": "s", "kept":7, "y":8,"z" : {"s": [1, "s"]}, "e": {}}, {"w": -1}]"#,
                r#"[{"x": "[redacted secret]", "kept":7, "y":"[redacted secret]","z" : "[redacted secret]", "e": {}}, {"w": "[redacted secret]"}]"#,
                2,
            ),
            (r#"["s", null, true]"#, r#"["[redacted secret]", null, true]"#, 1),
            ("\"s\"", "\"[redacted secret]\"", 1),
            (r#"[{"z": {"a": "s"#, r#"[{"z": "[redacted secret]""#, 1),
            (r#"[{"kept": "s"#, r#"[{"kept": "#, 1),
            (r#"[{"kept": 1}] {"s": 1}"#, r#"[{"kept": 1}] {"#, 1),
            (r#"[{"z": ["s" "t"]}]"#, r#"[{"z": "[redacted secret]"""#, 2),
            ("[{\"z\": {", "[{\"z\": {", 0),
        ] {
            assert_eq!(of(text), (expected.to_owned(), n), "{text}");
        }
    }

    #[test]
    fn code_leaves_the_digest_by_which_it_is_known() {
        let (copied, n) = of(r#"[{"code": [[1, "a = {\n"], [2, "}\n"]]}]"#);
        let digest = snippet::digest("a={}").unwrap();
        assert_eq!(
            (copied.as_str(), n),
            (&*format!(r#"[{{"code": "[redacted code {digest}]"}}]"#), 1)
        );
        assert_eq!(of(&copied), (copied.clone(), 0));
        assert_eq!(code_digest(&format!("[redacted code {digest}]")), Some(&*digest));
        assert_eq!(code_digest("[redacted code x]"), None);
        assert_eq!(of(r#"[{"code": [[1, ""]]}]"#).0, r#"[{"code": "[redacted secret]"}]"#);
    }
}
