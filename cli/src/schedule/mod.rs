//! The schedule of `plumbline serve`: what runs when, one job at a time.
//!
//! The scheduler's library only ticks. Due times are computed here and taken in the lake, so a job that was due while
//! nobody ran is made up for once, and of several processes one runs it.

pub(crate) mod due;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use domain::clock::{Clock, Timestamp, format_timestamp};
use ingest::pipeline;
use ingest::sources::github::access::Access;
use ingest::sources::github::pull::{self, Scope};
use ingest::sources::github::webhook::Webhooks;
use ingest::sources::mirror::take_in;
use lake::appointments::{self, Appointment, Ending};
use lake::store::Store;
use lake::writer::Writer;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_cron_scheduler::{Job as Ticker, JobScheduler};

use crate::arguments::MirrorSource;
use crate::commands::mirror;
use crate::config::{Config, ScheduledJob, Work};
use crate::output;

/// How often it is looked whether something is due.
const TICK: &str = "*/5 * * * * *";
/// How long a first delivery waits for those that come with it: one push sends several.
const SETTLE: Duration = Duration::from_secs(2);
/// How long a job waits for another writer, in seconds; then it gives up until it is due again.
const WAIT: Duration = Duration::from_secs(120);

/// Runs what is due, and pulls what deliveries wake, until it is dropped.
pub(crate) async fn run(
    config: &Config,
    clock: &Arc<dyn Clock>,
    store: &Store,
    webhooks: Option<&Webhooks>,
) -> anyhow::Result<()> {
    let (ticks, mut ticked) = mpsc::channel::<()>(1);
    let mut ticker = JobScheduler::new().await.context("the scheduler did not start")?;
    let tick = Ticker::new(TICK, move |_, _| {
        // A tick while a job runs waits for its end; more of them are one.
        let _ = ticks.try_send(());
    })?;
    ticker.add(tick).await?;
    ticker.start().await?;
    let mut is_first = true;
    loop {
        for job in &config.schedule {
            let looked = if is_first {
                resume(config, job, clock, store).await
            } else {
                Ok(())
            };
            let looked = match looked {
                Ok(()) => look(config, job, clock, store).await,
                failed => failed,
            };
            if let Err(error) = looked {
                tracing::error!(job = job.name(), error = format!("{error:#}"), "a scheduled job failed");
            }
        }
        is_first = false;
        tokio::select! {
            ticked = ticked.recv() => if ticked.is_none() { break },
            scope = woken(webhooks) => {
                if let Err(error) = pull_woken(config, &scope, clock, store).await {
                    tracing::error!(error = format!("{error:#}"), "what a delivery woke was not pulled");
                }
            }
        }
    }
    ticker.shutdown().await?;
    Ok(())
}

/// Does again what was taken and never ended: the process that took it was cut off. Where it only takes long in another
/// process, that one holds the lease, and this one gives up.
async fn resume(config: &Config, job: &ScheduledJob, clock: &Arc<dyn Clock>, store: &Store) -> anyhow::Result<()> {
    let last = appointments::newest(store, job.name(), clock.now() - due::LOOKBACK).await?;
    let Some(due_at) = last else { return Ok(()) };
    let (_, ending) = appointments::read(store, job.name(), due_at).await?;
    match ending {
        None => run_due(config, job, due_at, clock, store).await,
        Some(_) => Ok(()),
    }
}

/// Waits for deliveries, then a little longer for those that come with them; what they woke.
async fn woken(webhooks: Option<&Webhooks>) -> Scope {
    let Some(webhooks) = webhooks else {
        return std::future::pending().await;
    };
    webhooks.woken().await;
    tokio::time::sleep(SETTLE).await;
    webhooks.take()
}

/// Pulls what deliveries woke. What fails here is asked for again by the scheduled pull.
async fn pull_woken(config: &Config, scope: &Scope, clock: &Arc<dyn Clock>, store: &Store) -> anyhow::Result<()> {
    let mut writer = writer(clock, store).await?;
    let pulled = pull(config, scope, &mut writer).await;
    // The lease is given back also after an error.
    let closed = writer.close().await;
    tracing::info!(said = pulled?, "pulled what deliveries woke");
    closed?;
    Ok(())
}

/// Runs a job where it is due and nobody else has taken it.
async fn look(config: &Config, job: &ScheduledJob, clock: &Arc<dyn Clock>, store: &Store) -> anyhow::Result<()> {
    let now = clock.now();
    let last = appointments::newest(store, job.name(), now - due::LOOKBACK).await?;
    let Some(due) = job.timetable.due(last, now) else {
        return Ok(());
    };
    let holder = format!("process {}", std::process::id());
    let appointment = Appointment::new(job.name(), due.at, due.n_missed, now, &holder);
    if !appointments::take(store, &appointment, due.at).await? {
        return Ok(());
    }
    run_due(config, job, due.at, clock, store).await
}

