//! One session of the engine: a publication, a set of parameters, and every relation that a question reads.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, AsArray as _, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::catalog::view::ViewTable;
use datafusion::catalog::{CatalogProvider as _, MemoryCatalogProvider, MemorySchemaProvider};
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::common::{ParamValues, ScalarValue, metadata::ScalarAndMetadata};
use datafusion::datasource::provider_as_source;
use datafusion::execution::context::{SQLOptions, SessionContext};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, col, in_list, lit};
use datafusion::physical_plan::collect;
use datafusion::prelude::SessionConfig;
use domain::clock::{Timestamp, parse_timestamp};
use domain::mirror::SCOPE_SPAN;
use domain::policy::Policy;
use lake::snapshot::Snapshot;
use lake::tables;

use crate::answer::Asked;
use crate::definition::{Definition, Kind};
use crate::error::{Error, Result};
use crate::functions;
use crate::months::Month;
use crate::scan::PinnedTable;

/// What the schema `raw` holds.
#[derive(Debug, Clone)]
pub(crate) enum Rows {
    /// The files of a publication.
    Pinned(Arc<Snapshot>),
    /// Rows in memory, by table; for cases.
    Memory(Arc<BTreeMap<String, RecordBatch>>),
}

/// Named parameters as SQL sees them.
pub(crate) type Parameters = BTreeMap<String, ScalarValue>;

/// Relations that were computed once for a publication and a set of parameters.
pub(crate) type Materialized = Arc<MemTable>;

/// What a computed relation returned.
pub(crate) type Computed = (SchemaRef, Vec<RecordBatch>);

/// A session.
pub(crate) struct Session {
    context: SessionContext,
    parameters: Parameters,
}

/// The parameters of a question.
pub(crate) fn parameters(asked: &Asked, history_from: Timestamp, known_at: Timestamp) -> Parameters {
    let mut parameters = BTreeMap::from([
        ("from".to_owned(), time(asked.window.from)),
        ("to".to_owned(), time(asked.window.to)),
        ("as_of".to_owned(), time(asked.as_of)),
        ("known_at".to_owned(), time(known_at)),
        ("history_from".to_owned(), time(history_from)),
    ]);
    for (name, value) in &asked.arguments {
        parameters.insert(name.clone(), ScalarValue::Utf8(Some(value.clone())));
    }
    parameters
}

fn time(time: Timestamp) -> ScalarValue {
    ScalarValue::TimestampMicrosecond(Some(time.timestamp_micros()), Some("UTC".into()))
}

impl Session {
    /// Opens a session in which `raw`, `policy` and the functions exist; of the table of a month, only that month.
    pub(crate) fn open(
        runtime: &Arc<RuntimeEnv>,
        rows: &Rows,
        policy: &Policy,
        repositories: &[String],
        parameters: Parameters,
        month: Option<&Month>,
    ) -> Result<Self> {
        let mut config = SessionConfig::new()
            .with_default_catalog_and_schema("plumbline", "public")
            .with_create_default_catalog_and_schema(false)
            .with_information_schema(false);
        // A pin of thousands of small files must not cost a statistics request each.
        config.options_mut().execution.collect_statistics = false;
        config.options_mut().optimizer.prefer_existing_sort = true;
        // A joined row is looked up once: to look it up while it is read, too, took as long again, and what a window
        // leaves out of the many files is left out by its bounds.
        config.options_mut().optimizer.enable_join_dynamic_filter_pushdown = false;
        let context = SessionContext::new_with_config_rt(config, Arc::clone(runtime));
        for function in functions::scalars() {
            context.register_udf(function);
        }
        for function in functions::aggregates() {
            context.register_udaf(function);
        }
        let catalog = MemoryCatalogProvider::new();
        for schema in ["public", "raw"].into_iter().chain(Kind::ALL.map(Kind::as_str)) {
            catalog
                .register_schema(schema, Arc::new(MemorySchemaProvider::new()))
                .map_err(Error::engine(schema))?;
        }
        context.register_catalog("plumbline", Arc::new(catalog));
        let session = Self { context, parameters };
        session.register("policy", policy_relation(policy)?)?;
        for table in tables::ALL {
            let name = format!("raw.{}", table.name);
            let month = month.filter(|month| month.table.name == table.name);
            let provider: Arc<dyn TableProvider> = match rows {
                Rows::Pinned(snapshot) => {
                    let mut manifest = snapshot.manifest(table.name).cloned().unwrap_or_default();
                    if let Some(month) = month {
                        manifest.files = month.files(&manifest).cloned().collect();
                    }
                    Arc::new(PinnedTable::new(table, manifest))
                }
                Rows::Memory(rows) => match rows.get(table.name) {
                    Some(batch) => memory(&name, batch.schema(), vec![batch.clone()])?,
                    None => memory(&name, table.schema(), Vec::new())?,
                },
            };
            session.register(&name, selected(&name, provider, repositories, month)?)?;
        }
        Ok(session)
    }

