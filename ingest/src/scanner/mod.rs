//! What reports of scanners have in common, in whatever format they are: rows, kinds of tools, places, identities.
//!
//! The same finding of the same tool has the same identity in the tool's own format as in SARIF.

use std::io::{self, BufRead};

pub(crate) mod class;
pub(crate) mod identity;
pub(crate) mod native;
pub(crate) mod path;
mod rows;
pub(crate) mod sieve;
pub(crate) mod snippet;

#[cfg(test)]
pub(crate) mod checks;
#[cfg(test)]
pub(crate) mod snapshot;

// The front door: callers need these and no path below.
pub use rows::{Outline, Row};

/// Reads one report and gives out its rows. Fails only where the input or the receiver does.
pub type Read = fn(&mut dyn BufRead, &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline>;
