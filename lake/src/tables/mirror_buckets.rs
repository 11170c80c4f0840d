//! `mirror_buckets`: one observation of how a bucket of mirrored artifacts is set up.

use domain::mirror::MirrorBucket;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<MirrorBucket>>] = &[
    required(
        "repository",
        ColumnType::Text,
        "`s3.mirror/<bucket>`: the bucket belongs to no repository",
        |seen, _| (&seen.row.repository).into(),
    ),
    required("bucket", ColumnType::Text, "its name", |seen, _| {
        (&seen.row.bucket).into()
    }),
    required(
        "prefix",
        ColumnType::Text,
        "the part of it that mirrors; empty: all",
        |seen, _| (&seen.row.prefix).into(),
    ),
    required(
        "versioning_status",
        ColumnType::Word,
        "how its versioning was asked for: `read`, `none`, `forbidden`, `unsupported`, `failed`",
        |seen, _| (&seen.row.versioning_status).into(),
    ),
    optional(
        "versioning",
        ColumnType::Word,
        "`Enabled`, `Suspended`; null: never on, or not known",
        |seen, _| seen.row.versioning.as_ref().into(),
    ),
    required(
        "object_lock_status",
        ColumnType::Word,
        "the same of its Object Lock",
        |seen, _| (&seen.row.object_lock_status).into(),
    ),
    optional("object_lock", ColumnType::Word, "`Enabled`", |seen, _| {
        seen.row.object_lock.as_ref().into()
    }),
    optional(
        "lock_mode",
        ColumnType::Word,
        "mode of new objects: `COMPLIANCE`, `GOVERNANCE`",
        |seen, _| seen.row.lock_mode.as_ref().into(),
    ),
    optional(
        "lock_days",
        ColumnType::Long,
        "days that new objects are locked for",
        |seen, _| seen.row.lock_days.into(),
    ),
    optional(
        "lock_years",
        ColumnType::Long,
        "years that new objects are locked for",
        |seen, _| seen.row.lock_years.into(),
    ),
    required(
        "lifecycle_status",
        ColumnType::Word,
        "the same of its lifecycle rules",
        |seen, _| (&seen.row.lifecycle_status).into(),
    ),
    optional(
        "n_lifecycle_rules",
        ColumnType::Long,
        "rules, also those that are off",
        |seen, _| seen.row.n_lifecycle_rules.into(),
    ),
    optional(
        "transition_minimum_size",
        ColumnType::Word,
        "below which size nothing moves by default: `all_storage_classes_128K`, `varies_by_storage_class`",
        |seen, _| seen.row.transition_minimum_size.as_ref().into(),
    ),
    required(
        "encryption_status",
        ColumnType::Word,
        "the same of its default encryption",
        |seen, _| (&seen.row.encryption_status).into(),
    ),
    optional(
        "sse_algorithm",
        ColumnType::Word,
        "of new objects: `AES256`, `aws:kms`, `aws:kms:dsse`",
        |seen, _| seen.row.sse_algorithm.as_ref().into(),
    ),
    optional(
        "kms_key_id",
        ColumnType::Text,
        "key of new objects; null with `aws:kms`: the key that AWS manages",
        |seen, _| seen.row.kms_key_id.as_ref().into(),
    ),
    optional(
        "is_bucket_key_enabled",
        ColumnType::Boolean,
        "new objects use a bucket key",
        |seen, _| seen.row.is_bucket_key_enabled.into(),
    ),
    optional(
        "kms_key_manager",
        ColumnType::Word,
        "`customer`: configuration names the key as one of ours; `unproven`: only KMS could tell; null: no KMS",
        |seen, _| seen.row.kms_key_manager.as_ref().into(),
    ),
    required(
        "public_access_block_status",
        ColumnType::Word,
        "the same of its public access block",
        |seen, _| (&seen.row.public_access_block_status).into(),
    ),
    optional(
        "is_public_access_blocked",
        ColumnType::Boolean,
        "all four of its switches are on",
        |seen, _| seen.row.is_public_access_blocked.into(),
    ),
    required(
        "policy_status",
        ColumnType::Word,
        "the same of its policy's status",
        |seen, _| (&seen.row.policy_status).into(),
    ),
    optional(
        "is_public",
        ColumnType::Boolean,
        "its policy lets everybody in",
        |seen, _| seen.row.is_public.into(),
    ),
    required(
        "replication_status",
        ColumnType::Word,
        "the same of its replication",
        |seen, _| (&seen.row.replication_status).into(),
    ),
    optional(
        "n_replication_rules",
        ColumnType::Long,
        "rules that are on",
        |seen, _| seen.row.n_replication_rules.into(),
    ),
    required(
        "observed_at",
        ColumnType::Time,
        "when S3 said so: its event time",
        |seen, _| seen.row.observed_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<MirrorBucket>> = RowTable::new(
    TableSpec {
        name: "mirror_buckets",
        doc: "one observation of how a bucket of mirrored artifacts is set up",
        columns: &SPECS,
        key: &["repository", "bucket", "prefix", "observed_at", "source_sha256"],
        event_time: "observed_at",
        sort: &["repository", "observed_at", "bucket", "prefix", "source_sha256"],
        statistics: &["repository", "observed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
