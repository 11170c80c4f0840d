//! `plumbline replay`.

use std::fmt::Write as _;

use ingest::replay::{Choice, replay};
use serde::Serialize;

use crate::arguments::{Format, Replay};
use crate::commands::open;
use crate::config::Config;
use crate::output::{self, Progress};
use crate::run::Outcome;

#[derive(Serialize)]
struct ReplayJson {
    publication: Option<u64>,
    payloads: u64,
    batches: u64,
    tables: Vec<TableJson>,
}

#[derive(Serialize)]
struct TableJson {
    table: &'static str,
    rows_before: u64,
    rows_after: u64,
}

/// Reads again what was chosen; batches that were cut off are finished first.
pub async fn run(config: &Config, arguments: Replay, format: Format) -> anyhow::Result<Outcome> {
    let mut writer = open::writer(config, "replay", arguments.writing.wait).await?;
    let progress = Progress::start("reading again");
    let choice = Choice {
        format: arguments.format,
        since: arguments.since,
        is_outdated: arguments.outdated,
    };
    let replayed = replay(&mut writer, &choice, &|item| progress.step(item)).await;
    writer.close().await?;
    drop(progress);
    let replayed = replayed?;
    if format == Format::Json {
        let table = |(table, (before, after)): (&&'static str, &(u64, u64))| TableJson {
            table,
            rows_before: *before,
            rows_after: *after,
        };
        output::json(&ReplayJson {
            publication: replayed.publication,
            payloads: replayed.n_payloads,
            batches: replayed.n_batches,
            tables: replayed.rows.iter().map(table).collect(),
        })?;
        return Ok(Outcome::Ok);
    }
    let Some(publication) = replayed.publication else {
        output::text("nothing to read again");
        return Ok(Outcome::Ok);
    };
    let mut text = format!(
        "publication {publication}: {} payloads of {} batches read again",
        replayed.n_payloads, replayed.n_batches
    );
    for (table, (before, after)) in &replayed.rows {
        let _ = write!(text, "\n  {table}: {before} rows before, {after} now");
    }
    output::text(&text);
    Ok(Outcome::Ok)
}
