//! The same files as a Delta table: reader 1, writer 2, no deletion vectors, no column mapping.
//!
//! Delta's `txn` is a note, not a lock: a commit goes onto the very snapshot on which the note was read, without retries of
//! the library's own, and after any error the table is loaded and compared again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use deltalake_core::DeltaTable;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{
    Action, Add, DataType, MetadataExt as _, PrimitiveType, Remove, StructField, StructType, Transaction,
};
use deltalake_core::logstore::{StorageConfig, default_logstore};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode, checkpoints};
use domain::clock::Timestamp;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::layout;
use crate::parquet_file::{Bound, DataFile};
use crate::store::Store;
use crate::tables::spec::{ColumnSpec, ColumnType, TableSpec};

/// The application of our transactions: batches of one lake are numbered in one row.
const APPLICATION: &str = "plumbline.batches";
/// Commits between two checkpoints.
const CHECKPOINT_EVERY: u64 = 100;
/// How often a commit is tried.
const TRIES: u32 = 5;

/// A Delta table of the lake.
pub(crate) struct DeltaLog {
    spec: &'static TableSpec,
    table: DeltaTable,
}

impl DeltaLog {
    /// Loads the table, making it where it does not exist.
    pub(crate) async fn open(store: &Store, spec: &'static TableSpec) -> Result<Self> {
        let folder = layout::table(spec.name);
        let objects = store.objects();
        let prefixed = Arc::new(PrefixStore::new(Arc::clone(&objects), folder.clone()));
        let (url, root) = root(store, &folder)?;
        let log_store = default_logstore(prefixed, root, &url, &StorageConfig::default());
        let mut table = DeltaTable::new(Arc::clone(&log_store));
        if table
            .verify_deltatable_existence()
            .await
            .map_err(Error::delta(spec.name))?
        {
            table.load().await.map_err(Error::delta(spec.name))?;
        } else {
            let statistics = spec.statistics.join(",");
            table = CreateBuilder::new()
                .with_log_store(log_store)
                .with_table_name(spec.name)
                .with_comment(spec.doc)
                .with_columns(spec.columns.iter().map(field))
                .with_configuration([
                    ("delta.dataSkippingStatsColumns".to_owned(), Some(statistics)),
                    ("delta.enableExpiredLogCleanup".to_owned(), Some("false".to_owned())),
                ])
                .with_raise_if_key_not_exists(false)
                .await
                .map_err(Error::delta(spec.name))?;
        }
        Ok(Self { spec, table })
    }

    /// The table's version.
    pub(crate) fn version(&self) -> u64 {
        self.table.version().unwrap_or_default()
    }

    /// Names of the table's files.
    pub(crate) fn file_names(&self) -> Result<BTreeSet<String>> {
        let state = self.table.snapshot().map_err(Error::delta(self.spec.name))?;
        Ok(state
            .log_data()
            .into_iter()
            .map(|file| file.path().into_owned())
            .collect())
    }

    /// Tells whether `batch` is in the table.
    async fn is_committed(&self, batch: u64) -> Result<bool> {
        let state = self.table.snapshot().map_err(Error::delta(self.spec.name))?;
        let log_store = self.table.log_store();
        let version = state
            .transaction_version(log_store.as_ref(), APPLICATION)
            .await
            .map_err(Error::delta(self.spec.name))?;
        Ok(version.is_some_and(|version| u64::try_from(version).is_ok_and(|version| version >= batch)))
    }

    /// Makes the table hold exactly `wanted` after `batch`, once.
    pub(crate) async fn commit(
        &mut self,
        batch: u64,
        wanted: &[DataFile],
        now: Timestamp,
        is_new: bool,
    ) -> Result<u64> {
        let mut tries = 0;
        loop {
            let present = self.file_names()?;
            let wanted_names: BTreeSet<_> = wanted.iter().map(|file| file.name.clone()).collect();
            if present == wanted_names && self.is_committed(batch).await? {
                return Ok(self.version());
            }
            let mut actions = self.new_columns()?;
            for name in present.difference(&wanted_names) {
                actions.push(Action::Remove(remove(name, now, is_new)));
            }
            for file in wanted.iter().filter(|file| !present.contains(&file.name)) {
                actions.push(Action::Add(add(file, self.spec, now, is_new)));
            }
            let Err(error) = self.try_commit(batch, actions).await else {
                return Ok(self.version());
            };
            tries += 1;
            if tries == TRIES {
                return Err(error);
            }
            // The commit may have landed although its answer was lost: load and compare again.
            tracing::warn!(
                table = self.spec.name,
                error = &error as &dyn std::error::Error,
                "a Delta commit is tried again"
            );
            tokio::time::sleep(Duration::from_millis(
                u64::from(now.timestamp_subsec_millis()) + 50 * u64::from(tries),
            ))
            .await;
            self.table.load().await.map_err(Error::delta(self.spec.name))?;
        }
    }

