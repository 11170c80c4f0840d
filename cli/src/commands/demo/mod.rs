//! `plumbline demo`.

mod check;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use demo::api::server::{Options as ApiOptions, Server};
use demo::simulation::{Options, pulls, simulate};
use demo::truth::Truth;
use demo::world::{ORGANIZATION, World};
use domain::clock::{FixedClock, Timestamp};
use ingest::sources::github::access::{Access, Credential};
use ingest::sources::github::pull::{self, Pulled, Scope};
use lake::writer::Writer;
use serde::{Deserialize, Serialize};

use crate::arguments::Demo;
use crate::commands::github::tell_gaps;
use crate::commands::{open, serve};
use crate::config::{Config, UsageError};
use crate::output::{self, Progress};
use crate::run::Outcome;

/// Where the lake is when nobody says.
const DATA: &str = "data/demo";
/// The file beside the lake that says which organization it holds.
const STAMP: &str = "organization.json";
/// Pulls until nothing is missing any more; faults leave gaps that the next pull closes.
const PULLS_MAX: usize = 5;

/// Which organization a lake holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    seed: u64,
    days: u32,
}

/// Simulates an organization, and does with it what was asked: serves its API, writes down what really happened in it, or
/// pulls it into a lake, and then serves the pages or holds every number against the truth.
pub async fn run(config: Config, arguments: &Demo) -> anyhow::Result<Outcome> {
    let listen = arguments.listen;
    if !listen.ip().is_loopback() {
        bail!(UsageError(format!(
            "`--listen {listen}` is not a loopback address: the simulated organization is for this machine only"
        )));
    }
    let (world, truth) = simulate(Options {
        seed: arguments.seed,
        days: arguments.days,
    });
    if let Some(path) = &arguments.truth {
        write(path, &truth)?;
    }
    if arguments.api_only {
        return serve_api(arguments, world).await;
    }
    if arguments.truth.is_some() && arguments.data.is_none() && !arguments.check {
        return Ok(Outcome::Ok);
    }
    let data = arguments.data.as_deref().unwrap_or(Path::new(DATA));
    let end = world.end;
    let config = Config {
        lake: data.join("lake").to_string_lossy().into_owned(),
        schedule: vec![],
        ..config
    };
    fill(&config, arguments, data, world).await?;
    if arguments.check {
        let engine = open::engine(&config)?;
        return check::check(&engine, &truth).await;
    }
    drop(truth);
    serve::pages(config, listen, Arc::new(FixedClock(end))).await
}

/// Serves the API until interrupted.
async fn serve_api(arguments: &Demo, world: World) -> anyhow::Result<Outcome> {
    let options = ApiOptions {
        rate_limit: arguments.rate_limit,
        fault_percent: arguments.faults,
        ..ApiOptions::at(world.end)
    };
    let listen = arguments.listen;
    let server = Server::start(Arc::new(world), options, listen)
        .await
        .map_err(|error| UsageError(format!("cannot listen on `{listen}`: {error}")))?;
    output::note(&format!(
        "serving `{ORGANIZATION}` on {}; interrupt to stop",
        server.api_url()
    ));
    tokio::signal::ctrl_c().await?;
    server.stop().await;
    Ok(Outcome::Ok)
}

/// Pulls the organization into the lake, unless that was done before.
async fn fill(config: &Config, arguments: &Demo, data: &Path, world: World) -> anyhow::Result<()> {
    let stamp = Stamp {
        seed: arguments.seed,
        days: arguments.days,
    };
    let path = data.join(STAMP);
    if let Ok(text) = std::fs::read(&path) {
        let held: Stamp = serde_json::from_slice(&text)
            .with_context(|| format!("`{}` is not what a demo wrote: remove the folder", path.display()))?;
        if held != stamp {
            bail!(UsageError(format!(
                "`{}` holds the organization of `--seed {} --days {}`: ask for that one, or give another `--data`",
                data.display(),
                held.seed,
                held.days,
            )));
        }
        return Ok(());
    }
    let mut writer = open::writer(config, "demo", 0).await?;
    let progress = Progress::start("pulling");
    let world = Arc::new(world);
    let mut pulled = Ok(Pulled::default());
    for now in pulls::instants(world.end, arguments.days) {
        pulled = pull_at(now, &world, arguments, &mut writer, &progress).await;
        if pulled.is_err() {
            break;
        }
    }
    // The lease is given back also after an error.
    writer.close().await?;
    drop(progress);
    tell_gaps(&pulled?.gaps);
    std::fs::write(&path, serde_json::to_vec_pretty(&stamp)?)
        .with_context(|| format!("failed to write `{}`", path.display()))
}

/// Pulls the organization as it stands at `now`; where faults left gaps, again.
async fn pull_at(
    now: Timestamp,
    world: &Arc<World>,
    arguments: &Demo,
    writer: &mut Writer,
    progress: &Progress,
) -> anyhow::Result<Pulled> {
    let options = ApiOptions {
        rate_limit: arguments.rate_limit,
        fault_percent: arguments.faults,
        ..ApiOptions::at(now)
    };
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Server::start(Arc::clone(world), options, anywhere).await?;
    let access = Access::new(&server.api_url(), Credential::Anonymous)?;
    let scope = Scope {
        organization: Some(ORGANIZATION.to_owned()),
        ..Scope::default()
    };
    let mut last = Pulled::default();
    for _ in 0..PULLS_MAX {
        last = pull::pull(writer, &access, &scope, &|item| progress.step(item)).await?;
        if arguments.faults == 0 || last.gaps.is_empty() {
            break;
        }
    }
    server.stop().await;
    Ok(last)
}

fn write(path: &Path, truth: &Truth) -> anyhow::Result<()> {
    if path.as_os_str() == "-" {
        return output::json(truth);
    }
    let json = serde_json::to_vec_pretty(truth)?;
    std::fs::write(path, json).with_context(|| format!("failed to write the truth to `{}`", path.display()))?;
    let n_attempts: i64 = truth.repositories.iter().map(|of| of.counts.attempts).sum();
    let n_results: i64 = truth.repositories.iter().map(|of| of.counts.test_results).sum();
    output::note(&format!(
        "{} repositories, {n_attempts} run attempts, {n_results} test results; the truth is in {}",
        truth.repositories.len(),
        path.display(),
    ));
    Ok(())
}
