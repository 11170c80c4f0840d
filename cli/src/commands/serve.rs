//! `plumbline serve`.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use domain::clock::{Clock, SystemClock};

use crate::arguments::Serve;
use crate::commands::open;
use crate::config::{Config, UsageError};
use crate::output;
use crate::run::Outcome;
use crate::schedule;

/// Runs it until ctrl-C or a termination signal.
pub async fn run(config: Config, serve: Serve) -> anyhow::Result<Outcome> {
    let listen = serve.listen.unwrap_or(config.listen);
    pages(config, listen, Arc::new(SystemClock)).await
}

/// Serves the pages of a lake at `listen`, and runs what is scheduled, until interrupted; `clock` tells what time it is.
pub(super) async fn pages(config: Config, listen: SocketAddr, clock: Arc<dyn Clock>) -> anyhow::Result<Outcome> {
    web::check_address(listen).map_err(|refused| UsageError(refused.to_string()))?;
    let engine = open::engine(&config)?;
    let store = open::store(&config)?;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|error| UsageError(format!("cannot listen on `{listen}`: {error}")))?;
    output::note(&format!("serving on http://{}", listener.local_addr()?));
    schedule::announce(&config, clock.as_ref());
    let state = web::State::new(engine, Arc::clone(&clock));
    web::recall(&state).await;
    let preparing = tokio::spawn(web::keep_prepared(state.clone()));
    tokio::select! {
        served = web::serve(listener, state, stopped()) => served.context("the server failed")?,
        ran = schedule::run(&config, &clock, &store), if !config.schedule.is_empty() => ran?,
    }
    preparing.abort();
    Ok(Outcome::Ok)
}

async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => drop(interrupted.await),
    }
}
