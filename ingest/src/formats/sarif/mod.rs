//! SARIF 2.1.0 as scanners write it: one row for each run, and one for each result that is a finding.
//!
//! The rules stand in `README.md`. What the file cannot know (repository, commit, attempt) is left to the source's
//! context; whether a finding is new, fixed or late is decided in SQL, from many scans.

pub mod reader;
pub mod redaction;
pub(crate) mod sniff;

mod finding;
mod fingerprint;
mod package;
mod result;
mod run;
mod tool;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