    fn register(&self, name: &str, provider: Arc<dyn TableProvider>) -> Result<()> {
        self.context
            .register_table(name, provider)
            .map_err(Error::engine(name))?;
        Ok(())
    }

    /// Makes a relation readable for those above it, who compute it.
    pub(crate) async fn define(&self, definition: &Definition) -> Result<()> {
        let name = definition.name();
        let plan = self.plan(&name, &definition.sql).await?;
        self.register(&name, Arc::new(ViewTable::new(plan, None)))
    }

    /// Makes a relation that was computed readable for those above it.
    pub(crate) fn put(&self, definition: &Definition, rows: Materialized) -> Result<()> {
        self.register(&definition.name(), rows)
    }

    /// Computes a relation, to be put.
    pub(crate) async fn materialize(&self, definition: &Definition) -> Result<(Materialized, usize)> {
        let (schema, batches) = self.run(definition).await?;
        let bytes = size_bytes(&batches);
        Ok((memory(&definition.name(), schema, batches)?, bytes))
    }

    /// Computes the last of some relations by those before it.
    pub(crate) async fn stack(&self, below: &[Arc<Definition>]) -> Result<Computed> {
        let Some((last, rest)) = below.split_last() else {
            return Ok((Arc::new(Schema::empty()), Vec::new()));
        };
        for definition in rest {
            self.define(definition).await?;
        }
        self.run(last).await
    }

    /// Computes a relation.
    pub(crate) async fn run(&self, definition: &Definition) -> Result<Computed> {
        let name = definition.name();
        let plan = self.plan(&name, &definition.sql).await?;
        self.execute(&name, plan).await
    }

    /// Computes free SQL: one query, nothing that writes or sets.
    pub(crate) async fn run_free(&self, sql: &str) -> Result<Computed> {
        let refused = |error: datafusion::error::DataFusionError| Error::Sql(error.strip_backtrace());
        let plan = self.context.state().create_logical_plan(sql).await.map_err(refused)?;
        let only_queries = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        only_queries.verify_plan(&plan).map_err(refused)?;
        let plan = plan.with_param_values(self.values()).map_err(refused)?;
        let state = self.context.state();
        let physical = state.create_physical_plan(&plan).await.map_err(refused)?;
        let schema = physical.schema();
        let batches = collect(physical, self.context.task_ctx()).await.map_err(refused)?;
        Ok((schema, batches))
    }

    fn values(&self) -> ParamValues {
        let values = self
            .parameters
            .iter()
            .map(|(name, value)| (name.clone(), ScalarAndMetadata::from(value.clone())));
        ParamValues::Map(values.collect::<HashMap<_, _>>())
    }

    async fn plan(&self, name: &str, sql: &str) -> Result<LogicalPlan> {
        let plan = self
            .context
            .state()
            .create_logical_plan(sql)
            .await
            .map_err(Error::engine(name))?;
        plan.with_param_values(self.values()).map_err(Error::engine(name))
    }

    async fn execute(&self, name: &str, plan: LogicalPlan) -> Result<Computed> {
        let state = self.context.state();
        let physical = state.create_physical_plan(&plan).await.map_err(Error::engine(name))?;
        let schema = physical.schema();
        let batches = collect(physical, self.context.task_ctx())
            .await
            .map_err(Error::engine(name))?;
        let compact = batches.into_iter().map(compact).collect::<Result<_, _>>();
        Ok((schema, compact.map_err(|error| Error::engine(name)(error.into()))?))
    }
}

/// Text of its own: views would hold the whole pages that they were read from.
fn compact(batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(|column| match column.as_string_view_opt() {
        Some(views) => Arc::new(views.gc()) as ArrayRef,
        None => Arc::clone(column),
    });
    RecordBatch::try_new(batch.schema(), columns.collect())
}

