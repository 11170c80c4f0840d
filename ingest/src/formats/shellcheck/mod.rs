//! JSON of ShellCheck, `json` and `json1`: one row for the scan, and one for each comment.
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
