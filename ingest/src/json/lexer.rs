//! Tokens of JSON (RFC 8259), more tolerant than it inside of strings, and exact about where a document breaks.

use std::io::{self, BufRead, ErrorKind};

use domain::source::Warnings;

/// Deepest nesting; SARIF's own structure has about a dozen levels.
const MAX_DEPTH: usize = 128;
/// Longest string or number as written.
pub(crate) const MAX_TOKEN_BYTES: usize = 64 << 20;
/// What is kept of a string; a longer one is cut, which is counted.
pub(crate) const MAX_TEXT_BYTES: usize = 64 << 10;

/// One token. The text of a key, string or number is in [`Lexer::text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Key,
    Text,
    Number,
    True,
    False,
    Null,
    /// The document is over.
    End,
}

impl Token {
    /// Whether more tokens belong to the value that begins with this one.
    pub(crate) fn is_container(self) -> bool {
        matches!(self, Self::ObjectStart | Self::ArrayStart)
    }
}

/// Why no token comes.
#[derive(Debug)]
pub(crate) enum Break {
    /// The source failed, and not because of what it holds.
    Source(io::Error),
    /// The document breaks off or breaks the format: a stable slug, a colon, prose.
    Broken(String),
}

impl From<Break> for io::Error {
    fn from(found: Break) -> Self {
        match found {
            Break::Source(error) => error,
            Break::Broken(reason) => Self::new(ErrorKind::InvalidData, reason),
        }
    }
}

pub(super) type Step<T> = Result<T, Break>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A value: at the start, behind a colon, behind a comma of an array.
    Value,
    /// A value or the end of an array.
    FirstElement,
    /// A key or the end of an object.
    FirstKey,
    /// A key behind a comma.
    Key,
    /// A comma or an end.
    More,
    /// Nothing but white space.
    Nothing,
}

