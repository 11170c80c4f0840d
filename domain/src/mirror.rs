//! What a mirror of artifacts in S3 holds (CI/CL-001 §16): how its bucket is set up, its objects, what reading them gave.

use crate::clock::Timestamp;
use crate::identity::{InvalidIdentifier, RepositoryName};

/// Owner in the name that stands for a bucket where a repository is wanted; no account of GitHub has a dot in its name.
const SCOPE_OWNER: &str = "s3.mirror";
/// Every name that stands for a bucket is at least the first of these and below the second.
pub const SCOPE_SPAN: (&str, &str) = ("s3.mirror/", "s3.mirror0");

/// What stands for a bucket where a repository is wanted: `s3.mirror/<bucket>`.
pub fn scope(bucket: &str) -> Result<RepositoryName, InvalidIdentifier> {
    RepositoryName::parse(&format!("{SCOPE_OWNER}/{bucket}"))
}

/// One observation of how a bucket of mirrored artifacts is set up. Natural key: bucket, prefix, `observed_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorBucket {
    /// `s3.mirror/<bucket>`: the bucket belongs to no repository.
    pub repository: RepositoryName,
    /// Its name.
    pub bucket: String,
    /// The part of it that mirrors; empty: all.
    pub prefix: String,
    /// How its versioning was asked for: `read`, `none`, `forbidden`, `unsupported`, `failed`.
    pub versioning_status: String,
    /// `Enabled`, `Suspended`; null: never on, or not known.
    pub versioning: Option<String>,
    /// The same of its Object Lock.
    pub object_lock_status: String,
    /// `Enabled`.
    pub object_lock: Option<String>,
    /// Mode of new objects: `COMPLIANCE`, `GOVERNANCE`.
    pub lock_mode: Option<String>,
    /// Days that new objects are locked for.
    pub lock_days: Option<i64>,
    /// Years that new objects are locked for.
    pub lock_years: Option<i64>,
    /// The same of its lifecycle rules.
    pub lifecycle_status: String,
    /// Rules, also those that are off.
    pub n_lifecycle_rules: Option<i64>,
    /// Below which size nothing moves by default: `all_storage_classes_128K`, `varies_by_storage_class`.
    pub transition_minimum_size: Option<String>,
    /// The same of its default encryption.
    pub encryption_status: String,
    /// Of new objects: `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub sse_algorithm: Option<String>,
    /// Key of new objects; null with `aws:kms`: the key that AWS manages.
    pub kms_key_id: Option<String>,
    /// New objects use a bucket key.
    pub is_bucket_key_enabled: Option<bool>,
    /// `customer`: configuration names the key as one of ours; `unproven`: only KMS could tell; null: no KMS.
    pub kms_key_manager: Option<String>,
    /// The same of its public access block.
    pub public_access_block_status: String,
    /// All four of its switches are on.
    pub is_public_access_blocked: Option<bool>,
    /// The same of its policy's status.
    pub policy_status: String,
    /// Its policy lets everybody in.
    pub is_public: Option<bool>,
    /// The same of its replication.
    pub replication_status: String,
    /// Rules that are on.
    pub n_replication_rules: Option<i64>,
    /// When S3 said so: its event time.
    pub observed_at: Timestamp,
}

/// One action of one lifecycle rule of a bucket of mirrored artifacts, as observed. Natural key: bucket, `observed_at`, `rule`, `action_index`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleAction {
    /// `s3.mirror/<bucket>`: the bucket belongs to no repository.
    pub repository: RepositoryName,
    /// Its name.
    pub bucket: String,
    /// Position of the rule, from 0.
    pub rule: i32,
    /// Its id.
    pub rule_id: Option<String>,
    /// It is on.
    pub is_enabled: bool,
    /// Keys that it is about; empty: all.
    pub prefix: String,
    /// Tags that it wants, as JSON; null: none.
    pub tags: Option<String>,
    /// Only of larger objects.
    pub size_above_bytes: Option<i64>,
    /// Only of smaller objects.
    pub size_below_bytes: Option<i64>,
    /// Position of the action in the rule, from 0.
    pub action_index: i32,
    /// `transition`, `expiration`, `noncurrent_transition`, `noncurrent_expiration`, `expired_delete_marker`,
    /// `abort_multipart`, `none`.
    pub action: String,
    /// Days since the object was made, or since it was superseded.
    pub after_days: Option<i64>,
    /// From this day on instead.
    pub from_at: Option<Timestamp>,
    /// Where a transition leads.
    pub storage_class: Option<String>,
    /// Newer noncurrent versions that are kept.
    pub newer_versions: Option<i64>,
    /// When S3 said so: its event time.
    pub observed_at: Timestamp,
}

/// One listing of a bucket of mirrored artifacts from its first key to its last, or to where it broke off. Natural key: bucket, prefix, `observed_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorListing {
    /// `s3.mirror/<bucket>`: the bucket belongs to no repository.
    pub repository: RepositoryName,
    /// Its name.
    pub bucket: String,
    /// What was listed; empty: all.
    pub prefix: String,
    /// `versions`; `objects`: versions may not be listed, so that superseded ones are not known.
    pub method: String,
    /// It came to its end: what it lacks is gone.
    pub is_complete: bool,
    /// Answers.
    pub n_pages: i64,
    /// Versions of objects that were listed.
    pub n_versions: i64,
    /// Delete markers.
    pub n_delete_markers: i64,
    /// Of the observations that were added, those that neither key nor metadata gives to a repository.
    pub n_unmatched: i64,
    /// Observations that were added.
    pub n_changed: i64,
    /// Versions that a listing held before and this one does not.
    pub n_gone: i64,
    /// Bytes of all versions.
    pub size_bytes: i64,
    /// Current versions that can be read without a restore: what the sample is drawn from.
    pub n_readable: i64,
    /// Current versions that can not.
    pub n_archived: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended: its event time.
    pub observed_at: Timestamp,
}

