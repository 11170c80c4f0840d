//! What the first bytes of a file show, read as JSON once and judged by each format's `sniff`.

use serde_json::{Map, Value};

use crate::json::lexer::{Break, Lexer, Token};
use crate::json::utf8::Utf8;

/// What a file is to a format, as far as its first bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sniff {
    /// A report of the format.
    Recognised,
    /// A report if the file's name says so.
    Nameless,
    /// A report that is not read, and why: a stable slug, a colon, prose.
    Refused(String),
    /// Something else.
    Other,
}

impl Sniff {
    /// Where nothing but recognised and other is known.
    pub(crate) fn of(is_recognised: bool) -> Self {
        if is_recognised { Self::Recognised } else { Self::Other }
    }
}

/// The beginning of a file.
#[derive(Debug)]
pub(crate) struct Head<'h> {
    /// As they stand there.
    pub(crate) bytes: &'h [u8],
    /// What was read of the document, as far as the bytes go; the last member counts of those of one name.
    pub(crate) document: Value,
    /// The document has its end, and nothing follows.
    pub(crate) is_whole: bool,
    /// The bytes end inside of the document.
    pub(crate) is_cut: bool,
}

impl<'h> Head<'h> {
    /// Looks at the first bytes, however they break off.
    pub(crate) fn of(bytes: &'h [u8]) -> Self {
        let mut source = bytes;
        let mut utf8 = Utf8::new(&mut source);
        let mut lexer = Lexer::new(&mut utf8);
        let mut document = Value::Null;
        let end = value(&mut lexer, &mut document).and_then(|()| lexer.next());
        Self {
            bytes,
            document,
            is_whole: end.is_ok(),
            is_cut: end.is_err() && lexer.depth() > 0 && lexer.is_over(),
        }
    }

    /// Whether the document is an object with this member.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.document.get(name).is_some()
    }

    /// Whether that member is an array.
    pub(crate) fn has_array(&self, name: &str) -> bool {
        self.document[name].is_array()
    }

    /// The text that a member is.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.document[name].as_str()
    }

    /// Whether the object that a member is, or any object in the array that it is, has this key.
    pub(crate) fn shows(&self, name: &str, key: &str) -> bool {
        let member = &self.document[name];
        member.get(key).is_some() || any_has(member, key)
    }

    /// Whether the document is an array, and any object in it has this key.
    pub(crate) fn element_has(&self, key: &str) -> bool {
        any_has(&self.document, key)
    }
}

fn any_has(list: &Value, key: &str) -> bool {
    let mut elements = list.as_array().into_iter().flatten();
    elements.any(|element| element.get(key).is_some())
}

/// Reads a value; of one that breaks off, what stands before the break.
fn value(lexer: &mut Lexer<'_>, found: &mut Value) -> Result<(), Break> {
    let first = lexer.next()?;
    begun(lexer, first, found)
}

/// The depth of the recursion is the lexer's to bound.
fn begun(lexer: &mut Lexer<'_>, first: Token, found: &mut Value) -> Result<(), Break> {
    match first {
        Token::ObjectStart => {
            let mut members = Map::new();
            let end = object(lexer, &mut members);
            *found = Value::Object(members);
            return end;
        }
        Token::ArrayStart => {
            let mut elements = Vec::new();
            let end = array(lexer, &mut elements);
            *found = Value::Array(elements);
            return end;
        }
        Token::Text => *found = Value::String(lexer.text().to_owned()),
        // No format is known by a number, but by there being one.
        Token::Number => *found = Value::from(0),
        Token::True | Token::False => *found = Value::Bool(first == Token::True),
        Token::ObjectEnd | Token::ArrayEnd | Token::Key | Token::Null | Token::End => {}
    }
    Ok(())
}

fn object(lexer: &mut Lexer<'_>, members: &mut Map<String, Value>) -> Result<(), Break> {
    while lexer.next()? == Token::Key {
        let name = lexer.text().to_owned();
        let mut found = Value::Null;
        let end = value(lexer, &mut found);
        members.insert(name, found);
        end?;
    }
    Ok(())
}

fn array(lexer: &mut Lexer<'_>, elements: &mut Vec<Value>) -> Result<(), Break> {
    loop {
        let first = lexer.next()?;
        if first == Token::ArrayEnd {
            return Ok(());
        }
        let mut found = Value::Null;
        let end = begun(lexer, first, &mut found);
        elements.push(found);
        end?;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_head_shows_what_stands_before_its_end() {
        let head = Head::of(br#"{"a": 2, "b": "x", "c": [{"d": {"e": 1}}, 7, {"f": []}], "g": {"h": null, "i": "j"#);
        assert!(head.is_cut && !head.is_whole);
        assert!(head.has("g") && !head.has("h"));
        assert_eq!((head.text("a"), head.text("b")), (None, Some("x")));
        assert_eq!((head.text("c"), head.text("z")), (None, None));
        assert!(head.has_array("c") && !head.has_array("g"));
        assert!(head.shows("c", "d") && head.shows("c", "f") && head.shows("g", "h") && head.shows("g", "i"));
        assert!(!head.shows("c", "e") && !head.element_has("d"));
    }

    #[test]
    fn an_array_shows_the_keys_of_its_elements() {
        let head = Head::of(br#"[null, {"a": 1}, [{"b": 2}], {"c"#);
        assert!(head.element_has("a") && !head.element_has("b") && !head.has("a"));
        assert_eq!(head.document, json!([null, {"a": 0}, [{"b": 0}], {}]));
        for other in ["", "null", "7", "<a/>", "[", "\u{FEFF}{"] {
            assert!(!Head::of(other.as_bytes()).has(""), "{other}");
        }
    }

    #[test]
    fn a_head_is_whole_cut_or_broken() {
        for (text, is_whole, is_cut) in [
            ("[]\n", true, false),
            ("null", true, false),
            ("[", false, true),
            ("[{\"a\": \"b", false, true),
            ("[] []", false, false),
            ("[1 2", false, false),
            ("nul", false, false),
            ("", false, false),
        ] {
            let head = Head::of(text.as_bytes());
            assert_eq!((head.is_whole, head.is_cut), (is_whole, is_cut), "{text}");
        }
    }
}
