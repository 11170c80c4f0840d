//! JSON that is looked into without being taken apart: members and elements as slices of the bytes that were signed.

use std::collections::HashSet;

use serde_json::Value;

use super::text::quoted;
use crate::json::lexer::{Break, Lexer, Token};

/// Largest value that is read as a whole.
const MAX_VALUE_BYTES: usize = 4 << 20;

/// Members or elements of one value, and keys of objects that are open at once: a bound of memory.
const MAX_PARTS: usize = 1_000_000;

/// Members of an object, or elements of an array, in their order.
#[derive(Debug)]
pub(crate) struct Parts<'b, K> {
    /// Each with its bytes; where the parts break off, the last one may be cut.
    pub(crate) list: Vec<(K, &'b [u8])>,
    /// Why they break off, if they do.
    pub(crate) broken: Option<String>,
}

impl<'b> Parts<'b, String> {
    /// The bytes of a member; of several of one name the last.
    pub(crate) fn get(&self, name: &str) -> Option<&'b [u8]> {
        let found = self.list.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, bytes)| *bytes)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The text that a member is.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(text)
    }
}

/// The members of an object; none of what is no object.
pub(crate) fn members(bytes: &[u8]) -> Parts<'_, String> {
    let mut list = Vec::new();
    let mut source = bytes;
    let end = collect_members(&mut Lexer::new(&mut source), bytes, &mut list);
    Parts {
        list,
        broken: why_broken(end),
    }
}

fn collect_members<'b>(
    lexer: &mut Lexer<'_>,
    bytes: &'b [u8],
    list: &mut Vec<(String, &'b [u8])>,
) -> Result<(), Break> {
    if lexer.next()? != Token::ObjectStart {
        return Ok(());
    }
    while lexer.next()? == Token::Key {
        let name = lexer.text().to_owned();
        let start = offset(lexer);
        let end = lexer.next().and_then(|first| lexer.skip(first));
        is_room(list.len())?;
        list.push((name, part(bytes, start, end.is_ok().then(|| offset(lexer)))));
        end?;
    }
    Ok(())
}

/// The elements of an array; none of what is no array.
pub(crate) fn elements(bytes: &[u8]) -> Parts<'_, ()> {
    let mut list = Vec::new();
    let mut source = bytes;
    let end = collect_elements(&mut Lexer::new(&mut source), bytes, &mut list);
    Parts {
        list,
        broken: why_broken(end),
    }
}

fn collect_elements<'b>(lexer: &mut Lexer<'_>, bytes: &'b [u8], list: &mut Vec<((), &'b [u8])>) -> Result<(), Break> {
    if lexer.next()? != Token::ArrayStart {
        return Ok(());
    }
    loop {
        let start = offset(lexer);
        let first = lexer.next()?;
        if first == Token::ArrayEnd {
            return Ok(());
        }
        let end = lexer.skip(first);
        is_room(list.len())?;
        list.push(((), part(bytes, start, end.is_ok().then(|| offset(lexer)))));
        end?;
    }
}

/// The first of the values that stand one behind the other: its bytes, those behind it, and why it breaks off.
pub(crate) fn first_value(bytes: &[u8]) -> (&[u8], &[u8], Option<String>) {
    let mut source = bytes;
    let mut lexer = Lexer::new(&mut source);
    let end = lexer.next().and_then(|first| lexer.skip(first));
    let at = offset(&lexer).min(bytes.len());
    match why_broken(end) {
        None => (&bytes[..at], &bytes[at..], None),
        Some(reason) => (bytes, &[], Some(reason)),
    }
}

/// Why it is not sure what a value says, if it is not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// A key that an object has twice: readers differ in which one counts.
    Duplicate(String),
    /// More keys than can be looked at.
    TooMany,
}

impl Flaw {
    /// For the ledger: a stable slug, a colon, prose.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Duplicate(key) => format!("ambiguous: the key `{key}` stands twice in one object"),
            Self::TooMany => format!("too large: more than {MAX_PARTS} keys in open objects"),
        }
    }
}

