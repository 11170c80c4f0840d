//! The pull of one repository: what it requires, its pull requests, issues, alerts and deployments, then its runs, oldest first.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta};
use domain::clock::Timestamp;
use domain::collection::Gap;
use domain::identity::RepositoryName;
use domain::source::SourceContext;
use futures::StreamExt as _;
use serde_json::value::RawValue;
use tempfile::TempPath;
use tokio::sync::mpsc::Sender;

use super::client::Client;
use super::failure::Failure;
use super::gaps;
use super::known::Known;
use super::objects::actions::RunObject;
use super::objects::changes::RepositoryObject;
use super::objects::kinds::{self, ObjectKind};
use super::pull::Pulled;
use super::repository_files::FilesKnown;
use super::settle::{Seen, Settled};
use super::windows::{Span, Step, Windows};
use crate::error::{Error, Result};
use crate::pipeline::Progress;
use crate::sources::item::{Document, Item, Origin};

/// Runs of one batch: also how much a cut-off pull asks for again.
const BATCH_RUNS: usize = 500;
/// Runs, pull requests or commits that are asked about at once; the client bounds the requests.
pub(super) const AT_ONCE: usize = 16;
/// A run can be repeated for 30 days and go on for 35: older ones change no more, save those that are unsettled.
const MAY_CHANGE: TimeDelta = TimeDelta::days(35 + 30);

/// One repository on its way into the lake.
#[derive(Debug)]
pub(crate) struct RepositoryPull<'a> {
    pub(crate) client: &'a Client,
    pub(crate) repository: RepositoryName,
    pub(super) since: Option<Timestamp>,
    pub(crate) known: Known,
    /// The source's own time when the pull began.
    pub(super) now: Timestamp,
    pub(super) default_branch: String,
    gaps: Mutex<Vec<Gap>>,
    files: Mutex<FilesKnown>,
}

/// What was asked for of a repository and goes in as one batch.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) repository: RepositoryName,
    pub(crate) items: Vec<Item>,
    /// Downloads that items name; they go when the parcel is in.
    pub(crate) files: Vec<TempPath>,
}

/// What a gap is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subject {
    pub(crate) resource: &'static str,
    pub(crate) what: String,
    pub(crate) run: Option<(i64, Option<i32>)>,
    /// The time that it may touch.
    pub(crate) span: (Option<Timestamp>, Option<Timestamp>),
}

impl Subject {
    /// One without a run and a time.
    pub(super) fn of(resource: &'static str, subject: impl Into<String>) -> Self {
        Self {
            resource,
            what: subject.into(),
            ..Self::default()
        }
    }
}

impl<'a> RepositoryPull<'a> {
    /// Begins, at `now` by our own clock.
    pub(crate) fn new(
        client: &'a Client,
        repository: RepositoryName,
        since: Option<Timestamp>,
        mut known: Known,
        now: Timestamp,
    ) -> Self {
        let files = std::mem::take(&mut known.files);
        Self {
            client,
            repository,
            since,
            known,
            now,
            default_branch: String::new(),
            gaps: Mutex::default(),
            files: Mutex::new(files),
        }
    }

    /// Asks for it, and sends what was had.
    pub(crate) async fn run(
        mut self,
        parcels: &Sender<Parcel>,
        pulled: &mut Pulled,
        progress: Progress<'_>,
    ) -> Result<()> {
        let name = self.repository.to_string();
        progress(&name);
        pulled.repositories += 1;
        let path = format!("/repos/{name}");
        let (object, date) = match self.client.dated_object(&path).await {
            Ok(found) => found,
            Err(failure) => {
                self.failed(&Subject::of("repository", "repository"), &failure)?;
                return self.send(Vec::new(), Vec::new(), parcels, pulled).await;
            }
        };
        self.had("repository", "repository");
        if let Some(date) = date.and_then(|seconds| DateTime::from_timestamp(seconds, 0)) {
            self.now = date;
        }
        let parsed: RepositoryObject = serde_json::from_str(object.get())
            .map_err(|error| Error::Remote(format!("the repository `{name}` is not of GitHub's form: {error}")))?;
        self.default_branch = parsed.default_branch.unwrap_or_else(|| "main".to_owned());
        let created_at = parsed.created_at.unwrap_or(self.now);
        let mut documents = vec![self.document(kinds::REPOSITORY, &object, "repository".to_owned(), None, created_at)];
        documents.extend(self.requirements().await?);
        let mut merged = Vec::new();
        documents.extend(self.pulls(&mut merged).await?);
        documents.extend(self.merges(merged).await?);
        documents.extend(self.issues().await?);
        documents.extend(self.quarantine_lists().await?);
        documents.extend(self.secret_alerts().await?);
        documents.extend(self.analyses().await?);
        documents.extend(self.deployments().await?);
        documents.extend(self.caches().await?);
        self.send(vec![item(documents)], Vec::new(), parcels, pulled).await?;
        self.runs(created_at, parcels, pulled, progress).await?;
        // Behind the runs, so that a file's time is that of the first commit that had it.
        let mut files = Vec::new();
        let headed = self.head_files(&mut files).await;
        self.send(vec![item(files)], Vec::new(), parcels, pulled).await?;
        headed
    }

