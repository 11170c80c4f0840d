//! `artifacts`: one observation of one artifact, which may have expired.

use domain::collection::Artifact;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Artifact>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("artifact_id", ColumnType::Long, "GitHub's id", |seen, _| {
        seen.row.artifact_id.into()
    }),
    required("run_id", ColumnType::Long, "the run", |seen, _| seen.row.run_id.into()),
    optional(
        "run_attempt",
        ColumnType::Integer,
        "the attempt in whose time it was uploaded, since GitHub does not say; null: it lies in none",
        |seen, _| seen.row.run_attempt.into(),
    ),
    optional(
        "job",
        ColumnType::Text,
        "the only job that can have uploaded it, by time and name; null: several, or none",
        |seen, _| seen.row.job.as_ref().into(),
    ),
    required(
        "name",
        ColumnType::Text,
        "name; attempts of one run may share it",
        |seen, _| (&seen.row.name).into(),
    ),
    optional("size_bytes", ColumnType::Long, "size of the zip", |seen, _| {
        seen.row.size_bytes.into()
    }),
    optional(
        "sha256",
        ColumnType::Text,
        "digest of the zip, where GitHub names it",
        |seen, _| seen.row.sha256.as_ref().into(),
    ),
    required(
        "is_expired",
        ColumnType::Boolean,
        "GitHub has forgotten its content",
        |seen, _| seen.row.is_expired.into(),
    ),
    required(
        "created_at",
        ColumnType::Time,
        "when it was uploaded: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    optional(
        "expires_at",
        ColumnType::Time,
        "when GitHub forgets its content",
        |seen, _| seen.row.expires_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Artifact>> = RowTable::new(
    TableSpec {
        name: "artifacts",
        doc: "one observation of one artifact, which may have expired",
        columns: &SPECS,
        key: &["repository", "artifact_id", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "artifact_id", "source_sha256"],
        statistics: &["repository", "run_id", "artifact_id", "created_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
