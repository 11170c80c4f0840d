//! `plumbline upkeep`.

use ingest::pipeline;
use serde::Serialize;

use crate::arguments::{Format, Upkeep};
use crate::commands::open;
use crate::config::Config;
use crate::output::{self, Progress};
use crate::run::Outcome;

#[derive(Serialize)]
struct UpkeepJson {
    finished_batches: u64,
    files_before: u64,
    files_after: u64,
    checkpoints: u64,
    deleted: u64,
}

/// Runs it; batches that were cut off are finished first.
pub async fn run(config: &Config, arguments: Upkeep, format: Format) -> anyhow::Result<Outcome> {
    let mut writer = open::writer(config, "upkeep", arguments.writing.wait).await?;
    let progress = Progress::start("upkeep");
    let done = async {
        let finished = pipeline::resume(&mut writer, &|item| progress.step(item)).await?;
        let upkeep = lake::upkeep::run(&mut writer).await?;
        anyhow::Ok((finished.len() as u64, upkeep))
    };
    let done = done.await;
    writer.close().await?;
    drop(progress);
    let (finished, upkeep) = done?;
    if format == Format::Json {
        output::json(&UpkeepJson {
            finished_batches: finished,
            files_before: upkeep.files_before,
            files_after: upkeep.files_after,
            checkpoints: upkeep.checkpoints,
            deleted: upkeep.deleted,
        })?;
    } else {
        output::text(&format!(
            "{finished} cut-off batches finished; {} files written again as {}; {} checkpoints; {} objects deleted",
            upkeep.files_before, upkeep.files_after, upkeep.checkpoints, upkeep.deleted,
        ));
    }
    Ok(Outcome::Ok)
}
