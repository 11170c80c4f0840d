//! JSON of SPDX 2 and 3: one row for each package, and one for the document.
//!
//! The rules stand in `README.md`.

pub mod reader;
pub(crate) mod sniff;

mod package;
mod subject;
mod version_2;
mod version_3;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
