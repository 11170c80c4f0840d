//! `mirror_reads`: one mirrored object that was read back whole, and what its bytes are.

use domain::mirror::MirrorRead;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<MirrorRead>>] = &[
    required(
        "repository",
        ColumnType::Text,
        "`owner/name`; `s3.mirror/<bucket>` where it belongs to no repository",
        |seen, _| (&seen.row.repository).into(),
    ),
    optional("run_id", ColumnType::Long, "the run, by key or metadata", |seen, _| {
        seen.row.run_id.into()
    }),
    optional("run_attempt", ColumnType::Integer, "its attempt", |seen, _| {
        seen.row.run_attempt.into()
    }),
    optional(
        "artifact",
        ColumnType::Text,
        "the artifact's name, by key or metadata",
        |seen, _| seen.row.artifact.as_ref().into(),
    ),
    required("bucket", ColumnType::Text, "where", |seen, _| (&seen.row.bucket).into()),
    required("key", ColumnType::Text, "its key", |seen, _| (&seen.row.key).into()),
    required(
        "version_id",
        ColumnType::Text,
        "its version; `null` where the bucket keeps none",
        |seen, _| (&seen.row.version_id).into(),
    ),
    required(
        "sample_day",
        ColumnType::Text,
        "the day that it was drawn for",
        |seen, _| (&seen.row.sample_day).into(),
    ),
    required("sample_seed", ColumnType::Text, "what it was drawn by", |seen, _| {
        (&seen.row.sample_seed).into()
    }),
    required(
        "outcome",
        ColumnType::Word,
        "`equal`, `differs`; `unstated`: read, and S3 states no SHA-256 to compare with; `forbidden`, `undecryptable`: KMS refuses; `archived`, `not_found`, `too_large`, `truncated`, `failed`",
        |seen, _| (&seen.row.outcome).into(),
    ),
    optional(
        "compared_with",
        ColumnType::Word,
        "`checksum`: S3's own; `composite`: S3's, computed again by its parts; `metadata`: the uploader's claim",
        |seen, _| seen.row.compared_with.as_ref().into(),
    ),
    optional(
        "stated_sha256",
        ColumnType::Text,
        "what it was compared with",
        |seen, _| seen.row.stated_sha256.as_ref().into(),
    ),
    optional(
        "read_sha256",
        ColumnType::Text,
        "digest of the bytes that were read",
        |seen, _| seen.row.read_sha256.as_ref().into(),
    ),
    optional("size_bytes", ColumnType::Long, "size that S3 states", |seen, _| {
        seen.row.size_bytes.into()
    }),
    required("read_bytes", ColumnType::Long, "bytes that were read", |seen, _| {
        seen.row.read_bytes.into()
    }),
    optional(
        "storage_class",
        ColumnType::Word,
        "class that it was read from",
        |seen, _| seen.row.storage_class.as_ref().into(),
    ),
    optional("sse_algorithm", ColumnType::Word, "how it was encrypted", |seen, _| {
        seen.row.sse_algorithm.as_ref().into()
    }),
    optional("kms_key_id", ColumnType::Text, "key that decrypted it", |seen, _| {
        seen.row.kms_key_id.as_ref().into()
    }),
    required(
        "duration_ms",
        ColumnType::Long,
        "time from the request to the last byte",
        |seen, _| seen.row.duration_ms.into(),
    ),
    optional(
        "detail",
        ColumnType::Text,
        "what S3 said where it was not read",
        |seen, _| seen.row.detail.as_ref().into(),
    ),
    required(
        "last_modified_at",
        ColumnType::Time,
        "when it was written",
        |seen, _| seen.row.last_modified_at.into(),
    ),
    required(
        "read_at",
        ColumnType::Time,
        "when it was asked for: its event time",
        |seen, _| seen.row.read_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<MirrorRead>> = RowTable::new(
    TableSpec {
        name: "mirror_reads",
        doc: "one mirrored object that was read back whole, and what its bytes are",
        columns: &SPECS,
        key: &["repository", "bucket", "key", "version_id", "read_at", "source_sha256"],
        event_time: "read_at",
        sort: &["repository", "read_at", "bucket", "key", "version_id", "source_sha256"],
        statistics: &["repository", "run_id", "read_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
