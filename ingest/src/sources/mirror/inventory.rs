//! From listed entries to rows: what is new or has changed, each with its head.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use chrono::TimeDelta;
use domain::clock::Timestamp;
use domain::identity::RepositoryName;
use domain::mirror::MirrorObject;
use futures::StreamExt as _;

use super::documents::{self, PageDocument};
use super::head::{self, Checksum, Head, Status};
use super::key::Keys;
use super::known::{self, Known, blank};
use super::listing::Entry;
use super::place::{KeyTemplate, Location, Matched, with_metadata};
use super::rows::ObjectDocument;
use super::sample::Sample;
use crate::sources::item::Item;

/// Heads that are asked for at once.
const AT_ONCE: usize = 32;
/// Refusals without an answer after which heads are not asked for: each of them costs, and all would be refused.
const REFUSALS_MAX: u64 = 100;
/// Objects of one document.
const DOCUMENT_OBJECTS: usize = 1000;

/// What heads gave.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    pub(crate) n_read: u64,
    pub(crate) n_forbidden: u64,
    pub(crate) n_failed: u64,
    pub(crate) n_checksums_forbidden: u64,
    /// What was said first.
    pub(crate) first_refusal: Option<String>,
    pub(crate) first_failure: Option<String>,
    pub(crate) first_checksum_refusal: Option<String>,
}

/// Sums over a listing.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) n_versions: i64,
    pub(crate) n_delete_markers: i64,
    pub(crate) n_unmatched: i64,
    pub(crate) n_changed: i64,
    pub(crate) size_bytes: i64,
    pub(crate) n_readable: i64,
    pub(crate) n_archived: i64,
}

/// An inventory on its way into the lake.
#[derive(Debug)]
pub(crate) struct Inventory<'a> {
    pub(crate) client: &'a Client,
    pub(crate) location: &'a Location,
    pub(crate) template: &'a KeyTemplate,
    pub(crate) keys: &'a Keys,
    pub(crate) recheck: TimeDelta,
    pub(crate) known: Known,
    pub(crate) sample: Sample,
    pub(crate) heads: Heads,
    pub(crate) sums: Sums,
    /// Observations that were not taken yet.
    rows: Vec<MirrorObject>,
}

/// An entry that is to be told, if its head says so.
struct Asked {
    entry: Entry,
    matched: Matched,
    is_changed: bool,
    /// Digest of what became of the head before.
    head_before: Option<u64>,
    is_due: bool,
}

impl<'a> Inventory<'a> {
    pub(crate) fn new(
        (client, location): (&'a Client, &'a Location),
        (template, keys): (&'a KeyTemplate, &'a Keys),
        recheck: TimeDelta,
        known: Known,
        sample: Sample,
    ) -> Self {
        Self {
            client,
            location,
            template,
            keys,
            recheck,
            known,
            sample,
            heads: Heads::default(),
            sums: Sums::default(),
            rows: Vec::new(),
        }
    }

    /// Observations that wait.
    pub(crate) fn n_waiting(&self) -> usize {
        self.rows.len()
    }

    /// Takes in a page of a listing.
    pub(crate) async fn page(&mut self, entries: Vec<Entry>, now: Timestamp) {
        let mut asked = Vec::new();
        for entry in entries {
            let below = entry.key.strip_prefix(&self.location.prefix).unwrap_or(&entry.key);
            let matched = self.template.read(below).unwrap_or_default();
            self.count(&entry, &matched, now);
            let id = known::id(&self.location.bucket, &entry.key, &entry.version_id);
            let held = self.known.see(&id);
            let is_changed = held.is_none_or(|held| held.listed != known::listed(&entry));
            let is_unread = held.is_none_or(|held| !held.is_read) && !entry.is_delete_marker;
            let is_due = !entry.is_delete_marker && held.is_some_and(|held| held.is_due(now, self.recheck));
            if is_changed || is_unread || is_due {
                asked.push(Asked {
                    entry,
                    matched,
                    is_changed,
                    head_before: held.map(|held| held.head),
                    is_due,
                });
            }
        }
        let (client, location) = (self.client, self.location);
        let is_refused = self.heads.n_read == 0 && self.heads.n_forbidden >= REFUSALS_MAX;
        let mut answers = futures::stream::iter(asked)
            .map(|asked| async move {
                let head = if asked.entry.is_delete_marker || is_refused {
                    Head::without(Status::NotAsked, None)
                } else {
                    head::read(client, location, &asked.entry).await
                };
                (asked, head)
            })
            .buffered(AT_ONCE);
        while let Some((asked, head)) = answers.next().await {
            tally(&mut self.heads, &asked.entry, &head);
            let status = head.status.word();
            let checksum = head.checksum.as_ref().map(Checksum::word);
            let is_other = asked.head_before != Some(known::head(status, checksum));
            if asked.is_changed || is_other || (asked.is_due && head.status == Status::Read) {
                let seen = row(self.location, self.keys, asked.entry, asked.matched, &head, now);
                if seen.repository == self.location.scope {
                    self.sums.n_unmatched += 1;
                }
                self.sums.n_changed += 1;
                self.rows.push(seen);
            }
        }
    }

