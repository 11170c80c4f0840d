//! Workflow files of GitHub Actions: one row for the file, one for each job, one for each step.
//!
//! The rules stand in `README.md`. Rows say what a file declares; what GitHub makes of it is left to who asks.

pub mod reader;
pub(crate) mod sniff;

mod job;
mod matrix;
mod step;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::{is_named, sniff};
