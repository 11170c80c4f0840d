//! LCOV tracefiles as geninfo, Istanbul, LLVM, coverage.py and others write them: files of source code, no totals.
//!
//! The rules stand in `README.md`. Functions and conditions (MC/DC) are passed over.

pub mod reader;
pub mod sniff;

mod lines;
mod probes;
mod source_file;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub use sniff::sniff;
