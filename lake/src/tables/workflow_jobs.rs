//! `workflow_jobs`: jobs that workflow files declare, with their limits.

use domain::workflow::WorkflowJob;

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<WorkflowJob>>] = &[
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
        "place among the jobs, from 0",
        |row, _| row.row.position.into(),
    ),
    required("line", ColumnType::Long, "line of the file, from 1", |row, _| {
        row.row.line.into()
    }),
    required("job_id", ColumnType::Word, "its key under `jobs`", |row, _| {
        (&row.row.job_id).into()
    }),
    optional("name", ColumnType::Word, "`name`, with its expressions", |row, _| {
        row.row.name.as_ref().into()
    }),
    optional(
        "needs",
        ColumnType::Word,
        "`needs` in their order, joined by commas",
        |row, _| row.row.needs.as_ref().into(),
    ),
    optional(
        "runs_on",
        ColumnType::Word,
        "`runs-on`: a label, labels joined by commas, or JSON of group and labels",
        |row, _| row.row.runs_on.as_ref().into(),
    ),
    optional("condition", ColumnType::Word, "`if`", |row, _| {
        row.row.condition.as_ref().into()
    }),
    optional(
        "timeout_minutes",
        ColumnType::Long,
        "`timeout-minutes` that is a whole number; null with a null `timeout_expression`: not declared",
        |row, _| row.row.timeout_minutes.into(),
    ),
    optional(
        "timeout_expression",
        ColumnType::Word,
        "`timeout-minutes` that is none: an expression, as a rule",
        |row, _| row.row.timeout_expression.as_ref().into(),
    ),
    optional(
        "permissions",
        ColumnType::Word,
        "as of `workflows`; null: those of the workflow hold",
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
    optional(
        "matrix",
        ColumnType::Text,
        "`strategy.matrix` as JSON, or the expression that makes it",
        |row, _| row.row.matrix.as_ref().into(),
    ),
    optional(
        "n_legs",
        ColumnType::Long,
        "combinations of the matrix, with `include` and `exclude`; 1 without one, null where an expression makes them",
        |row, _| row.row.n_legs.into(),
    ),
    optional(
        "legs",
        ColumnType::Text,
        "the combinations as JSON; null where they are not known, or there is no matrix",
        |row, _| row.row.legs.as_ref().into(),
    ),
    optional(
        "python_versions",
        ColumnType::Word,
        "versions of Python among the combinations, sorted, joined by commas; null where none names one",
        |row, _| row.row.python_versions.as_ref().into(),
    ),
    optional("fail_fast", ColumnType::Word, "`strategy.fail-fast`", |row, _| {
        row.row.fail_fast.as_ref().into()
    }),
    optional("max_parallel", ColumnType::Word, "`strategy.max-parallel`", |row, _| {
        row.row.max_parallel.as_ref().into()
    }),
    optional(
        "continue_on_error",
        ColumnType::Word,
        "`continue-on-error`: `true`, `false` or an expression",
        |row, _| row.row.continue_on_error.as_ref().into(),
    ),
    optional("environment", ColumnType::Word, "name of `environment`", |row, _| {
        row.row.environment.as_ref().into()
    }),
    optional(
        "uses",
        ColumnType::Word,
        "what it calls, without the reference",
        |row, _| row.row.uses.as_ref().into(),
    ),
    optional("uses_ref", ColumnType::Word, "the reference behind `@`", |row, _| {
        row.row.uses_ref.as_ref().into()
    }),
    optional(
        "is_pinned",
        ColumnType::Boolean,
        "what it calls cannot change under its name: a whole commit, a whole digest, or a path of the same commit; null where there is none",
        |row, _| row.row.is_pinned.into(),
    ),
    optional(
        "inputs",
        ColumnType::Text,
        "inputs of the reusable workflow as JSON; values of what is named like a secret are left out",
        |row, _| row.row.inputs.as_ref().into(),
    ),
    optional(
        "secrets",
        ColumnType::Word,
        "secrets that are handed on: `inherit`, or their names, sorted, joined by commas",
        |row, _| row.row.secrets.as_ref().into(),
    ),
    required("n_steps", ColumnType::Long, "rows of `workflow_steps`", |row, _| {
        row.row.n_steps.into()
    }),
    required(
        "is_whole",
        ColumnType::Boolean,
        "the file does not break off inside of it",
        |row, _| row.row.is_whole.into(),
    ),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<WorkflowJob>> = RowTable::new(
    TableSpec {
        name: "workflow_jobs",
        doc: "a job that a workflow file declares",
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
