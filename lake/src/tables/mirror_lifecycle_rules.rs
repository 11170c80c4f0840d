//! `mirror_lifecycle_rules`: one action of one lifecycle rule of a bucket of mirrored artifacts, as observed.

use domain::mirror::LifecycleAction;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<LifecycleAction>>] = &[
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
        "rule",
        ColumnType::Integer,
        "position of the rule, from 0",
        |seen, _| seen.row.rule.into(),
    ),
    optional("rule_id", ColumnType::Text, "its id", |seen, _| {
        seen.row.rule_id.as_ref().into()
    }),
    required("is_enabled", ColumnType::Boolean, "it is on", |seen, _| {
        seen.row.is_enabled.into()
    }),
    required(
        "prefix",
        ColumnType::Text,
        "keys that it is about; empty: all",
        |seen, _| (&seen.row.prefix).into(),
    ),
    optional(
        "tags",
        ColumnType::Text,
        "tags that it wants, as JSON; null: none",
        |seen, _| seen.row.tags.as_ref().into(),
    ),
    optional(
        "size_above_bytes",
        ColumnType::Long,
        "only of larger objects",
        |seen, _| seen.row.size_above_bytes.into(),
    ),
    optional(
        "size_below_bytes",
        ColumnType::Long,
        "only of smaller objects",
        |seen, _| seen.row.size_below_bytes.into(),
    ),
    required(
        "action_index",
        ColumnType::Integer,
        "position of the action in the rule, from 0",
        |seen, _| seen.row.action_index.into(),
    ),
    required(
        "action",
        ColumnType::Word,
        "`transition`, `expiration`, `noncurrent_transition`, `noncurrent_expiration`, `expired_delete_marker`, `abort_multipart`, `none`",
        |seen, _| (&seen.row.action).into(),
    ),
    optional(
        "after_days",
        ColumnType::Long,
        "days since the object was made, or since it was superseded",
        |seen, _| seen.row.after_days.into(),
    ),
    optional("from_at", ColumnType::Time, "from this day on instead", |seen, _| {
        seen.row.from_at.into()
    }),
    optional(
        "storage_class",
        ColumnType::Word,
        "where a transition leads",
        |seen, _| seen.row.storage_class.as_ref().into(),
    ),
    optional(
        "newer_versions",
        ColumnType::Long,
        "newer noncurrent versions that are kept",
        |seen, _| seen.row.newer_versions.into(),
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
pub static TABLE: RowTable<Observed<LifecycleAction>> = RowTable::new(
    TableSpec {
        name: "mirror_lifecycle_rules",
        doc: "one action of one lifecycle rule of a bucket of mirrored artifacts, as observed",
        columns: &SPECS,
        key: &[
            "repository",
            "bucket",
            "observed_at",
            "rule",
            "action_index",
            "source_sha256",
        ],
        event_time: "observed_at",
        sort: &[
            "repository",
            "observed_at",
            "bucket",
            "rule",
            "action_index",
            "source_sha256",
        ],
        statistics: &["repository", "observed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);
