#![doc = include_str!("../README.md")]

mod attestation;
pub mod coverage;
pub mod document;
pub mod error;
pub mod formats;
mod json;
pub mod payload;
pub mod pipeline;
pub mod redaction;
pub mod replay;
pub mod report;
mod repository_file;
pub mod run_document;
mod sbom;
pub mod scanner;
pub mod sources;
pub mod tally;
mod xml;
mod yaml;