    /// A document of this repository.
    pub(crate) fn document(
        &self,
        kind: ObjectKind,
        object: &RawValue,
        shown: String,
        context: Option<SourceContext>,
        at: Timestamp,
    ) -> Document {
        Document {
            format: kind.format,
            parser: kind.parser,
            bytes: object.get().as_bytes().to_vec(),
            shown,
            context: context.unwrap_or_else(|| self.own_context()),
            completed_at: at,
        }
    }

    /// What belongs to the repository and to no run.
    pub(super) fn own_context(&self) -> SourceContext {
        SourceContext {
            repository: self.repository.clone(),
            run_id: None,
            run_attempt: None,
            workflow: None,
            job: None,
            artifact: None,
        }
    }

    /// What of the repository's files is in, or on its way.
    pub(super) fn files(&self) -> MutexGuard<'_, FilesKnown> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that something cannot be had; an error where nothing further can.
    pub(crate) fn failed(&self, subject: &Subject, failure: &Failure) -> Result<()> {
        if let Some(error) = failure.fatal() {
            return Err(error);
        }
        self.lost(subject, failure.code(), Some(failure.to_string()));
        Ok(())
    }

    /// Notes a loss, unless the same is open already.
    pub(crate) fn lost(&self, subject: &Subject, reason: &str, detail: Option<String>) {
        let owed = (subject.resource.to_owned(), subject.what.clone());
        if self.known.gaps.get(&owed).is_some_and(|(held, _)| held == reason) {
            return;
        }
        self.note(subject, true, reason, detail);
    }

    /// Notes that something was had: it closes the gap, if there was one.
    pub(crate) fn had(&self, resource: &'static str, subject: &str) {
        let owed = (resource.to_owned(), subject.to_owned());
        if let Some((_, run_id)) = self.known.gaps.get(&owed) {
            let mut of = Subject::of(resource, subject);
            of.run = run_id.map(|run_id| (run_id, None));
            self.note(&of, false, "recovered", None);
        }
    }

    fn note(&self, subject: &Subject, is_open: bool, reason: &str, detail: Option<String>) {
        let gap = Gap {
            repository: self.repository.clone(),
            resource: subject.resource.to_owned(),
            subject: subject.what.clone(),
            run_id: subject.run.map(|(run_id, _)| run_id),
            run_attempt: subject.run.and_then(|(_, attempt)| attempt),
            from_at: subject.span.0,
            to_at: subject.span.1,
            is_open,
            reason: reason.to_owned(),
            detail,
            observed_at: self.now,
        };
        tracing::info!(repository.name = %gap.repository, resource = gap.resource, subject = gap.subject, reason, "gap");
        self.gaps.lock().unwrap_or_else(PoisonError::into_inner).push(gap);
    }