/// Does what was due, and writes down how it ended.
async fn run_due(
    config: &Config,
    job: &ScheduledJob,
    due_at: Timestamp,
    clock: &Arc<dyn Clock>,
    store: &Store,
) -> anyhow::Result<()> {
    tracing::info!(job = job.name(), due_at = format_timestamp(due_at), "started");
    let done = work(config, job.work, clock, store).await;
    let ending = Ending {
        ended_at: format_timestamp(clock.now()),
        error: done.as_ref().err().map(|error| format!("{error:#}")),
        summary: done.as_ref().ok().cloned(),
    };
    appointments::end(store, job.name(), due_at, &ending).await?;
    let said = done?;
    tracing::info!(job = job.name(), said, "ended");
    Ok(())
}

/// Does it; a line that says what was done.
async fn work(config: &Config, work: Work, clock: &Arc<dyn Clock>, store: &Store) -> anyhow::Result<String> {
    let mut writer = writer(clock, store).await?;
    let done = match work {
        Work::GitHub => pull(config, &config.github.scope, &mut writer).await,
        Work::Mirror => look_at_mirror(config, &mut writer).await,
        Work::Upkeep => upkeep(&mut writer).await,
    };
    // The lease is given back also after an error.
    let closed = writer.close().await;
    let done = done?;
    closed?;
    Ok(done)
}

async fn writer(clock: &Arc<dyn Clock>, store: &Store) -> anyhow::Result<Writer> {
    let holder = format!("plumbline serve (process {})", std::process::id());
    Ok(Writer::open(store, Arc::clone(clock), &holder, WAIT).await?)
}

async fn pull(config: &Config, scope: &Scope, writer: &mut Writer) -> anyhow::Result<String> {
    let github = &config.github;
    let mut access = Access::new(&github.api_url, github.credential.clone())?;
    if let Some(hosts) = &github.download_hosts {
        access.download_hosts.clone_from(hosts);
    }
    let pulled = pull::pull(writer, &access, scope, &|_| {}).await?;
    Ok(format!(
        "{} repositories, {} runs new or changed, {} objects, {} gaps opened, {} closed",
        pulled.repositories,
        pulled.runs,
        pulled.tally.objects,
        pulled.gaps.len(),
        pulled.gaps_closed,
    ))
}

async fn look_at_mirror(config: &Config, writer: &mut Writer) -> anyhow::Result<String> {
    let mirror = config.mirror(&MirrorSource::default())?;
    let mirrored = take_in::take_in(writer, &mirror, &|_| {}).await?;
    Ok(mirror::summary(&mirrored))
}

async fn upkeep(writer: &mut Writer) -> anyhow::Result<String> {
    let finished = pipeline::resume(writer, &|_| {}).await?;
    let done = lake::upkeep::run(writer).await?;
    Ok(format!(
        "{} batches finished, {} files written again as {}, {} objects deleted",
        finished.len(),
        done.files_before,
        done.files_after,
        done.deleted,
    ))
}

/// A job as it stands.
#[derive(Debug, Serialize)]
pub(crate) struct Scheduled {
    pub(crate) job: &'static str,
    pub(crate) cron: String,
    pub(crate) zone: &'static str,
    /// The newest due time that was taken, in its zone.
    pub(crate) last_due: Option<String>,
    pub(crate) last_outcome: Option<String>,
    /// In its zone.
    pub(crate) next_due: Option<String>,
    pub(crate) next_due_utc: Option<String>,
}

/// What is scheduled, a row for each job.
pub(crate) async fn list(config: &Config, clock: &dyn Clock, store: &Store) -> anyhow::Result<Vec<Scheduled>> {
    let now = clock.now();
    let mut rows = vec![];
    for job in &config.schedule {
        let last = appointments::newest(store, job.name(), now - due::LOOKBACK).await?;
        let (last, how) = match last {
            None => (None, None),
            Some(last) => (Some(local(last, job)), Some(ending(store, job, last).await?)),
        };
        let next = job.timetable.next(now);
        rows.push(Scheduled {
            job: job.name(),
            cron: job.timetable.expression.clone(),
            zone: job.timetable.zone.name(),
            last_due: last,
            last_outcome: how,
            next_due: next.map(|next| local(next, job)),
            next_due_utc: next.map(format_timestamp),
        });
    }
    Ok(rows)
}

async fn ending(store: &Store, job: &ScheduledJob, at: Timestamp) -> anyhow::Result<String> {
    let (appointment, ending) = appointments::read(store, job.name(), at).await?;
    let missed = appointment.map_or(0, |appointment| appointment.n_missed);
    let how = match ending {
        None => "running, or cut off".to_owned(),
        Some(Ending { error: Some(error), .. }) => format!("failed: {error}"),
        Some(ending) => ending.summary.unwrap_or_else(|| "done".to_owned()),
    };
    Ok(match missed {
        0 => how,
        n => format!("{how} (made up for {n} missed)"),
    })
}

/// A due time as people of its zone read it.
fn local(at: Timestamp, job: &ScheduledJob) -> String {
    at.with_timezone(&job.timetable.zone)
        .format("%Y-%m-%d %H:%M %Z")
        .to_string()
}

/// Says once what will run.
pub(crate) fn announce(config: &Config, clock: &dyn Clock) {
    for job in &config.schedule {
        if let Some(next) = job.timetable.next(clock.now()) {
            output::note(&format!("{}: next at {}", job.name(), local(next, job)));
        }
    }
}
