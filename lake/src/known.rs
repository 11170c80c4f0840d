//! A small typed read for those who fill the lake: what a snapshot holds of one repository.

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::Result;
use crate::layout;
use crate::snapshot::Snapshot;
use crate::tables::spec::TableSpec;

/// Shows columns of a table, in the order of `columns`, from every file that may hold rows of a repository; the rows
/// of others are among them.
pub async fn rows(
    snapshot: &Snapshot,
    table: &TableSpec,
    repository: &str,
    columns: &[&str],
    visit: &mut dyn FnMut(&RecordBatch),
) -> Result<()> {
    let Some(manifest) = snapshot.manifest(table.name) else {
        return Ok(());
    };
    for file in &manifest.files {
        let bounds = file.columns.get("repository");
        let bounds = bounds.and_then(|bounds| Some((bounds.min.as_text()?, bounds.max.as_text()?)));
        if bounds.is_some_and(|(min, max)| !(min..=max).contains(&repository)) {
            continue;
        }
        let bytes = snapshot.store().get(&layout::data_file(table.name, &file.name)).await?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        for batch in builder.with_projection(mask).with_batch_size(64 * 1024).build()? {
            let batch = batch?;
            let order: Vec<_> = columns
                .iter()
                .filter_map(|name| batch.schema().index_of(name).ok())
                .collect();
            visit(&batch.project(&order)?);
        }
    }
    Ok(())
}
