//! Output of Spectral in JSON, as Code Climate, and in lines: one row for the run, and one for each result.
//!
//! The rules stand in `README.md`. The same finding has the same identity in every format of Spectral, SARIF among them.

pub mod reader;
pub mod redaction;
pub(crate) mod sniff;

mod result;
mod text;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
