//! `pull_requests`: one observation of one pull request.

use domain::change::PullRequest;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<PullRequest>>] = &[
    required(
        "repository",
        ColumnType::Text,
        "`owner/name` that it wants to change",
        |seen, _| (&seen.row.repository).into(),
    ),
    required("number", ColumnType::Long, "its number", |seen, _| {
        seen.row.number.into()
    }),
    required("pull_request_id", ColumnType::Long, "GitHub's id", |seen, _| {
        seen.row.pull_request_id.into()
    }),
    required("state", ColumnType::Text, "`open`, `closed`", |seen, _| {
        (&seen.row.state).into()
    }),
    required("is_draft", ColumnType::Boolean, "not ready for review", |seen, _| {
        seen.row.is_draft.into()
    }),
    required("title", ColumnType::Text, "title", |seen, _| (&seen.row.title).into()),
    optional("author", ColumnType::Text, "login of who opened it", |seen, _| {
        seen.row.author.as_ref().into()
    }),
    optional("labels", ColumnType::Text, "JSON: names of its labels", |seen, _| {
        seen.row.labels.as_ref().into()
    }),
    required(
        "head_branch",
        ColumnType::Text,
        "branch of the head commit",
        |seen, _| (&seen.row.head_branch).into(),
    ),
    required(
        "head_sha",
        ColumnType::Text,
        "head commit at the observation",
        |seen, _| (&seen.row.head_sha).into(),
    ),
    optional(
        "head_repository",
        ColumnType::Text,
        "where the head commit lives; null: deleted since",
        |seen, _| seen.row.head_repository.as_ref().into(),
    ),
    required(
        "base_branch",
        ColumnType::Text,
        "branch that it wants to change",
        |seen, _| (&seen.row.base_branch).into(),
    ),
    required(
        "base_sha",
        ColumnType::Text,
        "base commit at the observation",
        |seen, _| (&seen.row.base_sha).into(),
    ),
    optional(
        "merge_commit_sha",
        ColumnType::Text,
        "what it became; before the merge a trial that no branch holds",
        |seen, _| seen.row.merge_commit_sha.as_ref().into(),
    ),
    required(
        "created_at",
        ColumnType::Time,
        "when it was opened: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    required("updated_at", ColumnType::Time, "when it last changed", |seen, _| {
        seen.row.updated_at.into()
    }),
    optional(
        "closed_at",
        ColumnType::Time,
        "when it was closed or merged",
        |seen, _| seen.row.closed_at.into(),
    ),
    optional("merged_at", ColumnType::Time, "when it was merged", |seen, _| {
        seen.row.merged_at.into()
    }),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<PullRequest>> = RowTable::new(
    TableSpec {
        name: "pull_requests",
        doc: "one observation of one pull request; a changed state is another row",
        columns: &SPECS,
        key: &["repository", "number", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "number", "source_sha256"],
        statistics: &["repository", "number", "created_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
