//! `quarantine_entries`: one entry of a repository's list of quarantined tests, as one commit left it.

use domain::quarantine::QuarantineEntry;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<QuarantineEntry>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required(
        "commit_sha",
        ColumnType::Text,
        "the commit that wrote the list",
        |seen, _| (&seen.row.commit_sha).into(),
    ),
    required(
        "committed_at",
        ColumnType::Time,
        "the committer's time: its event time",
        |seen, _| seen.row.committed_at.into(),
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
        "the whole list could be read, so that absence from it says something",
        |seen, _| seen.row.is_whole.into(),
    ),
    optional(
        "test",
        ColumnType::Text,
        "`class::name`; null: the list has no entry that can be read, or was removed",
        |seen, _| seen.row.test.as_ref().into(),
    ),
    optional("ticket", ColumnType::Text, "URL of the ticket", |seen, _| {
        seen.row.ticket.as_ref().into()
    }),
    optional("owner", ColumnType::Text, "who has to mend the test", |seen, _| {
        seen.row.owner.as_ref().into()
    }),
    optional("reason", ColumnType::Text, "why it is quarantined", |seen, _| {
        seen.row.reason.as_ref().into()
    }),
    optional(
        "extended_until",
        ColumnType::Time,
        "until when the stay is extended",
        |seen, _| seen.row.extended_until.into(),
    ),
    optional(
        "approved_by",
        ColumnType::Text,
        "who approved the extension",
        |seen, _| seen.row.approved_by.as_ref().into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<QuarantineEntry>> = RowTable::new(
    TableSpec {
        name: "quarantine_entries",
        doc: "one entry of `.quarantine.toml`, as one commit of the default branch left it; a list without entries is one row without a test",
        columns: &SPECS,
        key: &["repository", "commit_sha", "position", "source_sha256"],
        event_time: "committed_at",
        sort: &["repository", "committed_at", "commit_sha", "position", "source_sha256"],
        statistics: &["repository", "committed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
