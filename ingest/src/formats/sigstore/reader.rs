//! Reads one file by the reader that formats of attestations share.

use std::io::{self, BufRead};

use crate::attestation::reader;
use crate::document::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "sigstore/1";

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<Outline> {
    reader::read("a Sigstore bundle", input, emit)
}