/// Memory of batches.
pub(crate) fn size_bytes(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::get_array_memory_size).sum()
}

pub(crate) fn memory(name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Arc<MemTable>> {
    // Plans state columns as non-null that outer joins above them make null, and the other way round.
    let fields: Vec<_> = schema
        .fields()
        .iter()
        .map(|field| field.as_ref().clone().with_nullable(true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let batches: Result<Vec<_>, _> = batches
        .iter()
        .map(|batch| RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec()))
        .collect();
    let batches = batches.map_err(|error| Error::engine(name)(error.into()))?;
    Ok(Arc::new(
        MemTable::try_new(schema, vec![batches]).map_err(Error::engine(name))?,
    ))
}

/// Narrows a raw table to the repositories that were asked for and to a month, below everything that reads it. A bucket
/// that mirrors belongs to no repository and tells of each, hence what stands for it always stays.
fn selected(
    name: &str,
    provider: Arc<dyn TableProvider>,
    repositories: &[String],
    month: Option<&Month>,
) -> Result<Arc<dyn TableProvider>> {
    let mut filters = Vec::new();
    if !repositories.is_empty() {
        let names = repositories.iter().map(|repository| lit(repository.clone())).collect();
        let mut is_wanted = in_list(col("repository"), names, false);
        if name.starts_with("raw.mirror_") {
            let (from, to) = SCOPE_SPAN;
            let is_bucket = col("repository").gt_eq(lit(from)).and(col("repository").lt(lit(to)));
            is_wanted = is_wanted.or(is_bucket);
        }
        filters.push(is_wanted);
    }
    if let Some(month) = month {
        let happened = col(month.table.event_time);
        filters.push(
            happened
                .clone()
                .gt_eq(lit(time(month.from)))
                .and(happened.lt(lit(time(month.to)))),
        );
    }
    let Some(filter) = conjunction(filters) else {
        return Ok(provider);
    };
    let plan = LogicalPlanBuilder::scan(name, provider_as_source(provider), None)
        .and_then(|plan| plan.filter(filter))
        .and_then(LogicalPlanBuilder::build)
        .map_err(Error::engine(name))?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

/// `policy(name, value, unit, basis, clause, valid_from, valid_to)`; open ends are far away.
fn policy_relation(policy: &Policy) -> Result<Arc<dyn TableProvider>> {
    let time = DataType::Timestamp(datafusion::arrow::datatypes::TimeUnit::Microsecond, Some("UTC".into()));
    let schema = Arc::new(Schema::new(vec![
        Field::new("name", DataType::Utf8, false),
        Field::new("value", DataType::Float64, false),
        Field::new("unit", DataType::Utf8, false),
        Field::new("basis", DataType::Utf8, false),
        Field::new("clause", DataType::Utf8, false),
        Field::new("valid_from", time.clone(), false),
        Field::new("valid_to", time, false),
    ]));
    let far = |text: &str| {
        parse_timestamp(text)
            .map(|time| time.timestamp_micros())
            .unwrap_or_default()
    };
    let (first, last) = (far("1900-01-01"), far("9999-12-31"));
    let rules = policy.rules();
    let micros = |time: Option<Timestamp>, open: i64| time.map_or(open, |time| time.timestamp_micros());
    let text = |value: &dyn Fn(&domain::policy::Rule) -> String| {
        Arc::new(rules.iter().map(|rule| Some(value(rule))).collect::<StringArray>())
    };
    let times = |value: &dyn Fn(&domain::policy::Rule) -> i64| {
        Arc::new(TimestampMicrosecondArray::from_iter_values(rules.iter().map(value)).with_timezone("UTC"))
    };
    let batch = RecordBatch::try_new(
        Arc::clone(&schema),
        vec![
            text(&|rule| rule.name.clone()),
            Arc::new(Float64Array::from_iter_values(rules.iter().map(|rule| rule.value))),
            text(&|rule| rule.unit.clone()),
            text(&|rule| rule.basis.as_str().to_owned()),
            text(&|rule| rule.clause.clone()),
            times(&|rule| micros(rule.valid_from, first)),
            times(&|rule| micros(rule.valid_to, last)),
        ],
    );
    let batch = batch.map_err(|error| Error::engine("policy")(error.into()))?;
    Ok(memory("policy", schema, vec![batch])?)
}
