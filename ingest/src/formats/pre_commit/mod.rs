//! `.pre-commit-config.yaml`: one row for each hook.
//!
//! The rules stand in `README.md`.

pub mod reader;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub(crate) use reader::is_named;
pub use reader::{PARSER, read};
