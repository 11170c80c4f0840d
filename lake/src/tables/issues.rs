//! `issues`: one observation of one issue.

use domain::change::Issue;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Issue>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("number", ColumnType::Long, "its number", |seen, _| {
        seen.row.number.into()
    }),
    required("issue_id", ColumnType::Long, "GitHub's id", |seen, _| {
        seen.row.issue_id.into()
    }),
    required("state", ColumnType::Text, "`open`, `closed`", |seen, _| {
        (&seen.row.state).into()
    }),
    optional(
        "state_reason",
        ColumnType::Text,
        "`completed`, `not_planned`, `reopened`",
        |seen, _| seen.row.state_reason.as_ref().into(),
    ),
    required("title", ColumnType::Text, "title", |seen, _| (&seen.row.title).into()),
    optional("body", ColumnType::Text, "text, as written", |seen, _| {
        seen.row.body.as_ref().into()
    }),
    optional("author", ColumnType::Text, "login of who opened it", |seen, _| {
        seen.row.author.as_ref().into()
    }),
    optional("assignees", ColumnType::Text, "JSON: logins", |seen, _| {
        seen.row.assignees.as_ref().into()
    }),
    optional("labels", ColumnType::Text, "JSON: names of its labels", |seen, _| {
        seen.row.labels.as_ref().into()
    }),
    optional("url", ColumnType::Text, "its page", |seen, _| {
        seen.row.url.as_ref().into()
    }),
    required(
        "created_at",
        ColumnType::Time,
        "when it was opened: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    required("updated_at", ColumnType::Time, "when it last changed", |seen, _| {
        seen.row.updated_at.into()
    }),
    optional("closed_at", ColumnType::Time, "when it was closed", |seen, _| {
        seen.row.closed_at.into()
    }),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Issue>> = RowTable::new(
    TableSpec {
        name: "issues",
        doc: "one observation of one issue; pull requests, which GitHub lists among them, are not here",
        columns: &SPECS,
        key: &["repository", "number", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "number", "source_sha256"],
        statistics: &["repository", "number", "created_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
