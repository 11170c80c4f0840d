#![doc = include_str!("../README.md")]

pub mod coverage;
pub mod document;
pub mod error;
pub mod formats;
mod json;
pub mod payload;
pub mod pipeline;
pub mod redaction;
pub mod report;
pub mod run_document;
pub mod scanner;
pub mod sources;
pub mod tally;
mod xml;
