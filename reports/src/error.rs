//! Why there is no report.

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine did not answer, or there is no such report.
    #[error(transparent)]
    Query(#[from] query::error::Error),
    /// A page was not written.
    #[error("a page of the report cannot be written: {0}")]
    Page(#[from] askama::Error),
}

/// With such an error.
pub type Result<T> = std::result::Result<T, Error>;
