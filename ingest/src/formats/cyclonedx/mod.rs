//! JSON of CycloneDX: one row for each component, and one for the document.
//!
//! The rules stand in `README.md`.

pub mod reader;
pub(crate) mod sniff;

mod component;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