    /// Sends items with the gaps that were noted since.
    async fn send(
        &self,
        mut items: Vec<Item>,
        files: Vec<TempPath>,
        parcels: &Sender<Parcel>,
        pulled: &mut Pulled,
    ) -> Result<()> {
        let mut gaps = std::mem::take(&mut *self.gaps.lock().unwrap_or_else(PoisonError::into_inner));
        gaps.sort_by(|a, b| (&a.resource, &a.subject, a.is_open).cmp(&(&b.resource, &b.subject, b.is_open)));
        pulled.gaps.extend(gaps.iter().filter(|gap| gap.is_open).cloned());
        pulled.gaps_closed += gaps.iter().filter(|gap| !gap.is_open).count() as u64;
        items.push(item(gaps.iter().map(gaps::document).collect()));
        items.retain(|item| !matches!(&item.origin, Origin::Documents(documents) if documents.is_empty()));
        if items.is_empty() {
            return Ok(());
        }
        let parcel = Parcel {
            repository: self.repository.clone(),
            items,
            files,
        };
        // Who takes it in has met an error of its own then, which is the one to report.
        let given_up = |_| Error::Worker(std::io::Error::other("the pull was given up"));
        parcels.send(parcel).await.map_err(given_up)
    }

    /// Runs, window by window, oldest first; then those that are unsettled and older.
    async fn runs(
        &self,
        created_at: Timestamp,
        parcels: &Sender<Parcel>,
        pulled: &mut Pulled,
        progress: Progress<'_>,
    ) -> Result<()> {
        let unsettled = self.known.unsettled_runs();
        let resumed = self.known.newest_run().map(|newest| newest - MAY_CHANGE);
        let from = self.since.or(resumed).unwrap_or(created_at).max(created_at);
        // Windows that could not be read are read first.
        let mut spans = vec![Span::of(from, self.now)];
        let owed = self.known.gaps.keys().filter(|(resource, _)| resource == "runs");
        spans.extend(owed.filter_map(|(_, subject)| Span::parse(subject.strip_prefix("created ")?)));
        let mut windows = Windows::new(spans);
        let mut seen = HashSet::new();
        let mut changed = Vec::new();
        while let Some(span) = windows.next() {
            for found in self.window(span, &mut windows).await? {
                if seen.insert(found.run.id) && self.is_changed(&found.run, &unsettled) {
                    changed.push(found);
                }
            }
            while changed.len() >= BATCH_RUNS {
                let rest = changed.split_off(BATCH_RUNS);
                self.batch(std::mem::replace(&mut changed, rest), parcels, pulled, progress)
                    .await?;
            }
        }
        let mut older: Vec<i64> = unsettled.into_iter().filter(|run_id| !seen.contains(run_id)).collect();
        older.sort_unstable();
        for run_id in older {
            let subject = format!("run {run_id}");
            match self
                .client
                .object(&format!("/repos/{}/actions/runs/{run_id}", self.repository))
                .await
            {
                Ok(object) => {
                    self.had("run", &subject);
                    changed.extend(Seen::read(object).ok());
                }
                Err(failure) => {
                    let mut of = Subject::of("run", subject);
                    of.run = Some((run_id, None));
                    self.failed(&of, &failure)?;
                }
            }
        }
        self.batch(changed, parcels, pulled, progress).await
    }

    /// The runs of a window, or none where its halves come next.
    async fn window(&self, span: Span, windows: &mut Windows) -> Result<Vec<Seen>> {
        let created = span.created();
        let path = format!("/repos/{}/actions/runs?created={created}&per_page=100", self.repository);
        let mut subject = Subject::of("runs", format!("created {created}"));
        subject.span = span.ends();
        // A list that moved on while it was read lacks a run: it is read once more.
        for is_last in [false, true] {
            let mut page = match self.client.page(&path, "workflow_runs").await {
                Ok(page) => page,
                Err(failure) => {
                    self.failed(&subject, &failure)?;
                    return Ok(Vec::new());
                }
            };
            let total = page.total.unwrap_or_default();
            let step = windows.found(span, total);
            if step == Step::Halved {
                // Its halves owe what it owed.
                self.had("runs", &subject.what);
                return Ok(Vec::new());
            }
            let mut found: HashMap<i64, Seen> = HashMap::new();
            let mut n_malformed = 0;
            let failure = loop {
                for object in page.items {
                    match Seen::read(object) {
                        Ok(seen) => drop(found.insert(seen.run.id, seen)),
                        Err(_) => n_malformed += 1,
                    }
                }
                let Some(next) = page.next else { break None };
                match self.client.page(&next, "workflow_runs").await {
                    Ok(next) => page = next,
                    Err(failure) => break Some(failure),
                }
            };
            let n_found = i64::try_from(found.len()).unwrap_or(i64::MAX) + n_malformed;
            if let Some(failure) = &failure {
                self.failed(&subject, failure)?;
            } else if step == Step::Overfull {
                let detail = format!("{total} runs in one second, {n_found} of them can be reached");
                self.lost(&subject, "unreachable", Some(detail));
            } else if n_malformed > 0 {
                self.lost(
                    &subject,
                    "malformed",
                    Some(format!("{n_malformed} runs are not of GitHub's form")),
                );
            } else if n_found < total {
                if !is_last {
                    continue;
                }
                self.lost(
                    &subject,
                    "incomplete",
                    Some(format!("{n_found} of {total} runs were listed")),
                );
            } else {
                self.had("runs", &subject.what);
            }
            let mut found: Vec<Seen> = found.into_values().collect();
            found.sort_by_key(|seen| (seen.run.created_at, seen.run.id));
            return Ok(found);
        }
        Ok(Vec::new())
    }

