//! Intents: what a batch is about to do, put before it does anything, so that a cut-off batch can be finished.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::layout;
use crate::store::Store;

/// What a batch is about to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Its number.
    pub batch: u64,
    /// When its rows become known, RFC 3339 in UTC.
    pub known_at: String,
    /// What it does.
    pub deed: Deed,
}

/// What a batch does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Adds the rows of payloads that have landed.
    Ingest {
        /// The payloads, in the order of their rows.
        sources: Vec<PlannedSource>,
    },
    /// Puts rows of payloads that landed before in the place of those that older parsers made of them.
    Replay {
        /// The payloads by the batch that brought them in.
        batches: Vec<PlannedReplay>,
    },
    /// Writes rows again in better files.
    Compaction {
        /// What is written again.
        cells: Vec<PlannedCell>,
    },
}

/// A payload that has landed, with all that its rows need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedSource {
    /// Digest as written.
    pub sha256: String,
    /// Digest as landed.
    pub landed_sha256: String,
    /// Size as written.
    pub size_bytes: i64,
    /// Its format.
    pub format: String,
    /// Its parser and version.
    pub parser: String,
    /// Why it is refused unread, where it is.
    pub refusal: Option<String>,
    /// What broke while it was taken out of its archive; its rows are then part of what it held.
    pub damage: Option<String>,
    /// Path in the directory or archive.
    pub path: String,
    /// Repository of the run.
    pub repository: String,
    /// The run, where it belongs to one.
    pub run_id: Option<i64>,
    /// Its attempt, where it belongs to one.
    pub run_attempt: Option<i32>,
    /// The workflow.
    pub workflow: Option<String>,
    /// The job.
    pub job: Option<String>,
    /// The artifact.
    pub artifact: Option<String>,
    /// When CI completed the job or run, RFC 3339 in UTC.
    pub completed_at: String,
    /// Places where a secret was taken out before it landed.
    pub n_redactions: i64,
}

/// Payloads of one batch that are read again; their rows keep its number and its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedReplay {
    /// The batch that brought them in.
    pub batch: u64,
    /// When its rows became known, RFC 3339 in UTC.
    pub known_at: String,
    /// The payloads, with the parsers that read them now.
    pub sources: Vec<PlannedSource>,
}

/// Files of one cell of a table that are written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedCell {
    /// The table.
    pub table: String,
    /// Names of the files whose rows are written again.
    pub inputs: Vec<String>,
    /// Bounds between the new files, microseconds of event time; a file holds `bounds[i] <= t < bounds[i + 1]`.
    pub bounds: Vec<i64>,
}

impl Intent {
    /// Puts the intent; another writer's of the same number means that our lease is lost.
    pub(crate) async fn put(&self, store: &Store) -> Result<()> {
        let bytes = Bytes::from(serde_json::to_vec_pretty(self).unwrap_or_default());
        let path = layout::intent(self.batch);
        if store.put_if_absent(&path, bytes.clone()).await? || store.get(&path).await? == bytes {
            return Ok(());
        }
        Err(Error::LeaseLost {
            reason: format!("another writer put batch {}", self.batch),
        })
    }

    /// Reads the intents above `settled`, in the order of their numbers.
    pub async fn after(store: &Store, settled: u64) -> Result<Vec<Self>> {
        let mut pending = Vec::new();
        for number in store.list_numbers("batches", settled).await? {
            let path = layout::intent(number);
            let bytes = store.get(&path).await?;
            pending.push(serde_json::from_slice(&bytes).map_err(|error| Error::damaged(&path, error))?);
        }
        Ok(pending)
    }
}
