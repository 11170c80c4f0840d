//! `makefile_commands`: commands of targets of Makefiles.

use domain::makefile::MakefileCommand;

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<MakefileCommand>>] = &[
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
        "place among the commands, from 0",
        |row, _| row.row.position.into(),
    ),
    required("line", ColumnType::Long, "line of the file, from 1", |row, _| {
        row.row.line.into()
    }),
    required("target", ColumnType::Text, "the target", |row, _| {
        (&row.row.target).into()
    }),
    required(
        "prerequisites",
        ColumnType::Text,
        "what the target needs, by spaces; empty: nothing",
        |row, _| (&row.row.prerequisites).into(),
    ),
    optional(
        "command",
        ColumnType::Text,
        "the command with the file's own variables put in; null: the rule has none",
        |row, _| row.row.command.as_ref().into(),
    ),
    required(
        "ignores_errors",
        ColumnType::Boolean,
        "its failure fails nothing",
        |row, _| row.row.ignores_errors.into(),
    ),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<MakefileCommand>> = RowTable::new(
    TableSpec {
        name: "makefile_commands",
        doc: "a command of a target of a Makefile",
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
