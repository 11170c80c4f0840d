//! What several commands open: the store, the engine, the writer; and how options become a question.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::clock::{Clock, SystemClock, Window};
use lake::store::Store;
use lake::writer::Writer;
use query::answer::Question;
use query::engine::Engine;

use crate::arguments::Reading;
use crate::config::{Config, UsageError};

/// Opens the store.
pub fn store(config: &Config) -> anyhow::Result<Store> {
    Ok(Store::open(&config.lake, &config.store_options)?)
}

/// Opens the engine over the store.
pub fn engine(config: &Config) -> anyhow::Result<Engine> {
    let store = store(config)?;
    Ok(Engine::open(store, config.catalog.clone(), config.policy.clone())?)
}

/// Becomes the writer, waiting for another one.
pub async fn writer(config: &Config, command: &str, wait_seconds: u64) -> anyhow::Result<Writer> {
    let holder = format!("plumbline {command} (process {})", std::process::id());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(Writer::open(&store(config)?, clock, &holder, Duration::from_secs(wait_seconds)).await?)
}

/// Turns options into a question; half a window is completed by the definition's span.
pub fn question(
    engine: &Engine,
    reading: &Reading,
    span_policy: Option<&str>,
    arguments: Vec<(String, String)>,
) -> anyhow::Result<Question> {
    let as_of = reading.as_of.unwrap_or_else(|| SystemClock.now());
    let to = reading.to.unwrap_or(as_of);
    let window = match (reading.from, reading.to) {
        (None, None) => None,
        (Some(from), _) => Some(Window { from, to }),
        (None, Some(to)) => Some(Window {
            from: to - engine.span(span_policy, to),
            to,
        }),
    };
    if to > as_of {
        let reason = "the window ends after `--as-of`: what had not happened yet cannot be counted";
        return Err(UsageError(reason.to_owned()).into());
    }
    Ok(Question {
        as_of,
        known_at: reading.known_at,
        publication: reading.publication,
        window,
        repositories: reading.repository.iter().map(ToString::to_string).collect(),
        arguments: arguments.into_iter().collect::<BTreeMap<_, _>>(),
    })
}
