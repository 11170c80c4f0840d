//! `mirror_listings`: one listing of a bucket of mirrored artifacts from its first key to its last, or to where it broke off.

use domain::mirror::MirrorListing;

use super::rows::{self, Column, Observed, RowTable, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<MirrorListing>>] = &[
    required(
        "repository",
        ColumnType::Text,
        "`s3.mirror/<bucket>`: the bucket belongs to no repository",
        |seen, _| (&seen.row.repository).into(),
    ),
    required("bucket", ColumnType::Text, "its name", |seen, _| {
        (&seen.row.bucket).into()
    }),
    required("prefix", ColumnType::Text, "what was listed; empty: all", |seen, _| {
        (&seen.row.prefix).into()
    }),
    required(
        "method",
        ColumnType::Word,
        "`versions`; `objects`: versions may not be listed, so that superseded ones are not known",
        |seen, _| (&seen.row.method).into(),
    ),
    required(
        "is_complete",
        ColumnType::Boolean,
        "it came to its end: what it lacks is gone",
        |seen, _| seen.row.is_complete.into(),
    ),
    required("n_pages", ColumnType::Long, "answers", |seen, _| {
        seen.row.n_pages.into()
    }),
    required(
        "n_versions",
        ColumnType::Long,
        "versions of objects that were listed",
        |seen, _| seen.row.n_versions.into(),
    ),
    required("n_delete_markers", ColumnType::Long, "delete markers", |seen, _| {
        seen.row.n_delete_markers.into()
    }),
    required(
        "n_unmatched",
        ColumnType::Long,
        "of the observations that were added, those that neither key nor metadata gives to a repository",
        |seen, _| seen.row.n_unmatched.into(),
    ),
    required(
        "n_changed",
        ColumnType::Long,
        "observations that were added",
        |seen, _| seen.row.n_changed.into(),
    ),
    required(
        "n_gone",
        ColumnType::Long,
        "versions that a listing held before and this one does not",
        |seen, _| seen.row.n_gone.into(),
    ),
    required("size_bytes", ColumnType::Long, "bytes of all versions", |seen, _| {
        seen.row.size_bytes.into()
    }),
    required(
        "n_readable",
        ColumnType::Long,
        "current versions that can be read without a restore: what the sample is drawn from",
        |seen, _| seen.row.n_readable.into(),
    ),
    required(
        "n_archived",
        ColumnType::Long,
        "current versions that can not",
        |seen, _| seen.row.n_archived.into(),
    ),
    required("started_at", ColumnType::Time, "when it began", |seen, _| {
        seen.row.started_at.into()
    }),
    required(
        "observed_at",
        ColumnType::Time,
        "when it ended: its event time",
        |seen, _| seen.row.observed_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<MirrorListing>> = RowTable::new(
    TableSpec {
        name: "mirror_listings",
        doc: "one listing of a bucket of mirrored artifacts from its first key to its last, or to where it broke off",
        columns: &SPECS,
        key: &["repository", "bucket", "prefix", "observed_at", "source_sha256"],
        event_time: "observed_at",
        sort: &["repository", "observed_at", "bucket", "prefix", "source_sha256"],
        statistics: &["repository", "observed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
