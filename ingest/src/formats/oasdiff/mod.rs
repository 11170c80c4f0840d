//! JSON of oasdiff, of `breaking` and `changelog`: one row for the comparison, and one for each change that breaks or may
//! break.
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
