//! A small typed read for those who fill the lake: what a snapshot holds.

use std::sync::Arc;

use arrow::array::{RecordBatch, new_null_array};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::Result;
use crate::layout;
use crate::snapshot::Snapshot;
use crate::tables::spec::TableSpec;

/// Shows columns of a table, in the order of `columns`, from every file, or from every one that may hold rows of a
/// repository; the rows of others are among them. Of a column that a file does not have yet, every row is null.
pub async fn rows(
    snapshot: &Snapshot,
    table: &TableSpec,
    repository: Option<&str>,
    columns: &[&str],
    visit: &mut dyn FnMut(&RecordBatch),
) -> Result<()> {
    let Some(manifest) = snapshot.manifest(table.name) else {
        return Ok(());
    };
    for file in &manifest.files {
        let bounds = file.columns.get("repository");
        let bounds = bounds.and_then(|bounds| Some((bounds.min.as_text()?, bounds.max.as_text()?)));
        let is_elsewhere = |(min, max): (&str, &str)| repository.is_some_and(|name| !(min..=max).contains(&name));
        if bounds.is_some_and(is_elsewhere) {
            continue;
        }
        let bytes = snapshot.store().get(&layout::data_file(table.name, &file.name)).await?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        for batch in builder.with_projection(mask).with_batch_size(64 * 1024).build()? {
            let batch = batch?;
            visit(&of_columns(table, columns, &batch)?);
        }
    }
    Ok(())
}

fn of_columns(table: &TableSpec, columns: &[&str], rows: &RecordBatch) -> Result<RecordBatch> {
    let schema = table.schema();
    let wanted = columns.iter().filter_map(|name| {
        let field = schema.field_with_name(name).ok()?;
        let held = rows.column_by_name(name).map(Arc::clone);
        let values = held.unwrap_or_else(|| new_null_array(field.data_type(), rows.num_rows()));
        Some((*name, values, true))
    });
    Ok(RecordBatch::try_from_iter_with_nullable(wanted)?)
}
