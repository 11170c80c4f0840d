//! What the first bytes of a JSON document show; looked at once, judged by each format's `sniff`.

use crate::json::lexer::{Break, Lexer, Token};
use crate::json::member::cut;
use crate::json::utf8::Utf8;

/// Members of one object that are looked at; more say no more about the format.
const MAX_MEMBERS: usize = 128;
/// Longest name and text that are kept.
const MAX_CHARACTERS: usize = 256;

/// The beginning of a document.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// Whether the document is an object.
    pub(crate) is_object: bool,
    members: Vec<Member>,
    /// Keys of the objects in a document that is an array.
    elements: Vec<String>,
}

#[derive(Debug)]
struct Member {
    name: String,
    text: Option<String>,
    is_array: bool,
    /// Keys of the object, or of the objects in the array.
    keys: Vec<String>,
}

impl Head {
    /// Looks at the first bytes, however they break off.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut source = bytes;
        let mut utf8 = Utf8::new(&mut source);
        let mut head = Self::default();
        // A break is expected where the first bytes end.
        let _ = head.look(&mut Lexer::new(&mut utf8));
        head
    }

    /// Whether the document is an object with this member.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.member(name).is_some()
    }

    /// Whether that member is an array.
    pub(crate) fn has_array(&self, name: &str) -> bool {
        self.members.iter().any(|member| member.name == name && member.is_array)
    }

    /// The text that a member is.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.member(name)?.text.as_deref()
    }

    /// Whether the object that a member is, or any object in the array that it is, has this key.
    pub(crate) fn shows(&self, name: &str, key: &str) -> bool {
        let members = self.members.iter().filter(|member| member.name == name);
        members.flat_map(|member| &member.keys).any(|own| own == key)
    }

    /// Whether the document is an array, and any object in it has this key.
    pub(crate) fn element_has(&self, key: &str) -> bool {
        self.elements.iter().any(|own| own == key)
    }

    /// The last one counts, as for most readers.
    fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().rev().find(|member| member.name == name)
    }

    fn look(&mut self, lexer: &mut Lexer<'_>) -> Result<(), Break> {
        match lexer.next()? {
            Token::ObjectStart => self.is_object = true,
            first => return keys(lexer, first, &mut self.elements),
        }
        while lexer.next()? == Token::Key && self.members.len() < MAX_MEMBERS {
            let name = cut(lexer.text(), MAX_CHARACTERS);
            let first = lexer.next()?;
            self.members.push(Member {
                name,
                text: (first == Token::Text).then(|| cut(lexer.text(), MAX_CHARACTERS)),
                is_array: first == Token::ArrayStart,
                keys: Vec::new(),
            });
            // What was seen before a break stays.
            if let Some(member) = self.members.last_mut() {
                keys(lexer, first, &mut member.keys)?;
            }
        }
        Ok(())
    }
}

/// Keys of the object, or of the objects in the array, that began.
fn keys(lexer: &mut Lexer<'_>, first: Token, found: &mut Vec<String>) -> Result<(), Break> {
    match first {
        Token::ObjectStart => {
            while lexer.next()? == Token::Key {
                if found.len() < MAX_MEMBERS && !found.iter().any(|own| own == lexer.text()) {
                    found.push(cut(lexer.text(), MAX_CHARACTERS));
                }
                let first = lexer.next()?;
                lexer.skip(first)?;
            }
            Ok(())
        }
        Token::ArrayStart => loop {
            match lexer.next()? {
                Token::ArrayEnd => return Ok(()),
                Token::ObjectStart => keys(lexer, Token::ObjectStart, found)?,
                other => lexer.skip(other)?,
            }
        },
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_shows_members_and_what_stands_in_their_first_level() {
        let head = Head::of(br#"{"a": 2, "b": "x", "c": [{"d": {"e": 1}}, 7, {"f": []}], "g": {"h": null, "i"#);
        assert!(head.is_object && head.has("g") && !head.has("h"));
        assert_eq!((head.text("a"), head.text("b")), (None, Some("x")));
        assert_eq!((head.text("c"), head.text("z")), (None, None));
        assert!(head.has_array("c") && !head.has_array("g"));
        assert!(head.shows("c", "d") && head.shows("c", "f") && head.shows("g", "h"));
        assert!(!head.shows("c", "e") && !head.element_has("d"));
    }

    #[test]
    fn an_array_shows_the_keys_of_its_elements() {
        let head = Head::of(br#"[null, {"a": 1}, [{"b": 2}], {"c"#);
        assert!(!head.is_object && head.element_has("a") && !head.element_has("b") && !head.has("a"));
        for other in ["", "null", "7", "<a/>", "[", "\u{FEFF}{"] {
            assert!(!Head::of(other.as_bytes()).has(""), "{other}");
        }
    }
}
