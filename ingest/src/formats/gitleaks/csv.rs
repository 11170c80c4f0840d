//! Records of CSV (RFC 4180) with their bytes as written, since the same records serve to read a report and to copy it.

use std::io::{self, BufRead, ErrorKind};

/// What is kept of a field; of a longer one no text is trusted.
const MAX_FIELD_BYTES: usize = 64 << 10;
/// Fields of a record that are kept; Gitleaks has at most 17.
const MAX_FIELDS: usize = 64;

/// A field.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// As written, with its quotes.
    pub(super) raw: Vec<u8>,
    /// It is longer than what is kept of it.
    pub(super) is_cut: bool,
    /// A quote stands where a writer puts none, so that fields may have run into one another.
    is_odd: bool,
}

impl Field {
    fn push(&mut self, byte: u8) {
        if self.raw.len() < MAX_FIELD_BYTES {
            self.raw.push(byte);
        } else {
            self.is_cut = true;
        }
    }

    /// The text without quotes.
    pub(super) fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.raw);
        match text.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"').unwrap_or(quoted).replace("\"\"", "\""),
            None => text.into_owned(),
        }
    }
}

/// A line, or several where a field has line breaks.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) fields: Vec<Field>,
    /// The line break behind it; empty where the file ends without one.
    pub(super) end: Vec<u8>,
    /// Fields that are not kept.
    pub(super) n_left_out: usize,
    /// Bytes before it.
    pub(super) at: u64,
}

impl Record {
    /// Whether each field is the one of its column, for all that can be told.
    pub(super) fn is_in(&self, n_columns: usize) -> bool {
        self.fields.len() + self.n_left_out == n_columns && !self.fields.iter().any(|field| field.is_odd)
    }

    /// A line without anything, which is no record.
    pub(super) fn is_blank(&self) -> bool {
        self.fields.len() == 1 && self.fields[0].raw.is_empty()
    }
}

/// Where the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a quote that may be the last one.
    Closing,
}

/// Reads records.
pub(super) struct Records<'a> {
    source: &'a mut dyn BufRead,
    at: u64,
    /// What broke the input, not by what it holds.
    pub(super) damage: Option<String>,
}

impl<'a> Records<'a> {
    pub(super) fn new(source: &'a mut dyn BufRead) -> Self {
        Self {
            source,
            at: 0,
            damage: None,
        }
    }

    /// The next record; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        let mut record = Record {
            at: self.at,
            ..Record::default()
        };
        let mut field = Field::default();
        let mut state = State::Start;
        while let Some(byte) = self.byte()? {
            match (byte, state) {
                (b',', State::Start | State::Plain | State::Closing) => {
                    take(&mut record, &mut field);
                    state = State::Start;
                    continue;
                }
                (b'\n', State::Start | State::Plain | State::Closing) => {
                    if field.raw.last() == Some(&b'\r') && !field.is_cut {
                        field.raw.pop();
                        record.end.push(b'\r');
                    }
                    record.end.push(b'\n');
                    take(&mut record, &mut field);
                    return Ok(Some(record));
                }
                (b'"', State::Start | State::Closing) => state = State::Quoted,
                (b'"', State::Quoted) => state = State::Closing,
                (b'\r', State::Closing) => {}
                (_, State::Closing) => {
                    state = State::Plain;
                    field.is_odd = true;
                }
                (b'"', State::Plain) => field.is_odd = true,
                (_, State::Start) => state = State::Plain,
                (_, State::Plain | State::Quoted) => {}
            }
            field.push(byte);
        }
        if self.at == record.at {
            return Ok(None);
        }
        field.is_odd |= state == State::Quoted;
        take(&mut record, &mut field);
        Ok(Some(record))
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.source.fill_buf() {
                Ok(chunk) => {
                    let byte = chunk.first().copied();
                    if byte.is_some() {
                        self.source.consume(1);
                        self.at += 1;
                    }
                    return Ok(byte);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_damage(error.kind()) => {
                    self.damage = Some(error.to_string());
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Whether an error tells of what the input holds.
pub(super) fn is_damage(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof | ErrorKind::InvalidInput
    )
}

fn take(record: &mut Record, field: &mut Field) {
    let field = std::mem::take(field);
    if record.fields.len() < MAX_FIELDS {
        record.fields.push(field);
    } else {
        record.n_left_out += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Record> {
        let mut source = text.as_bytes();
        let mut records = Records::new(&mut source);
        std::iter::from_fn(|| records.next().unwrap()).collect()
    }

    #[test]
    fn a_record_is_as_written_and_its_fields_are_without_quotes() {
        let text = "a,\"b \"\"c\"\",\n\",,d\"e\r\n\n\"open, x";
        let records = of(text);
        let texts: Vec<Vec<String>> = records
            .iter()
            .map(|record| record.fields.iter().map(Field::text).collect())
            .collect();
        assert_eq!(texts, [vec!["a", "b \"c\",\n", "", "d\"e"], vec![""], vec!["open, x"],]);
        let mut copied = Vec::new();
        for record in &records {
            let fields: Vec<_> = record.fields.iter().map(|field| field.raw.as_slice()).collect();
            copied.extend(fields.join(&b','));
            copied.extend(&record.end);
        }
        assert_eq!(String::from_utf8(copied).unwrap(), text);
        assert!(records[1].is_blank() && !records[0].is_blank());
        assert_eq!(
            records
                .iter()
                .map(|record| record.is_in(record.fields.len()))
                .collect::<Vec<_>>(),
            [false, true, false]
        );
        assert!(of("a,\"b,\"\"\"\r\n")[0].is_in(2) && !of("a,\"b\"c\n")[0].is_in(2));
        assert!(of("").is_empty());
    }

    #[test]
    fn what_is_too_long_is_cut_and_passed_over() {
        let text = format!("{},b\n{}", "x".repeat(MAX_FIELD_BYTES + 1), ",".repeat(100));
        let records = of(&text);
        assert!(records[0].fields[0].is_cut && records[0].fields[1].text() == "b");
        assert_eq!(
            (records[1].fields.len(), records[1].n_left_out),
            (MAX_FIELDS, 101 - MAX_FIELDS)
        );
    }
}
