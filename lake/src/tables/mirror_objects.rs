//! `mirror_objects`: one observation of one version of a mirrored object: when first listed, when what the listing says of it changed, and when its head was read again.

use domain::mirror::MirrorObject;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<MirrorObject>>] = &[
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
        "is_listed",
        ColumnType::Boolean,
        "false: a complete listing lacks it",
        |seen, _| seen.row.is_listed.into(),
    ),
    required(
        "is_latest",
        ColumnType::Boolean,
        "the current version of its key",
        |seen, _| seen.row.is_latest.into(),
    ),
    required(
        "is_delete_marker",
        ColumnType::Boolean,
        "it says that the key was deleted, and has no content",
        |seen, _| seen.row.is_delete_marker.into(),
    ),
    optional("size_bytes", ColumnType::Long, "size", |seen, _| {
        seen.row.size_bytes.into()
    }),
    optional(
        "etag",
        ColumnType::Text,
        "S3's tag, without quotes; no digest under KMS",
        |seen, _| seen.row.etag.as_ref().into(),
    ),
    optional(
        "storage_class",
        ColumnType::Word,
        "as listed: `STANDARD`, `STANDARD_IA`, `GLACIER`, …",
        |seen, _| seen.row.storage_class.as_ref().into(),
    ),
    optional(
        "is_restore_ongoing",
        ColumnType::Boolean,
        "a restore is under way",
        |seen, _| seen.row.is_restore_ongoing.into(),
    ),
    optional(
        "restored_until_at",
        ColumnType::Time,
        "until when a restored copy can be read",
        |seen, _| seen.row.restored_until_at.into(),
    ),
    required(
        "head_status",
        ColumnType::Word,
        "`read`; `forbidden`, `not_found`, `changed`, `failed`; `not_asked`: a delete marker, a version that is gone, or heads are refused throughout",
        |seen, _| (&seen.row.head_status).into(),
    ),
    optional(
        "checksum_status",
        ColumnType::Word,
        "`stated`: there is a SHA-256; `absent`: none was stored; `forbidden`: S3 keeps it back, as where KMS does not let decrypt",
        |seen, _| seen.row.checksum_status.as_ref().into(),
    ),
    optional(
        "sha256",
        ColumnType::Text,
        "digest of the content that S3 keeps",
        |seen, _| seen.row.sha256.as_ref().into(),
    ),
    optional(
        "composite_sha256",
        ColumnType::Text,
        "digest of the digests of its parts, as S3 writes it (`base64-parts`): not the content's",
        |seen, _| seen.row.composite_sha256.as_ref().into(),
    ),
    optional(
        "other_checksums",
        ColumnType::Text,
        "other algorithms that S3 has a checksum of, by commas",
        |seen, _| seen.row.other_checksums.as_ref().into(),
    ),
    optional(
        "claimed_sha256",
        ColumnType::Text,
        "digest that the uploader wrote into the metadata: a claim",
        |seen, _| seen.row.claimed_sha256.as_ref().into(),
    ),
    optional(
        "sse_algorithm",
        ColumnType::Word,
        "`AES256`, `aws:kms`, `aws:kms:dsse`",
        |seen, _| seen.row.sse_algorithm.as_ref().into(),
    ),
    optional("kms_key_id", ColumnType::Text, "key that encrypts it", |seen, _| {
        seen.row.kms_key_id.as_ref().into()
    }),
    optional(
        "is_bucket_key_enabled",
        ColumnType::Boolean,
        "by way of a bucket key",
        |seen, _| seen.row.is_bucket_key_enabled.into(),
    ),
    optional(
        "kms_key_manager",
        ColumnType::Word,
        "`customer`: configuration names the key as one of ours; `unproven`: only KMS could tell; null: no KMS",
        |seen, _| seen.row.kms_key_manager.as_ref().into(),
    ),
    optional(
        "lock_mode",
        ColumnType::Word,
        "`COMPLIANCE`, `GOVERNANCE`",
        |seen, _| seen.row.lock_mode.as_ref().into(),
    ),
    optional("retain_until_at", ColumnType::Time, "locked until then", |seen, _| {
        seen.row.retain_until_at.into()
    }),
    optional("is_legal_hold", ColumnType::Boolean, "held beyond that", |seen, _| {
        seen.row.is_legal_hold.into()
    }),
    optional(
        "expires_at",
        ColumnType::Time,
        "when a lifecycle rule deletes it",
        |seen, _| seen.row.expires_at.into(),
    ),
    optional("expiration_rule", ColumnType::Text, "which", |seen, _| {
        seen.row.expiration_rule.as_ref().into()
    }),
    optional(
        "replication_status",
        ColumnType::Word,
        "`COMPLETED`, `PENDING`, `FAILED`, `REPLICA`",
        |seen, _| seen.row.replication_status.as_ref().into(),
    ),
    required(
        "last_modified_at",
        ColumnType::Time,
        "when it was written: its event time",
        |seen, _| seen.row.last_modified_at.into(),
    ),
    required("observed_at", ColumnType::Time, "when S3 said so", |seen, _| {
        seen.row.observed_at.into()
    }),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<MirrorObject>> = RowTable::new(
    TableSpec {
        name: "mirror_objects",
        doc: "one observation of one version of a mirrored object: when first listed, when what the listing says of it changed, and when its head was read again",
        columns: &SPECS,
        key: &[
            "repository",
            "bucket",
            "key",
            "version_id",
            "observed_at",
            "source_sha256",
        ],
        event_time: "last_modified_at",
        sort: &[
            "repository",
            "last_modified_at",
            "bucket",
            "key",
            "version_id",
            "observed_at",
            "source_sha256",
        ],
        statistics: &["repository", "run_id", "last_modified_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
