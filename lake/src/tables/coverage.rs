//! `coverage`: totals of reports of coverage, by which gates judge.

use domain::coverage::Coverage;

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<Coverage>>] = &[
    report::repository(),
    report::run_id(),
    report::run_attempt(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::report(),
    optional(
        "lines_valid",
        ColumnType::Long,
        "lines that can be covered; null where the report tells of none",
        |row, _| row.row.lines_valid.into(),
    ),
    optional("lines_covered", ColumnType::Long, "lines that were", |row, _| {
        row.row.lines_covered.into()
    }),
    required(
        "lines_basis",
        ColumnType::Word,
        "`stated` by the report, or `counted` from its lines",
        |row, _| row.row.lines_basis.as_str().into(),
    ),
    optional(
        "branches_valid",
        ColumnType::Long,
        "branches that can be covered; null where none were measured",
        |row, _| row.row.branches_valid.into(),
    ),
    optional("branches_covered", ColumnType::Long, "branches that were", |row, _| {
        row.row.branches_covered.into()
    }),
    required(
        "branches_basis",
        ColumnType::Word,
        "`stated` by the report, or `counted` from its lines",
        |row, _| row.row.branches_basis.as_str().into(),
    ),
    required(
        "lines_valid_counted",
        ColumnType::Long,
        "what its files add up to",
        |row, _| row.row.counted.lines_valid.into(),
    ),
    required("lines_covered_counted", ColumnType::Long, "the same", |row, _| {
        row.row.counted.lines_covered.into()
    }),
    required("branches_valid_counted", ColumnType::Long, "the same", |row, _| {
        row.row.counted.branches_valid.into()
    }),
    required("branches_covered_counted", ColumnType::Long, "the same", |row, _| {
        row.row.counted.branches_covered.into()
    }),
    required("n_files", ColumnType::Long, "rows of `coverage_files`", |row, _| {
        row.row.n_files.into()
    }),
    required(
        "is_complete",
        ColumnType::Boolean,
        "the report was read to its end; no gate passes on a part",
        |row, _| row.row.is_complete.into(),
    ),
    optional("tool_version", ColumnType::Word, "`version` as written", |row, _| {
        row.row.tool_version.as_ref().into()
    }),
    optional(
        "reported_at",
        ColumnType::Time,
        "the report's own clock, which may be wrong",
        |row, _| row.row.reported_at.into(),
    ),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<Coverage>> = RowTable::new(
    TableSpec {
        name: "coverage",
        doc: "the totals of one report of coverage",
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
