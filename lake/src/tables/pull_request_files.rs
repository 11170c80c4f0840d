//! `pull_request_files`: files that a merged pull request changes.

use domain::change::PullRequestFile;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<PullRequestFile>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("number", ColumnType::Long, "number of the pull request", |seen, _| {
        seen.row.number.into()
    }),
    required(
        "merged_at",
        ColumnType::Time,
        "when it was merged: its event time",
        |seen, _| seen.row.merged_at.into(),
    ),
    required(
        "position",
        ColumnType::Integer,
        "place in the list, from 0",
        |seen, _| seen.row.position.into(),
    ),
    required(
        "is_whole",
        ColumnType::Boolean,
        "the whole list was had: GitHub ends it at 3,000",
        |seen, _| seen.row.is_whole.into(),
    ),
    optional(
        "path",
        ColumnType::Text,
        "path after the change; null: it changes nothing",
        |seen, _| seen.row.path.as_ref().into(),
    ),
    optional(
        "previous_path",
        ColumnType::Text,
        "path before, where the file moved",
        |seen, _| seen.row.previous_path.as_ref().into(),
    ),
    optional(
        "status",
        ColumnType::Text,
        "`added`, `modified`, `removed`, `renamed`, …",
        |seen, _| seen.row.status.as_ref().into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<PullRequestFile>> = RowTable::new(
    TableSpec {
        name: "pull_request_files",
        doc: "a file that a merged pull request changes, listed once after the merge; one that changes nothing is one row without a path",
        columns: &SPECS,
        key: &["repository", "number", "position", "source_sha256"],
        event_time: "merged_at",
        sort: &["repository", "merged_at", "number", "position", "source_sha256"],
        statistics: &["repository", "number", "merged_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);
