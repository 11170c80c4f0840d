//! What reports of scanners have in common, in whatever format they are: rows, kinds of tools, places, identities.
//!
//! The same finding of the same tool has the same identity in the tool's own format as in SARIF.

use std::io::{self, BufRead, Write};

pub(crate) mod class;
pub(crate) mod enclosed;
pub(crate) mod entry;
pub(crate) mod head;
pub(crate) mod identity;
pub(crate) mod judge;
pub(crate) mod lines;
pub(crate) mod package;
pub(crate) mod path;
pub(crate) mod reading;
pub(crate) mod redaction;
mod rows;
pub(crate) mod ruled;
pub(crate) mod sheet;
pub(crate) mod sieve;
pub(crate) mod snippet;
pub(crate) mod window;

#[cfg(test)]
pub(crate) mod snapshot;
#[cfg(test)]
pub(crate) mod trials;

// The front door: callers need these and no path below.
pub use rows::{Outline, Row};

/// Reads one report and gives out its rows. Fails only where the input or the receiver does.
pub type Read = fn(&mut dyn BufRead, &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline>;

/// Copies one report without the secrets that it shows; returns how many places were changed. Fails only where the
/// input or the output does.
pub type Clean = fn(&mut dyn BufRead, &mut dyn Write) -> io::Result<i64>;
