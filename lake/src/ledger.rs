//! The ledger of sources, read back: which payloads are in already, in which contexts.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::datatypes::{Int32Type, Int64Type};
use domain::identity::Sha256Digest;
use domain::source::SourceContext;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::Result;
use crate::known;
use crate::layout;
use crate::snapshot::Snapshot;
use crate::tables::sources::TABLE;

/// Names a payload in a context; the parser's version is not part of it, since a better parser replays instead of adding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LedgerKey([u8; 32]);

impl LedgerKey {
    /// The key of the payload `sha256` in `context`.
    pub fn of(sha256: &str, context: &SourceContext) -> Self {
        Self::join(
            sha256,
            context.repository.as_str(),
            context.run_id,
            context.run_attempt,
            [
                context.workflow.as_deref(),
                context.job.as_deref(),
                context.artifact.as_deref(),
            ],
        )
    }

    fn join(
        sha256: &str,
        repository: &str,
        run_id: Option<i64>,
        run_attempt: Option<i32>,
        names: [Option<&str>; 3],
    ) -> Self {
        let text = format!("{sha256}\n{repository}\n{run_id:?}\n{run_attempt:?}\n{names:?}");
        Self(Sha256Digest::of(text.as_bytes()).to_bytes())
    }
}

const COLUMNS: [&str; 7] = [
    "source_sha256",
    "repository",
    "run_id",
    "run_attempt",
    "workflow",
    "job",
    "artifact",
];

/// Reads the keys of every payload of these repositories that a snapshot holds.
pub async fn keys(snapshot: &Snapshot, repositories: &[&str]) -> Result<HashSet<LedgerKey>> {
    let mut keys = HashSet::new();
    let Some(manifest) = snapshot.manifest(TABLE.spec.name) else {
        return Ok(keys);
    };
    for file in &manifest.files {
        let bounds = file.columns.get("repository");
        let bounds = bounds.and_then(|bounds| Some((bounds.min.as_text()?, bounds.max.as_text()?)));
        let may_hold = |(min, max): (&str, &str)| repositories.iter().any(|name| (min..=max).contains(name));
        if !bounds.is_none_or(may_hold) {
            continue;
        }
        let payload = snapshot
            .store()
            .get(&layout::data_file(TABLE.spec.name, &file.name))
            .await?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(payload)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
        for batch in builder.with_projection(mask).with_batch_size(64 * 1024).build()? {
            read(&batch?, &mut keys);
        }
    }
    Ok(keys)
}

/// What the rows of a payload were made by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBy {
    /// Its format.
    pub format: String,
    /// The parser and its version.
    pub parser: String,
}

/// What read each payload that a snapshot holds: by the batch that brought it in, and by its digest.
pub async fn read_by(snapshot: &Snapshot) -> Result<HashMap<i64, HashMap<String, ReadBy>>> {
    let mut found: HashMap<i64, HashMap<String, ReadBy>> = HashMap::new();
    let columns = ["batch", "source_sha256", "format", "parser"];
    known::rows(snapshot, &TABLE.spec, None, &columns, &mut |rows| {
        let text = |column: usize| rows.column(column).as_string::<i32>();
        let batches = rows.column(0).as_primitive::<Int64Type>();
        let (digests, formats, parsers) = (text(1), text(2), text(3));
        for row in 0..rows.num_rows() {
            let read_by = ReadBy {
                format: formats.value(row).to_owned(),
                parser: parsers.value(row).to_owned(),
            };
            let of_batch = found.entry(batches.value(row)).or_default();
            of_batch.insert(digests.value(row).to_owned(), read_by);
        }
    })
    .await?;
    Ok(found)
}

fn read(batch: &RecordBatch, keys: &mut HashSet<LedgerKey>) {
    let text = |name| {
        batch
            .column_by_name(name)
            .and_then(|column| column.as_string_opt::<i32>())
    };
    let run_ids = batch
        .column_by_name("run_id")
        .and_then(|column| column.as_primitive_opt::<Int64Type>());
    let run_attempts = batch
        .column_by_name("run_attempt")
        .and_then(|column| column.as_primitive_opt::<Int32Type>());
    let (Some(digests), Some(repositories), Some(run_ids), Some(run_attempts)) =
        (text("source_sha256"), text("repository"), run_ids, run_attempts)
    else {
        return;
    };
    let names = ["workflow", "job", "artifact"].map(text);
    for row in 0..batch.num_rows() {
        let name = |column: usize| {
            names[column]
                .filter(|column| column.is_valid(row))
                .map(|column| column.value(row))
        };
        keys.insert(LedgerKey::join(
            digests.value(row),
            repositories.value(row),
            run_ids.is_valid(row).then(|| run_ids.value(row)),
            run_attempts.is_valid(row).then(|| run_attempts.value(row)),
            [name(0), name(1), name(2)],
        ));
    }
}
