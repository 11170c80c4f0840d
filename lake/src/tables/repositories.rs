//! `repositories`: one observation of one repository.

use domain::collection::Repository;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Repository>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required(
        "repository_id",
        ColumnType::Long,
        "GitHub's id, which outlives a new name",
        |seen, _| seen.row.repository_id.into(),
    ),
    required(
        "default_branch",
        ColumnType::Text,
        "its default branch (CI/CL-001 §3)",
        |seen, _| (&seen.row.default_branch).into(),
    ),
    optional(
        "visibility",
        ColumnType::Text,
        "`public`, `private`, `internal`",
        |seen, _| seen.row.visibility.as_ref().into(),
    ),
    required("is_archived", ColumnType::Boolean, "read-only", |seen, _| {
        seen.row.is_archived.into()
    }),
    required(
        "created_at",
        ColumnType::Time,
        "when it was made: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    optional("updated_at", ColumnType::Time, "when it last changed", |seen, _| {
        seen.row.updated_at.into()
    }),
    optional(
        "pushed_at",
        ColumnType::Time,
        "when something was last pushed",
        |seen, _| seen.row.pushed_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Repository>> = RowTable::new(
    TableSpec {
        name: "repositories",
        doc: "one observation of one repository",
        columns: &SPECS,
        key: &["repository", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "source_sha256"],
        statistics: &["repository", "created_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
