//! `pre_commit_hooks`: hooks of `.pre-commit-config.yaml`.

use domain::pre_commit::PreCommitHook;

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<PreCommitHook>>] = &[
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
        "place among the hooks, from 0",
        |row, _| row.row.position.into(),
    ),
    required("line", ColumnType::Long, "line of the file, from 1", |row, _| {
        row.row.line.into()
    }),
    required(
        "hook_repository",
        ColumnType::Word,
        "where it comes from: an address, `local` or `meta`",
        |row, _| (&row.row.hook_repository).into(),
    ),
    optional("rev", ColumnType::Word, "`rev`", |row, _| row.row.rev.as_ref().into()),
    required(
        "is_pinned",
        ColumnType::Boolean,
        "`rev` is a whole commit; true of `local` and `meta`",
        |row, _| row.row.is_pinned.into(),
    ),
    required(
        "is_moving",
        ColumnType::Boolean,
        "`rev` may be a branch: neither a commit nor of a version's form",
        |row, _| row.row.is_moving.into(),
    ),
    required("hook_id", ColumnType::Word, "its id", |row, _| {
        (&row.row.hook_id).into()
    }),
    optional(
        "stages",
        ColumnType::Word,
        "the stages that it runs in, where it says, joined by commas",
        |row, _| row.row.stages.as_ref().into(),
    ),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<PreCommitHook>> = RowTable::new(
    TableSpec {
        name: "pre_commit_hooks",
        doc: "a hook that runs before a commit",
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
