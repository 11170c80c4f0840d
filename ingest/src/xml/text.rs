//! References, forbidden characters and lengths of the texts that a report holds.

use super::remarks::Remarks;

/// Longest name, class or path that is kept; a longer one is cut, which is counted.
pub(crate) const MAX_NAME_BYTES: usize = 64 * 1024;

/// Longest message that is kept.
pub(crate) const MAX_MESSAGE_CHARACTERS: usize = 1_000;

/// Longest reference: `&#x10FFFF;` with some leading zeros.
const MAX_REFERENCE_BYTES: usize = 32;

/// Appends the value of an attribute: references resolved, white space as XML wants it.
pub(crate) fn push_attribute(raw: &str, into: &mut String, warnings: &mut Remarks) {
    let raw = cut(raw, MAX_NAME_BYTES, warnings);
    // One pass without branches for the plain values, which are nearly all.
    let is_special = |byte: u8| u8::from(byte == b'&') | u8::from(byte < 0x20);
    let is_plain = raw.bytes().fold(0, |found, byte| found | is_special(byte)) == 0;
    if is_plain {
        into.push_str(raw);
        return;
    }
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
        into.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(reference) = reference_at(rest) {
            push_reference(reference, into, warnings);
            rest = &rest[reference.len() + 2..];
        } else if rest.starts_with('&') {
            warnings.add("unknown_entity", || "a bare `&`".to_owned());
            into.push('&');
            rest = &rest[1..];
        } else {
            into.push(' ');
            rest = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
        }
    }
    into.push_str(rest);
}

/// Appends what the reference `name` (without `&` and `;`) stands for.
pub(crate) fn push_reference(name: &str, into: &mut String, warnings: &mut Remarks) {
    let character = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#').map(code_point) {
            Some(Some(character)) => Some(character),
            Some(None) => {
                warnings.add("invalid_character", || format!("`&{name};`"));
                Some('\u{FFFD}')
            }
            None => None,
        },
    };
    if let Some(character) = character {
        into.push(character);
    } else {
        // Without a DTD nobody can know it; the literal text loses nothing.
        warnings.add("unknown_entity", || format!("`&{name};`"));
        into.push('&');
        into.push_str(name);
        into.push(';');
    }
}

/// Reads `27` or `x1B`; none where XML allows no such character.
fn code_point(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
        .filter(|c| matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}')))
}

/// The name of the reference that `text` begins with, where it is one.
fn reference_at(text: &str) -> Option<&str> {
    let after = text.strip_prefix('&')?;
    let end = after.bytes().take(MAX_REFERENCE_BYTES).position(|byte| byte == b';')?;
    let name = &after[..end];
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '#' | '_' | '-' | '.' | ':'));
    is_name.then_some(name)
}

/// Cuts at a character, counted.
fn cut<'a>(text: &'a str, max_bytes: usize, warnings: &mut Remarks) -> &'a str {
    if text.len() <= max_bytes {
        return text;
    }
    warnings.add("value_cut", || format!("a value of {} bytes", text.len()));
    &text[..text.floor_char_boundary(max_bytes)]
}

/// Appends a message, cut.
pub(crate) fn push_message(raw: &str, into: &mut String, warnings: &mut Remarks) {
    // The longest reference to one character is far shorter than 16 bytes.
    let mut raw = &raw[..raw.floor_char_boundary(16 * MAX_MESSAGE_CHARACTERS)];
    if let Some(at) = raw
        .rfind('&')
        .filter(|at| at + MAX_REFERENCE_BYTES > raw.len() && !raw[*at..].contains(';'))
    {
        // A reference cut in the middle would look unknown; at the end of a short text it is a bare `&`.
        if raw.len() > 15 * MAX_MESSAGE_CHARACTERS {
            raw = &raw[..at];
        }
    }
    let start = into.len();
    push_attribute(raw, into, warnings);
    cut_message(into, start);
}

