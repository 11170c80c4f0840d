//! `workflow_steps`: steps of jobs that workflow files declare.

use domain::workflow::WorkflowStep;

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<WorkflowStep>>] = &[
    report::repository(),
    report::run_id_if_any(),
    report::run_attempt_if_any(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::file(),
    required(
        "job_position",
        ColumnType::Integer,
        "`position` of its job",
        |row, _| row.row.job_position.into(),
    ),
    required("job_id", ColumnType::Word, "the job's key under `jobs`", |row, _| {
        (&row.row.job_id).into()
    }),
    required(
        "position",
        ColumnType::Integer,
        "place among the job's steps, from 0",
        |row, _| row.row.position.into(),
    ),
    required("line", ColumnType::Long, "line of the file, from 1", |row, _| {
        row.row.line.into()
    }),
    optional("step_id", ColumnType::Word, "`id`", |row, _| {
        row.row.step_id.as_ref().into()
    }),
    optional("name", ColumnType::Word, "`name`, with its expressions", |row, _| {
        row.row.name.as_ref().into()
    }),
    optional("condition", ColumnType::Word, "`if`", |row, _| {
        row.row.condition.as_ref().into()
    }),
    optional(
        "uses",
        ColumnType::Word,
        "what it uses, without the reference",
        |row, _| row.row.uses.as_ref().into(),
    ),
    optional("uses_ref", ColumnType::Word, "the reference behind `@`", |row, _| {
        row.row.uses_ref.as_ref().into()
    }),
    optional(
        "is_pinned",
        ColumnType::Boolean,
        "what it uses cannot change under its name: a whole commit, a whole digest, or a path of the same commit; null where there is none",
        |row, _| row.row.is_pinned.into(),
    ),
    optional(
        "run",
        ColumnType::Text,
        "first line of `run`, without values of secrets, cut at 200 characters",
        |row, _| row.row.run.as_ref().into(),
    ),
    optional(
        "inputs",
        ColumnType::Text,
        "`with` as JSON, of actions whose inputs are evidence; values of what is named like a secret are left out",
        |row, _| row.row.inputs.as_ref().into(),
    ),
    optional(
        "continue_on_error",
        ColumnType::Word,
        "`continue-on-error`: `true`, `false` or an expression",
        |row, _| row.row.continue_on_error.as_ref().into(),
    ),
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
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<WorkflowStep>> = RowTable::new(
    TableSpec {
        name: "workflow_steps",
        doc: "a step that a workflow file declares",
        columns: &SPECS,
        key: &[
            "repository",
            "source_sha256",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "job_position",
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
            "job_position",
            "position",
        ],
        statistics: &["repository", "completed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
