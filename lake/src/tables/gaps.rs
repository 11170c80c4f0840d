//! `gaps`: one thing that could not be had from the source, or was had at last.

use domain::collection::Gap;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Gap>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required(
        "resource",
        ColumnType::Text,
        "`runs`, `attempt`, `jobs`, `artifacts`, `artifact`, `pulls`, …",
        |seen, _| (&seen.row.resource).into(),
    ),
    required(
        "subject",
        ColumnType::Text,
        "which one: a window of creation, a run and its attempt, an artifact",
        |seen, _| (&seen.row.subject).into(),
    ),
    optional("run_id", ColumnType::Long, "the run, where it is of one", |seen, _| {
        seen.row.run_id.into()
    }),
    optional("run_attempt", ColumnType::Integer, "its attempt", |seen, _| {
        seen.row.run_attempt.into()
    }),
    optional(
        "from_at",
        ColumnType::Time,
        "first instant that it may touch",
        |seen, _| seen.row.from_at.into(),
    ),
    optional(
        "to_at",
        ColumnType::Time,
        "last instant that it may touch",
        |seen, _| seen.row.to_at.into(),
    ),
    required(
        "is_open",
        ColumnType::Boolean,
        "false: it was had at last, or is no longer owed",
        |seen, _| seen.row.is_open.into(),
    ),
    required(
        "reason",
        ColumnType::Text,
        "`not_found`, `expired`, `forbidden`, `unreachable`, …",
        |seen, _| (&seen.row.reason).into(),
    ),
    optional("detail", ColumnType::Text, "what the source said", |seen, _| {
        seen.row.detail.as_ref().into()
    }),
    required(
        "observed_at",
        ColumnType::Time,
        "when it was asked for: its event time",
        |seen, _| seen.row.observed_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Gap>> = RowTable::new(
    TableSpec {
        name: "gaps",
        doc: "one thing that could not be had from the source, or was had at last; KPIs over its time are undetermined while it is open",
        columns: &SPECS,
        key: &["repository", "resource", "subject", "source_sha256"],
        event_time: "observed_at",
        sort: &["repository", "observed_at", "resource", "subject", "source_sha256"],
        statistics: &["repository", "observed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
