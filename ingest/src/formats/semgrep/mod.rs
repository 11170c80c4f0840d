//! JSON of Semgrep: one row for the scan, and one for each result.
//!
//! The rules stand in `README.md`. The same finding has the same identity as in Semgrep's SARIF.

pub mod reader;
pub mod redaction;
pub(crate) mod sniff;

mod finding;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
