//! Upkeep: small and unsorted files are written again sorted, Delta logs get checkpoints, unreachable files go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{AsArray, BooleanArray, RecordBatch, new_null_array};
use arrow::compute::{
    SortColumn, SortOptions, concat_batches, filter_record_batch, lexsort_to_indices, take_record_batch,
};
use arrow::datatypes::{Field, Fields, Schema, SchemaRef, TimestampMicrosecondType};
use bytes::Bytes;
use domain::clock::{Clock, Timestamp};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use crate::delta::DeltaLog;
use crate::error::{Error, Result};
use crate::intent::{Deed, Intent, PlannedCell};
use crate::layout;
use crate::parquet_file::DataFile;
use crate::publication::Published;
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::tables::{self, spec::TableSpec};
use crate::writer::{Batch, Writer, month_of};

/// Rows of one compaction: what is read at once, and done again when it is cut off.
const BATCH_ROWS: u64 = 4_000_000;
/// Unsorted files that a day still open may gather.
const OPEN_FILES: usize = 8;
/// An object that nothing names is kept this long, for a writer that lost its lease and does not know yet.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// What upkeep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// Files read.
    pub files_before: u64,
    /// Files written in their place.
    pub files_after: u64,
    /// Delta checkpoints written.
    pub checkpoints: u64,
    /// Objects deleted.
    pub deleted: u64,
}

/// Runs every part once. Cut-off ingest batches are the ingester's to finish first.
pub async fn run(writer: &mut Writer) -> Result<Upkeep> {
    let mut upkeep = Upkeep::default();
    loop {
        let cells = plan(writer.snapshot(), writer.clock().now());
        if cells.is_empty() {
            break;
        }
        let n_read = cells.iter().map(|cell| cell.inputs.len() as u64).sum::<u64>();
        let n_kept = n_files(writer.snapshot()) - n_read;
        let batch = writer.begin()?;
        compact(writer, batch, cells).await?;
        upkeep.files_before += n_read;
        upkeep.files_after += n_files(writer.snapshot()) - n_kept;
    }
    for table in tables::ALL {
        if writer
            .snapshot()
            .manifest(table.name)
            .is_some_and(|manifest| !manifest.files.is_empty())
        {
            let log = DeltaLog::open(writer.store(), table).await?;
            upkeep.checkpoints += u64::from(log.checkpoint(writer.store()).await?);
        }
    }
    upkeep.deleted = delete_unreachable(writer.store(), writer.clock()).await?;
    Ok(upkeep)
}

/// Finishes a compaction that was cut off.
pub async fn resume(writer: &mut Writer, intent: &Intent) -> Result<()> {
    let Deed::Compaction { cells } = &intent.deed else {
        return Ok(());
    };
    let batch = writer.resume(intent)?;
    compact(writer, batch, cells.clone()).await
}

fn n_files(snapshot: &Snapshot) -> u64 {
    tables::ALL
        .iter()
        .filter_map(|table| snapshot.manifest(table.name))
        .map(|manifest| manifest.files.len() as u64)
        .sum()
}

/// Chooses the files that one batch writes again, over all tables.
fn plan(snapshot: &Snapshot, now: Timestamp) -> Vec<PlannedCell> {
    let today = now
        .date_naive()
        .and_time(chrono::NaiveTime::MIN)
        .and_utc()
        .timestamp_micros();
    let mut planned = Vec::new();
    let mut rows = 0;
    for table in tables::ALL {
        let mut cells: BTreeMap<(&str, i32), Vec<&DataFile>> = BTreeMap::new();
        for file in snapshot
            .manifest(table.name)
            .into_iter()
            .flat_map(|manifest| &manifest.files)
        {
            let Some((repository, times)) = place(table, file) else {
                continue;
            };
            if !file.is_sorted || file.rows < table.target_rows / 2 {
                cells.entry((repository, month_of(times.0))).or_default().push(file);
            }
        }
        for files in cells.into_values() {
            let times = || {
                files
                    .iter()
                    .filter_map(|file| place(table, file))
                    .map(|(_, times)| times)
            };
            let earliest = times().map(|times| times.0).min().unwrap_or(0);
            let latest = times().map(|times| times.1).max().unwrap_or(0);
            let n_unsorted = files.iter().filter(|file| !file.is_sorted).count();
            let is_due = (latest < today && (n_unsorted > 0 || files.len() > 1)) || n_unsorted >= OPEN_FILES;
            let cell_rows: u64 = files.iter().map(|file| file.rows).sum();
            if !is_due || (rows > 0 && rows + cell_rows > BATCH_ROWS) {
                continue;
            }
            rows += cell_rows;
            planned.push(PlannedCell {
                table: table.name.to_owned(),
                inputs: files.iter().map(|file| file.name.clone()).collect(),
                bounds: bounds(earliest, latest, cell_rows.div_ceil(table.target_rows)),
            });
        }
    }
    planned
}

/// The repository and the event times of a file.
fn place<'a>(table: &TableSpec, file: &'a DataFile) -> Option<(&'a str, (i64, i64))> {
    let repository = file.columns.get("repository")?.min.as_text()?;
    let times = file.columns.get(table.event_time)?;
    Some((repository, (times.min.as_long()?, times.max.as_long()?)))
}

/// Cuts `earliest ..= latest` at midnights into about `n_files` spans.
fn bounds(earliest: i64, latest: i64, n_files: u64) -> Vec<i64> {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    let (first_day, last_day) = (earliest.div_euclid(DAY), latest.div_euclid(DAY));
    let n_days = last_day - first_day + 1;
    let n_files = i64::try_from(n_files).unwrap_or(1).clamp(1, n_days);
    (0..=n_files)
        .map(|file| (first_day + n_days * file / n_files) * DAY)
        .collect()
}

