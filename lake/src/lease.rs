//! One writer at a time: numbered lease objects, each put if absent, the newest one counts.
//!
//! A lease is a courtesy, not the lock: publications and Delta commits are put if absent on the version that was read, so
//! a writer that slept through its lease loses instead of doing harm.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::clock::{Clock, Timestamp, format_timestamp, parse_timestamp};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::layout;
use crate::store::Store;

/// How long a lease lasts without renewal.
const LASTS: Duration = Duration::from_secs(30);
/// How often a holder renews it.
const RENEWED_EVERY: Duration = Duration::from_secs(8);
/// How often a waiting writer looks.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct LeaseFile {
    /// Who, for people.
    holder: String,
    /// Which process, for the next writer on the same machine.
    process: Option<ProcessName>,
    acquired_at: String,
    expires_at: String,
    released: bool,
}

/// Names a process so that another one on the same machine can tell that it is dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ProcessName {
    /// Boot and process namespace.
    machine: String,
    pid: u32,
    /// Start time in clock ticks since boot.
    started: String,
}

impl ProcessName {
    /// Names this process; null where the system has no `/proc`.
    fn of_this_one() -> Option<Self> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
        let pid = std::process::id();
        let started = start_time(pid)?;
        Some(Self {
            machine: format!("{} {}", boot.trim(), namespace.display()),
            pid,
            started,
        })
    }

    /// Tells that the process is gone, where that can be known from here.
    fn is_dead(&self) -> bool {
        Self::of_this_one()
            .is_some_and(|here| here.machine == self.machine && start_time(self.pid).as_ref() != Some(&self.started))
    }
}

/// The start time of a running process: field 22 of `/proc/<pid>/stat`; null for a dead one or a zombie.
fn start_time(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    match fields.next()? {
        "Z" | "X" => None,
        _ => fields.nth(18).map(str::to_owned),
    }
}

/// The right to write, until it is released or dropped.
#[derive(Debug)]
pub struct Lease {
    store: Store,
    clock: Arc<dyn Clock>,
    number: u64,
    file: LeaseFile,
    renewal: tokio::task::JoinHandle<()>,
}

impl Lease {
    /// Takes the lease, waiting up to `wait` for another holder.
    pub async fn acquire(store: &Store, clock: &Arc<dyn Clock>, holder: &str, wait: Duration) -> Result<Self> {
        let give_up = tokio::time::Instant::now() + wait;
        loop {
            let (newest, held) = newest(store).await?;
            let now = clock.now();
            let is_free = held.as_ref().is_none_or(|held| {
                held.released
                    || is_past(&held.expires_at, now)
                    || held.process.as_ref().is_some_and(ProcessName::is_dead)
            });
            if is_free {
                let file = LeaseFile {
                    holder: holder.to_owned(),
                    process: ProcessName::of_this_one(),
                    acquired_at: format_timestamp(now),
                    expires_at: format_timestamp(now + LASTS),
                    released: false,
                };
                let number = newest + 1;
                if store.put_if_absent(&layout::lease(number), encode(&file)).await? {
                    forget_old(store, number).await?;
                    let renewal = tokio::spawn(renew(store.clone(), Arc::clone(clock), number, file.clone()));
                    return Ok(Self {
                        store: store.clone(),
                        clock: Arc::clone(clock),
                        number,
                        file,
                        renewal,
                    });
                }
                continue;
            }
            if tokio::time::Instant::now() >= give_up {
                let holder = held.map_or_else(String::new, |held| {
                    format!(
                        "{} since {}, until {} unless renewed",
                        held.holder, held.acquired_at, held.expires_at
                    )
                });
                return Err(Error::Busy { holder });
            }
            tokio::time::sleep(LOOKED_AT_EVERY).await;
        }
    }

    /// Confirms that no other writer took over; called before what cannot be taken back.
    pub async fn confirm(&self) -> Result<()> {
        let (newest, _) = newest(&self.store).await?;
        if newest == self.number {
            return Ok(());
        }
        Err(Error::LeaseLost {
            reason: format!("lease {} was followed by lease {newest}", self.number),
        })
    }

    /// Gives the lease back.
    pub async fn release(mut self) -> Result<()> {
        self.renewal.abort();
        self.file.released = true;
        self.file.expires_at = format_timestamp(self.clock.now());
        self.store.put(&layout::lease(self.number), encode(&self.file)).await
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

async fn renew(store: Store, clock: Arc<dyn Clock>, number: u64, mut file: LeaseFile) {
    loop {
        tokio::time::sleep(RENEWED_EVERY).await;
        file.expires_at = format_timestamp(clock.now() + LASTS);
        if let Err(error) = store.put(&layout::lease(number), encode(&file)).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "renewing the writer lease failed"
            );
        }
    }
}

async fn newest(store: &Store) -> Result<(u64, Option<LeaseFile>)> {
    let Some(number) = store.list_numbers("lease", 0).await?.last().copied() else {
        return Ok((0, None));
    };
    // A lease that was deleted or is half written by now is looked at again as if it were held.
    let bytes = store.get_if_exists(&layout::lease(number)).await?.unwrap_or_default();
    match serde_json::from_slice(&bytes) {
        Ok(file) => Ok((number, Some(file))),
        Err(error) => Err(Error::damaged(layout::lease(number), error)),
    }
}

/// Keeps the last few, so that an old holder still sees that it was followed.
async fn forget_old(store: &Store, number: u64) -> Result<()> {
    for old in store.list_numbers("lease", 0).await? {
        if old + 4 < number {
            store.delete(&layout::lease(old)).await?;
        }
    }
    Ok(())
}

fn is_past(instant: &str, now: Timestamp) -> bool {
    parse_timestamp(instant).is_ok_and(|instant| instant <= now)
}

fn encode(file: &LeaseFile) -> Bytes {
    Bytes::from(serde_json::to_vec_pretty(file).unwrap_or_default())
}
