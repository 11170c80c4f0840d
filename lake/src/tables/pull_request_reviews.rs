//! `pull_request_reviews`: reviews of a merged pull request.

use domain::change::PullRequestReview;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<PullRequestReview>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("number", ColumnType::Long, "number of the pull request", |seen, _| {
        seen.row.number.into()
    }),
    required(
        "merged_at",
        ColumnType::Time,
        "when it was merged: its event time",
        |seen, _| seen.row.merged_at.into(),
    ),
    required(
        "position",
        ColumnType::Integer,
        "place in the list, from 0",
        |seen, _| seen.row.position.into(),
    ),
    optional(
        "review_id",
        ColumnType::Long,
        "GitHub's id; null: there is no review",
        |seen, _| seen.row.review_id.into(),
    ),
    optional("author", ColumnType::Text, "login of the reviewer", |seen, _| {
        seen.row.author.as_ref().into()
    }),
    optional(
        "state",
        ColumnType::Text,
        "`APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, as it was when it was listed",
        |seen, _| seen.row.state.as_ref().into(),
    ),
    optional(
        "commit_sha",
        ColumnType::Text,
        "the head commit that was reviewed",
        |seen, _| seen.row.commit_sha.as_ref().into(),
    ),
    optional("submitted_at", ColumnType::Time, "when it was submitted", |seen, _| {
        seen.row.submitted_at.into()
    }),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<PullRequestReview>> = RowTable::new(
    TableSpec {
        name: "pull_request_reviews",
        doc: "a review of a merged pull request, listed once after the merge; one without a review is one row without an id",
        columns: &SPECS,
        key: &["repository", "number", "position", "source_sha256"],
        event_time: "merged_at",
        sort: &["repository", "merged_at", "number", "position", "source_sha256"],
        statistics: &["repository", "number", "merged_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);
