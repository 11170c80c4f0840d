//! `plumbline demo`.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use demo::api::server::{Options as ApiOptions, Server};
use demo::simulation::{Options, simulate};
use demo::truth::Truth;

use crate::arguments::Demo;
use crate::config::UsageError;
use crate::output;
use crate::run::Outcome;

/// Simulates an organization; writes down what really happened in it, and serves it as GitHub would.
pub async fn run(arguments: &Demo) -> anyhow::Result<Outcome> {
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
        let options = ApiOptions {
            rate_limit: arguments.rate_limit,
            fault_percent: arguments.faults,
            ..ApiOptions::at(world.end)
        };
        let server = Server::start(Arc::new(world), options, listen)
            .await
            .map_err(|error| UsageError(format!("cannot listen on `{listen}`: {error}")))?;
        output::note(&format!(
            "serving `neurocipher` on {}; interrupt to stop",
            server.api_url()
        ));
        tokio::signal::ctrl_c().await?;
        server.stop().await;
    }
    Ok(Outcome::Ok)
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
