//! Publications: numbered, chained by digest, put if absent. A reader opens one and sees every table at once.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::clock::{Timestamp, parse_timestamp};
use domain::identity::Sha256Digest;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::layout;
use crate::store::Store;

/// Version of the form of publications.
pub(crate) const FORMAT: u32 = 1;

/// What a reader may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Version of this form.
    pub format: u32,
    /// Its number, from 1.
    pub number: u64,
    /// SHA-256 of the publication before; null for the first.
    pub previous_sha256: Option<String>,
    /// When it was published, RFC 3339 in UTC.
    pub published_at: String,
    /// What made it.
    pub cause: Cause,
    /// Batches whose rows it adds.
    pub batches: Vec<u64>,
    /// Highest batch that is settled: published, compacted or dropped.
    pub last_batch: u64,
    /// Batches that were taken back instead of published.
    pub dropped: Vec<u64>,
    /// Publications below this number may have lost their files to upkeep.
    pub retained_from: u64,
    /// The tables.
    pub tables: BTreeMap<String, TableState>,
}

/// What made a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A batch of new rows.
    Ingest,
    /// Rows of payloads that were read again.
    Replay,
    /// The same rows in better files.
    Upkeep,
}

impl Cause {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Replay => "replay",
            Self::Upkeep => "upkeep",
        }
    }
}

/// A table in a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableState {
    /// SHA-256 of the file manifest.
    pub manifest_sha256: String,
    /// Version of the Delta table with the same files.
    pub delta_version: u64,
    /// Number of files.
    pub files: u64,
    /// Number of rows.
    pub rows: u64,
    /// Size of the files.
    pub bytes: u64,
}

/// A publication with the digest of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What it says.
    pub publication: Publication,
    /// SHA-256 of what it says.
    pub sha256: Sha256Digest,
}

/// The file: the publication's text with its own digest, so that a flipped byte shows in the newest one, too.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    sha256: String,
    #[serde(borrow)]
    publication: &'a RawValue,
}

impl Published {
    /// When it was published.
    pub fn published_at(&self) -> Result<Timestamp> {
        let path = layout::publication(self.publication.number);
        parse_timestamp(&self.publication.published_at).map_err(|error| Error::damaged(path, error))
    }

    /// Reads publication `number`, or nothing where there is none.
    pub async fn load(store: &Store, number: u64) -> Result<Option<Self>> {
        let path = layout::publication(number);
        let Some(bytes) = store.get_if_exists(&path).await? else {
            return Ok(None);
        };
        Self::decode(&bytes)
            .map(Some)
            .map_err(|reason| Error::damaged(&path, reason))
    }

    /// Reads the newest publication, or nothing while there is none.
    pub async fn newest(store: &Store) -> Result<Option<Self>> {
        let hint = store.get_if_exists(&layout::newest_hint()).await?.unwrap_or_default();
        let hint = std::str::from_utf8(&hint)
            .ok()
            .and_then(|text| text.trim().parse::<u64>().ok())
            .unwrap_or(0);
        let mut newest = if hint == 0 {
            None
        } else {
            Self::load(store, hint).await?
        };
        if newest.is_none() {
            // No hint, or a wrong one: the listing decides.
            let Some(number) = store.list_numbers("publications", 0).await?.last().copied() else {
                return Ok(None);
            };
            newest = Self::load(store, number).await?;
        }
        while let Some(published) = &newest {
            match Self::load(store, published.publication.number + 1).await? {
                Some(next) => newest = Some(next),
                None => break,
            }
        }
        Ok(newest)
    }

    /// Puts a publication, if no other took its number.
    pub(crate) async fn put(store: &Store, publication: Publication) -> Result<Self> {
        let number = publication.number;
        let text = serde_json::to_string(&publication).unwrap_or_default();
        let sha256 = Sha256Digest::of(text.as_bytes());
        let bytes = Bytes::from(envelope(&sha256.to_string(), &text));
        let path = layout::publication(number);
        // A put that landed although its answer was lost is seen by reading it back.
        let is_ours = match store.put_if_absent(&path, bytes.clone()).await {
            Ok(true) => true,
            Ok(false) => store.get(&path).await? == bytes,
            Err(error) => match store.get_if_exists(&path).await? {
                Some(found) => found == bytes,
                None => return Err(error),
            },
        };
        if !is_ours {
            return Err(Error::LeaseLost {
                reason: format!("another writer put publication {number}"),
            });
        }
        store
            .put(&layout::newest_hint(), Bytes::from(number.to_string()))
            .await?;
        Ok(Self { publication, sha256 })
    }

    fn decode(bytes: &[u8]) -> Result<Self, String> {
        let envelope_read: Envelope<'_> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let text = envelope_read.publication.get();
        let sha256 = Sha256Digest::of(text.as_bytes());
        if envelope(&sha256.to_string(), text).as_bytes() != bytes {
            return Err(format!(
                "its text has the SHA-256 {sha256}, which is not what it states"
            ));
        }
        let publication: Publication = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if publication.format != FORMAT {
            return Err(format!(
                "it has the form {}, this program reads {FORMAT}",
                publication.format
            ));
        }
        Ok(Self { publication, sha256 })
    }
}

fn envelope(sha256: &str, text: &str) -> String {
    format!("{{\"sha256\":\"{sha256}\",\"publication\":{text}}}\n")
}
