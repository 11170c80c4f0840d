//! What lands of a mirror: documents of our own words that say what S3 answered, and the rows that they give.

use domain::clock::Timestamp;
use domain::identity::RepositoryName;
use domain::source::SourceContext;
use lake::tables::{mirror_buckets, mirror_lifecycle_rules, mirror_listings, mirror_objects, mirror_reads};
use serde::{Deserialize, Serialize};

use super::rows::{ActionDocument, BucketDocument, ListingDocument, ObjectDocument, ReadDocument};
use crate::report::Rows;
use crate::sources::github::gaps;
use crate::sources::github::objects::fields::parse;
use crate::sources::github::objects::kinds::{ObjectKind, Reading, declare};
use crate::sources::item::{Document, Item, Origin};

pub(crate) const BUCKET: ObjectKind = declare("mirror_bucket", "mirror_bucket/1", bucket);
pub(crate) const GAP: ObjectKind = declare("mirror_gap", "mirror_gap/1", gaps::read);
pub(crate) const LISTING: ObjectKind = declare("mirror_listing", "mirror_listing/1", listing);
pub(crate) const OBJECTS: ObjectKind = declare("mirror_objects", "mirror_objects/1", objects);
pub(crate) const READS: ObjectKind = declare("mirror_reads", "mirror_reads/1", reads);

/// Every kind, alphabetic.
pub(crate) static ALL: &[ObjectKind] = &[BUCKET, GAP, LISTING, OBJECTS, READS];

/// A bucket with its lifecycle rules.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetUpDocument {
    pub(crate) bucket: BucketDocument,
    pub(crate) lifecycle_actions: Vec<ActionDocument>,
}

/// Objects of one repository, or what reading them gave.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageDocument<T> {
    pub(crate) objects: Vec<T>,
}

/// An item of one document that belongs to `repository`.
pub(crate) fn item(
    kind: ObjectKind,
    content: &impl Serialize,
    shown: String,
    repository: &RepositoryName,
    at: Timestamp,
) -> Item {
    let document = Document {
        format: kind.format,
        parser: kind.parser,
        bytes: serde_json::to_vec(content).unwrap_or_default(),
        shown: shown.clone(),
        context: SourceContext {
            repository: repository.clone(),
            run_id: None,
            run_attempt: None,
            workflow: None,
            job: None,
            artifact: None,
        },
        completed_at: at,
    };
    Item {
        shown,
        origin: Origin::Documents(vec![document]),
    }
}

fn bucket(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: SetUpDocument = parse(object)?;
    let repository = &reading.context.repository;
    let actions: Result<Vec<_>, _> = document
        .lifecycle_actions
        .into_iter()
        .map(|action| action.row(repository))
        .collect();
    Ok(vec![
        reading.rows(&mirror_buckets::TABLE, vec![document.bucket.row(repository)?])?,
        reading.rows(&mirror_lifecycle_rules::TABLE, actions?)?,
    ])
}

fn listing(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: ListingDocument = parse(object)?;
    let row = document.row(&reading.context.repository)?;
    Ok(vec![reading.rows(&mirror_listings::TABLE, vec![row])?])
}

fn objects(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: PageDocument<ObjectDocument> = parse(object)?;
    let repository = &reading.context.repository;
    let rows: Result<Vec<_>, _> = document.objects.into_iter().map(|seen| seen.row(repository)).collect();
    Ok(vec![reading.rows(&mirror_objects::TABLE, rows?)?])
}

fn reads(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: PageDocument<ReadDocument> = parse(object)?;
    let repository = &reading.context.repository;
    let rows: Result<Vec<_>, _> = document.objects.into_iter().map(|read| read.row(repository)).collect();
    Ok(vec![reading.rows(&mirror_reads::TABLE, rows?)?])
}
