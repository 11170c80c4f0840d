//! What every handler can reach.

use std::fmt;
use std::sync::Arc;

use domain::clock::Clock;
use query::answer::{Question, Table};
use query::definition::Kind;
use query::engine::Engine;

/// The engine that answers, and the clock that says which instant is meant when a visitor names none.
#[derive(Clone)]
pub struct State {
    /// Answers over the lake's publications.
    pub engine: Engine,
    /// Gives `as_of` where none is asked.
    pub clock: Arc<dyn Clock>,
}

impl State {
    /// Lists rows; null where the catalogue has no such list.
    pub(crate) async fn list_if_any(&self, id: &str, question: &Question) -> query::error::Result<Option<Table>> {
        match self.engine.catalog().get(Kind::List, id) {
            Some(_) => self.engine.list(id, question).await.map(Some),
            None => Ok(None),
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}
