//! Output of MyPy, as text and as JSON in lines: one row for the run, and one for each error.
//!
//! The rules stand in `README.md`.

pub mod reader;
pub mod redaction;
pub(crate) mod sniff;

mod text;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
