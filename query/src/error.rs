//! Why a question has no answer, told so that the asker knows whose fault it is.

use datafusion::error::DataFusionError;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such relation.
    #[error("there is no {kind} `{id}`; there are: {known}")]
    Unknown {
        /// Its kind.
        kind: &'static str,
        /// What was asked for.
        id: String,
        /// What exists.
        known: String,
    },
    /// A parameter is missing or not of its form.
    #[error("{0}")]
    Argument(String),
    /// Free SQL that is not a query, or not readable.
    #[error("{0}")]
    Sql(String),
    /// A file of `sql/` breaks the grammar.
    #[error("sql/{path}:{line}: {reason}")]
    Catalog {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// The lake failed.
    #[error(transparent)]
    Lake(#[from] lake::error::Error),
    /// The engine failed.
    #[error("the query engine failed in `{relation}`")]
    Engine {
        /// The relation.
        relation: String,
        /// What it said.
        #[source]
        source: Box<DataFusionError>,
    },
    /// A relation does not have the shape of its kind.
    #[error("`{relation}` does not have the shape of its kind: {reason}")]
    Shape {
        /// The relation.
        relation: String,
        /// What is wrong.
        reason: String,
    },
}

/// What query functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Puts a relation's name beside what the engine said.
    pub(crate) fn engine(relation: &str) -> impl FnOnce(DataFusionError) -> Self {
        let relation = relation.to_owned();
        move |source| Self::Engine {
            relation,
            source: Box::new(source),
        }
    }

    /// The asker named something that does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(
            self,
            Self::Unknown { .. } | Self::Lake(lake::error::Error::NoSuchPublication { .. })
        )
    }

    /// The asker asked wrongly.
    pub fn is_bad_request(&self) -> bool {
        matches!(self, Self::Argument(_) | Self::Sql(_))
    }
}
