//! Cobertura XML as coverage.py, Coverlet, gcovr, Istanbul and others write it: totals, and each file of source code.
//!
//! The rules stand in `README.md`. Rates in the report's own attributes are never read: they are rounded, and a rate of
//! nothing is written as 0 by some and as 1 by others.

pub mod reader;
pub mod sniff;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub use sniff::sniff;
