//! `caches`: one observation of one cache of GitHub Actions.

use domain::cache::Cache;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Cache>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("cache_id", ColumnType::Long, "GitHub's id", |seen, _| {
        seen.row.cache_id.into()
    }),
    required(
        "reference",
        ColumnType::Text,
        "who may restore it: `refs/heads/main`, `refs/pull/7/merge`",
        |seen, _| (&seen.row.reference).into(),
    ),
    required("key", ColumnType::Text, "its key", |seen, _| (&seen.row.key).into()),
    optional(
        "version",
        ColumnType::Text,
        "digest of its paths and its compression",
        |seen, _| seen.row.version.as_ref().into(),
    ),
    required("size_bytes", ColumnType::Long, "size", |seen, _| {
        seen.row.size_bytes.into()
    }),
    required(
        "created_at",
        ColumnType::Time,
        "when it was saved: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    required(
        "last_accessed_at",
        ColumnType::Time,
        "when it was last saved or restored",
        |seen, _| seen.row.last_accessed_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Cache>> = RowTable::new(
    TableSpec {
        name: "caches",
        doc: "one observation of one cache of GitHub Actions; it is observed again when somebody has accessed it",
        columns: &SPECS,
        key: &["repository", "cache_id", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "cache_id", "source_sha256"],
        statistics: &["repository", "created_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);
