//! Copies a report as it is: its rules are about schemas, and what it quotes are names. An object that breaks off lands
//! without its texts, as in every format in JSON.

use std::io::{self, BufRead, Write};

use crate::scanner::ruled::Ruled;
use crate::scanner::sheet;

/// Members whose texts stay in any case.
const RULED: Ruled = Ruled::new("type", &["path", "type"]);

/// Copies `input` to `output`; returns how many places were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    sheet::copy(input, output, &mut |line, output| {
        sheet::copy_object(line, &mut RULED.clone(), output)
    })
}
