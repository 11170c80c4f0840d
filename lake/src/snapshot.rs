//! The pinned reader: one publication, and from it the exact files of every table.

use std::collections::BTreeMap;

use domain::clock::Timestamp;
use domain::identity::Sha256Digest;

use crate::error::{Error, Result};
use crate::manifest::Manifest;
use crate::publication::Published;
use crate::store::Store;
use crate::tables;

/// A lake as one publication shows it.
#[derive(Debug, Clone)]
pub struct Snapshot {
    store: Store,
    published: Option<Published>,
    manifests: BTreeMap<&'static str, Manifest>,
}

impl Snapshot {
    /// Opens publication `number`, or the newest.
    pub async fn open(store: &Store, number: Option<u64>) -> Result<Self> {
        let published = match number {
            None => Published::newest(store).await?,
            Some(number) => {
                let published = Published::load(store, number).await?;
                if published.is_none() {
                    let newest = Published::newest(store)
                        .await?
                        .map_or(0, |newest| newest.publication.number);
                    return Err(Error::NoSuchPublication { number, newest });
                }
                published
            }
        };
        Self::of(store, published).await
    }

    /// Opens a publication that was read already; null: a lake in which nothing is published.
    pub async fn of(store: &Store, published: Option<Published>) -> Result<Self> {
        let mut manifests = BTreeMap::new();
        for table in tables::ALL {
            let state = published
                .as_ref()
                .and_then(|published| published.publication.tables.get(table.name));
            let manifest = match state {
                Some(state) => {
                    let digest = Sha256Digest::parse(&state.manifest_sha256)
                        .map_err(|error| Error::damaged("publication", error))?;
                    Manifest::get(store, &digest).await?
                }
                None => Manifest::default(),
            };
            manifests.insert(table.name, manifest);
        }
        Ok(Self {
            store: store.clone(),
            published,
            manifests,
        })
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The publication; null while nothing is published.
    pub fn published(&self) -> Option<&Published> {
        self.published.as_ref()
    }

    /// Its number; 0 while nothing is published.
    pub fn number(&self) -> u64 {
        self.published
            .as_ref()
            .map_or(0, |published| published.publication.number)
    }

    /// When it was published.
    pub fn published_at(&self) -> Result<Option<Timestamp>> {
        self.published.as_ref().map(Published::published_at).transpose()
    }

    /// The files of a table.
    pub fn manifest(&self, table: &str) -> Option<&Manifest> {
        self.manifests.get(table)
    }
}

/// Reads every publication, the newest first.
pub async fn publications(store: &Store) -> Result<Vec<Published>> {
    let mut found = Vec::new();
    for number in store.list_numbers("publications", 0).await?.into_iter().rev() {
        found.extend(Published::load(store, number).await?);
    }
    Ok(found)
}
