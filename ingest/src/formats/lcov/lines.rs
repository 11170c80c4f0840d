//! Lines of a text of any size, one at a time; a longer one than any record is cut.

use std::io::{self, BufRead, ErrorKind};

use crate::json::utf8::Utf8;

/// Longest line that is kept: a path, or the text of a branch.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// A line, with its end or cut off by the end of the text; `is_short` where it is not all of it.
    Line { is_ended: bool, is_short: bool },
    /// Nothing.
    End,
    /// Nothing, since the source cannot be unpacked any further.
    Damaged(String),
}

/// Reads lines, also of UTF-16, which PowerShell makes of what a tool prints.
pub(super) struct Lines<'a> {
    source: Utf8<'a>,
    /// The line without its end.
    pub(super) line: Vec<u8>,
    /// Offset behind what was read; of UTF-16 that in its UTF-8.
    pub(super) at: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn new(source: &'a mut dyn BufRead) -> Self {
        Self {
            source: Utf8::new(source),
            line: Vec::new(),
            at: 0,
        }
    }

    /// Reads the next line; fails only where the source does, and not for what it holds.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        self.line.clear();
        let (mut is_short, mut has_bytes) = (false, false);
        loop {
            let chunk = match self.source.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    return match error.kind() {
                        ErrorKind::InvalidData | ErrorKind::UnexpectedEof | ErrorKind::InvalidInput => {
                            Ok(Next::Damaged(error.to_string()))
                        }
                        _ => Err(error),
                    };
                }
            };
            if chunk.is_empty() {
                let is_ended = false;
                return Ok(if has_bytes {
                    Next::Line { is_ended, is_short }
                } else {
                    Next::End
                });
            }
            has_bytes = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(chunk.len());
            let room = MAX_LINE_BYTES - self.line.len();
            is_short |= taken > room;
            self.line.extend_from_slice(&chunk[..taken.min(room)]);
            let n = taken + usize::from(end.is_some());
            self.source.consume(n);
            self.at += n as u64;
            if end.is_some() {
                return Ok(Next::Line {
                    is_ended: true,
                    is_short,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_where_they_are_too_long_and_the_next_one_is_whole() {
        let text = format!("{}\nb\r\nc", "a".repeat(MAX_LINE_BYTES + 9));
        for capacity in [1, 7, 1 << 20] {
            let mut source = io::BufReader::with_capacity(capacity, text.as_bytes());
            let mut lines = Lines::new(&mut source);
            let mut found = Vec::new();
            loop {
                match lines.next().unwrap() {
                    Next::Line { is_ended, is_short } => found.push((lines.line.len(), is_ended, is_short)),
                    end => {
                        assert_eq!(end, Next::End);
                        break;
                    }
                }
            }
            let expected = [(MAX_LINE_BYTES, true, true), (2, true, false), (1, false, false)];
            assert_eq!(found, expected);
            assert_eq!(lines.at, text.len() as u64);
        }
    }
}
