//! Lines of a report in text, with their bytes as written, since the same lines serve to read a report and to copy it.

use std::io::{self, BufRead, ErrorKind};

use crate::json::utf8::Utf8;

/// What is kept of a line; the rest of a longer one is passed over.
const MAX_LINE_BYTES: usize = 1 << 20;

/// A line.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    /// What it says, without its end, colours and byte order mark; what is no text is U+FFFD.
    pub(crate) text: String,
    /// As written, with its end.
    pub(crate) raw: Vec<u8>,
    /// It is longer than what is kept of it.
    pub(crate) is_cut: bool,
}

impl Line {
    /// Whether nothing stands in it.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The line break behind it; none where the file ends without one.
    pub(crate) fn end(&self) -> &[u8] {
        match self.raw.as_slice() {
            [.., b'\r', b'\n'] => b"\r\n",
            [.., b'\n'] => b"\n",
            _ => b"",
        }
    }
}

/// Reads lines.
pub(crate) struct Lines<'a> {
    source: &'a mut dyn BufRead,
    number: u64,
    /// What broke the input, not by what it holds.
    pub(crate) damage: Option<String>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(source: &'a mut dyn BufRead) -> Self {
        Self {
            source,
            number: 0,
            damage: None,
        }
    }

    /// The next line; none at the end. Fails only where the source does.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line>> {
        if self.damage.is_some() {
            return Ok(None);
        }
        let mut line = Line::default();
        let mut is_ended = false;
        while !is_ended {
            let chunk = match self.source.fill_buf() {
                Ok([]) => break,
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if is_damage(error.kind()) => {
                    self.damage = Some(error.to_string());
                    break;
                }
                Err(error) => return Err(error),
            };
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let n = end.map_or(chunk.len(), |end| end + 1);
            let room = MAX_LINE_BYTES.saturating_sub(line.raw.len());
            line.is_cut |= n > room;
            line.raw.extend_from_slice(&chunk[..n.min(room)]);
            self.source.consume(n);
            is_ended = end.is_some();
        }
        if line.raw.is_empty() {
            return Ok(None);
        }
        if line.is_cut && is_ended {
            line.raw.push(b'\n');
        }
        self.number += 1;
        line.number = self.number;
        let text = String::from_utf8_lossy(&line.raw);
        line.text = plain(text.trim_start_matches('\u{FEFF}').trim_end_matches(['\n', '\r']));
        Ok(Some(line))
    }
}

/// Whether an error tells of what the input holds.
fn is_damage(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof | ErrorKind::InvalidInput
    )
}

/// A text without the sequences that colour it on a terminal, and without what cannot be shown.
fn plain(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\u{1B}' if rest.as_str().starts_with('[') => {
                rest.next();
                // ECMA-48 5.4: parameters, then one final byte.
                let _ = rest.find(|byte| ('@'..='~').contains(byte));
            }
            // ECMA-35: a set of characters, as terminals are put back by.
            '\u{1B}' if rest.as_str().starts_with('(') => {
                rest.next();
                rest.next();
            }
            '\t' => plain.push('\t'),
            other if other.is_control() => plain.push('\u{FFFD}'),
            other => plain.push(other),
        }
    }
    plain
}

/// Reads up to the first byte that is no white space; gives what was read, and that byte.
pub(crate) fn peek(input: &mut dyn BufRead) -> io::Result<(Vec<u8>, Option<u8>)> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    let mut head = Vec::new();
    loop {
        let mut byte = [0];
        match io::Read::read(input, &mut byte) {
            Ok(0) => return Ok((head, None)),
            Ok(_) => head.extend(byte),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // Whoever reads on meets it again, or the end.
            Err(error) if is_damage(error.kind()) => return Ok((head, None)),
            Err(error) => return Err(error),
        }
        let is_mark = head.len() <= MARK.len() && MARK.starts_with(&head);
        if !is_mark && !byte[0].is_ascii_whitespace() {
            return Ok((head, Some(byte[0])));
        }
        if head.len() > MAX_LINE_BYTES {
            return Ok((head, None));
        }
    }
}

/// The first lines of a head that say something.
pub(crate) fn first_lines(head: &[u8], n: usize) -> Vec<String> {
    let mut source = head;
    let mut utf8 = Utf8::new(&mut source);
    let mut lines = Lines::new(&mut utf8);
    let mut first = Vec::new();
    while first.len() < n
        && let Ok(Some(line)) = lines.next()
    {
        if !line.is_blank() {
            first.push(line.text);
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, capacity: usize) -> Vec<Line> {
        let mut source = io::BufReader::with_capacity(capacity, text.as_bytes());
        let mut lines = Lines::new(&mut source);
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    #[test]
    fn a_line_is_as_written_and_its_text_is_plain() {
        let text = "\u{FEFF}a\r\n\u{1B}[4mb\u{1B}(B\u{1B}[0m\tc\u{7}\n\nlast\u{1B}[";
        for capacity in [1, 3, 100] {
            let lines = of(text, capacity);
            let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(texts, ["a", "b\tc\u{FFFD}", "", "last"], "{capacity}");
            let raw: Vec<_> = lines.iter().flat_map(|line| line.raw.clone()).collect();
            assert_eq!(raw, text.as_bytes());
            let ends: Vec<_> = lines.iter().map(Line::end).collect();
            assert_eq!(ends, [&b"\r\n"[..], b"\n", b"\n", b""]);
            assert!(lines[2].is_blank() && lines[3].number == 4);
        }
    }

    #[test]
    fn a_long_line_is_cut_and_passed_over() {
        let lines = of(&format!("{}\nb\n", "x".repeat(MAX_LINE_BYTES + 7)), 8_192);
        assert!(lines[0].is_cut && lines[0].raw.len() == MAX_LINE_BYTES + 1);
        assert_eq!((lines[1].text.as_str(), lines.len()), ("b", 2));
    }
}
