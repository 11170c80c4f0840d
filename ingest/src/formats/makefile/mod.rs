//! Makefiles: one row for each command of each target.
//!
//! The rules stand in `README.md`.

pub mod reader;

mod lines;
mod variables;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub(crate) use reader::is_named;
pub use reader::{PARSER, read};
