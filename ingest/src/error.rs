//! What stops an ingest; what is wrong with a payload does not.

use std::path::PathBuf;

/// Why nothing, or not everything, was ingested.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The lake refused.
    #[error(transparent)]
    Lake(#[from] lake::error::Error),
    /// A file of the source cannot be read.
    #[error("`{path}` cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// What was asked for cannot be done as it was asked.
    #[error("{0}")]
    Usage(String),
    /// The source refused, or could not be reached.
    #[error("{0}")]
    Remote(String),
    /// A scratch file or a worker failed.
    #[error("a worker failed")]
    Worker(#[from] std::io::Error),
    /// An intent of a cut-off batch holds something that is none.
    #[error("batch {batch} was cut off and cannot be finished: {reason}")]
    Intent {
        /// Its number.
        batch: u64,
        /// What is wrong.
        reason: String,
    },
}

/// What ingest functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;
