//! `alerts`: one observation of one alert.

use domain::alert::Alert;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Alert>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("kind", ColumnType::Text, "`secret_scanning`", |seen, _| {
        (&seen.row.kind).into()
    }),
    required(
        "number",
        ColumnType::Long,
        "its number among those of its kind",
        |seen, _| seen.row.number.into(),
    ),
    optional(
        "rule_id",
        ColumnType::Text,
        "GitHub's word for what was found: `aws_access_key_id`",
        |seen, _| seen.row.rule_id.as_ref().into(),
    ),
    required("state", ColumnType::Text, "`open`, `resolved`", |seen, _| {
        (&seen.row.state).into()
    }),
    optional(
        "resolution",
        ColumnType::Text,
        "`revoked`, `false_positive`, `wont_fix`, `used_in_tests`",
        |seen, _| seen.row.resolution.as_ref().into(),
    ),
    optional(
        "validity",
        ColumnType::Text,
        "`active`, `inactive`, `unknown`",
        |seen, _| seen.row.validity.as_ref().into(),
    ),
    optional("url", ColumnType::Text, "its page", |seen, _| {
        seen.row.url.as_ref().into()
    }),
    optional(
        "resolved_by",
        ColumnType::Text,
        "login of who resolved it",
        |seen, _| seen.row.resolved_by.as_ref().into(),
    ),
    required(
        "created_at",
        ColumnType::Time,
        "when it was opened: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    required("updated_at", ColumnType::Time, "when it last changed", |seen, _| {
        seen.row.updated_at.into()
    }),
    optional("resolved_at", ColumnType::Time, "when it was resolved", |seen, _| {
        seen.row.resolved_at.into()
    }),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Alert>> = RowTable::new(
    TableSpec {
        name: "alerts",
        doc: "one observation of one alert; never the secret that it is about",
        columns: &SPECS,
        key: &["repository", "kind", "number", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "kind", "number", "source_sha256"],
        statistics: &["repository", "kind", "number", "created_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
