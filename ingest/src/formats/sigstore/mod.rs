//! Sigstore bundles 0.1 to 0.3, alone, in lines, in lists and in answers of GitHub's and npm's APIs, and Cosign's older ones:
//! verified against the trust roots that come with the program, without a network.
//!
//! The rules stand in `README.md`.

pub mod reader;
pub(crate) mod sniff;

#[cfg(test)]
mod tests;

// The front door of the format: callers need these and no path below.
pub use reader::{PARSER, read};
pub(crate) use sniff::sniff;
