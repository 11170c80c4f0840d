//! `check_runs`: one observation of one check run of another app than GitHub Actions, whose check runs are its jobs.

use domain::check::CheckRun;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<CheckRun>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("check_run_id", ColumnType::Long, "GitHub's id", |seen, _| {
        seen.row.check_run_id.into()
    }),
    required("name", ColumnType::Text, "context of the check", |seen, _| {
        (&seen.row.name).into()
    }),
    required("head_sha", ColumnType::Text, "the commit", |seen, _| {
        (&seen.row.head_sha).into()
    }),
    optional("app_id", ColumnType::Long, "the app that reports it", |seen, _| {
        seen.row.app_id.into()
    }),
    optional("app_slug", ColumnType::Text, "the app's short name", |seen, _| {
        seen.row.app_slug.as_ref().into()
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
        "`success`, `failure`, …; null while unknown",
        |seen, _| seen.row.conclusion.as_ref().into(),
    ),
    required(
        "started_at",
        ColumnType::Time,
        "when it started, or was reported: its event time",
        |seen, _| seen.row.started_at.into(),
    ),
    optional("completed_at", ColumnType::Time, "when it ended", |seen, _| {
        seen.row.completed_at.into()
    }),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<CheckRun>> = RowTable::new(
    TableSpec {
        name: "check_runs",
        doc: "one observation of one check run of another app than GitHub Actions, whose check runs are its jobs",
        columns: &SPECS,
        key: &["repository", "check_run_id", "source_sha256"],
        event_time: "started_at",
        sort: &["repository", "started_at", "check_run_id", "source_sha256"],
        statistics: &["repository", "check_run_id", "started_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
