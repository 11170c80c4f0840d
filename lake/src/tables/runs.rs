//! `runs`: observations of attempts of workflow runs.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Builder, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder};
use domain::identity::Sha256Digest;
use domain::run::Run;

use super::spec::{ColumnType, Stamp, TableSpec, optional, required};
use crate::error::Result;

/// The table.
pub static TABLE: TableSpec = TableSpec {
    name: "runs",
    doc: "one observation of one attempt of a workflow run; a changed state is another row",
    columns: &[
        required("repository", ColumnType::Text, "`owner/name`"),
        required("run_id", ColumnType::Long, "GitHub's id of the run; attempts share it"),
        required("run_attempt", ColumnType::Integer, "1 for the first attempt"),
        optional("workflow", ColumnType::Text, "name or path of the workflow"),
        required(
            "event",
            ColumnType::Text,
            "GitHub's name of what triggered it: `push`, `pull_request`, …",
        ),
        required("head_branch", ColumnType::Text, "branch of the head commit"),
        required(
            "default_branch",
            ColumnType::Text,
            "the repository's default branch (CI/CL-001 §3)",
        ),
        required("head_sha", ColumnType::Text, "commit under test"),
        optional(
            "tree_sha",
            ColumnType::Text,
            "tree of that commit: equal trees are equal sources",
        ),
        required(
            "head_repository",
            ColumnType::Text,
            "where the head commit lives; another one is a fork",
        ),
        required("status", ColumnType::Text, "`queued`, `in_progress`, `completed`"),
        optional(
            "conclusion",
            ColumnType::Text,
            "`success`, `failure`, …; null while unknown",
        ),
        required(
            "created_at",
            ColumnType::Time,
            "when the run was created: the event time of every attempt",
        ),
        optional("started_at", ColumnType::Time, "when this attempt started"),
        optional("completed_at", ColumnType::Time, "when this attempt ended"),
        required("known_at", ColumnType::Time, "when we learned it"),
        required("source_sha256", ColumnType::Text, "digest of the payload that said so"),
        required("batch", ColumnType::Long, "number of the batch that added the row"),
    ],
    key: &["repository", "run_id", "run_attempt", "source_sha256"],
    event_time: "created_at",
    sort: &["repository", "created_at", "run_id", "run_attempt", "source_sha256"],
    statistics: &["repository", "run_id", "created_at", "known_at"],
    target_rows: 200_000,
};

/// Makes batches of rows.
#[derive(Debug)]
pub struct RunsBuilder {
    stamp: Stamp,
    rows: Vec<(Run, Sha256Digest)>,
}

impl RunsBuilder {
    /// Starts a batch.
    pub fn new(stamp: Stamp) -> Self {
        Self {
            stamp,
            rows: Vec::new(),
        }
    }

    /// Adds an observation, with the digest of the payload that holds it.
    pub fn push(&mut self, run: Run, source: Sha256Digest) {
        self.rows.push((run, source));
    }

    /// Ends the batch.
    pub fn finish(self) -> Result<RecordBatch> {
        let rows = &self.rows;
        let text = |value: &dyn Fn(&Run) -> Option<String>| -> ArrayRef {
            let mut builder = StringBuilder::new();
            rows.iter().for_each(|(run, _)| builder.append_option(value(run)));
            Arc::new(builder.finish())
        };
        let time = |value: &dyn Fn(&Run) -> Option<domain::clock::Timestamp>| -> ArrayRef {
            let mut builder = TimestampMicrosecondBuilder::new().with_timezone("UTC");
            rows.iter()
                .for_each(|(run, _)| builder.append_option(value(run).map(|time| time.timestamp_micros())));
            Arc::new(builder.finish())
        };
        let mut run_ids = Int64Builder::new();
        let mut run_attempts = Int32Builder::new();
        let mut sources = StringBuilder::new();
        for (run, source) in rows {
            run_ids.append_value(run.run_id);
            run_attempts.append_value(run.run_attempt);
            sources.append_value(source.to_string());
        }
        let mut batches = Int64Builder::new();
        batches.append_value_n(self.stamp.batch, rows.len());
        let columns: Vec<ArrayRef> = vec![
            text(&|run| Some(run.repository.to_string())),
            Arc::new(run_ids.finish()),
            Arc::new(run_attempts.finish()),
            text(&|run| run.workflow.clone()),
            text(&|run| Some(run.event.clone())),
            text(&|run| Some(run.head_branch.clone())),
            text(&|run| Some(run.default_branch.clone())),
            text(&|run| Some(run.head_sha.as_str().to_owned())),
            text(&|run| run.tree_sha.as_ref().map(|tree| tree.as_str().to_owned())),
            text(&|run| Some(run.head_repository.to_string())),
            text(&|run| Some(run.status.clone())),
            text(&|run| run.conclusion.clone()),
            time(&|run| Some(run.created_at)),
            time(&|run| run.started_at),
            time(&|run| run.completed_at),
            time(&|_| Some(self.stamp.known_at)),
            Arc::new(sources.finish()),
            Arc::new(batches.finish()),
        ];
        Ok(RecordBatch::try_new(TABLE.write_schema(), columns)?)
    }
}