/// Reads tokens.
pub(crate) struct Lexer<'a> {
    pub(super) source: &'a mut dyn BufRead,
    /// Whether each open container is an object.
    open: Vec<bool>,
    expect: Expect,
    /// Bytes consumed.
    pub(super) at: u64,
    pub(super) text: String,
    pub(super) bytes: Vec<u8>,
    /// Bytes since [`Lexer::take_raw`], where they are wanted.
    raw: Option<Vec<u8>>,
    pub(crate) warnings: Warnings,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(source: &'a mut dyn BufRead) -> Self {
        Self {
            source,
            open: Vec::new(),
            expect: Expect::Value,
            at: 0,
            text: String::new(),
            bytes: Vec::new(),
            raw: None,
            warnings: Warnings::default(),
        }
    }

    /// Keeps the bytes of tokens from now on.
    pub(crate) fn keep_raw(mut self) -> Self {
        self.raw = Some(Vec::new());
        self
    }

    /// The bytes since the last call, with white space and punctuation.
    pub(crate) fn raw(&mut self) -> &mut Vec<u8> {
        self.raw.get_or_insert_default()
    }

    /// Text of the last key, string or number.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Bytes consumed so far.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Whether no byte is left.
    pub(crate) fn is_over(&mut self) -> bool {
        matches!(self.peek(), Ok(None))
    }

    /// Containers that are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Step<Token> {
        loop {
            let Some(byte) = self.peek()? else {
                return if self.expect == Expect::Nothing {
                    Ok(Token::End)
                } else {
                    Err(self.truncated(""))
                };
            };
            match (byte, self.expect) {
                (b' ' | b'\t' | b'\n' | b'\r', _) => self.consume(1),
                (0xEF, Expect::Value) if self.at == 0 => self.skip_mark()?,
                (b',', Expect::More) => {
                    self.consume(1);
                    self.expect = if self.open.last() == Some(&true) {
                        Expect::Key
                    } else {
                        Expect::Value
                    };
                }
                (b'}', Expect::More | Expect::FirstKey) if self.open.last() == Some(&true) => {
                    return Ok(self.close(Token::ObjectEnd));
                }
                (b']', Expect::More | Expect::FirstElement) if self.open.last() == Some(&false) => {
                    return Ok(self.close(Token::ArrayEnd));
                }
                (b'"', Expect::FirstKey | Expect::Key) => {
                    self.string()?;
                    self.colon()?;
                    self.expect = Expect::Value;
                    return Ok(Token::Key);
                }
                (_, Expect::Value | Expect::FirstElement) => return self.value(byte),
                _ => return Err(self.unexpected(byte)),
            }
        }
    }

    /// Passes over what belongs to a value that began with `first`.
    pub(crate) fn skip(&mut self, first: Token) -> Step<()> {
        if !first.is_container() {
            return Ok(());
        }
        let depth = self.depth();
        while self.depth() >= depth {
            self.next()?;
        }
        Ok(())
    }

    fn value(&mut self, byte: u8) -> Step<Token> {
        let token = match byte {
            b'{' | b'[' => {
                if self.open.len() == MAX_DEPTH {
                    let at = self.at;
                    return Err(Break::Broken(format!(
                        "too deep: more than {MAX_DEPTH} values nested at byte {at}"
                    )));
                }
                self.consume(1);
                let is_object = byte == b'{';
                self.open.push(is_object);
                self.expect = if is_object {
                    Expect::FirstKey
                } else {
                    Expect::FirstElement
                };
                return Ok(if is_object {
                    Token::ObjectStart
                } else {
                    Token::ArrayStart
                });
            }
            b'"' => {
                self.string()?;
                Token::Text
            }
            b'-' | b'0'..=b'9' => {
                self.word(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'))?;
                Token::Number
            }
            b'a'..=b'z' | b'A'..=b'Z' => {
                let at = self.at;
                self.word(|byte| byte.is_ascii_alphabetic())?;
                let is_end = self.peek()?.is_none();
                match self.text.as_str() {
                    "true" => Token::True,
                    "false" => Token::False,
                    "null" => Token::Null,
                    // What Python's and JavaScript's writers make of a number that is none.
                    "NaN" | "Infinity" => Token::Null,
                    word if is_end && ["true", "false", "null"].iter().any(|w| w.starts_with(word)) => {
                        return Err(self.truncated("a word"));
                    }
                    word => {
                        let word: String = word.chars().take(16).collect();
                        return Err(Break::Broken(format!(
                            "not well-formed: the word `{word}` at byte {at}"
                        )));
                    }
                }
            }
            _ => return Err(self.unexpected(byte)),
        };
        self.settle();
        Ok(token)
    }

    fn close(&mut self, token: Token) -> Token {
        self.consume(1);
        self.open.pop();
        self.settle();
        token
    }

    fn settle(&mut self) {
        self.expect = if self.open.is_empty() {
            Expect::Nothing
        } else {
            Expect::More
        };
    }

    fn colon(&mut self) -> Step<()> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.consume(1),
                Some(b':') => {
                    self.consume(1);
                    return Ok(());
                }
                Some(byte) => return Err(self.unexpected(byte)),
                None => return Err(self.truncated("a key without a value")),
            }
        }
    }

    fn skip_mark(&mut self) -> Step<()> {
        for expected in [0xEF, 0xBB, 0xBF] {
            match self.peek()? {
                Some(byte) if byte == expected => self.consume(1),
                Some(byte) => return Err(self.unexpected(byte)),
                None => return Err(self.truncated("a byte order mark")),
            }
        }
        Ok(())
    }

    fn word(&mut self, belongs: impl Fn(u8) -> bool) -> Step<()> {
        self.text.clear();
        while let Some(byte) = self.peek()?.filter(|byte| belongs(*byte)) {
            if self.text.len() < 64 {
                self.text.push(char::from(byte));
            }
            self.consume(1);
        }
        Ok(())
    }

    pub(super) fn peek(&mut self) -> Step<Option<u8>> {
        loop {
            match self.source.fill_buf() {
                Ok(chunk) => return Ok(chunk.first().copied()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    pub(super) fn consume(&mut self, n: usize) {
        if let Some(raw) = &mut self.raw
            && let Ok(chunk) = self.source.fill_buf()
        {
            raw.extend_from_slice(&chunk[..n]);
        }
        self.source.consume(n);
        self.at += n as u64;
    }

    pub(super) fn failed(&self, error: io::Error) -> Break {
        match error.kind() {
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof | ErrorKind::InvalidInput => {
                Break::Broken(format!("damaged: {error}, behind byte {}", self.at))
            }
            _ => Break::Source(error),
        }
    }

    pub(super) fn truncated(&self, inside: &str) -> Break {
        let (n_open, at) = (self.open.len(), self.at);
        let inside = if inside.is_empty() {
            String::new()
        } else {
            format!(", inside {inside}")
        };
        Break::Broken(format!("truncated: {n_open} values open at byte {at}{inside}"))
    }

    fn unexpected(&self, byte: u8) -> Break {
        let shown = char::from(byte).escape_default();
        let what = if self.expect == Expect::Nothing {
            "junk after the document"
        } else {
            "not well-formed"
        };
        Break::Broken(format!("{what}: unexpected `{shown}` at byte {}", self.at))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn tokens(text: &[u8]) -> String {
        let mut source = text;
        let mut lexer = Lexer::new(&mut source);
        let mut found = String::new();
        loop {
            match lexer.next() {
                Ok(Token::End) => return found,
                Ok(token @ (Token::Key | Token::Text | Token::Number)) => {
                    let _ = write!(found, "{token:?}({}) ", lexer.text());
                }
                Ok(token) => {
                    let _ = write!(found, "{token:?} ");
                }
                Err(Break::Broken(reason)) => return found + &reason,
                Err(Break::Source(error)) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn tokens_come_as_written_and_a_break_says_where() {
        for (text, expected) in [
            ("\u{FEFF} null", "Null "),
            (
                r#"{"a": [1, -2.5e3, true], "b": {}}"#,
                "ObjectStart Key(a) ArrayStart Number(1) Number(-2.5e3) True ArrayEnd Key(b) ObjectStart ObjectEnd ObjectEnd ",
            ),
            (r#""\u00e9\uD83D\uDE00\n\/""#, "Text(é😀\n/) "),
            (r#""\uD83D.\q\u12G4""#, "Text(\u{FFFD}.\\q\u{FFFD}G4) "),
            ("\"a\nb\u{1}\"", "Text(a\nb\u{FFFD}) "),
            (
                "[1 2]",
                "ArrayStart Number(1) not well-formed: unexpected `2` at byte 3",
            ),
            ("[1,]", "ArrayStart Number(1) not well-formed: unexpected `]` at byte 3"),
            ("{\"a\" 1}", "ObjectStart not well-formed: unexpected `1` at byte 5"),
            ("[tru", "ArrayStart truncated: 1 values open at byte 4, inside a word"),
            ("[yes]", "ArrayStart not well-formed: the word `yes` at byte 1"),
            (
                "[\"ab",
                "ArrayStart truncated: 1 values open at byte 4, inside a string",
            ),
            ("", "truncated: 0 values open at byte 0"),
            (
                "{} {}",
                "ObjectStart ObjectEnd junk after the document: unexpected `{` at byte 3",
            ),
            ("}", "not well-formed: unexpected `}` at byte 0"),
        ] {
            assert_eq!(tokens(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(tokens(b"\"a\xFFb\""), "Text(a\u{FFFD}b) ");
        let deep = "[".repeat(200);
        assert!(tokens(deep.as_bytes()).ends_with("too deep: more than 128 values nested at byte 128"));
    }

    #[test]
    fn the_bytes_of_the_tokens_are_the_document() {
        let text = " {\"a\" : [ 1,\"\\u00e9\\\"\" , null ]\n, \"b\":{}} \n";
        let mut source = text.as_bytes();
        let mut lexer = Lexer::new(&mut source).keep_raw();
        let mut copied = Vec::new();
        while lexer.next().is_ok_and(|token| token != Token::End) {
            copied.append(lexer.raw());
        }
        copied.append(lexer.raw());
        assert_eq!(String::from_utf8(copied).unwrap(), text);
    }

    #[test]
    fn a_long_string_is_cut_and_passed_over() {
        let text = format!("[\"{}\", 7]", "é".repeat(MAX_TEXT_BYTES));
        let mut source = io::BufReader::with_capacity(7, text.as_bytes());
        let mut lexer = Lexer::new(&mut source);
        lexer.next().unwrap();
        assert_eq!(lexer.next().unwrap(), Token::Text);
        assert!(lexer.text().len() > MAX_TEXT_BYTES - 8 && lexer.text().chars().all(|c| c == 'é'));
        assert_eq!(lexer.next().unwrap(), Token::Number);
        assert_eq!(lexer.warnings.total(), 1);
    }
}
