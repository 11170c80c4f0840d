//! `repository_files`: which files a commit has, of those that are read.

use domain::repository_file::RepositoryFile;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<RepositoryFile>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("commit_sha", ColumnType::Text, "the commit", |seen, _| {
        (&seen.row.commit_sha).into()
    }),
    required(
        "scope",
        ColumnType::Text,
        "`workflows`: the folder of workflows, of every commit that a run names; `tree`: the whole tree, of heads of the default branch; `code_owners`: code owners alone, of the base of merged pull requests that touch guarded folders",
        |seen, _| seen.row.scope.as_str().into(),
    ),
    required(
        "seen_at",
        ColumnType::Time,
        "when the commit's first run was created, of `tree` the committer's time, of `code_owners` when the pull request was merged: its event time",
        |seen, _| seen.row.seen_at.into(),
    ),
    required(
        "position",
        ColumnType::Integer,
        "place in the list, from 0",
        |seen, _| seen.row.position.into(),
    ),
    required(
        "is_whole",
        ColumnType::Boolean,
        "the whole list was had, so that absence from it says something",
        |seen, _| seen.row.is_whole.into(),
    ),
    optional(
        "path",
        ColumnType::Text,
        "path in the repository; null: the commit has no file that is read",
        |seen, _| seen.row.path.as_ref().into(),
    ),
    optional("blob_sha", ColumnType::Text, "its blob in git", |seen, _| {
        seen.row.blob_sha.as_ref().into()
    }),
    optional("size_bytes", ColumnType::Long, "size of the blob", |seen, _| {
        seen.row.size_bytes.into()
    }),
    optional(
        "file_sha256",
        ColumnType::Text,
        "digest of its bytes: `source_sha256` of the rows that it gave; null: it is too large",
        |seen, _| seen.row.file_sha256.as_ref().into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<RepositoryFile>> = RowTable::new(
    TableSpec {
        name: "repository_files",
        doc: "a file that a commit has, of those that are read; a commit without one is one row without a path",
        columns: &SPECS,
        key: &["repository", "commit_sha", "scope", "position", "source_sha256"],
        event_time: "seen_at",
        sort: &[
            "repository",
            "seen_at",
            "commit_sha",
            "scope",
            "position",
            "source_sha256",
        ],
        statistics: &["repository", "seen_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);
