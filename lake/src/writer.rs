//! The writer: batches go in exactly once, or not at all.
//!
//! Order of a batch: payloads land, the intent is put, data files are put, each table is committed, the publication is put.
//! What was cut off anywhere between is finished from the intent by the next writer, and seen by no reader until then.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{AsArray as _, BooleanArray, RecordBatch};
use arrow::datatypes::{Int32Type, TimestampMicrosecondType};
use chrono::{DateTime, Datelike as _};
use domain::clock::{Clock, Timestamp, format_timestamp, parse_timestamp};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::delta::DeltaLog;
use crate::error::{Error, Result};
use crate::intent::{Deed, Intent};
use crate::layout;
use crate::lease::Lease;
use crate::manifest::Manifest;
use crate::parquet_file::{DataFileWriter, FinishedFile};
use crate::publication::{Cause, FORMAT, Publication, Published, TableState};
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::tables::{self, spec::Stamp, spec::TableSpec};

/// Uploads at once.
const UPLOADS: usize = 8;

/// The one writer of a lake, for as long as its lease lasts.
#[derive(Debug)]
pub struct Writer {
    store: Store,
    clock: Arc<dyn Clock>,
    lease: Lease,
    snapshot: Snapshot,
    pending: Vec<Intent>,
}

impl Writer {
    /// Probes the store, takes the lease (waiting up to `wait` for another writer) and reads what is there.
    pub async fn open(store: &Store, clock: Arc<dyn Clock>, holder: &str, wait: Duration) -> Result<Self> {
        let nonce = format!("{}-{}", std::process::id(), clock.now().timestamp_millis());
        crate::probe::probe(store, &nonce).await?;
        let lease = Lease::acquire(store, &clock, holder, wait).await?;
        let snapshot = Snapshot::open(store, None).await?;
        let settled = snapshot
            .published()
            .map_or(0, |published| published.publication.last_batch);
        let pending = Intent::after(store, settled).await?;
        Ok(Self {
            store: store.clone(),
            clock,
            lease,
            snapshot,
            pending,
        })
    }

    /// What is published.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Batches that were cut off; each must be finished or dropped, in order, before another begins.
    pub fn pending(&self) -> &[Intent] {
        &self.pending
    }

    /// Begins a batch.
    pub fn begin(&self) -> Result<Batch> {
        if let Some(intent) = self.pending.first() {
            return Err(Error::damaged(
                layout::intent(intent.batch),
                "a batch that was cut off is not finished yet",
            ));
        }
        let last = self
            .snapshot
            .published()
            .map_or(0, |published| published.publication.last_batch);
        // Knowledge never runs backwards, whatever the machine's clock does.
        let known_at = match self.snapshot.published_at()? {
            Some(published_at) => self.clock.now().max(published_at),
            None => self.clock.now(),
        };
        Batch::new(last + 1, known_at)
    }

    /// Begins a batch again that was cut off, with the number and the time of its intent.
    pub fn resume(&self, intent: &Intent) -> Result<Batch> {
        let damaged = |error| Error::damaged(layout::intent(intent.batch), error);
        Batch::new(intent.batch, parse_timestamp(&intent.known_at).map_err(damaged)?)
    }

