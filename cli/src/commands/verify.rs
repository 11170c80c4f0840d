//! `plumbline verify`.

use lake::verify;
use serde::Serialize;

use crate::arguments::{Format, Verify};
use crate::commands::open;
use crate::config::Config;
use crate::output::{self, Progress};
use crate::run::Outcome;

#[derive(Serialize)]
struct VerificationJson<'a> {
    publications: u64,
    manifests: u64,
    files: u64,
    payloads: u64,
    failures: &'a [String],
}

/// Runs it; a broken link is a difference found.
pub async fn run(config: &Config, arguments: Verify, format: Format) -> anyhow::Result<Outcome> {
    let store = open::store(config)?;
    let progress = Progress::start("verifying");
    let found = verify::verify(&store, arguments.deep, &|item| progress.step(item)).await?;
    drop(progress);
    if format == Format::Json {
        output::json(&VerificationJson {
            publications: found.publications,
            manifests: found.manifests,
            files: found.files,
            payloads: found.payloads,
            failures: &found.failures,
        })?;
    } else {
        for failure in &found.failures {
            output::text(failure);
        }
        let how = if arguments.deep {
            "every byte was read"
        } else {
            "names and chain; `--deep` reads every byte"
        };
        output::text(&format!(
            "{} publications, {} manifests, {} files, {} payloads: {} failures ({how})",
            found.publications,
            found.manifests,
            found.files,
            found.payloads,
            found.failures.len(),
        ));
    }
    Ok(if found.failures.is_empty() {
        Outcome::Ok
    } else {
        Outcome::Missed
    })
}
