//! What every handler can reach, and which instant a live page shows.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use domain::clock::{Clock, Timestamp};
use query::answer::{Question, Table};
use query::definition::Kind;
use query::engine::Engine;

use crate::deliveries::Deliveries;
use crate::selection::{InvalidSelection, Selection, live};

/// A live page shows what was prepared while newer things are, for so long at the most.
const PREPARED_FOR: TimeDelta = TimeDelta::minutes(15);

/// The engine that answers, and the clock that says which instant is meant when a visitor names none.
#[derive(Clone)]
pub struct State {
    /// Answers over the lake's publications.
    pub(crate) engine: Engine,
    /// Gives `as_of` where none is asked.
    pub(crate) clock: Arc<dyn Clock>,
    /// Who takes webhook deliveries; null where none is configured.
    pub(crate) deliveries: Option<Deliveries>,
    preparation: Arc<Mutex<Preparation>>,
}

/// What live pages were computed for ahead.
#[derive(Debug, Default)]
struct Preparation {
    prepared: Option<Pin>,
    is_under_way: bool,
}

/// A publication as of an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) as_of: Timestamp,
    pub(crate) publication: u64,
}

impl State {
    /// Pages over `engine`.
    pub fn new(engine: Engine, clock: Arc<dyn Clock>) -> Self {
        Self {
            engine,
            clock,
            deliveries: None,
            preparation: Arc::default(),
        }
    }

    /// Takes webhook deliveries, too.
    #[must_use]
    pub fn with_deliveries(self, deliveries: Option<Deliveries>) -> Self {
        Self { deliveries, ..self }
    }

    /// What a selection asks now. A live page whose newest answers are being computed shows the ones before.
    pub(crate) fn question(&self, selection: &Selection) -> Result<Question, InvalidSelection> {
        let now = self.clock.now();
        let is_live = selection.as_of.is_none() && selection.publication.is_none();
        let Some(pin) = self.shown(now).filter(|_| is_live) else {
            return selection.question(now);
        };
        let question = selection.question(pin.as_of)?;
        Ok(Question {
            publication: Some(pin.publication),
            ..question
        })
    }

    /// What was prepared, while newer things are.
    fn shown(&self, now: Timestamp) -> Option<Pin> {
        let preparation = self.preparation.lock().unwrap_or_else(PoisonError::into_inner);
        preparation
            .prepared
            .filter(|pin| preparation.is_under_way && live(now) - pin.as_of <= PREPARED_FOR)
    }

    /// Tells whether `pin` has still to be prepared, and notes that it is under way then.
    pub(crate) fn begin(&self, pin: Pin) -> bool {
        let mut preparation = self.preparation.lock().unwrap_or_else(PoisonError::into_inner);
        preparation.is_under_way = preparation.prepared != Some(pin);
        preparation.is_under_way
    }

    /// Notes that `pin` was prepared, or that it cannot be.
    pub(crate) fn end(&self, pin: Option<Pin>) {
        let mut preparation = self.preparation.lock().unwrap_or_else(PoisonError::into_inner);
        preparation.is_under_way = false;
        preparation.prepared = pin.or(preparation.prepared);
    }

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::clock::{FixedClock, parse_timestamp};
    use domain::policy::Policy;
    use query::catalog::Catalog;

    use super::*;

    #[test]
    fn a_live_page_shows_what_was_prepared_only_while_newer_things_are_and_a_pinned_one_never() {
        let now = parse_timestamp("2026-11-24T10:07:31Z").unwrap();
        let engine = Engine::over_rows(BTreeMap::new(), Catalog::embedded().unwrap(), Policy::default()).unwrap();
        let state = State::new(engine, Arc::new(FixedClock(now)));
        let at = |text: &str| parse_timestamp(text).unwrap();
        let asked = |selection: &Selection| {
            let question = state.question(selection).unwrap();
            (question.as_of, question.publication)
        };
        let pin = |as_of: &str| Pin {
            as_of: at(as_of),
            publication: 7,
        };
        let live = Selection::default();
        assert_eq!(asked(&live), (at("2026-11-24T10:05:00Z"), None));
        assert!(state.begin(pin("2026-11-24T10:00:00Z")));
        assert_eq!(
            asked(&live),
            (at("2026-11-24T10:05:00Z"), None),
            "nothing is prepared yet"
        );
        state.end(Some(pin("2026-11-24T10:00:00Z")));
        assert_eq!(asked(&live), (at("2026-11-24T10:05:00Z"), None), "nothing is under way");
        assert!(!state.begin(pin("2026-11-24T10:00:00Z")));
        assert!(state.begin(pin("2026-11-24T10:05:00Z")));
        assert_eq!(asked(&live), (at("2026-11-24T10:00:00Z"), Some(7)));
        let pinned = live.pinned(at("2026-11-20T00:00:00Z"), 3);
        assert_eq!(asked(&pinned), (at("2026-11-20T00:00:00Z"), Some(3)));
        state.end(Some(pin("2026-11-24T09:00:00Z")));
        assert!(state.begin(pin("2026-11-24T10:05:00Z")));
        assert_eq!(
            asked(&live),
            (at("2026-11-24T10:05:00Z"), None),
            "an hour old is no live page"
        );
        state.end(None);
        assert_eq!(asked(&live), (at("2026-11-24T10:05:00Z"), None));
    }
}
