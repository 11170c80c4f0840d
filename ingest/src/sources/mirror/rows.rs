//! The documents of rows, with fixed order of keys: what stands in a row but its repository, instants as text.

use domain::clock::{Timestamp, format_timestamp, parse_timestamp};
use domain::identity::RepositoryName;
use domain::mirror::{LifecycleAction, MirrorBucket, MirrorListing, MirrorObject, MirrorRead};
use serde::{Deserialize, Serialize};

use crate::sources::github::objects::fields::needed;

fn time(text: Option<String>) -> Option<Timestamp> {
    text.and_then(|text| parse_timestamp(&text).ok())
}

/// One observation of how a bucket of mirrored artifacts is set up.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BucketDocument {
    bucket: String,
    prefix: String,
    versioning_status: String,
    versioning: Option<String>,
    object_lock_status: String,
    object_lock: Option<String>,
    lock_mode: Option<String>,
    lock_days: Option<i64>,
    lock_years: Option<i64>,
    lifecycle_status: String,
    n_lifecycle_rules: Option<i64>,
    transition_minimum_size: Option<String>,
    encryption_status: String,
    sse_algorithm: Option<String>,
    kms_key_id: Option<String>,
    is_bucket_key_enabled: Option<bool>,
    kms_key_manager: Option<String>,
    public_access_block_status: String,
    is_public_access_blocked: Option<bool>,
    policy_status: String,
    is_public: Option<bool>,
    replication_status: String,
    n_replication_rules: Option<i64>,
    observed_at: String,
}

impl BucketDocument {
    /// What lands of it.
    pub(crate) fn of(row: MirrorBucket) -> Self {
        Self {
            bucket: row.bucket,
            prefix: row.prefix,
            versioning_status: row.versioning_status,
            versioning: row.versioning,
            object_lock_status: row.object_lock_status,
            object_lock: row.object_lock,
            lock_mode: row.lock_mode,
            lock_days: row.lock_days,
            lock_years: row.lock_years,
            lifecycle_status: row.lifecycle_status,
            n_lifecycle_rules: row.n_lifecycle_rules,
            transition_minimum_size: row.transition_minimum_size,
            encryption_status: row.encryption_status,
            sse_algorithm: row.sse_algorithm,
            kms_key_id: row.kms_key_id,
            is_bucket_key_enabled: row.is_bucket_key_enabled,
            kms_key_manager: row.kms_key_manager,
            public_access_block_status: row.public_access_block_status,
            is_public_access_blocked: row.is_public_access_blocked,
            policy_status: row.policy_status,
            is_public: row.is_public,
            replication_status: row.replication_status,
            n_replication_rules: row.n_replication_rules,
            observed_at: format_timestamp(row.observed_at),
        }
    }

    /// Its row.
    pub(super) fn row(self, repository: &RepositoryName) -> Result<MirrorBucket, String> {
        Ok(MirrorBucket {
            repository: repository.clone(),
            bucket: self.bucket,
            prefix: self.prefix,
            versioning_status: self.versioning_status,
            versioning: self.versioning,
            object_lock_status: self.object_lock_status,
            object_lock: self.object_lock,
            lock_mode: self.lock_mode,
            lock_days: self.lock_days,
            lock_years: self.lock_years,
            lifecycle_status: self.lifecycle_status,
            n_lifecycle_rules: self.n_lifecycle_rules,
            transition_minimum_size: self.transition_minimum_size,
            encryption_status: self.encryption_status,
            sse_algorithm: self.sse_algorithm,
            kms_key_id: self.kms_key_id,
            is_bucket_key_enabled: self.is_bucket_key_enabled,
            kms_key_manager: self.kms_key_manager,
            public_access_block_status: self.public_access_block_status,
            is_public_access_blocked: self.is_public_access_blocked,
            policy_status: self.policy_status,
            is_public: self.is_public,
            replication_status: self.replication_status,
            n_replication_rules: self.n_replication_rules,
            observed_at: needed(time(Some(self.observed_at)), "observed_at")?,
        })
    }
}

/// One action of one lifecycle rule of a bucket of mirrored artifacts, as observed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionDocument {
    bucket: String,
    rule: i32,
    rule_id: Option<String>,
    is_enabled: bool,
    prefix: String,
    tags: Option<String>,
    size_above_bytes: Option<i64>,
    size_below_bytes: Option<i64>,
    action_index: i32,
    action: String,
    after_days: Option<i64>,
    from_at: Option<String>,
    storage_class: Option<String>,
    newer_versions: Option<i64>,
    observed_at: String,
}

impl ActionDocument {
    /// What lands of it.
    pub(crate) fn of(row: LifecycleAction) -> Self {
        Self {
            bucket: row.bucket,
            rule: row.rule,
            rule_id: row.rule_id,
            is_enabled: row.is_enabled,
            prefix: row.prefix,
            tags: row.tags,
            size_above_bytes: row.size_above_bytes,
            size_below_bytes: row.size_below_bytes,
            action_index: row.action_index,
            action: row.action,
            after_days: row.after_days,
            from_at: row.from_at.map(format_timestamp),
            storage_class: row.storage_class,
            newer_versions: row.newer_versions,
            observed_at: format_timestamp(row.observed_at),
        }
    }

