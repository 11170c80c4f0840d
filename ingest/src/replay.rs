//! Payloads that landed before, read again by the parsers of today: their rows take the place of those that are there.
//!
//! Rows keep the number and the time of the batch that brought their payload in, since nothing new became known. What was
//! published before stays as it was.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, Cursor};
use std::sync::Arc;

use bytes::Bytes;
use domain::clock::{Timestamp, parse_timestamp};
use domain::source::Source;
use futures::{StreamExt as _, TryStreamExt as _};
use lake::intent::{Deed, Intent, PlannedReplay, PlannedSource};
use lake::ledger::{self, ReadBy};
use lake::publication::Published;
use lake::raw;
use lake::replay::{Origins, take_out};
use lake::tables::sources;
use lake::tables::spec::Stamp;
use lake::writer::{Batch, Writer};

use crate::error::{Error, Result};
use crate::formats::registry::HEAD_BYTES;
use crate::pipeline::{self, Kind, Progress};
use crate::report::Plan;
use crate::run_document;
use crate::sources::directory::recognise_payload;
use crate::sources::github::objects::kinds;

/// Payloads that are fetched at once, and parsed before the next: on S3 each is a round trip.
const FETCHED: usize = 16;
/// Payloads of one parcel of work.
const PARCEL: usize = 64;

/// Which payloads are read again.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Of this format only, as the ledger names it.
    pub format: Option<String>,
    /// Of batches that became known then or later.
    pub since: Option<Timestamp>,
    /// Only what another parser, or another version, would read today.
    pub is_outdated: bool,
}

/// What a replay did.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Payloads that were read again.
    pub n_payloads: u64,
    /// Batches that had brought them in.
    pub n_batches: u64,
    /// Rows before and after, by table, where there were or are any.
    pub rows: BTreeMap<&'static str, (u64, u64)>,
    /// The publication with the new rows; null where nothing was chosen.
    pub publication: Option<u64>,
}

/// Reads what was chosen again, and publishes the rows as one batch. Batches that were cut off are finished first.
pub async fn replay(writer: &mut Writer, choice: &Choice, progress: Progress<'_>) -> Result<Replayed> {
    pipeline::resume(writer, progress).await?;
    let mut chosen = Vec::new();
    let read_by = ledger::read_by(writer.snapshot()).await?;
    for intent in Intent::after(writer.store(), 0).await? {
        let Deed::Ingest { sources } = intent.deed else {
            continue;
        };
        // A batch that was taken back has no rows.
        let Some(of_batch) = read_by.get(&i64::try_from(intent.batch).unwrap_or(i64::MAX)) else {
            continue;
        };
        let known_at = instant(intent.batch, &intent.known_at)?;
        if choice.since.is_some_and(|since| known_at < since) {
            continue;
        }
        let sources = choose(writer, choice, of_batch, sources).await?;
        if !sources.is_empty() {
            chosen.push(PlannedReplay {
                batch: intent.batch,
                known_at: intent.known_at,
                sources,
            });
        }
    }
    if chosen.is_empty() {
        return Ok(Replayed::default());
    }
    let batch = writer.begin()?;
    let (replayed, _) = read_again(writer, batch, chosen, progress).await?;
    Ok(replayed)
}

/// Finishes a replay that was cut off; takes it back where its parsers are no longer those of this program.
pub(crate) async fn resume(writer: &mut Writer, intent: &Intent, batches: &[PlannedReplay]) -> Result<Published> {
    let invalid = |reason| Error::Intent {
        batch: intent.batch,
        reason,
    };
    for source in batches.iter().flat_map(|planned| &planned.sources) {
        if !Plan::read(source).map_err(invalid)?.is_readable() {
            return Ok(writer.drop_pending(intent).await?);
        }
    }
    let batch = writer.resume(intent)?;
    Ok(read_again(writer, batch, batches.to_vec(), &|_| {}).await?.1)
}

/// The payloads of one batch that are read again, each with the parser of today. What has the same bytes as one of them
/// is read again, too: rows tell of nothing but their digest.
async fn choose(
    writer: &Writer,
    choice: &Choice,
    read_by: &HashMap<String, ReadBy>,
    mut sources: Vec<PlannedSource>,
) -> Result<Vec<PlannedSource>> {
    sources.retain(|source| {
        let held = read_by.get(&source.sha256);
        held.is_some_and(|held| choice.format.as_ref().is_none_or(|format| *format == held.format))
    });
    let mut outdated = std::collections::HashSet::new();
    for source in &mut sources {
        let kind = kind_of_today(writer, source).await?;
        let held = &read_by[&source.sha256];
        if !choice.is_outdated || (held.format.as_str(), held.parser.as_str()) != (kind.format, kind.parser) {
            outdated.insert(source.sha256.clone());
        }
        // What is refused as before is refused for the reason of then, which may lie around the payload.
        if kind.refusal.is_none() || source.refusal.is_none() || source.format != kind.format {
            source.refusal = kind.refusal;
        }
        kind.format.clone_into(&mut source.format);
        kind.parser.clone_into(&mut source.parser);
    }
    sources.retain(|source| outdated.contains(&source.sha256));
    Ok(sources)
}

