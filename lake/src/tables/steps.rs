//! `steps`: one observation of one step of a job.

use domain::job::Step;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Step>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("job_id", ColumnType::Long, "the job", |seen, _| seen.row.job_id.into()),
    required(
        "number",
        ColumnType::Integer,
        "position in the job, from 1",
        |seen, _| seen.row.number.into(),
    ),
    required("run_id", ColumnType::Long, "the run", |seen, _| seen.row.run_id.into()),
    required("run_attempt", ColumnType::Integer, "its attempt", |seen, _| {
        seen.row.run_attempt.into()
    }),
    required("name", ColumnType::Text, "name of the step", |seen, _| {
        (&seen.row.name).into()
    }),
    required(
        "status",
        ColumnType::Text,
        "`queued`, `in_progress`, `completed`",
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
        "when the job was created: the event time of its steps",
        |seen, _| seen.row.created_at.into(),
    ),
    optional("started_at", ColumnType::Time, "when the step started", |seen, _| {
        seen.row.started_at.into()
    }),
    optional("completed_at", ColumnType::Time, "when it ended", |seen, _| {
        seen.row.completed_at.into()
    }),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Step>> = RowTable::new(
    TableSpec {
        name: "steps",
        doc: "one observation of one step of a job",
        columns: &SPECS,
        key: &["repository", "job_id", "number", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "job_id", "number", "source_sha256"],
        statistics: &["repository", "run_id", "job_id", "created_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
