//! Live pages are computed ahead, so that no visitor waits for them, and written down for the next start.

use std::time::Duration;

use axum::extract;
use axum::http::Uri;
use query::definition::Kind;

use crate::error::PageError;
use crate::pages;
use crate::selection::{Selection, live};
use crate::state::{Pin, State};

/// How often it is looked whether something is new.
const LOOK: Duration = Duration::from_secs(5);

/// Takes over what a process before computed ahead. Done before serving, so that the first visitor finds it.
pub async fn recall(state: &State) {
    if let Err(error) = state.engine.recall().await {
        tracing::warn!(error = %error, "answers that were computed ahead cannot be read");
    }
}

/// Prepares the pages that a visitor begins with whenever there is a new publication or instant, until it is dropped.
pub async fn keep_prepared(state: State) {
    loop {
        if let Err(error) = prepare(&state).await {
            tracing::warn!(error = %error, "pages were not prepared");
            state.end(None);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Prepares them once, unless that was done.
async fn prepare(state: &State) -> query::error::Result<()> {
    let pin = Pin {
        as_of: live(state.clock.now()),
        publication: state.engine.newest_publication().await?,
    };
    if pin.publication == 0 || !state.begin(pin) {
        return Ok(());
    }
    let visited = visit(state, pin).await;
    if let Err(error) = visited {
        // The visitor who meets it is told, too.
        tracing::warn!(error = ?error, "a page was not prepared");
    }
    state.end(Some(pin));
    state.engine.shelve(pin.publication, pin.as_of).await
}

/// Visits the pages of the navigation.
async fn visit(state: &State, pin: Pin) -> Result<(), PageError> {
    let pinned = Selection::default().pinned(pin.as_of, pin.publication);
    let address = |path: &str| pinned.href(path).parse::<Uri>().unwrap_or_default();
    let state = || extract::State(state.clone());
    pages::overview::overview(state(), address("/")).await?;
    pages::main::main(state(), address("/main")).await?;
    pages::quarantine::quarantine(state(), address("/quarantine")).await?;
    pages::security::security(state(), address("/security")).await?;
    for definition in state().engine.catalog().of_kind(Kind::Kpi) {
        let path = format!("/kpi/{}", definition.id);
        pages::kpi::kpi(state(), extract::Path(definition.id.clone()), address(&path)).await?;
    }
    pages::ingest::ingest(state(), address("/ingest")).await?;
    pages::reports::reports(state(), address("/reports")).await?;
    Ok(())
}
