//! `scans`: runs of scanners, with how far their silence can be trusted.

use domain::scan::Scan;

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<Scan>>] = &[
    report::repository(),
    report::run_id(),
    report::run_attempt(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::report(),
    required(
        "scan",
        ColumnType::Integer,
        "position in the report, from 0",
        |row, _| row.row.scan.into(),
    ),
    required(
        "tool",
        ColumnType::Word,
        "name of the driver; empty where absent",
        |row, _| (&row.row.tool).into(),
    ),
    required(
        "tool_family",
        ColumnType::Word,
        "the tool without version or edition: `codeql`, `trivy`",
        |row, _| (&row.row.tool_family).into(),
    ),
    optional(
        "tool_version",
        ColumnType::Word,
        "`semanticVersion`, else `version`",
        |row, _| row.row.tool_version.as_ref().into(),
    ),
    optional(
        "rules_sha256",
        ColumnType::Word,
        "digest over ids and configuration of the rules that it lists",
        |row, _| row.row.rules_sha256.as_ref().into(),
    ),
    optional(
        "category",
        ColumnType::Word,
        "`automationDetails.id` before its last `/`",
        |row, _| row.row.category.as_ref().into(),
    ),
    optional(
        "image",
        ColumnType::Word,
        "the image that was scanned, without tag",
        |row, _| row.row.image.as_ref().into(),
    ),
    optional(
        "started_at",
        ColumnType::Time,
        "earliest `startTimeUtc`: the tool's own clock",
        |row, _| row.row.started_at.into(),
    ),
    optional(
        "ended_at",
        ColumnType::Time,
        "latest `endTimeUtc`: the tool's own clock",
        |row, _| row.row.ended_at.into(),
    ),
    optional(
        "execution_successful",
        ColumnType::Boolean,
        "what its invocations say",
        |row, _| row.row.execution_successful.into(),
    ),
    optional(
        "exit_code",
        ColumnType::Long,
        "of the last invocation that states one",
        |row, _| row.row.exit_code.into(),
    ),
    required(
        "completeness",
        ColumnType::Word,
        "`complete`, `partial`, `failed`, `unknown`; only a complete scan proves an absence",
        |row, _| row.row.completeness.as_str().into(),
    ),
    optional(
        "completeness_reason",
        ColumnType::Text,
        "why it is not complete",
        |row, _| row.row.reason.as_ref().into(),
    ),
    required(
        "is_truncated",
        ColumnType::Boolean,
        "the report breaks off in it, or a notification says that results were left out",
        |row, _| row.row.is_truncated.into(),
    ),
    optional(
        "n_results",
        ColumnType::Long,
        "results, also those that are no findings; null where none were computed",
        |row, _| row.row.n_results.into(),
    ),
    required("n_findings", ColumnType::Long, "rows of `findings`", |row, _| {
        row.row.n_findings.into()
    }),
    optional(
        "revision",
        ColumnType::Text,
        "commit that the report states, as written",
        |row, _| row.row.revision.as_ref().into(),
    ),
    optional("branch", ColumnType::Word, "branch that the report states", |row, _| {
        row.row.branch.as_ref().into()
    }),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<Scan>> = RowTable::new(
    TableSpec {
        name: "scans",
        doc: "one run of one scanner in one report",
        columns: &SPECS,
        key: &[
            "repository",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
            "scan",
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
            "scan",
        ],
        statistics: &["repository", "run_id", "completed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
