//! What can go wrong with a lake, told so that the reader knows what to do.

/// Why the lake did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL names no store that Plumbline can use.
    #[error("`{url}` is not a lake: {reason}; write `file:///path/to/folder`, a path, or `s3://bucket/prefix`")]
    Url {
        /// The URL as written.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store lets two writers win the same key, and would lose commits.
    #[error("the store `{url}` is refused: {reason}")]
    UnsafeStore {
        /// The store.
        url: String,
        /// What the probe saw.
        reason: String,
    },
    /// Another process writes.
    #[error("another writer holds the lake: {holder}; wait for it, or use `--wait SECONDS`")]
    Busy {
        /// Who, since when, until when.
        holder: String,
    },
    /// Our lease ran out, or another writer took over.
    #[error("the writer lease was lost: {reason}; nothing was published, start again")]
    LeaseLost {
        /// What happened.
        reason: String,
    },
    /// A publication that was asked for does not exist.
    #[error("publication {number} does not exist; the newest is {newest}")]
    NoSuchPublication {
        /// The number asked for.
        number: u64,
        /// The newest number; 0 while nothing is published.
        newest: u64,
    },
    /// An object is missing, altered, or not of the form that it should have.
    #[error("`{path}` is damaged: {reason}")]
    Damaged {
        /// The object.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store failed.
    #[error("the store failed at `{path}`")]
    Store {
        /// The object.
        path: String,
        /// What the store said.
        #[source]
        source: Box<object_store::Error>,
    },
    /// A Delta table failed.
    #[error("the Delta table `{table}` failed")]
    Delta {
        /// The table.
        table: &'static str,
        /// What the library said.
        #[source]
        source: Box<deltalake_core::DeltaTableError>,
    },
    /// Rows could not be encoded or decoded.
    #[error("rows could not be encoded or decoded as Parquet")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Arrow refused a batch.
    #[error("rows do not fit their Arrow schema")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A local scratch file failed.
    #[error("a scratch file failed")]
    Scratch(#[from] std::io::Error),
}

/// What lake functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Puts an object's path beside what the store said.
    pub(crate) fn store(path: &object_store::path::Path) -> impl FnOnce(object_store::Error) -> Self {
        let path = path.to_string();
        move |source| Self::Store {
            path,
            source: Box::new(source),
        }
    }

    /// Puts a table's name beside what Delta said.
    pub(crate) fn delta(table: &'static str) -> impl FnOnce(deltalake_core::DeltaTableError) -> Self {
        move |source| Self::Delta {
            table,
            source: Box::new(source),
        }
    }

    /// Calls an object damaged.
    pub(crate) fn damaged(path: impl ToString, reason: impl ToString) -> Self {
        Self::Damaged {
            path: path.to_string(),
            reason: reason.to_string(),
        }
    }
}