    /// What tells of columns that the table got since it was made; its files of before hold nothing of them.
    fn new_columns(&self) -> Result<Vec<Action>> {
        let fail = Error::delta(self.spec.name);
        let state = self.table.snapshot().map_err(fail)?;
        let held = state.schema();
        let is_new = |column: &&ColumnSpec| held.field(column.name).is_none();
        let new: Vec<_> = self.spec.columns.iter().filter(is_new).map(field).collect();
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let fields = held.fields().cloned().chain(new);
        let schema = StructType::try_new(fields).map_err(|error| Error::delta(self.spec.name)(error.into()))?;
        let metadata = state.metadata().clone().with_schema(&schema);
        let metadata = metadata.map_err(|error| Error::delta(self.spec.name)(error.into()))?;
        Ok(vec![Action::Metadata(metadata)])
    }

    async fn try_commit(&mut self, batch: u64, actions: Vec<Action>) -> Result<()> {
        let version = i64::try_from(batch).unwrap_or(i64::MAX);
        let properties = CommitProperties::default()
            .with_max_retries(0)
            .with_create_checkpoint(false)
            .with_cleanup_expired_logs(Some(false))
            .with_application_transaction(Transaction::new(APPLICATION, version));
        let operation = DeltaOperation::Write {
            mode: SaveMode::Append,
            partition_by: None,
            predicate: None,
        };
        let state = self.table.snapshot().map_err(Error::delta(self.spec.name))?;
        let committed = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(state), self.table.log_store(), operation)
            .await
            .map_err(Error::delta(self.spec.name))?;
        self.table.state = Some(committed.snapshot());
        Ok(())
    }

    /// Writes a checkpoint where many commits came after the last one; tells whether it did.
    pub(crate) async fn checkpoint(&self, store: &Store) -> Result<bool> {
        let last = format!("{}/_delta_log/_last_checkpoint", layout::table(self.spec.name));
        let last = store
            .get_if_exists(&object_store::path::Path::from(last))
            .await?
            .unwrap_or_default();
        let last: Value = serde_json::from_slice(&last).unwrap_or_default();
        let last = last.get("version").and_then(Value::as_u64).unwrap_or(0);
        if self.version() < last + CHECKPOINT_EVERY {
            return Ok(false);
        }
        checkpoints::create_checkpoint(&self.table, None)
            .await
            .map_err(Error::delta(self.spec.name))?;
        Ok(true)
    }
}

/// The URL of a table and the store in which Delta resolves its path.
///
/// Delta sorts listings of `file:` only, and insists that such a path exists, so a folder goes by its real path. Any other
/// store lists in order and goes by a path within the lake, which holds wherever the lake lies.
fn root(store: &Store, folder: &object_store::path::Path) -> Result<(url::Url, Arc<dyn ObjectStore>)> {
    let invalid = |error: url::ParseError| Error::Url {
        url: store.url().to_string(),
        reason: error.to_string(),
    };
    if store.url().scheme() == "file" {
        let url = store.url().join(&format!("{folder}/")).map_err(invalid)?;
        return Ok((url, Arc::new(LocalFileSystem::new())));
    }
    let url = url::Url::parse(&format!("lake:///{folder}/")).map_err(invalid)?;
    Ok((url, store.objects()))
}

fn field(column: &ColumnSpec) -> StructField {
    let r#type = DataType::Primitive(primitive(column.r#type));
    StructField::new(column.name, r#type, column.is_nullable)
}

fn primitive(r#type: ColumnType) -> PrimitiveType {
    match r#type {
        ColumnType::Text | ColumnType::Word => PrimitiveType::String,
        ColumnType::Long => PrimitiveType::Long,
        ColumnType::Integer => PrimitiveType::Integer,
        ColumnType::Boolean => PrimitiveType::Boolean,
        ColumnType::Time => PrimitiveType::Timestamp,
    }
}

fn add(file: &DataFile, spec: &TableSpec, now: Timestamp, is_new: bool) -> Add {
    Add {
        path: file.name.clone(),
        partition_values: std::collections::HashMap::new(),
        size: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        modification_time: now.timestamp_millis(),
        data_change: is_new,
        stats: Some(statistics(file, spec).to_string()),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    }
}

fn remove(name: &str, now: Timestamp, is_new: bool) -> Remove {
    Remove {
        path: name.to_owned(),
        data_change: is_new,
        deletion_timestamp: Some(now.timestamp_millis()),
        ..Remove::default()
    }
}

/// Per-file statistics as Delta's protocol has them: times as ISO 8601 in milliseconds, the largest rounded up.
fn statistics(file: &DataFile, spec: &TableSpec) -> Value {
    let mut smallest = Map::new();
    let mut largest = Map::new();
    for (name, bounds) in &file.columns {
        let is_time = spec
            .index(name)
            .is_some_and(|index| spec.columns[index].r#type == ColumnType::Time);
        smallest.insert(name.clone(), statistic(&bounds.min, is_time, 0));
        largest.insert(name.clone(), statistic(&bounds.max, is_time, 999));
    }
    json!({ "numRecords": file.rows, "minValues": smallest, "maxValues": largest, "nullCount": {} })
}

fn statistic(bound: &Bound, is_time: bool, round_up_micros: i64) -> Value {
    match bound {
        Bound::Text(text) => json!(text),
        Bound::Long(micros) if is_time => {
            let millis = micros.saturating_add(round_up_micros).div_euclid(1000);
            let instant = chrono::DateTime::from_timestamp_millis(millis).unwrap_or_default();
            json!(instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        }
        Bound::Long(value) => json!(value),
    }
}
