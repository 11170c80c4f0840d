//! A mirror into the lake: how its bucket is set up, what it holds, and what a sample of it reads as.
//!
//! What is cut off is taken up by running it again: what went in is known then, and no head is asked for twice.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use domain::clock::Timestamp;
use domain::collection::Gap;
use domain::mirror::MirrorListing;
use futures::StreamExt as _;
use lake::store::StoreOptions;
use lake::writer::Writer;

use super::documents::{self, PageDocument, SetUpDocument};
use super::failure::Kind;
use super::gaps::Gaps;
use super::inventory::{Heads, Inventory, Sums};
use super::key::Keys;
use super::known::Known;
use super::listing::{self, Method};
use super::place::{KeyTemplate, Location};
use super::reads::{self, Drawn};
use super::rows::{ActionDocument, BucketDocument, ListingDocument, ReadDocument};
use super::sample::Sample;
use super::{bucket, client};
use crate::error::Result;
use crate::pipeline::{self, Intake, Progress};
use crate::sources::item::Item;
use crate::tally::Tally;

/// Observations of one batch: also how much a cut-off listing asks for again.
const BATCH_ROWS: usize = 20_000;
/// Objects that are read at once.
const READS_AT_ONCE: usize = 4;

/// A mirror, and how it is looked at.
#[derive(Debug, Clone)]
pub struct Mirror {
    /// Where it is.
    pub location: Location,
    /// What its keys mean.
    pub template: KeyTemplate,
    /// Settings of S3 by their AWS names, credentials among them.
    pub options: StoreOptions,
    /// Keys of KMS that are ours: ARNs or ids. S3 cannot tell them from those that AWS manages.
    pub customer_keys: Vec<String>,
    /// Objects that are read back, every byte, for each day (UTC); 0: none.
    pub sample: usize,
    /// What the sample is drawn by.
    pub seed: String,
    /// Larger objects are not read back.
    pub read_bytes_max: i64,
    /// After how long an unchanged object's head is read again.
    pub recheck: TimeDelta,
    /// Pause before a failed request is sent again; null: half a second, doubled up to 20.
    pub pause: Option<Duration>,
}

impl Mirror {
    /// A mirror with the usual convention of keys and no sample.
    pub fn new(location: Location, options: StoreOptions) -> Self {
        Self {
            location,
            template: KeyTemplate::default(),
            options,
            customer_keys: Vec::new(),
            sample: 0,
            seed: "plumbline".to_owned(),
            read_bytes_max: 5 << 30,
            recheck: TimeDelta::days(30),
            pause: None,
        }
    }
}

/// What was taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mirrored {
    /// Documents and publications.
    pub tally: Tally,
    /// Whether the listing came to its end.
    pub is_complete: bool,
    /// Versions of objects that were listed.
    pub versions: i64,
    /// Of them new, or changed since they were listed last, or read again.
    pub changed: i64,
    /// Versions that an earlier listing held and this one does not.
    pub gone: i64,
    /// New or changed ones that neither key nor metadata gives to a repository.
    pub unmatched: i64,
    /// Objects that were read back, by outcome.
    pub reads: BTreeMap<String, u64>,
    /// Gaps that opened.
    pub gaps: Vec<Gap>,
    /// Gaps that closed.
    pub gaps_closed: u64,
}

/// Takes a mirror in. What S3 refuses is a gap of that aspect; only a bucket that is not there, or keys that are none,
/// end it.
pub async fn take_in(writer: &mut Writer, mirror: &Mirror, progress: Progress<'_>) -> Result<Mirrored> {
    // On the heap: requests of the library are large, and several are under way.
    Box::pin(look(writer, mirror, progress)).await
}

