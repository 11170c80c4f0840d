//! `plumbline ingest mirror`.

use std::collections::BTreeMap;

use ingest::sources::mirror::take_in::{self, Mirrored};
use serde::Serialize;

use super::github::{GapJson, tell_gaps};
use super::ingest::{TallyJson, print};
use crate::arguments::{Format, Mirror};
use crate::commands::open;
use crate::config::Config;
use crate::output::{self, Progress};
use crate::run::Outcome;

/// Runs it.
pub async fn run(config: &Config, arguments: &Mirror, format: Format) -> anyhow::Result<Outcome> {
    let mirror = config.mirror(&arguments.source)?;
    let mut writer = open::writer(config, "ingest mirror", arguments.writing.wait).await?;
    let progress = Progress::start("looking at the mirror");
    let mirrored = take_in::take_in(&mut writer, &mirror, &|item| progress.step(item)).await;
    // The lease is given back also after an error.
    writer.close().await?;
    let mirrored = mirrored?;
    drop(progress);
    told(&mirrored, format)?;
    Ok(Outcome::Ok)
}

#[derive(Serialize)]
struct MirroredJson<'a> {
    is_complete: bool,
    versions: i64,
    changed: i64,
    gone: i64,
    unmatched: i64,
    reads: &'a BTreeMap<String, u64>,
    gaps: Vec<GapJson<'a>>,
    gaps_closed: u64,
    tally: TallyJson<'a>,
}

/// What was seen, in a line.
pub(crate) fn summary(mirrored: &Mirrored) -> String {
    let reads: Vec<_> = mirrored
        .reads
        .iter()
        .map(|(outcome, n)| format!("{n} {outcome}"))
        .collect();
    let reads = if reads.is_empty() {
        "none".to_owned()
    } else {
        reads.join(", ")
    };
    format!(
        "{} versions listed{}, {} new or changed ({} of no repository), {} gone; read back: {reads}; {} gaps opened, {} closed",
        mirrored.versions,
        if mirrored.is_complete {
            ""
        } else {
            " before the listing broke off"
        },
        mirrored.changed,
        mirrored.unmatched,
        mirrored.gone,
        mirrored.gaps.len(),
        mirrored.gaps_closed,
    )
}

fn told(mirrored: &Mirrored, format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        return output::json(&MirroredJson {
            is_complete: mirrored.is_complete,
            versions: mirrored.versions,
            changed: mirrored.changed,
            gone: mirrored.gone,
            unmatched: mirrored.unmatched,
            reads: &mirrored.reads,
            gaps: mirrored.gaps.iter().map(GapJson::of).collect(),
            gaps_closed: mirrored.gaps_closed,
            tally: TallyJson::of(&mirrored.tally),
        });
    }
    tell_gaps(&mirrored.gaps);
    output::text(&summary(mirrored));
    print(&mirrored.tally, format)
}
