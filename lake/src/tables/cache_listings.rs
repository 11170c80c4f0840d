//! `cache_listings`: what a repository held of caches when it was asked.

use domain::cache::CacheListing;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<CacheListing>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required(
        "observed_at",
        ColumnType::Time,
        "when it was asked, by the source's own clock: its event time",
        |seen, _| seen.row.observed_at.into(),
    ),
    required("n_caches", ColumnType::Long, "caches that were listed", |seen, _| {
        seen.row.n_caches.into()
    }),
    required("size_bytes", ColumnType::Long, "their size", |seen, _| {
        seen.row.size_bytes.into()
    }),
    optional(
        "n_active",
        ColumnType::Long,
        "caches by GitHub's own account, which is minutes old",
        |seen, _| seen.row.n_active.into(),
    ),
    optional(
        "active_bytes",
        ColumnType::Long,
        "their size by that account",
        |seen, _| seen.row.active_bytes.into(),
    ),
    optional(
        "retention_days",
        ColumnType::Long,
        "for how long a cache is kept that nobody restores; null: it could not be read",
        |seen, _| seen.row.retention_days.into(),
    ),
    optional(
        "least_recent_at",
        ColumnType::Time,
        "last access of the cache that nobody has accessed for the longest time",
        |seen, _| seen.row.least_recent_at.into(),
    ),
    optional("least_recent_id", ColumnType::Long, "its id", |seen, _| {
        seen.row.least_recent_id.into()
    }),
    optional(
        "most_recent_at",
        ColumnType::Time,
        "last access of the cache that was accessed last",
        |seen, _| seen.row.most_recent_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<CacheListing>> = RowTable::new(
    TableSpec {
        name: "cache_listings",
        doc: "what a repository held of caches when it was asked; written where it differs from the one before, and once a day",
        columns: &SPECS,
        key: &["repository", "observed_at", "source_sha256"],
        event_time: "observed_at",
        sort: &["repository", "observed_at", "source_sha256"],
        statistics: &["repository", "observed_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);
