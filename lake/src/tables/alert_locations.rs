//! `alert_locations`: a place that an alert points to.

use domain::alert::AlertLocation;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<AlertLocation>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("kind", ColumnType::Text, "`secret_scanning`", |seen, _| {
        (&seen.row.kind).into()
    }),
    required("number", ColumnType::Long, "the alert's number", |seen, _| {
        seen.row.number.into()
    }),
    required(
        "location",
        ColumnType::Integer,
        "counts the places of one observation, from 0",
        |seen, _| seen.row.location.into(),
    ),
    required(
        "location_type",
        ColumnType::Text,
        "`commit`, `wiki_commit`, `issue_body`, …",
        |seen, _| (&seen.row.location_type).into(),
    ),
    optional(
        "path",
        ColumnType::Text,
        "the file; null outside of files",
        |seen, _| seen.row.path.as_ref().into(),
    ),
    optional("start_line", ColumnType::Long, "its first line, from 1", |seen, _| {
        seen.row.start_line.into()
    }),
    optional("end_line", ColumnType::Long, "its last line", |seen, _| {
        seen.row.end_line.into()
    }),
    optional(
        "commit_sha",
        ColumnType::Text,
        "the commit that it was found in",
        |seen, _| seen.row.commit_sha.as_ref().into(),
    ),
    required(
        "created_at",
        ColumnType::Time,
        "when the alert was opened: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<AlertLocation>> = RowTable::new(
    TableSpec {
        name: "alert_locations",
        doc: "one place of one observation of an alert",
        columns: &SPECS,
        key: &["repository", "kind", "number", "location", "source_sha256"],
        event_time: "created_at",
        sort: &[
            "repository",
            "created_at",
            "kind",
            "number",
            "location",
            "source_sha256",
        ],
        statistics: &["repository", "kind", "number", "created_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
