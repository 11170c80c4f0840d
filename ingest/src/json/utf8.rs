//! UTF-16 to UTF-8; everything else is passed on as it is.

use std::io::{self, BufRead, Chain, Cursor, Read};

/// Examined at once; even, so that pairs of bytes stay together.
const STRIDE_BYTES: usize = 32 * 1024;

/// How pairs of bytes make a unit of UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

/// Tells UTF-16 by its byte order mark, or by the zero beside the first character, which JSON has in ASCII.
fn order_of(head: &[u8]) -> Option<Order> {
    match head {
        [0xFF, 0xFE, ..] => Some(Order::Little),
        [0xFE, 0xFF, ..] => Some(Order::Big),
        [first, 0, ..] if *first != 0 => Some(Order::Little),
        [0, second, ..] if *second != 0 => Some(Order::Big),
        _ => None,
    }
}

/// Whether some bytes begin a text in UTF-16.
pub(crate) fn is_utf16(head: &[u8]) -> bool {
    order_of(head).is_some()
}

/// A text as UTF-8.
pub(crate) struct Utf8<'a> {
    source: Chain<Cursor<Vec<u8>>, &'a mut dyn BufRead>,
    order: Option<Order>,
    is_started: bool,
    /// A byte or a unit that waits for its other half.
    byte: Option<u8>,
    unit: Option<u16>,
    text: String,
    start: usize,
}

impl<'a> Utf8<'a> {
    /// Looks at nothing yet.
    pub(crate) fn new(source: &'a mut dyn BufRead) -> Self {
        Self {
            source: Cursor::new(Vec::new()).chain(source),
            order: None,
            is_started: false,
            byte: None,
            unit: None,
            text: String::new(),
            start: 0,
        }
    }

    /// Reads the two bytes that tell, however few come at a time.
    fn start(&mut self) -> io::Result<()> {
        let (head, rest) = self.source.get_mut();
        let mut bytes = Vec::new();
        Read::take(rest, 2).read_to_end(&mut bytes)?;
        self.order = order_of(&bytes);
        *head = Cursor::new(bytes);
        self.is_started = true;
        Ok(())
    }

    fn transcode(&mut self, order: Order) -> io::Result<()> {
        self.text.clear();
        self.start = 0;
        while self.text.is_empty() {
            let chunk = self.source.fill_buf()?;
            let n = chunk.len().min(STRIDE_BYTES);
            if n == 0 {
                // What waits for its other half at the end is none.
                if self.byte.take().is_some() || self.unit.take().is_some() {
                    self.text.push('\u{FFFD}');
                }
                return Ok(());
            }
            let mut units = Vec::with_capacity(n / 2 + 2);
            units.extend(self.unit.take());
            for &byte in &chunk[..n] {
                match self.byte.take() {
                    None => self.byte = Some(byte),
                    Some(first) if order == Order::Little => units.push(u16::from_le_bytes([first, byte])),
                    Some(first) => units.push(u16::from_be_bytes([first, byte])),
                }
            }
            self.source.consume(n);
            self.unit = units.pop_if(|last| (0xD800..0xDC00).contains(last));
            let text = char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{FFFD}'));
            self.text.extend(text.filter(|character| *character != '\u{FEFF}'));
        }
        Ok(())
    }
}

impl BufRead for Utf8<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if !self.is_started {
            self.start()?;
        }
        let Some(order) = self.order else {
            return self.source.fill_buf();
        };
        if self.start == self.text.len() {
            self.transcode(order)?;
        }
        Ok(&self.text.as_bytes()[self.start..])
    }

    fn consume(&mut self, n: usize) {
        if self.order.is_some() {
            self.start += n;
        } else {
            self.source.consume(n);
        }
    }
}

impl Read for Utf8<'_> {
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
    fn utf_16_of_either_order_reads_as_utf_8_in_pieces_of_any_size() {
        let text = "{\"é\": \"\u{1F600} secret\"}";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked: Vec<u8> = [0xFF, 0xFE].into_iter().chain(little.iter().copied()).collect();
        for bytes in [little, big, marked, text.as_bytes().to_vec()] {
            for size in [2, 3, 5, 4096] {
                let mut source = io::BufReader::with_capacity(size, bytes.as_slice());
                let mut found = String::new();
                Utf8::new(&mut source).read_to_string(&mut found).unwrap();
                assert_eq!(found, text, "pieces of {size}");
            }
        }
    }
}
