//! What the lake holds of a mirror already: what a second listing need not tell again.
//!
//! An object costs some 60 bytes here, whatever its key: names are digested.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, TimeDelta};
use domain::clock::Timestamp;
use domain::identity::{RepositoryName, Sha256Digest};
use domain::mirror::MirrorObject;
use lake::known;
use lake::snapshot::Snapshot;
use lake::tables::{gaps, mirror_objects, mirror_reads};

use super::head::Status;
use super::listing::Entry;
use super::place::Location;
use crate::error::Result;
use crate::sources::github::known::Row;

/// Rows of versions that are gone which are held at once.
const GONE_AT_ONCE: usize = 20_000;

/// A version of an object, digested.
pub(crate) type Id = [u8; 16];

/// The id of a version of an object.
pub(crate) fn id(bucket: &str, key: &str, version_id: &str) -> Id {
    let digest = Sha256Digest::of(format!("{bucket}\n{version_id}\n{key}").as_bytes()).to_bytes();
    let mut id = Id::default();
    id.copy_from_slice(&digest[..16]);
    id
}

/// Whether a version was listed when it was last observed, and is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Gone,
    Listed,
    Seen,
}

/// A version's newest observation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// Digest of what the listing said.
    pub(crate) listed: u64,
    /// Digest of what became of the head and its checksum.
    pub(crate) head: u64,
    pub(crate) is_read: bool,
    presence: Presence,
    has_version: bool,
    observed_micros: i64,
}

impl Held {
    /// Whether the head is old enough to be read again.
    pub(crate) fn is_due(&self, now: Timestamp, recheck: TimeDelta) -> bool {
        DateTime::from_timestamp_micros(self.observed_micros).is_none_or(|at| at + recheck <= now)
    }
}

/// Digest of what a listing says of a version beside its name and time; the same in one process only.
pub(crate) fn listed(entry: &Entry) -> u64 {
    digest((
        entry.is_latest,
        entry.size_bytes,
        entry.etag.as_deref(),
        entry.storage_class.as_deref(),
        entry.is_restore_ongoing,
        entry.restored_until_at.map(|at| at.timestamp_micros()),
    ))
}

/// Digest of what became of a head; that it was not asked because heads are refused is the same as a refusal.
pub(crate) fn head(status: &str, checksum: Option<&str>) -> u64 {
    let status = if status == Status::NotAsked.word() {
        Status::Forbidden.word()
    } else {
        status
    };
    digest((status, checksum))
}

