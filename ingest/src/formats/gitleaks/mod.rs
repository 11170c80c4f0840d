//! Reports of Gitleaks in JSON and CSV: one row for the scan, and one for each secret that it found.
//!
//! The rules stand in `README.md`. What was found never lands: a finding says where a secret is, not what it is.

pub mod reader;
pub mod redaction;
pub(crate) mod sniff;

mod csv;
mod csv_reader;
mod leak;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