    fn count(&mut self, entry: &Entry, matched: &Matched, now: Timestamp) {
        if entry.is_delete_marker {
            self.sums.n_delete_markers += 1;
            return;
        }
        self.sums.n_versions += 1;
        self.sums.size_bytes += entry.size_bytes.unwrap_or_default();
        if !entry.is_latest {
            return;
        }
        if entry.is_archived(now) {
            self.sums.n_archived += 1;
            return;
        }
        self.sums.n_readable += 1;
        let id = known::id(&self.location.bucket, &entry.key, &entry.version_id);
        if !self.known.read.contains(&id) {
            self.sample.offer(entry, || matched.clone());
        }
    }

    /// Adds observations of versions that are gone.
    pub(crate) fn add(&mut self, gone: Vec<MirrorObject>) {
        self.rows.extend(gone);
    }

    /// What waits, as items: a document for each repository, or several.
    pub(crate) fn take(&mut self, now: Timestamp) -> Vec<Item> {
        let mut of_repositories: BTreeMap<RepositoryName, Vec<ObjectDocument>> = BTreeMap::new();
        for row in std::mem::take(&mut self.rows) {
            let rows = of_repositories.entry(row.repository.clone()).or_default();
            rows.push(ObjectDocument::of(row));
        }
        let mut items = Vec::new();
        for (repository, mut objects) in of_repositories {
            while !objects.is_empty() {
                let rest = objects.split_off(objects.len().min(DOCUMENT_OBJECTS));
                let page = PageDocument { objects };
                let shown = format!("{}objects of {repository}", self.location);
                items.push(documents::item(documents::OBJECTS, &page, shown, &repository, now));
                objects = rest;
            }
        }
        items
    }
}

fn tally(heads: &mut Heads, entry: &Entry, head: &Head) {
    let said = || {
        let why = head.failure.as_ref().map(ToString::to_string).unwrap_or_default();
        Some(format!("the first: `{}`: {why}", entry.key))
    };
    match head.status {
        Status::Read => heads.n_read += 1,
        Status::Forbidden => {
            heads.n_forbidden += 1;
            heads.first_refusal = heads.first_refusal.take().or_else(said);
        }
        Status::Failed => {
            heads.n_failed += 1;
            heads.first_failure = heads.first_failure.take().or_else(said);
        }
        Status::NotFound | Status::Changed | Status::NotAsked => {}
    }
    if head.checksum == Some(Checksum::Forbidden) {
        heads.n_checksums_forbidden += 1;
        heads.first_checksum_refusal = heads.first_checksum_refusal.take().or_else(said);
    }
}

/// The observation of an entry.
fn row(location: &Location, keys: &Keys, entry: Entry, matched: Matched, head: &Head, now: Timestamp) -> MirrorObject {
    let matched = with_metadata(matched, |name| head.metadata(name));
    let mut row = MirrorObject {
        repository: matched.repository.unwrap_or_else(|| location.scope.clone()),
        run_id: matched.run_id,
        run_attempt: matched.run_attempt,
        artifact: matched.artifact,
        is_latest: entry.is_latest,
        is_delete_marker: entry.is_delete_marker,
        size_bytes: entry.size_bytes,
        etag: entry.etag,
        storage_class: entry.storage_class,
        is_restore_ongoing: entry.is_restore_ongoing,
        restored_until_at: entry.restored_until_at,
        head_status: head.status.word().to_owned(),
        checksum_status: head.checksum.as_ref().map(|checksum| checksum.word().to_owned()),
        claimed_sha256: head.claimed_sha256().map(|sha256| sha256.to_string()),
        ..blank(location, entry.key, entry.version_id, entry.last_modified_at, now)
    };
    match &head.checksum {
        Some(Checksum::Whole(sha256)) => row.sha256 = Some(sha256.to_string()),
        Some(Checksum::Composite(composite)) => row.composite_sha256 = Some(composite.clone()),
        _ => {}
    }
    if let Some(output) = &head.output {
        row.other_checksums = head::other_checksums(output);
        row.sse_algorithm = output.server_side_encryption().map(|sse| sse.as_str().to_owned());
        row.kms_key_id = output.ssekms_key_id().map(str::to_owned);
        row.is_bucket_key_enabled = output.bucket_key_enabled();
        row.kms_key_manager = keys.manager(row.sse_algorithm.as_deref(), row.kms_key_id.as_deref());
        (row.lock_mode, row.retain_until_at, row.is_legal_hold) = head::lock(output);
        (row.expires_at, row.expiration_rule) = head::expiration(output);
        row.replication_status = output.replication_status().map(|status| status.as_str().to_owned());
    }
    row
}
