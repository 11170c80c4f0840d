//! in-toto statements and DSSE envelopes: what is said of artifacts, with a signature or without.
//!
//! The rules stand in `README.md`. Whether a signature holds is only told of Sigstore bundles, which are a format of
//! their own.

pub mod reader;
pub(crate) mod sniff;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
