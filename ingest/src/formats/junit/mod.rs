//! JUnit XML as some forty producers write it: one report in, one row for each execution of a test out.
//!
//! The rules by dialect stand in `README.md`. Counts in the report's own attributes are never trusted, only compared.
//! What the report cannot know (run, commit, attempt) is left to the source's context.

pub mod reader;
pub mod sniff;

mod case;
mod dialect;
mod duration;
mod elements;
mod suites;
mod window;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{Outline, PARSER, read};
pub use sniff::{Sniff, sniff};
