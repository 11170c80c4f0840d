//! `sources`: the ledger of payloads, and what was lost in each.

use domain::source::Source;

use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Source>] = &[
    required(
        "repository",
        ColumnType::Text,
        "`owner/name` that it belongs to",
        |source, _| (&source.context.repository).into(),
    ),
    optional(
        "run_id",
        ColumnType::Long,
        "the run; null: it belongs to none",
        |source, _| source.context.run_id.into(),
    ),
    optional("run_attempt", ColumnType::Integer, "its attempt", |source, _| {
        source.context.run_attempt.into()
    }),
    optional("workflow", ColumnType::Text, "the workflow", |source, _| {
        source.context.workflow.as_ref().into()
    }),
    optional("job", ColumnType::Text, "the job", |source, _| {
        source.context.job.as_ref().into()
    }),
    optional(
        "artifact",
        ColumnType::Text,
        "the artifact that held it",
        |source, _| source.context.artifact.as_ref().into(),
    ),
    required(
        "path",
        ColumnType::Text,
        "path in the directory or archive",
        |source, _| (&source.path).into(),
    ),
    required(
        "format",
        ColumnType::Text,
        "`run`, `cobertura`, `junit`, `sarif`, `trivy`, `github_job`, …; `zip`, `other`, `unknown` for what was not read",
        |source, _| (&source.format).into(),
    ),
    required(
        "parser",
        ColumnType::Text,
        "parser and version, as `junit/1`",
        |source, _| (&source.parser).into(),
    ),
    optional(
        "dialect",
        ColumnType::Text,
        "producer, as `pytest`, where it shows",
        |source, _| source.dialect.as_ref().into(),
    ),
    required(
        "status",
        ColumnType::Text,
        "`complete`, `partial`, `refused`",
        |source, _| source.status.as_str().into(),
    ),
    optional(
        "reason",
        ColumnType::Text,
        "why it is partial or refused",
        |source, _| source.reason.as_ref().into(),
    ),
    required("size_bytes", ColumnType::Long, "size as written", |source, _| {
        source.size_bytes.into()
    }),
    required("n_rows", ColumnType::Long, "rows that it gave", |source, _| {
        source.n_rows.into()
    }),
    required(
        "n_warnings",
        ColumnType::Long,
        "places that were mended or lost",
        |source, _| source.warnings.total().into(),
    ),
    optional(
        "warnings",
        ColumnType::Text,
        "JSON: `[{code, n, first}]`",
        |source, _| warnings_json(source).into(),
    ),
    required(
        "completed_at",
        ColumnType::Time,
        "when CI completed what left it behind: its event time",
        |source, _| source.completed_at.into(),
    ),
    rows::known_at(),
    required("source_sha256", ColumnType::Text, "digest as written", |source, _| {
        source.sha256.to_string().into()
    }),
    required(
        "landed_sha256",
        ColumnType::Text,
        "digest as landed; another one where a secret was taken out",
        |source, _| source.landed_sha256.to_string().into(),
    ),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Source> = RowTable::new(
    TableSpec {
        name: "sources",
        doc: "one payload in one context: what it was, what became of it, what was lost",
        columns: &SPECS,
        key: &[
            "repository",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
        ],
        event_time: "completed_at",
        sort: &[
            "repository",
            "completed_at",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
        ],
        statistics: &["repository", "run_id", "completed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);

/// One kind of warning, as the column `warnings` holds it.
#[derive(serde::Serialize)]
struct WarningJson<'a> {
    code: &'a str,
    n: i64,
    first: &'a str,
}

fn warnings_json(source: &Source) -> Option<String> {
    let warnings: Vec<_> = source
        .warnings
        .iter()
        .map(|(code, warning)| WarningJson {
            code,
            n: warning.n,
            first: &warning.first,
        })
        .collect();
    if warnings.is_empty() {
        None
    } else {
        serde_json::to_string(&warnings).ok()
    }
}