    /// Its row.
    pub(super) fn row(self, repository: &RepositoryName) -> Result<LifecycleAction, String> {
        Ok(LifecycleAction {
            repository: repository.clone(),
            bucket: self.bucket,
            rule: self.rule,
            rule_id: self.rule_id,
            is_enabled: self.is_enabled,
            prefix: self.prefix,
            tags: self.tags,
            size_above_bytes: self.size_above_bytes,
            size_below_bytes: self.size_below_bytes,
            action_index: self.action_index,
            action: self.action,
            after_days: self.after_days,
            from_at: time(self.from_at),
            storage_class: self.storage_class,
            newer_versions: self.newer_versions,
            observed_at: needed(time(Some(self.observed_at)), "observed_at")?,
        })
    }
}

/// One listing of a bucket of mirrored artifacts from its first key to its last, or to where it broke off.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListingDocument {
    bucket: String,
    prefix: String,
    method: String,
    is_complete: bool,
    n_pages: i64,
    n_versions: i64,
    n_delete_markers: i64,
    n_unmatched: i64,
    n_changed: i64,
    n_gone: i64,
    size_bytes: i64,
    n_readable: i64,
    n_archived: i64,
    started_at: String,
    observed_at: String,
}

impl ListingDocument {
    /// What lands of it.
    pub(crate) fn of(row: MirrorListing) -> Self {
        Self {
            bucket: row.bucket,
            prefix: row.prefix,
            method: row.method,
            is_complete: row.is_complete,
            n_pages: row.n_pages,
            n_versions: row.n_versions,
            n_delete_markers: row.n_delete_markers,
            n_unmatched: row.n_unmatched,
            n_changed: row.n_changed,
            n_gone: row.n_gone,
            size_bytes: row.size_bytes,
            n_readable: row.n_readable,
            n_archived: row.n_archived,
            started_at: format_timestamp(row.started_at),
            observed_at: format_timestamp(row.observed_at),
        }
    }

    /// Its row.
    pub(super) fn row(self, repository: &RepositoryName) -> Result<MirrorListing, String> {
        Ok(MirrorListing {
            repository: repository.clone(),
            bucket: self.bucket,
            prefix: self.prefix,
            method: self.method,
            is_complete: self.is_complete,
            n_pages: self.n_pages,
            n_versions: self.n_versions,
            n_delete_markers: self.n_delete_markers,
            n_unmatched: self.n_unmatched,
            n_changed: self.n_changed,
            n_gone: self.n_gone,
            size_bytes: self.size_bytes,
            n_readable: self.n_readable,
            n_archived: self.n_archived,
            started_at: needed(time(Some(self.started_at)), "started_at")?,
            observed_at: needed(time(Some(self.observed_at)), "observed_at")?,
        })
    }
}

/// One observation of one version of a mirrored object: when first listed, when what the listing says of it changed, and when its head was read again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectDocument {
    run_id: Option<i64>,
    run_attempt: Option<i32>,
    artifact: Option<String>,
    bucket: String,
    key: String,
    version_id: String,
    is_listed: bool,
    is_latest: bool,
    is_delete_marker: bool,
    size_bytes: Option<i64>,
    etag: Option<String>,
    storage_class: Option<String>,
    is_restore_ongoing: Option<bool>,
    restored_until_at: Option<String>,
    head_status: String,
    checksum_status: Option<String>,
    sha256: Option<String>,
    composite_sha256: Option<String>,
    other_checksums: Option<String>,
    claimed_sha256: Option<String>,
    sse_algorithm: Option<String>,
    kms_key_id: Option<String>,
    is_bucket_key_enabled: Option<bool>,
    kms_key_manager: Option<String>,
    lock_mode: Option<String>,
    retain_until_at: Option<String>,
    is_legal_hold: Option<bool>,
    expires_at: Option<String>,
    expiration_rule: Option<String>,
    replication_status: Option<String>,
    last_modified_at: String,
    observed_at: String,
}

impl ObjectDocument {
    /// What lands of it.
    pub(crate) fn of(row: MirrorObject) -> Self {
        Self {
            run_id: row.run_id,
            run_attempt: row.run_attempt,
            artifact: row.artifact,
            bucket: row.bucket,
            key: row.key,
            version_id: row.version_id,
            is_listed: row.is_listed,
            is_latest: row.is_latest,
            is_delete_marker: row.is_delete_marker,
            size_bytes: row.size_bytes,
            etag: row.etag,
            storage_class: row.storage_class,
            is_restore_ongoing: row.is_restore_ongoing,
            restored_until_at: row.restored_until_at.map(format_timestamp),
            head_status: row.head_status,
            checksum_status: row.checksum_status,
            sha256: row.sha256,
            composite_sha256: row.composite_sha256,
            other_checksums: row.other_checksums,
            claimed_sha256: row.claimed_sha256,
            sse_algorithm: row.sse_algorithm,
            kms_key_id: row.kms_key_id,
            is_bucket_key_enabled: row.is_bucket_key_enabled,
            kms_key_manager: row.kms_key_manager,
            lock_mode: row.lock_mode,
            retain_until_at: row.retain_until_at.map(format_timestamp),
            is_legal_hold: row.is_legal_hold,
            expires_at: row.expires_at.map(format_timestamp),
            expiration_rule: row.expiration_rule,
            replication_status: row.replication_status,
            last_modified_at: format_timestamp(row.last_modified_at),
            observed_at: format_timestamp(row.observed_at),
        }
    }

