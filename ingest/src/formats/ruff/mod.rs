//! JSON of Ruff, as a list and in lines: one row for the scan, and one for each diagnostic.
//!
//! The rules stand in `README.md`. The same finding has the same identity as in Ruff's SARIF.

pub mod reader;
pub mod redaction;
pub(crate) mod sniff;

mod diagnostic;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
