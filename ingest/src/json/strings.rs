//! Strings of JSON: escapes, bad bytes, and a bound on what is kept.

use super::lexer::{Break, Lexer, MAX_TEXT_BYTES, MAX_TOKEN_BYTES, Step};

impl Lexer<'_> {
    /// Reads a string into `text`; bad bytes and escapes become U+FFFD and are counted.
    pub(super) fn string(&mut self) -> Step<()> {
        let start = self.at;
        self.consume(1);
        self.bytes.clear();
        let mut is_cut = false;
        let mut high: Option<u32> = None;
        loop {
            if self.at - start > MAX_TOKEN_BYTES as u64 {
                return Err(Break::Broken(format!(
                    "token too long: more than {MAX_TOKEN_BYTES} bytes from byte {start}"
                )));
            }
            let next = self.peek()?;
            if next.is_some_and(|byte| byte != b'\\') {
                self.lone_surrogate(&mut high);
            }
            if self.plain()? > 0 {
                continue;
            }
            match next {
                None => return Err(self.truncated("a string")),
                Some(b'"') => {
                    self.consume(1);
                    break;
                }
                Some(b'\\') => {
                    self.consume(1);
                    self.escape(&mut high)?;
                }
                Some(control) => {
                    // Raw line breaks and tabs are against the format and harmless; others are not kept.
                    let at = self.at;
                    self.consume(1);
                    self.warnings.add("invalid_character", || {
                        format!("byte {at}: 0x{control:02x} in a string")
                    });
                    if matches!(control, b'\t' | b'\n' | b'\r') {
                        self.bytes.push(control);
                    } else {
                        self.bytes.extend_from_slice("\u{FFFD}".as_bytes());
                    }
                }
            }
            if self.bytes.len() > MAX_TEXT_BYTES {
                is_cut = true;
                self.bytes.truncate(MAX_TEXT_BYTES);
            }
        }
        self.lone_surrogate(&mut high);
        is_cut |= self.bytes.len() > MAX_TEXT_BYTES;
        if is_cut {
            self.bytes.truncate(MAX_TEXT_BYTES);
            self.warnings.add("value_cut", || {
                format!("byte {start}: a string of more than {MAX_TEXT_BYTES} bytes")
            });
            // Not in the middle of a character.
            while self.bytes.last().is_some_and(|byte| byte & 0xC0 == 0x80) {
                self.bytes.pop();
            }
            if self.bytes.last().is_some_and(|byte| *byte >= 0xC0) {
                self.bytes.pop();
            }
        }
        self.text.clear();
        if let Ok(text) = std::str::from_utf8(&self.bytes) {
            self.text.push_str(text);
        } else {
            self.warnings
                .add("invalid_utf8", || format!("byte {start}: in a string"));
            self.text.push_str(&String::from_utf8_lossy(&self.bytes));
        }
        Ok(())
    }

    /// Takes the characters up to a quote, an escape or a control character; tells how many.
    fn plain(&mut self) -> Step<usize> {
        let chunk = match self.source.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) => return Err(self.failed(error)),
        };
        let n = chunk
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\') || *byte < 0x20)
            .unwrap_or(chunk.len());
        let room = (MAX_TEXT_BYTES + 4).saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&chunk[..n.min(room)]);
        self.consume(n);
        Ok(n)
    }

    fn escape(&mut self, high: &mut Option<u32>) -> Step<()> {
        let at = self.at;
        let Some(byte) = self.peek()? else {
            return Err(self.truncated("an escape"));
        };
        if byte != b'u' {
            self.lone_surrogate(high);
        }
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 0x08,
            b'f' => 0x0C,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.consume(1);
                return self.unit(high);
            }
            _ => {
                self.warnings.add("invalid_escape", || format!("byte {at}"));
                self.bytes.push(b'\\');
                return Ok(());
            }
        };
        self.consume(1);
        self.bytes.push(plain);
        Ok(())
    }

    /// Reads four digits behind `\u`; two halves of a pair make one character.
    fn unit(&mut self, high: &mut Option<u32>) -> Step<()> {
        let at = self.at;
        let mut code = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek()? else {
                return Err(self.truncated("an escape"));
            };
            let Some(digit) = char::from(byte).to_digit(16) else {
                self.warnings.add("invalid_escape", || format!("byte {at}"));
                self.bytes.extend_from_slice("\u{FFFD}".as_bytes());
                return Ok(());
            };
            code = code * 16 + digit;
            self.consume(1);
        }
        let character = match (*high, code) {
            (Some(first), 0xDC00..=0xDFFF) => {
                *high = None;
                char::from_u32(0x10000 + ((first - 0xD800) << 10) + (code - 0xDC00))
            }
            (_, 0xD800..=0xDBFF) => {
                self.lone_surrogate(high);
                *high = Some(code);
                return Ok(());
            }
            (_, code) => {
                self.lone_surrogate(high);
                char::from_u32(code)
            }
        };
        if character.is_none() {
            self.warnings.add("invalid_escape", || format!("byte {at}"));
        }
        let mut buffer = [0; 4];
        let character = character.unwrap_or('\u{FFFD}').encode_utf8(&mut buffer);
        self.bytes.extend_from_slice(character.as_bytes());
        Ok(())
    }

    fn lone_surrogate(&mut self, high: &mut Option<u32>) {
        if high.take().is_some() {
            let at = self.at;
            self.warnings
                .add("invalid_escape", || format!("byte {at}: half a pair"));
            self.bytes.extend_from_slice("\u{FFFD}".as_bytes());
        }
    }
}
