//! The document at the beginning of an input, for tools that write something else behind their JSON.

use std::io::{self, BufRead, Read};

/// Looked at ahead of what is read.
const STRIDE_BYTES: usize = 32 * 1024;

/// Ends behind the first object or array of an input, which stays where it is.
pub(crate) struct Enclosed<'a> {
    source: &'a mut dyn BufRead,
    depth: usize,
    is_text: bool,
    is_escaped: bool,
    is_over: bool,
    /// Bytes that were looked at and not yet taken.
    ready: usize,
}

impl<'a> Enclosed<'a> {
    pub(crate) fn new(source: &'a mut dyn BufRead) -> Self {
        Self {
            source,
            depth: 0,
            is_text: false,
            is_escaped: false,
            is_over: false,
            ready: 0,
        }
    }

    /// Follows one byte.
    fn step(&mut self, byte: u8) {
        if self.is_text {
            if self.is_escaped {
                self.is_escaped = false;
            } else if byte == b'\\' {
                self.is_escaped = true;
            } else if byte == b'"' {
                self.is_text = false;
            }
            return;
        }
        match byte {
            b'"' => self.is_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.is_over = self.depth == 0;
            }
            _ => {}
        }
    }
}

impl BufRead for Enclosed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.ready == 0 && !self.is_over {
            let chunk = self.source.fill_buf()?;
            let stride = chunk[..chunk.len().min(STRIDE_BYTES)].to_vec();
            for byte in stride {
                self.step(byte);
                self.ready += 1;
                if self.is_over {
                    break;
                }
            }
        }
        if self.ready == 0 {
            return Ok(&[]);
        }
        let chunk = self.source.fill_buf()?;
        Ok(&chunk[..self.ready.min(chunk.len())])
    }

    fn consume(&mut self, n: usize) {
        let n = n.min(self.ready);
        self.ready -= n;
        self.source.consume(n);
    }
}

impl Read for Enclosed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let n = available.len().min(buffer.len());
        buffer[..n].copy_from_slice(&available[..n]);
        self.consume(n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_document_stays_in_the_input() {
        for (text, inside, behind) in [
            ("[]No results", "[]", "No results"),
            (" [{\"a\": \"]\\\"}\"}]\n[", " [{\"a\": \"]\\\"}\"}]", "\n["),
            ("{\"a\": [1", "{\"a\": [1", ""),
            ("", "", ""),
            ("] x", "]", " x"),
        ] {
            for capacity in [1, 3, 100] {
                let mut source = io::BufReader::with_capacity(capacity, text.as_bytes());
                let (mut first, mut rest) = (String::new(), String::new());
                Enclosed::new(&mut source).read_to_string(&mut first).unwrap();
                source.read_to_string(&mut rest).unwrap();
                assert_eq!(
                    (first.as_str(), rest.as_str()),
                    (inside, behind),
                    "{text} by {capacity}"
                );
            }
        }
    }
}
