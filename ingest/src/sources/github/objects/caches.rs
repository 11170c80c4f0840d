//! Caches, and what a repository holds of them.

use domain::cache::{Cache, CacheListing};
use domain::clock::{Timestamp, parse_timestamp};
use lake::tables::{cache_listings, caches};
use serde::{Deserialize, Serialize};

use super::fields::{needed, parse, time};
use super::kinds::Reading;
use crate::report::Rows;

/// A cache.
#[derive(Debug, Deserialize)]
pub(crate) struct CacheObject {
    pub(crate) id: i64,
    r#ref: Option<String>,
    key: Option<String>,
    version: Option<String>,
    pub(crate) size_in_bytes: Option<i64>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) last_accessed_at: Option<Timestamp>,
}

/// Rows of one.
pub(super) fn cache(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let cache: CacheObject = parse(object)?;
    let created_at = needed(cache.created_at, "created_at")?;
    let row = Cache {
        repository: reading.context.repository.clone(),
        cache_id: cache.id,
        reference: needed(cache.r#ref, "ref")?,
        key: needed(cache.key, "key")?,
        version: cache.version,
        size_bytes: needed(cache.size_in_bytes, "size_in_bytes")?,
        created_at,
        last_accessed_at: cache.last_accessed_at.unwrap_or(created_at),
    };
    Ok(vec![reading.rows(&caches::TABLE, vec![row])?])
}

/// What a repository held, in words of our own.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CacheListingDocument {
    pub(crate) observed_at: String,
    pub(crate) n_caches: i64,
    pub(crate) size_bytes: i64,
    pub(crate) n_active: Option<i64>,
    pub(crate) active_bytes: Option<i64>,
    pub(crate) retention_days: Option<i64>,
    pub(crate) least_recent_at: Option<String>,
    pub(crate) least_recent_id: Option<i64>,
    pub(crate) most_recent_at: Option<String>,
}

/// Rows of one.
pub(super) fn listing(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let listing: CacheListingDocument = parse(object)?;
    let instant = |text: Option<String>| text.and_then(|text| parse_timestamp(&text).ok());
    let row = CacheListing {
        repository: reading.context.repository.clone(),
        observed_at: needed(parse_timestamp(&listing.observed_at).ok(), "observed_at")?,
        n_caches: listing.n_caches,
        size_bytes: listing.size_bytes,
        n_active: listing.n_active,
        active_bytes: listing.active_bytes,
        retention_days: listing.retention_days,
        least_recent_at: instant(listing.least_recent_at),
        least_recent_id: listing.least_recent_id,
        most_recent_at: instant(listing.most_recent_at),
    };
    Ok(vec![reading.rows(&cache_listings::TABLE, vec![row])?])
}
