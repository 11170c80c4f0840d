//! JSON of Trivy: one row for the report, and one for each thing that it found.
//!
//! The rules stand in `README.md`. The same finding has the same identity as in Trivy's SARIF.

pub mod reader;
pub mod redaction;
pub(crate) mod sniff;

mod finding;
mod item;
mod place;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
