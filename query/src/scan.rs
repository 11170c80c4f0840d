//! A table pinned to the files of a publication, read through DataFusion's own Parquet source.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{
    ArrayRef, Int64Array, StringArray, StringViewArray, TimestampMicrosecondArray, UInt64Array,
};
use datafusion::arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{Column, DFSchema, Result, Statistics, project_schema};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::expr_rewriter::unnormalize_col;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_expr::create_physical_expr;
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
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

impl PinnedTable {
    /// Which files may hold rows for which the filter is true, by their bounds.
    fn kept(&self, filter: &Expr) -> Result<Vec<bool>> {
        let schema = DFSchema::try_from(Arc::clone(&self.schema))?;
        let predicate = create_physical_expr(
            filter,
            &schema,
            &ExecutionProps::new(),
            &PhysicalPlanningContext::default(),
        )?;
        let pruning = PruningPredicateBuilder::new()
            .with_file_schema(Arc::clone(&self.schema))
            .try_build(predicate)?;
        pruning.prune(&FileBounds(self))
    }

    /// Whether the bounds of all files show that a comparison is true for every row, so that it need not be evaluated.
    fn holds_everywhere(&self, filter: &Expr) -> Result<bool> {
        let Expr::BinaryExpr(comparison) = filter else {
            return Ok(false);
        };
        let Some(opposite) = comparison.op.negate() else {
            return Ok(false);
        };
        let is_required = |column: &&Column| {
            let field = self.schema.field_with_name(&column.name);
            field.is_ok_and(|field| !field.is_nullable())
        };
        if !filter.column_refs().iter().all(is_required) {
            return Ok(false);
        }
        let mut opposed = comparison.clone();
        opposed.op = opposite;
        // Columns come with the name of their table here.
        let opposed = unnormalize_col(Expr::BinaryExpr(opposed));
        Ok(!self.kept(&opposed)?.contains(&true))
    }
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
        let support = |filter: &&Expr| {
            Ok(if self.holds_everywhere(filter)? {
                TableProviderFilterPushDown::Exact
            } else {
                TableProviderFilterPushDown::Inexact
            })
        };
        filters.iter().map(support).collect()
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let kept = match conjunction(filters.to_vec()) {
            Some(filter) => self.kept(&filter)?,
            None => vec![true; self.manifest.files.len()],
        };
        let kept: Vec<&DataFile> = self
            .manifest
            .files
            .iter()
            .zip(kept)
            .filter_map(|(file, kept)| kept.then_some(file))
            .collect();
        if kept.is_empty() {
            // A scan of no file has no partition, which joins cannot build on.
            let schema = project_schema(&self.schema, projection)?;
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let files = kept
            .iter()
            .map(|file| PartitionedFile::new(layout::data_file(self.table.name, &file.name).to_string(), file.bytes));
        let groups = FileGroup::new(files.collect()).split_files(state.config().target_partitions());
        // Joins keep the smaller side in memory.
        let mut statistics = Statistics::new_unknown(&self.schema);
        let n_rows = kept.iter().map(|file| file.rows).sum::<u64>();
        statistics.num_rows = Precision::Inexact(usize::try_from(n_rows).unwrap_or(usize::MAX));
        // The filters come down once more with the plan, and are evaluated once.
        let source = ParquetSource::new(Arc::clone(&self.schema)).with_pushdown_filters(true);
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(LAKE_URL)?, Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(statistics)
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
