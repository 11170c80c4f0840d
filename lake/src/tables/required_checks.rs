//! `required_checks`: one required check of a branch, as one source of rules says.

use domain::check::RequiredCheck;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<RequiredCheck>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required(
        "branch",
        ColumnType::Text,
        "the branch; `~DEFAULT_BRANCH` and patterns as a ruleset names them",
        |seen, _| (&seen.row.branch).into(),
    ),
    required(
        "origin",
        ColumnType::Text,
        "`protection` (classic, no history), `rules` (active rules, as observed) or `ruleset` (a version of one)",
        |seen, _| (&seen.row.origin).into(),
    ),
    optional("ruleset_id", ColumnType::Long, "the ruleset", |seen, _| {
        seen.row.ruleset_id.into()
    }),
    optional(
        "version_id",
        ColumnType::Long,
        "its version, where its history is known",
        |seen, _| seen.row.version_id.into(),
    ),
    required(
        "enforcement",
        ColumnType::Text,
        "`active`, `evaluate`, `disabled`",
        |seen, _| (&seen.row.enforcement).into(),
    ),
    optional(
        "context",
        ColumnType::Text,
        "name of the check; null: nothing is required",
        |seen, _| seen.row.context.as_ref().into(),
    ),
    optional(
        "app_id",
        ColumnType::Long,
        "the only app whose report counts",
        |seen, _| seen.row.app_id.into(),
    ),
    required(
        "effective_at",
        ColumnType::Time,
        "when the version was saved; of `protection` and `rules` when it was observed",
        |seen, _| seen.row.effective_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<RequiredCheck>> = RowTable::new(
    TableSpec {
        name: "required_checks",
        doc: "one required check of a branch, as one source of rules says; a set without any is a row without context",
        columns: &SPECS,
        key: &["repository", "branch", "origin", "context", "source_sha256"],
        event_time: "effective_at",
        sort: &[
            "repository",
            "effective_at",
            "branch",
            "origin",
            "context",
            "source_sha256",
        ],
        statistics: &["repository", "effective_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