/// One observation of one version of a mirrored object: when first listed, when what the listing says of it changed, and when its head was read again. Natural key: bucket, key, `version_id`, `observed_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorObject {
    /// `owner/name`; `s3.mirror/<bucket>` where it belongs to no repository.
    pub repository: RepositoryName,
    /// The run, by key or metadata.
    pub run_id: Option<i64>,
    /// Its attempt.
    pub run_attempt: Option<i32>,
    /// The artifact's name, by key or metadata.
    pub artifact: Option<String>,
    /// Where.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Its version; `null` where the bucket keeps none.
    pub version_id: String,
    /// False: a complete listing lacks it.
    pub is_listed: bool,
    /// The current version of its key.
    pub is_latest: bool,
    /// It says that the key was deleted, and has no content.
    pub is_delete_marker: bool,
    /// Size.
    pub size_bytes: Option<i64>,
    /// S3's tag, without quotes; no digest under KMS.
    pub etag: Option<String>,
    /// As listed: `STANDARD`, `STANDARD_IA`, `GLACIER`, ….
    pub storage_class: Option<String>,
    /// A restore is under way.
    pub is_restore_ongoing: Option<bool>,
    /// Until when a restored copy can be read.
    pub restored_until_at: Option<Timestamp>,
    /// `read`; `forbidden`, `not_found`, `changed`, `failed`; `not_asked`: a delete marker, a version that is gone, or
    /// heads are refused throughout.
    pub head_status: String,
    /// `stated`: there is a SHA-256; `absent`: none was stored; `forbidden`: S3 keeps it back, as where KMS does not
    /// let decrypt.
    pub checksum_status: Option<String>,
    /// Digest of the content that S3 keeps.
    pub sha256: Option<String>,
    /// Digest of the digests of its parts, as S3 writes it (`base64-parts`): not the content's.
    pub composite_sha256: Option<String>,
    /// Other algorithms that S3 has a checksum of, by commas.
    pub other_checksums: Option<String>,
    /// Digest that the uploader wrote into the metadata: a claim.
    pub claimed_sha256: Option<String>,
    /// `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub sse_algorithm: Option<String>,
    /// Key that encrypts it.
    pub kms_key_id: Option<String>,
    /// By way of a bucket key.
    pub is_bucket_key_enabled: Option<bool>,
    /// `customer`: configuration names the key as one of ours; `unproven`: only KMS could tell; null: no KMS.
    pub kms_key_manager: Option<String>,
    /// `COMPLIANCE`, `GOVERNANCE`.
    pub lock_mode: Option<String>,
    /// Locked until then.
    pub retain_until_at: Option<Timestamp>,
    /// Held beyond that.
    pub is_legal_hold: Option<bool>,
    /// When a lifecycle rule deletes it.
    pub expires_at: Option<Timestamp>,
    /// Which.
    pub expiration_rule: Option<String>,
    /// `COMPLETED`, `PENDING`, `FAILED`, `REPLICA`.
    pub replication_status: Option<String>,
    /// When it was written: its event time.
    pub last_modified_at: Timestamp,
    /// When S3 said so.
    pub observed_at: Timestamp,
}

/// One mirrored object that was read back whole, and what its bytes are. Natural key: bucket, key, `version_id`, `read_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorRead {
    /// `owner/name`; `s3.mirror/<bucket>` where it belongs to no repository.
    pub repository: RepositoryName,
    /// The run, by key or metadata.
    pub run_id: Option<i64>,
    /// Its attempt.
    pub run_attempt: Option<i32>,
    /// The artifact's name, by key or metadata.
    pub artifact: Option<String>,
    /// Where.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Its version; `null` where the bucket keeps none.
    pub version_id: String,
    /// The day that it was drawn for.
    pub sample_day: String,
    /// What it was drawn by.
    pub sample_seed: String,
    /// `equal`, `differs`; `unstated`: read, and S3 states no SHA-256 to compare with; `forbidden`, `undecryptable`:
    /// KMS refuses; `archived`, `not_found`, `too_large`, `truncated`, `failed`.
    pub outcome: String,
    /// `checksum`: S3's own; `composite`: S3's, computed again by its parts; `metadata`: the uploader's claim.
    pub compared_with: Option<String>,
    /// What it was compared with.
    pub stated_sha256: Option<String>,
    /// Digest of the bytes that were read.
    pub read_sha256: Option<String>,
    /// Size that S3 states.
    pub size_bytes: Option<i64>,
    /// Bytes that were read.
    pub read_bytes: i64,
    /// Class that it was read from.
    pub storage_class: Option<String>,
    /// How it was encrypted.
    pub sse_algorithm: Option<String>,
    /// Key that decrypted it.
    pub kms_key_id: Option<String>,
    /// Time from the request to the last byte.
    pub duration_ms: i64,
    /// What S3 said where it was not read.
    pub detail: Option<String>,
    /// When it was written.
    pub last_modified_at: Timestamp,
    /// When it was asked for: its event time.
    pub read_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_bucket_lies_in_the_span_and_no_repository_does() {
        let (from, to) = SCOPE_SPAN;
        let lies = |name: &str| from <= name && name < to;
        for bucket in ["0-m", "acme-mirror", "zzz"] {
            assert!(lies(scope(bucket).unwrap().as_str()), "{bucket}");
        }
        for repository in ["acme/api", "s3/mirror", "s3-mirror/m", "s3mirror/m", "s4/m"] {
            assert!(!lies(repository), "{repository}");
        }
    }
}