/// Cuts a text behind `start` to the length of a message.
pub(crate) fn cut_message(text: &mut String, start: usize) {
    // Four bytes is the longest character: below that there is nothing to count.
    if text.len() - start <= MAX_MESSAGE_CHARACTERS {
        return;
    }
    if let Some((at, _)) = text[start..].char_indices().nth(MAX_MESSAGE_CHARACTERS) {
        text.truncate(start + at);
    }
}

/// Gathers the first line of a text that is not empty, from the pieces that a tokenizer delivers.
#[derive(Debug, Default)]
pub(crate) struct FirstLine {
    line: String,
    is_complete: bool,
}

impl FirstLine {
    /// Begins anew; `is_wanted` is false where nothing needs to be gathered.
    pub(crate) fn reset(&mut self, is_wanted: bool) {
        self.line.clear();
        self.is_complete = !is_wanted;
    }

    /// Takes a piece of text without references.
    pub(crate) fn push(&mut self, piece: &str) {
        if self.is_complete {
            return;
        }
        let piece = if self.line.is_empty() {
            piece.trim_start()
        } else {
            piece
        };
        let (line, is_complete) = match piece.find(['\n', '\r']) {
            Some(at) => (&piece[..at], true),
            None => (piece, false),
        };
        // A character has at most four bytes; the exact cut comes at the end.
        let room = (4 * MAX_MESSAGE_CHARACTERS).saturating_sub(self.line.len());
        self.line.push_str(&line[..line.floor_char_boundary(room)]);
        self.is_complete = is_complete || line.len() >= room;
    }

    /// Takes a reference.
    pub(crate) fn push_reference(&mut self, name: &str, warnings: &mut Remarks) {
        if self.is_complete {
            return;
        }
        let start = self.line.len();
        push_reference(name, &mut self.line, warnings);
        if self.line[start..].trim().is_empty() && (start == 0 || self.line.ends_with(['\n', '\r'])) {
            self.is_complete = start > 0;
            self.line.truncate(start);
        }
    }

    /// The line, without white space around it.
    pub(crate) fn get(&self) -> &str {
        self.line.trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lose_nothing_but_what_xml_forbids() {
        for (raw, expected, codes) in [
            ("plain", "plain", ""),
            ("a &gt; b &amp;lt; &quot;&apos;", "a > b &lt; \"'", ""),
            ("&#x41;&#66;&#10;", "AB\n", ""),
            ("line\r\nbreak\ttab", "line break tab", ""),
            (
                "&#27;[31m&#0;&#xD800;",
                "\u{FFFD}[31m\u{FFFD}\u{FFFD}",
                "invalid_character=3",
            ),
            ("&nbsp;", "&nbsp;", "unknown_entity=1"),
            ("R&D & more; ", "R&D & more; ", "unknown_entity=2"),
            ("é&é", "é&é", "unknown_entity=1"),
        ] {
            let (mut value, mut warnings) = (String::new(), Remarks::default());
            push_attribute(raw, &mut value, &mut warnings);
            assert_eq!(value, expected, "{raw}");
            let found: Vec<_> = warnings
                .warnings
                .iter()
                .map(|(code, w)| format!("{code}={}", w.n))
                .collect();
            assert_eq!(found.join(" "), codes, "{raw}");
        }
    }

    #[test]
    fn a_message_is_cut_at_a_character() {
        let mut text = format!("ab{}", "é".repeat(1_200));
        cut_message(&mut text, 2);
        assert_eq!(text.chars().count(), 1_002);
        let mut text = "x".repeat(900);
        cut_message(&mut text, 0);
        assert_eq!(text.len(), 900);
    }

    #[test]
    fn the_first_line_is_found_across_pieces() {
        let mut warnings = Remarks::default();
        let mut line = FirstLine::default();
        line.reset(true);
        for piece in ["  \n\t", " first", " li", "ne \nsecond"] {
            line.push(piece);
        }
        assert_eq!(line.get(), "first line");
        line.reset(true);
        line.push("\n a ");
        line.push_reference("lt", &mut warnings);
        line.push_reference("#10", &mut warnings);
        line.push("b");
        assert_eq!(line.get(), "a <");
    }
}
