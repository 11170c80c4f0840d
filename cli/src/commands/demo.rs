//! `plumbline demo`.

use anyhow::Context as _;
use demo::simulation::{Options, simulate};

use crate::arguments::Demo;
use crate::output;
use crate::run::Outcome;

/// Simulates an organization and writes down what really happened in it.
pub fn run(arguments: &Demo) -> anyhow::Result<Outcome> {
    let (_, truth) = simulate(Options {
        seed: arguments.seed,
        days: arguments.days,
    });
    if arguments.truth.as_os_str() == "-" {
        output::json(&truth)?;
        return Ok(Outcome::Ok);
    }
    let path = arguments.truth.display();
    let json = serde_json::to_vec_pretty(&truth)?;
    std::fs::write(&arguments.truth, json).with_context(|| format!("failed to write the truth to `{path}`"))?;
    let n_attempts: i64 = truth.repositories.iter().map(|of| of.counts.attempts).sum();
    let n_results: i64 = truth.repositories.iter().map(|of| of.counts.test_results).sum();
    output::text(&format!(
        "{} repositories, {n_attempts} run attempts, {n_results} test results; the truth is in {path}",
        truth.repositories.len(),
    ));
    Ok(Outcome::Ok)
}
