//! What a source hands to the pipeline: files, and documents that it holds in memory, each with what it belongs to.

use std::path::PathBuf;

use domain::clock::Timestamp;
use domain::source::SourceContext;

/// Something that is read by one worker.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// What it is called while it is read.
    pub(crate) shown: String,
    pub(crate) origin: Origin,
}

/// Where an item's bytes are.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// On disk; recognised by its content.
    File {
        path: PathBuf,
        /// Where it names an artifact, that is the name; else an archive is named by its file.
        context: SourceContext,
        completed_at: Timestamp,
    },
    /// In memory.
    Documents(Vec<Document>),
}

/// A payload of which it is known how to read it.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) format: &'static str,
    pub(crate) parser: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// Path for the reader.
    pub(crate) shown: String,
    pub(crate) context: SourceContext,
    /// Its event time.
    pub(crate) completed_at: Timestamp,
}
