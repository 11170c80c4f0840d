//! Copies a report without what its diagnostics about passwords say, byte for byte otherwise.

use std::io::{self, BufRead, Cursor, Read as _, Write};

use crate::json::utf8::Utf8;
use crate::scanner::judge;
use crate::scanner::lines::peek;
use crate::scanner::ruled::Ruled;
use crate::scanner::sheet;

/// The member that holds the rule, and those whose texts stay.
const RULED: Ruled = Ruled::new(
    "code",
    &["applicability", "code", "filename", "name", "severity", "url"],
);

/// Copies `input` to `output`; returns how many places were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    let mut input = Utf8::new(input);
    let (head, first) = peek(&mut input)?;
    let mut input = Cursor::new(head).chain(input);
    if first == Some(b'{') {
        sheet::copy(&mut input, output, &mut |line, output| {
            sheet::copy_object(line, &mut RULED.clone(), output)
        })
    } else {
        judge::copy(&mut input, output, &mut RULED.clone())
    }
}
