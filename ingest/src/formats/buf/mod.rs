//! JSON of Buf, of `breaking` and `lint`: one row for the run, and one for each violation.
//!
//! The rules stand in `README.md`.

pub mod reader;
pub mod redaction;
pub(crate) mod sniff;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
