//! Room for rows of payloads that are read again: files that hold their old rows are written without them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{AsArray as _, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Int64Type};

use crate::error::{Error, Result};
use crate::layout;
use crate::tables::{self, spec::TableSpec};
use crate::upkeep;
use crate::writer::{Batch, Writer};

/// Digests of payloads, by the number of the batch that brought them in.
pub type Origins = HashMap<i64, HashSet<String>>;

/// Has a batch take the rows of these payloads out of every table; returns how many those were, by table.
pub async fn take_out(
    writer: &Writer,
    mut batch: Batch,
    origins: Arc<Origins>,
) -> Result<(Batch, BTreeMap<&'static str, u64>)> {
    let mut taken = BTreeMap::new();
    for table in tables::ALL {
        let files = writer
            .snapshot()
            .manifest(table.name)
            .cloned()
            .unwrap_or_default()
            .files;
        for file in files {
            let payload = writer.store().get(&layout::data_file(table.name, &file.name)).await?;
            let origins = Arc::clone(&origins);
            let (returned, n) = tokio::task::spawn_blocking(move || {
                let rows = upkeep::read(table, payload, i64::MIN, i64::MAX)?;
                let kept = rows.iter().map(|rows| without(table, rows, &origins));
                let kept = kept.collect::<Result<Vec<_>>>()?;
                let count = |rows: &[RecordBatch]| rows.iter().map(RecordBatch::num_rows).sum::<usize>() as u64;
                let n = count(&rows) - count(&kept);
                if n > 0 {
                    batch.replace(table, [file.name]);
                    for rows in kept.iter().filter(|rows| rows.num_rows() > 0) {
                        batch.write(table, rows)?;
                    }
                }
                Ok::<_, Error>((batch, n))
            })
            .await
            .map_err(|error| Error::Scratch(std::io::Error::other(error)))??;
            batch = returned;
            *taken.entry(table.name).or_default() += n;
        }
    }
    Ok((batch, taken))
}

fn without(table: &TableSpec, rows: &RecordBatch, origins: &Origins) -> Result<RecordBatch> {
    let column = |name: &str| {
        let missing = || Error::damaged(layout::table(table.name), format!("no column `{name}`"));
        rows.column_by_name(name).ok_or_else(missing)
    };
    let digests = cast(column("source_sha256")?, &DataType::Utf8)?;
    let digests = digests.as_string::<i32>();
    let batches = column("batch")?.as_primitive::<Int64Type>();
    let is_kept = |row: usize| {
        let of_batch = origins.get(&batches.value(row));
        !of_batch.is_some_and(|of_batch| of_batch.contains(digests.value(row)))
    };
    let mask: BooleanArray = (0..rows.num_rows()).map(|row| Some(is_kept(row))).collect();
    Ok(filter_record_batch(rows, &mask)?)
}
