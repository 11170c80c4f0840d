//! `plumbline serve`.

use std::sync::Arc;

use anyhow::Context as _;
use domain::clock::SystemClock;

use crate::arguments::Serve;
use crate::commands::open;
use crate::config::{Config, UsageError};
use crate::output;
use crate::run::Outcome;

/// Runs it until ctrl-C or a termination signal.
pub async fn run(config: Config, serve: Serve) -> anyhow::Result<Outcome> {
    let listen = serve.listen.unwrap_or(config.listen);
    web::check_address(listen).map_err(|refused| UsageError(refused.to_string()))?;
    let engine = open::engine(config)?;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|error| UsageError(format!("cannot listen on `{listen}`: {error}")))?;
    output::note(&format!("serving on http://{}", listener.local_addr()?));
    let state = web::State {
        engine,
        clock: Arc::new(SystemClock),
    };
    web::serve(listener, state, stopped())
        .await
        .context("the server failed")?;
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
