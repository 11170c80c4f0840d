//! JaCoCo XML as JaCoCo, Kover, gcovr and Pester write it: totals, and each file of source code.
//!
//! The rules stand in `README.md`. Counters of methods are never added up: two methods may share a line.

pub mod reader;
pub mod sniff;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub use sniff::sniff;
