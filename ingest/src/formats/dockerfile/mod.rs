//! Dockerfiles: one row for each image that one takes in.
//!
//! The rules stand in `README.md`. No other instruction is looked at.

pub mod reader;

mod instructions;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub(crate) use reader::is_named;
pub use reader::{PARSER, read};
