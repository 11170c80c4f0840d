//! `runs`: observations of attempts of workflow runs.

use domain::run::Run;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Run>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |run, _| {
        (&run.row.repository).into()
    }),
    required(
        "run_id",
        ColumnType::Long,
        "GitHub's id of the run; attempts share it",
        |run, _| run.row.run_id.into(),
    ),
    required(
        "run_attempt",
        ColumnType::Integer,
        "1 for the first attempt",
        |run, _| run.row.run_attempt.into(),
    ),
    optional(
        "workflow",
        ColumnType::Text,
        "name or path of the workflow",
        |run, _| run.row.workflow.as_ref().into(),
    ),
    required(
        "event",
        ColumnType::Text,
        "GitHub's name of what triggered it: `push`, `pull_request`, …",
        |run, _| (&run.row.event).into(),
    ),
    optional(
        "head_branch",
        ColumnType::Text,
        "branch of the head commit; null where there is none",
        |run, _| run.row.head_branch.as_ref().into(),
    ),
    optional(
        "default_branch",
        ColumnType::Text,
        "the repository's default branch (CI/CL-001 §3); null: see `repositories`",
        |run, _| run.row.default_branch.as_ref().into(),
    ),
    required("head_sha", ColumnType::Text, "commit under test", |run, _| {
        (&run.row.head_sha).into()
    }),
    optional(
        "tree_sha",
        ColumnType::Text,
        "tree of that commit: equal trees are equal sources",
        |run, _| run.row.tree_sha.as_ref().into(),
    ),
    optional(
        "head_repository",
        ColumnType::Text,
        "where the head commit lives; another one is a fork, null a deleted one",
        |run, _| run.row.head_repository.as_ref().into(),
    ),
    required(
        "status",
        ColumnType::Text,
        "`queued`, `in_progress`, `completed`",
        |run, _| (&run.row.status).into(),
    ),
    optional(
        "conclusion",
        ColumnType::Text,
        "`success`, `failure`, …; null while unknown",
        |run, _| run.row.conclusion.as_ref().into(),
    ),
    required(
        "created_at",
        ColumnType::Time,
        "when the run was created: the event time of every attempt",
        |run, _| run.row.created_at.into(),
    ),
    optional("started_at", ColumnType::Time, "when this attempt started", |run, _| {
        run.row.started_at.into()
    }),
    optional(
        "completed_at",
        ColumnType::Time,
        "when this attempt ended; null from GitHub, whose jobs say it",
        |run, _| run.row.completed_at.into(),
    ),
    optional(
        "updated_at",
        ColumnType::Time,
        "when something about this attempt last changed; moves after its end",
        |run, _| run.row.updated_at.into(),
    ),
    optional(
        "workflow_id",
        ColumnType::Long,
        "GitHub's id of the workflow",
        |run, _| run.row.workflow_id.into(),
    ),
    optional(
        "workflow_path",
        ColumnType::Text,
        "path of the workflow's file",
        |run, _| run.row.workflow_path.as_ref().into(),
    ),
    optional(
        "run_number",
        ColumnType::Long,
        "number of the run among those of its workflow; each one more than the one before",
        |run, _| run.row.run_number.into(),
    ),
    optional("actor", ColumnType::Text, "login of who triggered the run", |run, _| {
        run.row.actor.as_ref().into()
    }),
    optional(
        "triggering_actor",
        ColumnType::Text,
        "login of who triggered this attempt",
        |run, _| run.row.triggering_actor.as_ref().into(),
    ),
    optional(
        "pull_requests",
        ColumnType::Text,
        "JSON: numbers of this repository's pull requests; GitHub empties the list",
        |run, _| run.row.pull_requests.as_ref().into(),
    ),
    optional(
        "repository_id",
        ColumnType::Long,
        "GitHub's id of the repository, which outlives a new name",
        |run, _| run.row.repository_id.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Run>> = RowTable::new(
    TableSpec {
        name: "runs",
        doc: "one observation of one attempt of a workflow run; a changed state is another row",
        columns: &SPECS,
        key: &["repository", "run_id", "run_attempt", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "run_id", "run_attempt", "source_sha256"],
        statistics: &["repository", "run_id", "created_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