fn digest(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What the lake holds of a mirror.
#[derive(Debug, Default)]
pub(crate) struct Known {
    objects: HashMap<Id, Held>,
    /// Reasons of gaps that are open, by resource.
    pub(crate) gaps: HashMap<String, String>,
    /// What was read for a day's sample already.
    pub(crate) read: HashSet<Id>,
}

impl Known {
    /// Reads it; of samples, those of `day`.
    pub(crate) async fn read(snapshot: &Snapshot, location: &Location, day: &str) -> Result<Self> {
        let mut known = Self::default();
        let columns = [
            "bucket",
            "key",
            "version_id",
            "observed_at",
            "is_listed",
            "is_latest",
            "size_bytes",
            "etag",
            "storage_class",
            "is_restore_ongoing",
            "restored_until_at",
            "head_status",
            "checksum_status",
        ];
        known::rows(snapshot, &mirror_objects::TABLE.spec, None, &columns, &mut |batch| {
            for row in Row::of(batch) {
                known.add(&row, location);
            }
        })
        .await?;
        let columns = ["bucket", "key", "version_id", "sample_day"];
        known::rows(snapshot, &mirror_reads::TABLE.spec, None, &columns, &mut |batch| {
            for row in Row::of(batch) {
                if let (Some(bucket), Some(key), Some(version), Some(of)) =
                    (row.text(0), row.text(1), row.text(2), row.text(3))
                    && of == day
                {
                    known.read.insert(id(bucket, key, version));
                }
            }
        })
        .await?;
        let mut newest: HashMap<String, (Timestamp, bool, String)> = HashMap::new();
        let columns = ["repository", "resource", "subject", "is_open", "reason", "observed_at"];
        let (scope, subject) = (location.scope.as_str(), location.to_string());
        known::rows(snapshot, &gaps::TABLE.spec, Some(scope), &columns, &mut |batch| {
            for row in Row::of(batch) {
                if row.text(0) != Some(scope) || row.text(2) != Some(subject.as_str()) {
                    continue;
                }
                let text = |column| row.text(column).unwrap_or_default().to_owned();
                let seen = (row.time(5).unwrap_or_default(), row.boolean(3) == Some(true), text(4));
                let held = newest.entry(text(1)).or_insert_with(|| seen.clone());
                if (held.0, !held.1) < (seen.0, !seen.1) {
                    *held = seen;
                }
            }
        })
        .await?;
        let open = newest.into_iter().filter(|(_, (_, is_open, _))| *is_open);
        known.gaps = open.map(|(resource, (_, _, reason))| (resource, reason)).collect();
        Ok(known)
    }

    fn add(&mut self, row: &Row<'_>, location: &Location) {
        let (Some(bucket), Some(key), Some(version)) = (row.text(0), row.text(1), row.text(2)) else {
            return;
        };
        if bucket != location.bucket || !key.starts_with(&location.prefix) {
            return;
        }
        let status = row.text(11).unwrap_or_default();
        let held = Held {
            listed: digest((
                row.boolean(5) == Some(true),
                row.long(6),
                row.text(7),
                row.text(8),
                row.boolean(9),
                row.time(10).map(|at| at.timestamp_micros()),
            )),
            head: head(status, row.text(12)),
            is_read: status == Status::Read.word(),
            presence: if row.boolean(4) == Some(true) {
                Presence::Listed
            } else {
                Presence::Gone
            },
            has_version: version != "null",
            observed_micros: row.time(3).unwrap_or_default().timestamp_micros(),
        };
        let newest = self.objects.entry(id(bucket, key, version)).or_insert(held);
        if newest.observed_micros < held.observed_micros {
            *newest = held;
        }
    }

    /// The newest observation of a version that a listing shows now.
    pub(crate) fn see(&mut self, id: &Id) -> Option<Held> {
        let held = self.objects.get_mut(id)?;
        // What comes back after it was gone is told again.
        let is_told = held.presence != Presence::Gone;
        held.presence = Presence::Seen;
        is_told.then_some(*held)
    }

    /// Versions that were listed before and were not seen; without versions only what never had one can be missed.
    pub(crate) fn unseen(&self, has_versions: bool) -> HashSet<Id> {
        let unseen = self
            .objects
            .iter()
            .filter(|(_, held)| held.presence == Presence::Listed);
        let unseen = unseen.filter(|(_, held)| has_versions || !held.has_version);
        unseen.map(|(id, _)| *id).collect()
    }

    /// Takes some of those that are gone out of `gone`, as the lake knows them.
    pub(crate) async fn gone(
        &self,
        snapshot: &Snapshot,
        location: &Location,
        gone: &mut HashSet<Id>,
        now: Timestamp,
    ) -> Result<Vec<MirrorObject>> {
        let columns = [
            "repository",
            "bucket",
            "key",
            "version_id",
            "observed_at",
            "last_modified_at",
            "run_id",
            "run_attempt",
            "artifact",
            "is_delete_marker",
        ];
        let mut rows = Vec::new();
        known::rows(snapshot, &mirror_objects::TABLE.spec, None, &columns, &mut |batch| {
            for row in Row::of(batch) {
                if rows.len() == GONE_AT_ONCE {
                    return;
                }
                let (Some(bucket), Some(key), Some(version)) = (row.text(1), row.text(2), row.text(3)) else {
                    continue;
                };
                let id = id(bucket, key, version);
                let observed = row.time(4).map(|at| at.timestamp_micros());
                let is_newest = self.objects.get(&id).map(|held| held.observed_micros) == observed;
                if is_newest && gone.remove(&id) {
                    rows.extend(gone_row(location, &row, now));
                }
            }
        })
        .await?;
        Ok(rows)
    }
}

fn gone_row(location: &Location, row: &Row<'_>, now: Timestamp) -> Option<MirrorObject> {
    Some(MirrorObject {
        repository: RepositoryName::parse(row.text(0)?).ok()?,
        run_id: row.long(6),
        run_attempt: row.integer(7),
        artifact: row.text(8).map(str::to_owned),
        is_listed: false,
        is_latest: false,
        is_delete_marker: row.boolean(9) == Some(true),
        ..blank(
            location,
            row.text(2)?.to_owned(),
            row.text(3)?.to_owned(),
            row.time(5)?,
            now,
        )
    })
}

/// A version of which nothing is known but its name and time.
pub(crate) fn blank(
    location: &Location,
    key: String,
    version_id: String,
    last_modified_at: Timestamp,
    observed_at: Timestamp,
) -> MirrorObject {
    MirrorObject {
        repository: location.scope.clone(),
        run_id: None,
        run_attempt: None,
        artifact: None,
        bucket: location.bucket.clone(),
        key,
        version_id,
        is_listed: true,
        is_latest: true,
        is_delete_marker: false,
        size_bytes: None,
        etag: None,
        storage_class: None,
        is_restore_ongoing: None,
        restored_until_at: None,
        head_status: Status::NotAsked.word().to_owned(),
        checksum_status: None,
        sha256: None,
        composite_sha256: None,
        other_checksums: None,
        claimed_sha256: None,
        sse_algorithm: None,
        kms_key_id: None,
        is_bucket_key_enabled: None,
        kms_key_manager: None,
        lock_mode: None,
        retain_until_at: None,
        is_legal_hold: None,
        expires_at: None,
        expiration_rule: None,
        replication_status: None,
        last_modified_at,
        observed_at,
    }
}