    /// Its row.
    pub(super) fn row(self, repository: &RepositoryName) -> Result<MirrorObject, String> {
        Ok(MirrorObject {
            repository: repository.clone(),
            run_id: self.run_id,
            run_attempt: self.run_attempt,
            artifact: self.artifact,
            bucket: self.bucket,
            key: self.key,
            version_id: self.version_id,
            is_listed: self.is_listed,
            is_latest: self.is_latest,
            is_delete_marker: self.is_delete_marker,
            size_bytes: self.size_bytes,
            etag: self.etag,
            storage_class: self.storage_class,
            is_restore_ongoing: self.is_restore_ongoing,
            restored_until_at: time(self.restored_until_at),
            head_status: self.head_status,
            checksum_status: self.checksum_status,
            sha256: self.sha256,
            composite_sha256: self.composite_sha256,
            other_checksums: self.other_checksums,
            claimed_sha256: self.claimed_sha256,
            sse_algorithm: self.sse_algorithm,
            kms_key_id: self.kms_key_id,
            is_bucket_key_enabled: self.is_bucket_key_enabled,
            kms_key_manager: self.kms_key_manager,
            lock_mode: self.lock_mode,
            retain_until_at: time(self.retain_until_at),
            is_legal_hold: self.is_legal_hold,
            expires_at: time(self.expires_at),
            expiration_rule: self.expiration_rule,
            replication_status: self.replication_status,
            last_modified_at: needed(time(Some(self.last_modified_at)), "last_modified_at")?,
            observed_at: needed(time(Some(self.observed_at)), "observed_at")?,
        })
    }
}

/// One mirrored object that was read back whole, and what its bytes are.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadDocument {
    run_id: Option<i64>,
    run_attempt: Option<i32>,
    artifact: Option<String>,
    bucket: String,
    key: String,
    version_id: String,
    sample_day: String,
    sample_seed: String,
    outcome: String,
    compared_with: Option<String>,
    stated_sha256: Option<String>,
    read_sha256: Option<String>,
    size_bytes: Option<i64>,
    read_bytes: i64,
    storage_class: Option<String>,
    sse_algorithm: Option<String>,
    kms_key_id: Option<String>,
    duration_ms: i64,
    detail: Option<String>,
    last_modified_at: String,
    read_at: String,
}

impl ReadDocument {
    /// What lands of it.
    pub(crate) fn of(row: MirrorRead) -> Self {
        Self {
            run_id: row.run_id,
            run_attempt: row.run_attempt,
            artifact: row.artifact,
            bucket: row.bucket,
            key: row.key,
            version_id: row.version_id,
            sample_day: row.sample_day,
            sample_seed: row.sample_seed,
            outcome: row.outcome,
            compared_with: row.compared_with,
            stated_sha256: row.stated_sha256,
            read_sha256: row.read_sha256,
            size_bytes: row.size_bytes,
            read_bytes: row.read_bytes,
            storage_class: row.storage_class,
            sse_algorithm: row.sse_algorithm,
            kms_key_id: row.kms_key_id,
            duration_ms: row.duration_ms,
            detail: row.detail,
            last_modified_at: format_timestamp(row.last_modified_at),
            read_at: format_timestamp(row.read_at),
        }
    }

    /// Its row.
    pub(super) fn row(self, repository: &RepositoryName) -> Result<MirrorRead, String> {
        Ok(MirrorRead {
            repository: repository.clone(),
            run_id: self.run_id,
            run_attempt: self.run_attempt,
            artifact: self.artifact,
            bucket: self.bucket,
            key: self.key,
            version_id: self.version_id,
            sample_day: self.sample_day,
            sample_seed: self.sample_seed,
            outcome: self.outcome,
            compared_with: self.compared_with,
            stated_sha256: self.stated_sha256,
            read_sha256: self.read_sha256,
            size_bytes: self.size_bytes,
            read_bytes: self.read_bytes,
            storage_class: self.storage_class,
            sse_algorithm: self.sse_algorithm,
            kms_key_id: self.kms_key_id,
            duration_ms: self.duration_ms,
            detail: self.detail,
            last_modified_at: needed(time(Some(self.last_modified_at)), "last_modified_at")?,
            read_at: needed(time(Some(self.read_at)), "read_at")?,
        })
    }
}
