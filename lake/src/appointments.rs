//! Due times of scheduled jobs: who took which, and how it ended.
//!
//! A due time is taken by putting its object if absent, so of several processes over one lake one runs it. What was
//! taken and never ended was cut off.

use bytes::Bytes;
use domain::clock::{Timestamp, format_timestamp};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::layout;
use crate::store::Store;

/// A due time that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Name of the job.
    pub job: String,
    /// When it was due, RFC 3339.
    pub due_at: String,
    /// When it was taken.
    pub started_at: String,
    /// Due times before it that nobody took: it makes up for all of them.
    pub n_missed: u64,
    /// By whom, for people.
    pub holder: String,
}

/// How a job that was due ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// When.
    pub ended_at: String,
    /// The error; null: it went well.
    pub error: Option<String>,
    /// What it did, in a line.
    pub summary: Option<String>,
}

/// The newest due time of `job` after `after` that was taken.
pub async fn newest(store: &Store, job: &str, after: Timestamp) -> Result<Option<Timestamp>> {
    let numbers = store.list_numbers(&layout::appointments(job), number(after)).await?;
    Ok(numbers.last().copied().and_then(instant))
}

/// Takes a due time; false: somebody else did.
pub async fn take(store: &Store, appointment: &Appointment, due_at: Timestamp) -> Result<bool> {
    let path = layout::appointment(&appointment.job, number(due_at));
    store.put_if_absent(&path, json(appointment)).await
}

/// Writes down how the job of a due time ended.
pub async fn end(store: &Store, job: &str, due_at: Timestamp, ending: &Ending) -> Result<()> {
    store
        .put_if_absent(&layout::ending(job, number(due_at)), json(ending))
        .await
        .map(drop)
}

/// Reads a due time that was taken, and how it ended; the latter is null while it runs or when it was cut off.
pub async fn read(store: &Store, job: &str, due_at: Timestamp) -> Result<(Option<Appointment>, Option<Ending>)> {
    let appointment = get(store, &layout::appointment(job, number(due_at))).await?;
    Ok((appointment, get(store, &layout::ending(job, number(due_at))).await?))
}

impl Appointment {
    /// One of now.
    #[must_use]
    pub fn new(job: &str, due_at: Timestamp, n_missed: u64, now: Timestamp, holder: &str) -> Self {
        Self {
            job: job.to_owned(),
            due_at: format_timestamp(due_at),
            started_at: format_timestamp(now),
            n_missed,
            holder: holder.to_owned(),
        }
    }
}

async fn get<T: serde::de::DeserializeOwned>(store: &Store, path: &object_store::path::Path) -> Result<Option<T>> {
    let Some(bytes) = store.get_if_exists(path).await? else {
        return Ok(None);
    };
    let read = serde_json::from_slice(&bytes);
    read.map(Some).map_err(|error| Error::damaged(path, error))
}

fn json(value: &impl Serialize) -> Bytes {
    Bytes::from(serde_json::to_vec_pretty(value).unwrap_or_default())
}

fn number(at: Timestamp) -> u64 {
    u64::try_from(at.timestamp_micros()).unwrap_or(0)
}

fn instant(number: u64) -> Option<Timestamp> {
    Timestamp::from_timestamp_micros(i64::try_from(number).ok()?)
}