async fn look(writer: &mut Writer, mirror: &Mirror, progress: Progress<'_>) -> Result<Mirrored> {
    pipeline::resume(writer, progress).await?;
    let location = &mirror.location;
    let keys = Keys::new(mirror.customer_keys.clone());
    let client = client::connect(location, &mirror.options, mirror.pause).await?;
    let started_at = writer.clock().now();
    let day = started_at.format("%Y-%m-%d").to_string();
    let snapshot = writer.snapshot().clone();
    let mut known = Known::read(&snapshot, location, &day).await?;
    let mut gaps = Gaps::new(location, std::mem::take(&mut known.gaps));
    let mut intake = Intake::open(writer, &[]).await?;
    let mut mirrored = Mirrored::default();

    progress(&format!("{location}: how the bucket is set up"));
    // On the heap: seven requests at once are large.
    let set_up = Box::pin(bucket::read(&client, location, &keys, &mut gaps, started_at)).await?;
    let document = SetUpDocument {
        bucket: BucketDocument::of(set_up.bucket),
        lifecycle_actions: set_up.actions.into_iter().map(ActionDocument::of).collect(),
    };
    let shown = format!("{location} set up");
    let items = vec![documents::item(
        documents::BUCKET,
        &document,
        shown,
        &location.scope,
        started_at,
    )];
    put(writer, &mut intake, items, &mut gaps, &mut mirrored, progress).await?;

    let to_read = mirror.sample.saturating_sub(known.read.len());
    let sample = Sample::new(to_read, &mirror.seed, &day, &location.bucket);
    let mut inventory = Inventory::new(
        (&client, location),
        (&mirror.template, &keys),
        mirror.recheck,
        known,
        sample,
    );
    let mut method = Method::Versions;
    let (mut n_pages, mut next) = (0, None);
    let is_complete = loop {
        let now = writer.clock().now();
        let page = match listing::page(&client, location, method, next.as_ref()).await {
            Ok(page) => page,
            // Without the permission to list versions, or on a store that has none, the current ones can be had.
            Err(failure)
                if method == Method::Versions
                    && n_pages == 0
                    && matches!(failure.kind, Kind::Forbidden | Kind::Unsupported)
                    && failure.fatal(&location.bucket).is_none() =>
            {
                gaps.failed("mirror_versions", &failure, now);
                method = Method::Objects;
                continue;
            }
            Err(failure) => {
                if let Some(error) = failure.fatal(&location.bucket) {
                    return Err(error);
                }
                gaps.failed("mirror_listing", &failure, now);
                break false;
            }
        };
        n_pages += 1;
        if page.n_malformed > 0 {
            let detail = format!("{} entries have no key or no time", page.n_malformed);
            gaps.lost("mirror_entries", "malformed", detail, now);
        }
        inventory.page(page.entries, now).await;
        progress(&format!("{location}: {} versions listed", inventory.sums.n_versions));
        if inventory.n_waiting() >= BATCH_ROWS {
            let items = inventory.take(now);
            put(writer, &mut intake, items, &mut gaps, &mut mirrored, progress).await?;
        }
        next = page.next;
        if next.is_none() {
            break true;
        }
    };
    let now = writer.clock().now();
    if is_complete {
        gaps.had("mirror_listing", now);
        if method == Method::Versions {
            gaps.had("mirror_versions", now);
        }
        let mut gone = inventory.known.unseen(method == Method::Versions);
        while !gone.is_empty() {
            let rows = inventory.known.gone(&snapshot, location, &mut gone, now).await?;
            if rows.is_empty() {
                break;
            }
            mirrored.gone += i64::try_from(rows.len()).unwrap_or_default();
            inventory.add(rows);
            let items = inventory.take(now);
            put(writer, &mut intake, items, &mut gaps, &mut mirrored, progress).await?;
        }
    }
    tell_heads(&inventory.heads, &mut gaps, now);
    let sums = std::mem::take(&mut inventory.sums);
    let mut items = inventory.take(now);
    let listing = listed(
        location,
        method,
        is_complete,
        n_pages,
        &sums,
        mirrored.gone,
        started_at,
        now,
    );
    let document = ListingDocument::of(listing);
    items.push(documents::item(
        documents::LISTING,
        &document,
        format!("{location} listing"),
        &location.scope,
        now,
    ));
    put(writer, &mut intake, items, &mut gaps, &mut mirrored, progress).await?;

    let candidates = inventory.sample.take();
    if !candidates.is_empty() {
        let drawn = Drawn {
            day: &day,
            seed: &mirror.seed,
            size_bytes_max: mirror.read_bytes_max,
        };
        let clock = std::sync::Arc::clone(writer.clock());
        let (client, drawn, clock) = (&client, &drawn, &clock);
        let mut reading = futures::stream::iter(candidates)
            .map(|candidate| async move {
                progress(&format!("reading {}", candidate.entry.key));
                reads::read(client, location, &candidate, drawn, clock.now()).await
            })
            .buffered(READS_AT_ONCE);
        let mut items: Vec<Item> = Vec::new();
        let mut refused: Option<String> = None;
        while let Some(read) = reading.next().await {
            *mirrored.reads.entry(read.outcome.clone()).or_default() += 1;
            if matches!(read.outcome.as_str(), "forbidden" | "undecryptable") {
                let said = read.detail.clone().unwrap_or_default();
                refused.get_or_insert_with(|| format!("the first: `{}`: {said}", read.key));
            }
            let (repository, at) = (read.repository.clone(), read.read_at);
            let shown = format!("{location} read of {}", read.key);
            let document = PageDocument {
                objects: vec![ReadDocument::of(read)],
            };
            items.push(documents::item(documents::READS, &document, shown, &repository, at));
        }
        drop(reading);
        let now = writer.clock().now();
        match refused {
            Some(detail) => gaps.lost("mirror_reads", "forbidden", detail, now),
            None => gaps.had("mirror_reads", now),
        }
        put(writer, &mut intake, items, &mut gaps, &mut mirrored, progress).await?;
    }
    mirrored.is_complete = is_complete;
    mirrored.versions = sums.n_versions;
    mirrored.changed = sums.n_changed;
    mirrored.unmatched = sums.n_unmatched;
    mirrored.tally = intake.tally;
    Ok(mirrored)
}