    /// Whether something about a run is not in the lake yet.
    fn is_changed(&self, run: &RunObject, unsettled: &HashSet<i64>) -> bool {
        if unsettled.contains(&run.id) {
            return true;
        }
        let held = self.known.attempts.get(&(run.id, run.attempt()));
        !held.is_some_and(|held| held.is_completed && run.is_completed() && held.updated_at == run.updated_at)
    }

    /// Asks for all that belongs to some runs, and sends it.
    async fn batch(
        &self,
        runs: Vec<Seen>,
        parcels: &Sender<Parcel>,
        pulled: &mut Pulled,
        progress: Progress<'_>,
    ) -> Result<()> {
        pulled.runs += runs.len() as u64;
        if let Some(first) = runs.first().and_then(|seen| seen.run.created_at) {
            progress(&format!("{}: {} runs from {first:?}", self.repository, runs.len()));
        }
        let commits = self.commits(&runs);
        let named = self.named_commits(&runs);
        let mut settled: Vec<Settled> = Vec::new();
        let mut checks: Vec<Document> = Vec::new();
        let mut stopped = Ok(());
        {
            let mut settling = futures::stream::iter(runs)
                .map(|seen| self.settle(seen))
                .buffered(AT_ONCE);
            while stopped.is_ok() {
                let Some(next) = settling.next().await else { break };
                match next {
                    Ok(next) => settled.push(next),
                    Err(error) => stopped = Err(error),
                }
            }
        }
        let asked = commits
            .into_iter()
            .filter(|commit| settled.iter().any(|settled| settled.run_id == commit.run_id));
        let asked: Vec<_> = asked.collect();
        if stopped.is_ok() {
            let mut asking = futures::stream::iter(&asked)
                .map(|commit| self.check_runs(commit))
                .buffered(AT_ONCE);
            while stopped.is_ok() {
                let Some(next) = asking.next().await else { break };
                match next {
                    Ok(next) => checks.extend(next),
                    Err(error) => stopped = Err(error),
                }
            }
        }
        let is_settled = |run_id: i64| settled.iter().any(|settled| settled.run_id == run_id);
        let named: Vec<_> = named.into_iter().filter(|commit| is_settled(commit.run_id)).collect();
        if stopped.is_ok() {
            stopped = self.workflow_files(&named, &mut checks).await;
        }
        if stopped.is_err() {
            // What was had goes in; what these runs still lack is owed, so that they are asked for again.
            for commit in &asked {
                self.lost(&commit.subject(), "rate_limited", None);
            }
            for commit in named.iter().filter(|commit| !self.is_listed(commit)) {
                self.lost(&commit.subject(), "rate_limited", None);
            }
        }
        let mut items: Vec<Item> = Vec::new();
        let mut files = Vec::new();
        for settled in settled {
            items.push(item(settled.documents));
            for (file, item) in settled.archives {
                files.push(file);
                items.push(item);
            }
        }
        items.push(item(checks));
        self.send(items, files, parcels, pulled).await?;
        stopped
    }
}

/// Documents as one item.
fn item(documents: Vec<Document>) -> Item {
    Item {
        shown: documents
            .first()
            .map(|document| document.shown.clone())
            .unwrap_or_default(),
        origin: Origin::Documents(documents),
    }
}
