//! `jobs`: one observation of one job of one run attempt.

use domain::job::Job;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Job>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required(
        "job_id",
        ColumnType::Long,
        "GitHub's id of the job, which is also that of its check run",
        |seen, _| seen.row.job_id.into(),
    ),
    required("run_id", ColumnType::Long, "the run", |seen, _| seen.row.run_id.into()),
    required("run_attempt", ColumnType::Integer, "its attempt", |seen, _| {
        seen.row.run_attempt.into()
    }),
    required(
        "name",
        ColumnType::Text,
        "name with its matrix leg in parentheses: the context of its check",
        |seen, _| (&seen.row.name).into(),
    ),
    optional("workflow", ColumnType::Text, "name of the workflow", |seen, _| {
        seen.row.workflow.as_ref().into()
    }),
    optional(
        "head_branch",
        ColumnType::Text,
        "branch of the head commit",
        |seen, _| seen.row.head_branch.as_ref().into(),
    ),
    required("head_sha", ColumnType::Text, "commit under test", |seen, _| {
        (&seen.row.head_sha).into()
    }),
    required(
        "status",
        ColumnType::Text,
        "`queued`, `in_progress`, `completed`, `waiting`, …",
        |seen, _| (&seen.row.status).into(),
    ),
    optional(
        "conclusion",
        ColumnType::Text,
        "`success`, `failure`, `skipped`, …; null while unknown",
        |seen, _| seen.row.conclusion.as_ref().into(),
    ),
    required(
        "created_at",
        ColumnType::Time,
        "when the job was created: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    optional(
        "started_at",
        ColumnType::Time,
        "when it started; of one that never ran, GitHub says when it was created or ended",
        |seen, _| seen.row.started_at.into(),
    ),
    optional("completed_at", ColumnType::Time, "when it ended", |seen, _| {
        seen.row.completed_at.into()
    }),
    optional(
        "runner_id",
        ColumnType::Long,
        "the runner; 0 or null: none",
        |seen, _| seen.row.runner_id.into(),
    ),
    optional("runner_name", ColumnType::Text, "the runner's name", |seen, _| {
        seen.row.runner_name.as_ref().into()
    }),
    optional(
        "runner_group",
        ColumnType::Text,
        "name of the runner's group",
        |seen, _| seen.row.runner_group.as_ref().into(),
    ),
    optional(
        "labels",
        ColumnType::Text,
        "JSON: labels that a runner needs",
        |seen, _| seen.row.labels.as_ref().into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Job>> = RowTable::new(
    TableSpec {
        name: "jobs",
        doc: "one observation of one job of one run attempt; a changed state is another row",
        columns: &SPECS,
        key: &["repository", "job_id", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "job_id", "source_sha256"],
        statistics: &["repository", "run_id", "job_id", "created_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