/// Puts items in as one batch, with the gaps that were noted since.
async fn put(
    writer: &mut Writer,
    intake: &mut Intake,
    mut items: Vec<Item>,
    gaps: &mut Gaps<'_>,
    mirrored: &mut Mirrored,
    progress: Progress<'_>,
) -> Result<()> {
    let (noted_items, noted) = gaps.take();
    items.extend(noted_items);
    mirrored.gaps_closed += noted.iter().filter(|gap| !gap.is_open).count() as u64;
    mirrored.gaps.extend(noted.into_iter().filter(|gap| gap.is_open));
    if items.is_empty() {
        return Ok(());
    }
    intake.take_in(writer, items, progress).await
}

/// What heads could not say, a gap for each aspect: an object's own row tells its share.
fn tell_heads(heads: &Heads, gaps: &mut Gaps<'_>, now: Timestamp) {
    let asked = heads.n_read + heads.n_forbidden + heads.n_failed;
    let aspects = [
        ("mirror_heads", "forbidden", heads.n_forbidden, &heads.first_refusal),
        (
            "mirror_head_failures",
            "unreachable",
            heads.n_failed,
            &heads.first_failure,
        ),
        (
            "mirror_checksums",
            "forbidden",
            heads.n_checksums_forbidden,
            &heads.first_checksum_refusal,
        ),
    ];
    for (resource, reason, n, first) in aspects {
        match (n, asked) {
            (_, 0) => {}
            (0, _) => gaps.had(resource, now),
            _ => {
                let first = first.as_deref().unwrap_or_default();
                gaps.lost(resource, reason, format!("{n} of {asked} objects; {first}"), now);
            }
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the columns of a row, from as many places")]
fn listed(
    location: &Location,
    method: Method,
    is_complete: bool,
    n_pages: i64,
    sums: &Sums,
    n_gone: i64,
    started_at: Timestamp,
    observed_at: Timestamp,
) -> MirrorListing {
    MirrorListing {
        repository: location.scope.clone(),
        bucket: location.bucket.clone(),
        prefix: location.prefix.clone(),
        method: method.word().to_owned(),
        is_complete,
        n_pages,
        n_versions: sums.n_versions,
        n_delete_markers: sums.n_delete_markers,
        n_unmatched: sums.n_unmatched,
        n_changed: sums.n_changed,
        n_gone,
        size_bytes: sums.size_bytes,
        n_readable: sums.n_readable,
        n_archived: sums.n_archived,
        started_at,
        observed_at,
    }
}