/// The first flaw of a value, as far as it goes.
pub(crate) fn flaw(bytes: &[u8]) -> Option<Flaw> {
    let mut source = bytes;
    let mut lexer = Lexer::new(&mut source);
    let mut open: Vec<HashSet<String>> = Vec::new();
    let mut n_keys = 0;
    loop {
        match lexer.next() {
            Ok(Token::ObjectStart) => open.push(HashSet::new()),
            Ok(Token::ObjectEnd) => n_keys -= open.pop().map_or(0, |keys| keys.len()),
            Ok(Token::Key) => {
                let keys = open.last_mut()?;
                if !keys.insert(lexer.text().to_owned()) {
                    return Some(Flaw::Duplicate(quoted(lexer.text())));
                }
                n_keys += 1;
                if n_keys > MAX_PARTS {
                    return Some(Flaw::TooMany);
                }
            }
            Ok(Token::End) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

fn is_room(n: usize) -> Result<(), Break> {
    if n < MAX_PARTS {
        return Ok(());
    }
    let reason = format!("too large: more than {MAX_PARTS} members or elements of one value");
    Err(Break::Broken(reason))
}

/// The text that some bytes are in JSON.
pub(crate) fn text(bytes: &[u8]) -> Option<String> {
    serde_json::from_slice(bytes).ok()
}

/// A value that is not large.
pub(crate) fn value(bytes: &[u8]) -> Option<Value> {
    if bytes.len() > MAX_VALUE_BYTES {
        return None;
    }
    serde_json::from_slice(bytes).ok()
}

fn offset(lexer: &Lexer<'_>) -> usize {
    usize::try_from(lexer.at()).unwrap_or(usize::MAX)
}

/// What stands between two offsets, without what separates it from what stands before; a cut part goes to the end.
fn part(bytes: &[u8], start: usize, end: Option<usize>) -> &[u8] {
    let end = end.unwrap_or(bytes.len()).min(bytes.len());
    let part = bytes.get(start..end).unwrap_or_default();
    let is_between = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',');
    let n = part.iter().take_while(|byte| is_between(byte)).count();
    &part[n..]
}

/// A slice never fails as a source, so that every break is one of the format.
fn why_broken(end: Result<(), Break>) -> Option<String> {
    match end {
        Ok(()) => None,
        Err(Break::Broken(reason)) => Some(reason),
        Err(Break::Source(error)) => Some(format!("damaged: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<K>(parts: &Parts<'_, K>) -> Vec<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        parts.list.iter().map(|(_, bytes)| text(bytes)).collect()
    }

    #[test]
    fn members_and_elements_are_the_bytes_that_stand_there() {
        let object = members(br#" {"a" : {"b": [1, 2]} , "c":"d", "a": null}"#);
        assert_eq!(shown(&object), [r#"{"b": [1, 2]}"#, r#""d""#, "null"]);
        assert_eq!(object.broken, None);
        assert_eq!((object.get("a"), object.get("b")), (Some(&b"null"[..]), None));
        assert_eq!(object.text("c").as_deref(), Some("d"));
        let array = elements(b"[ 1,{\"a\": [ ]} , \"x\"\n]");
        assert_eq!(shown(&array), ["1", r#"{"a": [ ]}"#, r#""x""#]);
        assert!(elements(b"{}").list.is_empty() && members(b"[1]").list.is_empty());
    }

    #[test]
    fn what_breaks_off_shows_what_stands_before() {
        let object = members(br#"{"a": [1], "b": {"c": "d"#);
        assert_eq!(shown(&object), ["[1]", r#"{"c": "d"#]);
        assert!(object.broken.unwrap().starts_with("truncated"));
        let array = elements(br#"[{"a": 1}, {"b"#);
        assert_eq!(shown(&array), [r#"{"a": 1}"#, r#"{"b"#]);
        assert!(array.broken.is_some());
        assert!(members(b"").broken.is_some());
    }

    #[test]
    fn values_stand_one_behind_the_other() {
        let (first, rest, broken) = first_value(b"{\"a\": 1}\n{\"b\": 2}\n");
        assert_eq!(
            (first, rest, broken),
            (&b"{\"a\": 1}"[..], &b"\n{\"b\": 2}\n"[..], None)
        );
        let (first, rest, broken) = first_value(b"{\"a\": ");
        assert_eq!((first, rest, broken.is_some()), (&b"{\"a\": "[..], &b""[..], true));
    }

    #[test]
    fn a_key_that_stands_twice_in_one_object_is_found() {
        for (text, expected) in [
            (r#"{"a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}]}"#, None),
            (r#"{"a": 1, "b": {"c": 2, "d": [], "c": 3}}"#, Some("c")),
            (r#"{"a": 1, "\u0061": 2}"#, Some("a")),
            (r#"{"a": 1, "b"#, None),
            ("[1, 2]", None),
        ] {
            let expected = expected.map(|key: &str| Flaw::Duplicate(key.to_owned()));
            assert_eq!(flaw(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn more_parts_than_can_be_held_are_a_break() {
        let array = format!("[{}0]", "0,".repeat(MAX_PARTS));
        let parts = elements(array.as_bytes());
        assert_eq!(parts.list.len(), MAX_PARTS);
        assert!(parts.broken.unwrap().starts_with("too large: "));
        let members_of = (0..=MAX_PARTS).map(|n| format!("\"{n}\":0"));
        let object = format!("{{{}}}", members_of.collect::<Vec<_>>().join(","));
        assert!(members(object.as_bytes()).broken.unwrap().starts_with("too large: "));
        assert_eq!(flaw(object.as_bytes()), Some(Flaw::TooMany));
    }
}
