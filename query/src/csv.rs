//! CSV as spreadsheets take it, without letting them run it.

use domain::clock::format_timestamp;

use crate::answer::Cell;

/// A cell of text.
pub fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// A cell of text, or none.
pub fn optional(content: Option<&str>) -> Cell {
    content.map_or(Cell::Null, text)
}

/// RFC 4180 with CRLF. A text that a spreadsheet would run as a formula is led by an apostrophe.
#[derive(Debug, Default)]
pub struct Csv(pub(crate) String);

impl Csv {
    /// Begins with a line of names.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut csv = Self::default();
        csv.line(names.into_iter().map(text));
        csv
    }

    /// All lines.
    pub fn into_text(self) -> String {
        self.0
    }

    /// Adds a line.
    pub fn line(&mut self, cells: impl IntoIterator<Item = Cell>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            match cell {
                // JSON writes a number that is none as null, too.
                Cell::Null => {}
                Cell::Float(number) if !number.is_finite() => {}
                Cell::Text(text) => self.text(&text),
                Cell::Integer(number) => self.0.push_str(&number.to_string()),
                Cell::Float(number) => self.0.push_str(&number.to_string()),
                Cell::Boolean(flag) => self.0.push_str(if flag { "true" } else { "false" }),
                Cell::Time(instant) => self.0.push_str(&format_timestamp(instant)),
            }
        }
        self.0.push_str("\r\n");
    }

    fn text(&mut self, text: &str) {
        let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let is_quoted = text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ');
        let quote = if is_quoted { "\"" } else { "" };
        let apostrophe = if is_formula { "'" } else { "" };
        self.0.extend([quote, apostrophe, &text.replace('"', "\"\""), quote]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_spreadsheet_would_run_is_disarmed_and_a_number_is_not() {
        let mut csv = Csv::default();
        let cells = [
            "=1+1",
            "+1",
            "-1",
            "@x",
            "\tx",
            "\rx",
            "a=b",
            "",
            "a\"b,c",
            "two\nlines",
        ];
        csv.line(cells.map(text));
        csv.line([
            Cell::Integer(-1),
            Cell::Float(-0.1),
            Cell::Float(50.0),
            Cell::Float(f64::NAN),
            Cell::Null,
        ]);
        assert_eq!(
            csv.0,
            "'=1+1,'+1,'-1,'@x,'\tx,\"'\rx\",a=b,,\"a\"\"b,c\",\"two\nlines\"\r\n-1,-0.1,50,,\r\n"
        );
    }
}
