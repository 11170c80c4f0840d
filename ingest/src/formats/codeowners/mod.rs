//! CODEOWNERS: one row for each rule.
//!
//! The rules stand in `README.md`. What a pattern matches is left to who asks.

pub mod reader;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub(crate) use reader::is_named;
pub use reader::{PARSER, read};
