//! A table pinned to the files of a publication, read through DataFusion's own Parquet source.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{
    ArrayRef, Int64Array, StringArray, StringViewArray, TimestampMicrosecondArray, UInt64Array,
};
use datafusion::arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::{Column, DFSchema, Result};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use lake::layout;
use lake::manifest::Manifest;
use lake::parquet_file::{Bound, DataFile};
use lake::tables::spec::TableSpec;

/// Where the engine finds the lake's objects.
pub(crate) const LAKE_URL: &str = "lake://pinned/";

/// A table's files in one publication.
#[derive(Debug)]
pub(crate) struct PinnedTable {
    table: &'static TableSpec,
    schema: SchemaRef,
    manifest: Manifest,
}

impl PinnedTable {
    pub(crate) fn new(table: &'static TableSpec, manifest: Manifest) -> Self {
        let schema = table.schema();
        Self {
            table,
            schema: if table.name == VIEWED { views(&schema) } else { schema },
            manifest,
        }
    }
}

/// The table that is grouped and never sorted. What is sorted holds its own text: a sort takes each batch of views for
/// all the pages that they look into, and gives up long before memory is full.
const VIEWED: &str = "test_results";

/// Text as views: a test's id then lies in the view itself, and a word is not copied for each row.
fn views(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 => field.as_ref().clone().with_data_type(DataType::Utf8View),
        _ => field.as_ref().clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

#[async_trait]
impl TableProvider for PinnedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let predicate = match conjunction(filters.to_vec()) {
            Some(filter) => {
                let schema = DFSchema::try_from(Arc::clone(&self.schema))?;
                Some(state.create_physical_expr(filter, &schema)?)
            }
            None => None,
        };
        let mut kept = vec![true; self.manifest.files.len()];
        if let Some(predicate) = &predicate {
            let pruning = PruningPredicateBuilder::new()
                .with_file_schema(Arc::clone(&self.schema))
                .try_build(Arc::clone(predicate))?;
            kept = pruning.prune(&FileBounds(self))?;
        }
        let files = self
            .manifest
            .files
            .iter()
            .zip(kept)
            .filter(|(_, kept)| *kept)
            .map(|(file, _)| {
                PartitionedFile::new(layout::data_file(self.table.name, &file.name).to_string(), file.bytes)
            });
        let mut source = ParquetSource::new(Arc::clone(&self.schema)).with_pushdown_filters(true);
        if let Some(predicate) = predicate {
            source = source.with_predicate(predicate);
        }
        let groups = FileGroup::new(files.collect()).split_files(state.config().target_partitions());
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(LAKE_URL)?, Arc::new(source))
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// The bounds of a manifest, as pruning takes them.
struct FileBounds<'a>(&'a PinnedTable);

impl FileBounds<'_> {
    fn bounds(&self, column: &Column, side: impl Fn(&DataFile) -> Option<&Bound>) -> Option<ArrayRef> {
        let field = self.0.schema.field_with_name(&column.name).ok()?;
        let bounds = self.0.manifest.files.iter().map(side);
        match field.data_type() {
            DataType::Utf8View => Some(Arc::new(
                bounds
                    .map(|bound| bound.and_then(Bound::as_text))
                    .collect::<StringViewArray>(),
            )),
            DataType::Utf8 => Some(Arc::new(
                bounds
                    .map(|bound| bound.and_then(Bound::as_text))
                    .collect::<StringArray>(),
            )),
            DataType::Int64 => Some(Arc::new(
                bounds
                    .map(|bound| bound.and_then(Bound::as_long))
                    .collect::<Int64Array>(),
            )),
            DataType::Timestamp(..) => {
                let times: TimestampMicrosecondArray = bounds.map(|bound| bound.and_then(Bound::as_long)).collect();
                Some(Arc::new(times.with_timezone("UTC")))
            }
            _ => None,
        }
    }
}

impl PruningStatistics for FileBounds<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(column, |file| file.columns.get(&column.name).map(|bounds| &bounds.min))
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(column, |file| file.columns.get(&column.name).map(|bounds| &bounds.max))
    }

    fn num_containers(&self) -> usize {
        self.0.manifest.files.len()
    }

    fn null_counts(&self, _: &Column) -> Option<ArrayRef> {
        None
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(
            self.0
                .manifest
                .files
                .iter()
                .map(|file| Some(file.rows))
                .collect::<UInt64Array>(),
        ))
    }

    fn contained(
        &self,
        _: &Column,
        _: &std::collections::HashSet<datafusion::common::ScalarValue>,
    ) -> Option<datafusion::arrow::array::BooleanArray> {
        None
    }
}