    /// Commits a batch and publishes it.
    pub async fn commit(&mut self, batch: Batch, deed: Deed) -> Result<Published> {
        let intent = Intent {
            batch: batch.number,
            known_at: format_timestamp(batch.stamp.known_at),
            deed,
        };
        let replaced = batch.replaced.clone();
        let files = tokio::task::spawn_blocking(move || batch.finish())
            .await
            .map_err(|error| Error::Scratch(std::io::Error::other(error)))??;
        intent.put(&self.store).await?;
        let cause = match &intent.deed {
            Deed::Ingest { .. } => Cause::Ingest,
            Deed::Replay { .. } => Cause::Replay,
            Deed::Compaction { .. } => Cause::Upkeep,
        };
        let store = &self.store;
        let uploads = files.iter().map(|(table, finished)| async move {
            store
                .put_content(
                    &layout::data_file(table.name, &finished.file.name),
                    finished.scratch.path(),
                )
                .await
        });
        futures::stream::iter(uploads)
            .buffer_unordered(UPLOADS)
            .try_collect::<Vec<()>>()
            .await?;
        let mut changed = BTreeMap::new();
        for table in tables::ALL {
            let added: Vec<_> = files
                .iter()
                .filter(|(of, _)| of.name == table.name)
                .map(|(_, finished)| finished.file.clone())
                .collect();
            let removed = replaced.get(table.name).map_or(&[][..], Vec::as_slice);
            if !added.is_empty() || !removed.is_empty() {
                let manifest = self
                    .snapshot
                    .manifest(table.name)
                    .cloned()
                    .unwrap_or_default()
                    .with(removed, added);
                changed.insert(table.name, manifest);
            }
        }
        drop(files);
        self.publish(&intent, cause, changed, false).await
    }

    /// Takes a cut-off batch back: no table keeps a row of it.
    pub async fn drop_pending(&mut self, intent: &Intent) -> Result<Published> {
        let unchanged = tables::ALL
            .iter()
            .map(|table| {
                (
                    table.name,
                    self.snapshot.manifest(table.name).cloned().unwrap_or_default(),
                )
            })
            .collect();
        self.publish(intent, Cause::Upkeep, unchanged, true).await
    }

    async fn publish(
        &mut self,
        intent: &Intent,
        cause: Cause,
        changed: BTreeMap<&'static str, Manifest>,
        is_dropped: bool,
    ) -> Result<Published> {
        let now = self.clock.now();
        let previous = self.snapshot.published();
        let mut states = previous
            .map(|previous| previous.publication.tables.clone())
            .unwrap_or_default();
        for table in tables::ALL {
            let Some(manifest) = changed.get(table.name) else {
                continue;
            };
            self.lease.confirm().await?;
            let mut log = DeltaLog::open(&self.store, table).await?;
            let delta_version = log
                .commit(intent.batch, &manifest.files, now, cause != Cause::Upkeep)
                .await?;
            let digest = manifest.put(&self.store).await?;
            let state = TableState {
                manifest_sha256: digest.to_string(),
                delta_version,
                files: manifest.files.len() as u64,
                rows: manifest.rows(),
                bytes: manifest.bytes(),
            };
            states.insert(table.name.to_owned(), state);
        }
        let published_at = match previous {
            Some(previous) => now.max(previous.published_at()?),
            None => now,
        };
        let publication = Publication {
            format: FORMAT,
            number: self.snapshot.number() + 1,
            previous_sha256: previous.map(|previous| previous.sha256.to_string()),
            published_at: format_timestamp(published_at),
            cause,
            batches: if cause == Cause::Ingest {
                vec![intent.batch]
            } else {
                Vec::new()
            },
            last_batch: intent.batch,
            dropped: if is_dropped { vec![intent.batch] } else { Vec::new() },
            retained_from: previous.map_or(1, |previous| previous.publication.retained_from),
            tables: states,
        };
        self.lease.confirm().await?;
        let published = Published::put(&self.store, publication).await?;
        self.snapshot = Snapshot::of(&self.store, Some(published.clone())).await?;
        self.pending.retain(|pending| pending.batch != intent.batch);
        Ok(published)
    }

    /// Gives the lease back.
    pub async fn close(self) -> Result<()> {
        self.lease.release().await
    }
}

/// The rows of a batch on their way into files: one for each table, repository and month of event time.
#[derive(Debug)]
pub struct Batch {
    number: u64,
    stamp: Stamp,
    is_sorted: bool,
    files: BTreeMap<(&'static str, String), (&'static TableSpec, DataFileWriter)>,
    replaced: BTreeMap<&'static str, Vec<String>>,
}

