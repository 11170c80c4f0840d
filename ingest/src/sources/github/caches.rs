//! Caches of Actions, and for how long they are kept (CI/CL-001 §11).

use std::collections::HashMap;

use domain::clock::{Timestamp, format_timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::failure::Failure;
use super::objects::caches::{CacheListingDocument, CacheObject};
use super::objects::kinds;
use super::repository::{RepositoryPull, Subject};
use crate::error::Result;
use crate::sources::item::Document;

/// What a listing comes to: another one is another fact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CachesHeld {
    pub(crate) n_caches: i64,
    pub(crate) size_bytes: i64,
    pub(crate) retention_days: Option<i64>,
    pub(crate) least_recent_at: Option<Timestamp>,
    pub(crate) most_recent_at: Option<Timestamp>,
}

/// What the lake holds of caches.
#[derive(Debug, Default)]
pub(crate) struct CachesKnown {
    /// Last access of each.
    pub(crate) accessed: HashMap<i64, Timestamp>,
    /// The newest listing.
    pub(crate) listed: Option<(Timestamp, CachesHeld)>,
}

impl CachesKnown {
    /// Whether a listing says what the newest one said on the same day: a cache that nobody accesses grows old silently.
    fn says(&self, now: Timestamp, held: CachesHeld) -> bool {
        self.listed
            .is_some_and(|(at, known)| at.date_naive() == now.date_naive() && known == held)
    }
}

#[derive(Debug, Default, Deserialize)]
struct Usage {
    active_caches_count: Option<i64>,
    active_caches_size_in_bytes: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Retention {
    max_cache_retention_days: i64,
}

impl RepositoryPull<'_> {
    /// Caches that are new or were accessed, and what the whole list comes to.
    pub(super) async fn caches(&self) -> Result<Vec<Document>> {
        let subject = Subject::of("caches", "caches");
        let Some((caches, objects)) = self.listed_caches(&subject).await? else {
            return Ok(Vec::new());
        };
        let retention_days = self.cache_retention().await?;
        let usage = match self.cached::<Usage>("usage").await {
            Ok(usage) => usage,
            Err(failure) => {
                self.failed(&subject, &failure)?;
                return Ok(Vec::new());
            }
        };
        self.had(subject.resource, &subject.what);
        let accessed_at = |cache: &CacheObject| cache.last_accessed_at.or(cache.created_at);
        let least_recent = caches.iter().min_by_key(|cache| (accessed_at(cache), cache.id));
        let held = CachesHeld {
            n_caches: i64::try_from(caches.len()).unwrap_or(i64::MAX),
            size_bytes: caches.iter().filter_map(|cache| cache.size_in_bytes).sum(),
            retention_days,
            least_recent_at: least_recent.and_then(accessed_at),
            most_recent_at: caches.iter().filter_map(accessed_at).max(),
        };
        let mut documents = Vec::new();
        for (cache, object) in caches.iter().zip(&objects) {
            let known = self.known.caches.accessed.get(&cache.id);
            if known.is_none() || known != accessed_at(cache).as_ref() {
                let at = cache.created_at.unwrap_or(self.now);
                documents.push(self.document(kinds::CACHE, object, format!("caches/{}", cache.id), None, at));
            }
        }
        if !self.known.caches.says(self.now, held) {
            let document = CacheListingDocument {
                observed_at: format_timestamp(self.now),
                n_caches: held.n_caches,
                size_bytes: held.size_bytes,
                n_active: usage.active_caches_count,
                active_bytes: usage.active_caches_size_in_bytes,
                retention_days,
                least_recent_at: held.least_recent_at.map(format_timestamp),
                least_recent_id: least_recent.map(|cache| cache.id),
                most_recent_at: held.most_recent_at.map(format_timestamp),
            };
            let written = serde_json::value::to_raw_value(&document);
            documents.extend(
                written
                    .ok()
                    .map(|written| self.document(kinds::CACHE_LISTING, &written, "caches".to_owned(), None, self.now)),
            );
        }
        Ok(documents)
    }

    /// The whole list, or none where a part of it could not be had.
    async fn listed_caches(&self, subject: &Subject) -> Result<Option<(Vec<CacheObject>, Vec<Box<RawValue>>)>> {
        // By creation, so that what is accessed while the list is read stays in its place.
        let path = format!(
            "/repos/{}/actions/caches?sort=created_at&direction=asc&per_page=100",
            self.repository
        );
        let objects = match self.client.list(&path, "actions_caches").await {
            Ok(objects) => objects,
            Err(failure) => {
                self.failed(subject, &failure)?;
                return Ok(None);
            }
        };
        let read: std::result::Result<Vec<CacheObject>, _> = objects
            .iter()
            .map(|object| serde_json::from_str(object.get()))
            .collect();
        match read {
            Ok(caches) => Ok(Some((caches, objects))),
            Err(error) => {
                self.lost(subject, "malformed", Some(error.to_string()));
                Ok(None)
            }
        }
    }

    /// For how long GitHub keeps what nobody restores; null where it does not tell.
    async fn cache_retention(&self) -> Result<Option<i64>> {
        let subject = Subject::of("cache_retention", "cache retention");
        match self.cached::<Retention>("retention-limit").await {
            Ok(retention) => {
                self.had(subject.resource, &subject.what);
                Ok(Some(retention.max_cache_retention_days))
            }
            Err(failure) => {
                self.failed(&subject, &failure)?;
                Ok(None)
            }
        }
    }

    async fn cached<T: for<'de> Deserialize<'de>>(&self, what: &str) -> std::result::Result<T, Failure> {
        let path = format!("/repos/{}/actions/cache/{what}", self.repository);
        let object = self.client.object(&path).await?;
        serde_json::from_str(object.get()).map_err(|error| Failure::Form(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_written_where_it_differs_and_once_a_day() {
        let at = |text: &str| domain::clock::parse_timestamp(text).unwrap();
        let held = CachesHeld {
            n_caches: 2,
            retention_days: Some(7),
            ..CachesHeld::default()
        };
        let mut known = CachesKnown::default();
        assert!(!known.says(at("2026-11-10T09:00:00Z"), held));
        known.listed = Some((at("2026-11-10T09:00:00Z"), held));
        assert!(known.says(at("2026-11-10T23:59:59Z"), held));
        assert!(!known.says(at("2026-11-11T00:00:00Z"), held), "another day");
        let longer = CachesHeld {
            retention_days: Some(30),
            ..held
        };
        assert!(!known.says(at("2026-11-10T10:00:00Z"), longer), "another limit");
    }
}
