//! Reports of Checkov in JSON: one row for the scan, and one for each check that failed or was skipped.
//!
//! The rules stand in `README.md`. Code, values and definitions that Checkov shows never land; of code a digest stays, by
//! which its SARIF names a finding, too.

pub mod reader;
pub mod redaction;
pub(crate) mod sniff;

mod check;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
