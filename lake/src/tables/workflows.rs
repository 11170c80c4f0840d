//! `workflows`: workflow files of GitHub Actions, as the bytes of a commit have them.

use domain::workflow::Workflow;

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<Workflow>>] = &[
    report::repository(),
    report::run_id_if_any(),
    report::run_attempt_if_any(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::file(),
    optional("name", ColumnType::Word, "`name` of the file", |row, _| {
        row.row.name.as_ref().into()
    }),
    required(
        "triggers",
        ColumnType::Word,
        "events of `on`, sorted, joined by commas",
        |row, _| (&row.row.triggers).into(),
    ),
    optional(
        "trigger_filters",
        ColumnType::Text,
        "what narrows each event (branches, tags, paths, types, schedules), as JSON `{event: filter or null}`; null where it is too long",
        |row, _| row.row.trigger_filters.as_ref().into(),
    ),
    optional(
        "permissions",
        ColumnType::Word,
        "default permissions: null undeclared, `none`, `read-all`, `write-all`, or `scope: level`, sorted, joined by commas",
        |row, _| row.row.permissions.as_ref().into(),
    ),
    optional(
        "concurrency_group",
        ColumnType::Word,
        "group of `concurrency`",
        |row, _| row.row.concurrency_group.as_ref().into(),
    ),
    optional(
        "cancel_in_progress",
        ColumnType::Word,
        "`cancel-in-progress`: `true`, `false` or an expression",
        |row, _| row.row.cancel_in_progress.as_ref().into(),
    ),
    required(
        "is_reusable",
        ColumnType::Boolean,
        "other workflows can call it",
        |row, _| row.row.is_reusable.into(),
    ),
    required("n_jobs", ColumnType::Long, "rows of `workflow_jobs`", |row, _| {
        row.row.n_jobs.into()
    }),
    required(
        "is_whole",
        ColumnType::Boolean,
        "everything in it could be read, so that absence from it says something",
        |row, _| row.row.is_whole.into(),
    ),
    optional(
        "problem",
        ColumnType::Text,
        "the first thing that could not be read, or that GitHub refuses",
        |row, _| row.row.problem.as_ref().into(),
    ),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<Workflow>> = RowTable::new(
    TableSpec {
        name: "workflows",
        doc: "a workflow file: what starts it, what it may do",
        columns: &SPECS,
        key: &[
            "repository",
            "source_sha256",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
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
        ],
        statistics: &["repository", "completed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