async fn compact(writer: &mut Writer, mut batch: Batch, cells: Vec<PlannedCell>) -> Result<()> {
    for (index, cell) in cells.iter().enumerate() {
        let table = tables::ALL
            .iter()
            .find(|table| table.name == cell.table)
            .ok_or_else(|| Error::damaged(layout::intent(batch.number()), format!("no table `{}`", cell.table)))?;
        let manifest = writer.snapshot().manifest(table.name).cloned().unwrap_or_default();
        let inputs: Vec<_> = manifest
            .files
            .iter()
            .filter(|file| cell.inputs.contains(&file.name))
            .cloned()
            .collect();
        batch.replace(table, inputs.iter().map(|file| file.name.clone()));
        for (span, bounds) in cell.bounds.windows(2).enumerate() {
            let (from, to) = (bounds[0], bounds[1]);
            let mut payloads = Vec::new();
            for file in &inputs {
                let overlaps = place(table, file).is_none_or(|(_, (first, last))| first < to && last >= from);
                if overlaps {
                    payloads.push(writer.store().get(&layout::data_file(table.name, &file.name)).await?);
                }
            }
            batch = tokio::task::spawn_blocking(move || -> Result<Batch> {
                let rows = payloads.into_iter().map(|payload| read(table, payload, from, to));
                let rows: Vec<_> = rows.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
                let sorted = sort(table, &rows)?;
                if sorted.num_rows() > 0 {
                    batch.write_sorted(table, format!("{index:06} {span:06}"), &sorted)?;
                }
                Ok(batch)
            })
            .await
            .map_err(|error| Error::Scratch(std::io::Error::other(error)))??;
        }
    }
    writer.commit(batch, Deed::Compaction { cells }).await?;
    Ok(())
}

/// Reads a data file's rows with `from <= event time < to`.
pub(crate) fn read(table: &TableSpec, payload: Bytes, from: i64, to: i64) -> Result<Vec<RecordBatch>> {
    let written = table.write_schema();
    let stored = ArrowReaderMetadata::load(&payload, ArrowReaderOptions::new())?;
    // A file from before a column came has fewer of them.
    let is_held = |field: &&Arc<Field>| stored.schema().field_with_name(field.name()).is_ok();
    let held: Fields = written.fields().iter().filter(is_held).cloned().collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(held)));
    let metadata = ArrowReaderMetadata::load(&payload, options)?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(payload, metadata)
        .with_batch_size(64 * 1024)
        .build()?;
    let mut batches = Vec::new();
    for batch in reader {
        let batch = with_all_columns(&batch?, &written)?;
        let Some(times) = batch
            .column_by_name(table.event_time)
            .map(AsArray::as_primitive::<TimestampMicrosecondType>)
        else {
            continue;
        };
        let mask: BooleanArray = times
            .values()
            .iter()
            .map(|time| Some(from <= *time && *time < to))
            .collect();
        batches.push(if mask.false_count() == 0 {
            batch
        } else {
            filter_record_batch(&batch, &mask)?
        });
    }
    Ok(batches)
}

/// The rows with nulls in columns that their file does not have.
fn with_all_columns(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = schema.fields().iter().map(|field| {
        let held = rows.column_by_name(field.name()).map(Arc::clone);
        held.unwrap_or_else(|| new_null_array(field.data_type(), rows.num_rows()))
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect())?)
}

fn sort(table: &TableSpec, batches: &[RecordBatch]) -> Result<RecordBatch> {
    let rows = concat_batches(&table.write_schema(), batches)?;
    let columns: Vec<_> = table
        .sort
        .iter()
        .filter_map(|name| rows.column_by_name(name))
        .map(|values| SortColumn {
            values: Arc::clone(values),
            options: Some(SortOptions {
                descending: false,
                nulls_first: true,
            }),
        })
        .collect();
    let indices = lexsort_to_indices(&columns, None)?;
    Ok(take_record_batch(&rows, &indices)?)
}

/// Deletes data files and manifests that no retained publication names, once nobody can be about to name them.
async fn delete_unreachable(store: &Store, clock: &Arc<dyn Clock>) -> Result<u64> {
    let mut reachable = BTreeSet::new();
    for published in crate::snapshot::publications(store).await? {
        for (table, manifest) in manifests(store, &published).await? {
            reachable.insert(manifest.0);
            reachable.extend(manifest.1.iter().map(|file| layout::data_file(&table, &file.name)));
        }
    }
    let mut deleted = 0;
    let oldest_kept = clock.now() - GRACE;
    for folder in ["tables", "manifests"] {
        for object in store.list(folder).await? {
            let is_ours = !object.location.as_ref().contains("/_delta_log/");
            if is_ours && object.last_modified < oldest_kept && !reachable.contains(&object.location) {
                store.delete(&object.location).await?;
                deleted += 1;
            }
        }
    }
    Ok(deleted)
}

type NamedManifest = (object_store::path::Path, Vec<DataFile>);

async fn manifests(store: &Store, published: &Published) -> Result<Vec<(String, NamedManifest)>> {
    let mut found = Vec::new();
    for (table, state) in &published.publication.tables {
        let digest = domain::identity::Sha256Digest::parse(&state.manifest_sha256)
            .map_err(|error| Error::damaged(layout::publication(published.publication.number), error))?;
        let manifest = crate::manifest::Manifest::get(store, &digest).await?;
        found.push((table.clone(), (layout::manifest(&digest), manifest.files)));
    }
    Ok(found)
}
