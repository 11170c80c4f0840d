//! `plumbline serve`.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use domain::clock::{Clock, SystemClock};
use ingest::sources::github::webhook::{self, Receipt, Refusal, Webhooks};

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
    let webhooks = webhooks(&config)?;
    let state = web::State::new(engine, Arc::clone(&clock)).with_deliveries(webhooks.as_ref().map(deliveries));
    web::recall(&state).await;
    let has_work = !config.schedule.is_empty() || webhooks.is_some();
    let preparing = tokio::spawn(web::keep_prepared(state.clone()));
    tokio::select! {
        served = web::serve(listener, state, stopped()) => served.context("the server failed")?,
        ran = schedule::run(&config, &clock, &store, webhooks.as_deref()), if has_work => ran?,
    }
    preparing.abort();
    Ok(Outcome::Ok)
}

/// Who takes deliveries; null where no secret is configured.
fn webhooks(config: &Config) -> anyhow::Result<Option<Arc<Webhooks>>> {
    let github = &config.github;
    if github.webhook_secrets.is_empty() {
        return Ok(None);
    }
    let webhooks = Webhooks::new(github.webhook_secrets.clone(), github.scope.clone())?;
    Ok(Some(Arc::new(webhooks)))
}

/// Joins the pages' webhook, which answers, with the source's, which checks.
fn deliveries(webhooks: &Arc<Webhooks>) -> web::Deliveries {
    let webhooks = Arc::clone(webhooks);
    let take = move |delivery: &web::Delivery<'_>| {
        let received = webhooks.receive(&webhook::Delivery {
            id: delivery.id,
            event: delivery.event,
            signature: delivery.signature,
            body: delivery.body,
        });
        match received {
            Ok(Receipt::Wakes(repository)) => {
                web::Taken::Accepted(format!("{repository} will be asked for what is new"))
            }
            Ok(Receipt::Known) => web::Taken::Accepted("this delivery came before".to_owned()),
            Ok(Receipt::Nothing(why)) => web::Taken::Accepted(why.to_owned()),
            Err(refusal @ Refusal::Signature) => web::Taken::Unsigned(refusal.to_string()),
            Err(refusal) => web::Taken::Unreadable(refusal.to_string()),
        }
    };
    web::Deliveries {
        bytes_max: webhook::BODY_BYTES_MAX,
        take: Arc::new(take),
    }
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
