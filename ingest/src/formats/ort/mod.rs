//! JSON of the OSS Review Toolkit: one row for the evaluation, and one for each violation of a rule.
//!
//! The rules stand in `README.md`.

pub mod reader;
pub mod redaction;
pub(crate) mod sniff;

mod violation;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
