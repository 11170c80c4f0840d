//! `analyses`: one analysis of code scanning.

use domain::alert::Analysis;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Analysis>>] = &[
    required("repository", ColumnType::Word, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("analysis_id", ColumnType::Long, "GitHub's id", |seen, _| {
        seen.row.analysis_id.into()
    }),
    required(
        "reference",
        ColumnType::Word,
        "`refs/heads/main`, `refs/pull/7/merge`",
        |seen, _| (&seen.row.reference).into(),
    ),
    required(
        "commit_sha",
        ColumnType::Text,
        "the commit that was scanned",
        |seen, _| (&seen.row.commit_sha).into(),
    ),
    required("tool", ColumnType::Word, "name of the tool", |seen, _| {
        (&seen.row.tool).into()
    }),
    required(
        "tool_family",
        ColumnType::Word,
        "the tool without version or edition: `codeql`, `trivy`",
        |seen, _| (&seen.row.tool_family).into(),
    ),
    optional(
        "category",
        ColumnType::Word,
        "what tells scans of one tool apart",
        |seen, _| seen.row.category.as_ref().into(),
    ),
    optional(
        "error",
        ColumnType::Text,
        "what GitHub could not read; null: nothing",
        |seen, _| seen.row.error.as_ref().into(),
    ),
    optional(
        "warning",
        ColumnType::Text,
        "what GitHub read with doubts; null: nothing",
        |seen, _| seen.row.warning.as_ref().into(),
    ),
    optional("n_results", ColumnType::Long, "results in it", |seen, _| {
        seen.row.n_results.into()
    }),
    required(
        "created_at",
        ColumnType::Time,
        "when GitHub had read it: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Analysis>> = RowTable::new(
    TableSpec {
        name: "analyses",
        doc: "one analysis of code scanning of the default branch: GitHub's word that a scan was uploaded",
        columns: &SPECS,
        key: &["repository", "analysis_id", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "analysis_id", "source_sha256"],
        statistics: &["repository", "analysis_id", "created_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
