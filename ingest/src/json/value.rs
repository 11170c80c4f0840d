//! A value as a whole, without what nobody asks for, and never larger than a bound.

use serde_json::{Map, Number, Value};

use super::lexer::{Break, Lexer, Token};

/// Bytes of one value that are kept, about; what comes behind is left out and counted.
const MAX_VALUE_BYTES: usize = 4 << 20;
/// What a value takes besides its text, about.
const NODE_BYTES: usize = 64;

/// Reads the value that begins with `first`; members of these names are passed over, wherever they stand.
pub(crate) fn read(lexer: &mut Lexer<'_>, first: Token, skipped: &[&str]) -> Result<Value, Break> {
    let mut reading = Reading {
        skipped,
        room: MAX_VALUE_BYTES,
        is_cut: false,
    };
    let at = lexer.at();
    let value = reading.value(lexer, first)?;
    if reading.is_cut {
        lexer.warnings.add("value_cut", || {
            format!("byte {at}: a value of more than {MAX_VALUE_BYTES} bytes")
        });
    }
    Ok(value)
}

struct Reading<'a> {
    skipped: &'a [&'a str],
    room: usize,
    is_cut: bool,
}

impl Reading<'_> {
    /// The depth of the recursion is the lexer's to bound.
    fn value(&mut self, lexer: &mut Lexer<'_>, first: Token) -> Result<Value, Break> {
        let size = NODE_BYTES
            + match first {
                Token::Text | Token::Number => lexer.text().len(),
                _ => 0,
            };
        if self.room < size {
            self.is_cut = true;
            lexer.skip(first)?;
            return Ok(Value::Null);
        }
        self.room -= size;
        Ok(match first {
            Token::ObjectStart => {
                let mut members = Map::new();
                while lexer.next()? == Token::Key {
                    let name = lexer.text().to_owned();
                    let first = lexer.next()?;
                    if self.skipped.contains(&name.as_str()) {
                        lexer.skip(first)?;
                        continue;
                    }
                    self.room = self.room.saturating_sub(name.len());
                    let value = self.value(lexer, first)?;
                    members.insert(name, value);
                }
                Value::Object(members)
            }
            Token::ArrayStart => {
                let mut elements = Vec::new();
                loop {
                    let first = lexer.next()?;
                    if first == Token::ArrayEnd {
                        break;
                    }
                    let value = self.value(lexer, first)?;
                    if !self.is_cut {
                        elements.push(value);
                    }
                }
                Value::Array(elements)
            }
            Token::Text => Value::String(lexer.text().to_owned()),
            Token::Number => number(lexer.text()),
            Token::True => Value::Bool(true),
            Token::False => Value::Bool(false),
            Token::ObjectEnd | Token::ArrayEnd | Token::Key | Token::Null | Token::End => Value::Null,
        })
    }
}

fn number(text: &str) -> Value {
    if let Ok(integer) = text.parse::<i64>() {
        return Value::from(integer);
    }
    let number = text.parse().ok().and_then(Number::from_f64);
    number.map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (Value, i64) {
        let mut source = text.as_bytes();
        let mut lexer = Lexer::new(&mut source);
        let first = lexer.next().unwrap();
        let value = read(&mut lexer, first, &["skipped"]).unwrap();
        assert_eq!(lexer.next().unwrap(), Token::End);
        (value, lexer.warnings.total())
    }

    #[test]
    fn a_value_is_what_serde_reads_but_for_what_is_skipped() {
        let text = r#"{"a": [1, 2.5, "x", null, true, {}], "b": {"c": false}, "skipped": {"a": [[]]}, "z": -7}"#;
        let expected = r#"{"a": [1, 2.5, "x", null, true, {}], "b": {"c": false}, "z": -7}"#;
        assert_eq!(of(text), (serde_json::from_str(expected).unwrap(), 0));
    }

    #[test]
    fn a_huge_value_is_cut() {
        let text = format!("[{}0]", "{\"a\": \"bcd\"},".repeat(200_000));
        let (value, n_warnings) = of(&text);
        assert!(value.as_array().is_some_and(|elements| elements.len() < 40_000));
        assert_eq!(n_warnings, 1);
    }
}
