//! `pull_request_commits`: one commit that a pull request held when it was observed.

use domain::change::PullRequestCommit;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<PullRequestCommit>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("number", ColumnType::Long, "number of the pull request", |seen, _| {
        seen.row.number.into()
    }),
    required("sha", ColumnType::Text, "the commit", |seen, _| (&seen.row.sha).into()),
    optional("tree_sha", ColumnType::Text, "its tree", |seen, _| {
        seen.row.tree_sha.as_ref().into()
    }),
    optional("author", ColumnType::Text, "login of its author", |seen, _| {
        seen.row.author.as_ref().into()
    }),
    required(
        "committed_at",
        ColumnType::Time,
        "the committer's time: its event time",
        |seen, _| seen.row.committed_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<PullRequestCommit>> = RowTable::new(
    TableSpec {
        name: "pull_request_commits",
        doc: "one commit that a pull request held when it was observed; commits that were pushed over stay",
        columns: &SPECS,
        key: &["repository", "number", "sha", "source_sha256"],
        event_time: "committed_at",
        sort: &["repository", "committed_at", "number", "sha", "source_sha256"],
        statistics: &["repository", "number", "committed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