/// What reads a payload today: objects and documents by their format, files by their first bytes.
async fn kind_of_today(writer: &Writer, source: &PlannedSource) -> Result<Kind> {
    let by_format = match source.format.as_str() {
        "run" => Some(("run", run_document::PARSER)),
        format => kinds::kind(format).map(|kind| (kind.format, kind.parser)),
    };
    if let Some((format, parser)) = by_format {
        return Ok(Kind {
            format,
            parser,
            refusal: None,
        });
    }
    let compressed = fetch(writer, source).await?;
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let mut payload = raw::decompressor(Cursor::new(compressed))?;
    while head.len() < HEAD_BYTES {
        let more = payload.fill_buf()?;
        if more.is_empty() {
            break;
        }
        let n = more.len().min(HEAD_BYTES - head.len());
        head.extend_from_slice(&more[..n]);
        payload.consume(n);
    }
    Ok(Kind::of(recognise_payload(&source.path, &head)).unwrap_or(Kind {
        format: "unknown",
        parser: "none",
        refusal: Some("unknown: it is recognised as no format any more".to_owned()),
    }))
}

async fn fetch(writer: &Writer, source: &PlannedSource) -> Result<Bytes> {
    let plan = Plan::read(source).map_err(Error::Usage)?;
    Ok(raw::fetch(writer.store(), &plan.landed_sha256).await?)
}

async fn read_again(
    writer: &mut Writer,
    batch: Batch,
    batches: Vec<PlannedReplay>,
    progress: Progress<'_>,
) -> Result<(Replayed, Published)> {
    let mut origins = Origins::new();
    for planned in &batches {
        let of_batch = origins.entry(number(planned.batch)).or_default();
        of_batch.extend(planned.sources.iter().map(|source| source.sha256.clone()));
    }
    let mut replayed = Replayed {
        n_payloads: batches.iter().map(|planned| planned.sources.len() as u64).sum(),
        n_batches: batches.len() as u64,
        ..Replayed::default()
    };
    let (mut batch, taken) = take_out(writer, batch, Arc::new(origins)).await?;
    for (table, n) in taken {
        replayed.rows.entry(table).or_default().0 = n;
    }
    for planned in &batches {
        progress(&format!("batch {}", planned.batch));
        let stamp = Stamp {
            known_at: instant(planned.batch, &planned.known_at)?,
            batch: number(planned.batch),
        };
        let mut ledger = Vec::new();
        for parcel in planned.sources.chunks(PARCEL) {
            let payloads = futures::stream::iter(parcel.iter().map(|source| fetch(writer, source)));
            let payloads: Vec<Bytes> = payloads.buffered(FETCHED).try_collect().await?;
            let plans = parcel.iter().map(Plan::read).collect::<Result<Vec<_>, _>>();
            let plans = plans.map_err(Error::Usage)?;
            let parsed = tokio::task::spawn_blocking(move || parse(batch, stamp, &plans, payloads));
            let parsed = parsed.await.map_err(std::io::Error::other)??;
            batch = parsed.batch;
            ledger.extend(parsed.sources);
            for (table, n) in parsed.rows {
                replayed.rows.entry(table).or_default().1 += n;
            }
        }
        let rows = sources::TABLE.batch(stamp, ledger.iter())?;
        batch.write(&sources::TABLE.spec, &rows)?;
        replayed.rows.entry(sources::TABLE.spec.name).or_default().1 += ledger.len() as u64;
    }
    replayed.rows.retain(|_, rows| *rows != (0, 0));
    let published = writer.commit(batch, Deed::Replay { batches }).await?;
    replayed.publication = Some(published.publication.number);
    Ok((replayed, published))
}

/// What a parcel of payloads gave.
struct Parsed {
    batch: Batch,
    sources: Vec<Source>,
    rows: HashMap<&'static str, u64>,
}

fn parse(mut batch: Batch, stamp: Stamp, plans: &[Plan], payloads: Vec<Bytes>) -> Result<Parsed> {
    let mut sources = Vec::with_capacity(plans.len());
    let mut rows: HashMap<&'static str, u64> = HashMap::new();
    for (plan, compressed) in plans.iter().zip(payloads) {
        let mut payload = raw::decompressor(Cursor::new(compressed))?;
        let source = plan.parse(&mut payload, stamp, &mut |parcel| {
            *rows.entry(parcel.table.name).or_default() += parcel.batch.num_rows() as u64;
            batch.write(parcel.table, &parcel.batch).map_err(std::io::Error::other)
        })?;
        sources.push(source);
    }
    Ok(Parsed { batch, sources, rows })
}

fn instant(batch: u64, text: &str) -> Result<Timestamp> {
    parse_timestamp(text).map_err(|error| Error::Intent {
        batch,
        reason: error.to_string(),
    })
}

fn number(batch: u64) -> i64 {
    i64::try_from(batch).unwrap_or(i64::MAX)
}
