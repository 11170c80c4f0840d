//! Pieces of XML, written straight into one text.

use std::fmt::{Display, Write as _};

/// Writes `text` so that it may stand in a value or between tags.
pub(super) fn escape(out: &mut String, text: &str) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\n' => "&#10;",
            b'\t' => "&#9;",
            b'\r' => "&#13;",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(entity);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// Writes `text` between tags, its lines as they are.
pub(super) fn text(out: &mut String, text: &str) {
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        escape(out, line);
    }
}

/// Writes `text` as a CDATA section; `]]>` in it is split over two.
pub(super) fn character_data(out: &mut String, text: &str) {
    out.push_str("<![CDATA[");
    out.push_str(&text.replace("]]>", "]]]]><![CDATA[>"));
    out.push_str("]]>");
}

/// Writes ` name="value"`.
pub(super) fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value);
    out.push('"');
}

/// Writes ` name="value"` of something that needs no escape.
pub(super) fn plain(out: &mut String, name: &str, value: impl Display) {
    // A text takes whatever is written to it.
    let _ = write!(out, " {name}=\"{value}\"");
}

/// Writes ` name="1.234"`: milliseconds as seconds.
pub(super) fn seconds(out: &mut String, name: &str, milliseconds: i64) {
    let _ = write!(out, " {name}=\"{}.{:03}\"", milliseconds / 1000, milliseconds % 1000);
}
