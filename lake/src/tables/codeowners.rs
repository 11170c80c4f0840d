//! `codeowners`: rules of CODEOWNERS files.

use domain::code_owners::CodeOwnersRule;

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<CodeOwnersRule>>] = &[
    report::repository(),
    report::run_id_if_any(),
    report::run_attempt_if_any(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::file(),
    required(
        "position",
        ColumnType::Integer,
        "place among the rules, from 0; of those that match, the last one counts",
        |row, _| row.row.position.into(),
    ),
    required("line", ColumnType::Long, "line of the file, from 1", |row, _| {
        row.row.line.into()
    }),
    required("pattern", ColumnType::Text, "the pattern as written", |row, _| {
        (&row.row.pattern).into()
    }),
    required(
        "owners",
        ColumnType::Word,
        "users, teams and addresses in their order, joined by spaces; empty: nobody owns it",
        |row, _| (&row.row.owners).into(),
    ),
    required("n_owners", ColumnType::Integer, "how many they are", |row, _| {
        row.row.n_owners.into()
    }),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<CodeOwnersRule>> = RowTable::new(
    TableSpec {
        name: "codeowners",
        doc: "a rule of a CODEOWNERS file",
        columns: &SPECS,
        key: &[
            "repository",
            "source_sha256",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "position",
        ],
        event_time: "completed_at",
        sort: &[
            "repository",
            "completed_at",
            "source_sha256",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "position",
        ],
        statistics: &["repository", "completed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
