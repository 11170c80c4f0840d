//! `coverage_files`: lines and branches of files of source code.

use domain::coverage::CoverageFile;

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<CoverageFile>>] = &[
    report::repository(),
    report::run_id(),
    report::run_attempt(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::report(),
    required(
        "path",
        ColumnType::Word,
        "path of the file as the report writes it",
        |row, _| (&row.row.path).into(),
    ),
    required(
        "package",
        ColumnType::Word,
        "package that lists it first; empty where absent",
        |row, _| (&row.row.package).into(),
    ),
    required(
        "lines_valid",
        ColumnType::Long,
        "lines that can be covered, each once",
        |row, _| row.row.counts.lines_valid.into(),
    ),
    required("lines_covered", ColumnType::Long, "lines that were", |row, _| {
        row.row.counts.lines_covered.into()
    }),
    required(
        "branches_valid",
        ColumnType::Long,
        "branches that can be covered; 0 also where none were measured",
        |row, _| row.row.counts.branches_valid.into(),
    ),
    required("branches_covered", ColumnType::Long, "branches that were", |row, _| {
        row.row.counts.branches_covered.into()
    }),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<CoverageFile>> = RowTable::new(
    TableSpec {
        name: "coverage_files",
        doc: "one file of source code in one report of coverage",
        columns: &SPECS,
        key: &[
            "repository",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
            "path",
        ],
        event_time: "completed_at",
        sort: &[
            "repository",
            "path",
            "completed_at",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
        ],
        statistics: &["repository", "run_id", "path", "completed_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);
