//! `sources`: the ledger of payloads, and what was lost in each.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Builder, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder};
use domain::source::Source;

use super::spec::{ColumnType, Stamp, TableSpec, optional, required};
use crate::error::Result;

/// The table.
pub static TABLE: TableSpec = TableSpec {
    name: "sources",
    doc: "one payload in one context: what it was, what became of it, what was lost",
    columns: &[
        required(
            "repository",
            ColumnType::Text,
            "`owner/name` of the run that left it behind",
        ),
        required("run_id", ColumnType::Long, "the run"),
        required("run_attempt", ColumnType::Integer, "its attempt"),
        optional("workflow", ColumnType::Text, "the workflow"),
        optional("job", ColumnType::Text, "the job"),
        optional("artifact", ColumnType::Text, "the artifact that held it"),
        required("path", ColumnType::Text, "path in the directory or archive"),
        required("format", ColumnType::Text, "`run`, `junit`, or `unknown`"),
        required("parser", ColumnType::Text, "parser and version, as `junit/1`"),
        optional("dialect", ColumnType::Text, "producer, as `pytest`, where it shows"),
        required("status", ColumnType::Text, "`complete`, `partial`, `refused`"),
        optional("reason", ColumnType::Text, "why it is partial or refused"),
        required("size_bytes", ColumnType::Long, "size as written"),
        required("n_rows", ColumnType::Long, "rows that it gave"),
        required("n_warnings", ColumnType::Long, "places that were mended or lost"),
        optional("warnings", ColumnType::Text, "JSON: `[{code, n, first}]`"),
        required(
            "completed_at",
            ColumnType::Time,
            "when CI completed what left it behind: its event time",
        ),
        required("known_at", ColumnType::Time, "when we learned it"),
        required("source_sha256", ColumnType::Text, "digest as written"),
        required(
            "landed_sha256",
            ColumnType::Text,
            "digest as landed; another one where a secret was taken out",
        ),
        required("batch", ColumnType::Long, "number of the batch that added the row"),
    ],
    key: &[
        "repository",
        "run_id",
        "run_attempt",
        "workflow",
        "job",
        "artifact",
        "source_sha256",
    ],
    event_time: "completed_at",
    sort: &[
        "repository",
        "completed_at",
        "run_id",
        "run_attempt",
        "workflow",
        "job",
        "artifact",
        "source_sha256",
    ],
    statistics: &["repository", "run_id", "completed_at", "known_at"],
    target_rows: 200_000,
};

/// One kind of warning, as the column `warnings` holds it.
#[derive(serde::Serialize)]
struct WarningJson<'a> {
    code: &'a str,
    n: i64,
    first: &'a str,
}

/// Makes batches of rows.
#[derive(Debug)]
pub struct SourcesBuilder {
    stamp: Stamp,
    rows: Vec<Source>,
}

impl SourcesBuilder {
    /// Starts a batch.
    pub fn new(stamp: Stamp) -> Self {
        Self {
            stamp,
            rows: Vec::new(),
        }
    }

    /// Adds a payload.
    pub fn push(&mut self, source: Source) {
        self.rows.push(source);
    }

    /// Ends the batch.
    pub fn finish(self) -> Result<RecordBatch> {
        let rows = &self.rows;
        let text = |value: &dyn Fn(&Source) -> Option<String>| -> ArrayRef {
            let mut builder = StringBuilder::new();
            rows.iter().for_each(|source| builder.append_option(value(source)));
            Arc::new(builder.finish())
        };
        let long = |value: &dyn Fn(&Source) -> i64| -> ArrayRef {
            let mut builder = Int64Builder::new();
            rows.iter().for_each(|source| builder.append_value(value(source)));
            Arc::new(builder.finish())
        };
        let time = |value: &dyn Fn(&Source) -> domain::clock::Timestamp| -> ArrayRef {
            let mut builder = TimestampMicrosecondBuilder::new().with_timezone("UTC");
            rows.iter()
                .for_each(|source| builder.append_value(value(source).timestamp_micros()));
            Arc::new(builder.finish())
        };
        let mut run_attempts = Int32Builder::new();
        rows.iter()
            .for_each(|source| run_attempts.append_value(source.context.run_attempt));
        let columns: Vec<ArrayRef> = vec![
            text(&|source| Some(source.context.repository.to_string())),
            long(&|source| source.context.run_id),
            Arc::new(run_attempts.finish()),
            text(&|source| source.context.workflow.clone()),
            text(&|source| source.context.job.clone()),
            text(&|source| source.context.artifact.clone()),
            text(&|source| Some(source.path.clone())),
            text(&|source| Some(source.format.clone())),
            text(&|source| Some(source.parser.clone())),
            text(&|source| source.dialect.clone()),
            text(&|source| Some(source.status.as_str().to_owned())),
            text(&|source| source.reason.clone()),
            long(&|source| source.size_bytes),
            long(&|source| source.n_rows),
            long(&|source| source.warnings.total()),
            text(&|source| warnings_json(source)),
            time(&|source| source.completed_at),
            time(&|_| self.stamp.known_at),
            text(&|source| Some(source.sha256.to_string())),
            text(&|source| Some(source.landed_sha256.to_string())),
            long(&|_| self.stamp.batch),
        ];
        Ok(RecordBatch::try_new(TABLE.write_schema(), columns)?)
    }
}

fn warnings_json(source: &Source) -> Option<String> {
    let warnings: Vec<_> = source
        .warnings
        .iter()
        .map(|(code, warning)| WarningJson {
            code,
            n: warning.n,
            first: &warning.first,
        })
        .collect();
    if warnings.is_empty() {
        None
    } else {
        serde_json::to_string(&warnings).ok()
    }
}