impl Batch {
    fn new(number: u64, known_at: Timestamp) -> Result<Self> {
        let batch = i64::try_from(number).map_err(|error| Error::damaged(layout::intent(number), error))?;
        Ok(Self {
            number,
            stamp: Stamp { known_at, batch },
            is_sorted: false,
            files: BTreeMap::new(),
            replaced: BTreeMap::new(),
        })
    }

    /// What every row of the batch carries.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Number of the batch.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Files of a table that are no longer of it once the batch is in.
    pub fn replace(&mut self, table: &'static TableSpec, files: impl IntoIterator<Item = String>) {
        self.replaced.entry(table.name).or_default().extend(files);
    }

    /// Adds rows to a table.
    pub fn write(&mut self, table: &'static TableSpec, rows: &RecordBatch) -> Result<()> {
        for (cell, rows) in split(table, rows)? {
            self.write_cell(table, cell, &rows)?;
        }
        Ok(())
    }

    fn write_cell(&mut self, table: &'static TableSpec, cell: String, rows: &RecordBatch) -> Result<()> {
        let writer = match self.files.entry((table.name, cell)) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert((table, DataFileWriter::new(table, self.is_sorted)?))
            }
        };
        writer.1.write(rows)
    }

    /// Adds rows that are in the order of the table's sort, to a file of their own.
    pub(crate) fn write_sorted(&mut self, table: &'static TableSpec, file: String, rows: &RecordBatch) -> Result<()> {
        self.is_sorted = true;
        self.write_cell(table, file, rows)
    }

    fn finish(self) -> Result<Vec<(&'static TableSpec, FinishedFile)>> {
        self.files
            .into_values()
            .map(|(table, writer)| Ok((table, writer.finish()?)))
            .collect()
    }
}

/// Splits rows by repository and month of event time; mostly there is one such cell.
fn split(table: &TableSpec, rows: &RecordBatch) -> Result<Vec<(String, RecordBatch)>> {
    let cells = cells(table, rows);
    let Some(first) = cells.first() else {
        return Ok(Vec::new());
    };
    if cells.iter().all(|cell| cell == first) {
        return Ok(vec![(first.to_string(), rows.clone())]);
    }
    let mut distinct = cells.clone();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
        .into_iter()
        .map(|cell| {
            let mask: BooleanArray = cells.iter().map(|other| Some(*other == cell)).collect();
            Ok((cell.to_string(), arrow::compute::filter_record_batch(rows, &mask)?))
        })
        .collect()
}

/// A repository and a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CellName<'a> {
    pub(crate) repository: &'a str,
    /// Months since the year 0.
    pub(crate) month: i32,
}

impl std::fmt::Display for CellName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {:04}-{:02}",
            self.repository,
            self.month.div_euclid(12),
            self.month.rem_euclid(12) + 1
        )
    }
}

/// The month of an instant in UTC.
pub(crate) fn month_of(micros: i64) -> i32 {
    let instant = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    instant.year() * 12 + i32::try_from(instant.month0()).unwrap_or_default()
}

fn cells<'a>(table: &TableSpec, rows: &'a RecordBatch) -> Vec<CellName<'a>> {
    let repositories = rows.column_by_name("repository");
    let times = rows
        .column_by_name(table.event_time)
        .and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>());
    let (Some(repositories), Some(times)) = (repositories, times) else {
        return Vec::new();
    };
    let mut last = (i64::MIN, 0);
    let mut month = |row: usize| {
        if times.value(row) != last.0 {
            last = (times.value(row), month_of(times.value(row)));
        }
        last.1
    };
    if let Some(words) = repositories.as_dictionary_opt::<Int32Type>() {
        let values = words.values().as_string::<i32>();
        let keys = words.keys();
        let cell = |row| CellName {
            repository: usize::try_from(keys.value(row)).map_or("", |key| values.value(key)),
            month: month(row),
        };
        return (0..rows.num_rows()).map(cell).collect();
    }
    let texts = repositories.as_string::<i32>();
    (0..rows.num_rows())
        .map(|row| CellName {
            repository: texts.value(row),
            month: month(row),
        })
        .collect()
}
