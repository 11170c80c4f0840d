//! The world as a reader sees it at an instant, and the repository that a path names.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use chrono::{SecondsFormat, SubsecRound as _};
use domain::clock::Timestamp;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::api::index::{Index, RepositoryIndex};
use crate::world::change::{Branch, Commit, CommitIndex, PullRequest};
use crate::world::repository::{Fork, Repository};
use crate::world::run::{Artifact, Attempt, Job, Run, Status};
use crate::world::{ORGANIZATION, Person, PersonIndex, World};

/// Size and digest of the artifacts that were asked for.
pub(crate) type Measures = Mutex<HashMap<i64, (usize, String)>>;

/// The world cut at an instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// The whole timeline.
    pub(crate) world: &'a World,
    /// Where its things are.
    pub(crate) index: &'a Index,
    /// What is known of artifacts' bytes.
    pub(crate) measures: &'a Measures,
    /// Nothing later shows.
    pub(crate) now: Timestamp,
    /// `http://127.0.0.1:4001`, of the API.
    pub(crate) api: &'a str,
    /// The same of the downloads.
    pub(crate) downloads: &'a str,
}

/// A repository or one of its forks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The organization's repository.
    pub(crate) repository: &'a Repository,
    /// Where its things are.
    pub(crate) index: &'a RepositoryIndex,
    /// Null: the organization's repository itself.
    pub(crate) fork: Option<&'a Fork>,
}

/// Writes an instant as GitHub does: whole seconds.
pub(crate) fn written(instant: Timestamp) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The same for an instant that may not have come.
pub(crate) fn written_where(instant: Option<Timestamp>) -> Option<String> {
    instant.map(written)
}

/// Cuts an instant to what GitHub writes of it.
pub(crate) fn whole(instant: Timestamp) -> Timestamp {
    instant.trunc_subsecs(0)
}

/// Writes bytes in base 16.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect()
}

/// A digest of what `parts` say, as git writes one.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha1::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0]);
    }
    hexadecimal(&hasher.finalize())
}

/// GitHub's global id.
pub(crate) fn node_id(kind: &str, id: impl std::fmt::Display) -> String {
    format!("{kind}_{id}")
}

impl<'a> View<'a> {
    /// Somebody; the first person where the world has a hole.
    pub(crate) fn person(&self, index: PersonIndex) -> Option<&'a Person> {
        self.world.people.get(index).or(self.world.people.first())
    }

    /// The instant, where it has come.
    pub(crate) fn past(&self, instant: Option<Timestamp>) -> Option<Timestamp> {
        instant.filter(|at| *at <= self.now)
    }

    /// The repositories that exist.
    pub(crate) fn repositories(&self) -> impl Iterator<Item = Place<'a>> {
        let now = self.now;
        self.world
            .repositories
            .iter()
            .zip(&self.index.repositories)
            .filter(move |(repository, _)| repository.created_at <= now)
            .map(|(repository, index)| Place {
                repository,
                index,
                fork: None,
            })
    }

    /// The repository or fork of this name.
    pub(crate) fn place(&self, owner: &str, name: &str) -> Option<Place<'a>> {
        let place = self
            .repositories()
            .find(|place| place.repository.name.eq_ignore_ascii_case(name))?;
        if owner.eq_ignore_ascii_case(ORGANIZATION) {
            return Some(place);
        }
        let fork = place.repository.forks.iter().find(|fork| {
            fork.created_at <= self.now
                && self
                    .person(fork.owner)
                    .is_some_and(|person| person.login.eq_ignore_ascii_case(owner))
        })?;
        Some(Place {
            fork: Some(fork),
            ..place
        })
    }

    /// Size and digest of an artifact.
    pub(crate) fn measure(&self, place: Place<'_>, artifact: &Artifact) -> (usize, String) {
        let held = || self.measures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held().get(&artifact.id) {
            return known.clone();
        }
        let bytes = crate::files::artifact_zip(self.world, place.repository, artifact);
        let measure = (bytes.len(), hexadecimal(&Sha256::digest(&bytes)));
        held().insert(artifact.id, measure.clone());
        measure
    }

    /// The run, unless it is yet to come or gone.
    pub(crate) fn shows_run(&self, run: &Run) -> bool {
        run.created_at <= self.now && run.deleted_at.is_none_or(|at| at > self.now) && self.attempt(run).is_some()
    }

    /// The latest attempt that has started.
    pub(crate) fn attempt<'r>(&self, run: &'r Run) -> Option<&'r Attempt> {
        run.attempt_at(self.now)
    }

    /// The jobs of an attempt that exist.
    pub(crate) fn jobs<'r>(&self, attempt: &'r Attempt) -> impl Iterator<Item = &'r Job> {
        let now = self.now;
        attempt.jobs.iter().filter(move |job| job.created_at <= now)
    }

    /// Where an attempt stands: queued until one of its jobs has started.
    pub(crate) fn status(&self, attempt: &Attempt) -> Status {
        let status = attempt.status_at(self.now);
        let waits = || self.jobs(attempt).all(|job| job.status_at(self.now) == Status::Queued);
        if status == Status::InProgress && waits() {
            Status::Queued
        } else {
            status
        }
    }
}

impl<'a> Place<'a> {
    /// `neurocipher/payments`.
    pub(crate) fn full_name(&self, view: &View<'_>) -> String {
        let owner = self.fork.and_then(|fork| view.person(fork.owner));
        let owner = owner.map_or(ORGANIZATION, |person| person.login.as_str());
        format!("{owner}/{}", self.repository.name)
    }

    /// Its address in the API.
    pub(crate) fn url(&self, view: &View<'_>) -> String {
        format!("{}/repos/{}", view.api, self.full_name(view))
    }

    /// Its address for people.
    pub(crate) fn html(&self, view: &View<'_>) -> String {
        format!("https://github.com/{}", self.full_name(view))
    }

    /// GitHub's id.
    pub(crate) fn id(&self) -> i64 {
        self.fork.map_or(self.repository.id, |fork| fork.id)
    }

    /// The organization's repository, whatever the path named.
    pub(crate) fn upstream(self) -> Self {
        Self { fork: None, ..self }
    }

    /// One of its forks; itself where there is none of this index.
    pub(crate) fn forked(self, fork: Option<usize>) -> Self {
        Self {
            fork: fork.and_then(|fork| self.repository.forks.get(fork)),
            ..self
        }
    }

    /// The commit at this index.
    pub(crate) fn commit(&self, commit: CommitIndex) -> Option<&'a Commit> {
        self.repository.commits.get(commit)
    }

    /// The name of the commit at this index.
    pub(crate) fn sha(&self, commit: CommitIndex) -> &'a str {
        self.commit(commit).map_or("", |held| held.sha.as_str())
    }

    /// The branches that exist, each with its head.
    pub(crate) fn branches(&self, view: &View<'_>) -> Vec<(&'a Branch, CommitIndex)> {
        let now = view.now;
        self.repository
            .branches
            .iter()
            .filter_map(|branch| Some((branch, branch.head_at(now)?)))
            .collect()
    }

    /// The commit that a name means: a branch, a tag, `HEAD`, or a commit's own name or its beginning.
    pub(crate) fn resolve(&self, view: &View<'_>, name: &str) -> Option<CommitIndex> {
        let shows = |commit: &CommitIndex| self.commit(*commit).is_some_and(|held| held.pushed_at <= view.now);
        if let Some(commit) = self.index.commits.get(name) {
            return Some(*commit).filter(shows);
        }
        let short = name.strip_prefix("refs/").unwrap_or(name);
        let branch = short.strip_prefix("heads/").unwrap_or(short);
        let branch = if branch == "HEAD" { "main" } else { branch };
        let mut branches = self.branches(view).into_iter();
        if let Some((_, commit)) = branches.find(|(held, _)| held.name == branch) {
            return Some(commit);
        }
        let tag = short.strip_prefix("tags/").unwrap_or(short);
        let mut releases = self.repository.releases.iter();
        if let Some(release) = releases.find(|release| release.tag == tag && release.published_at <= view.now) {
            return Some(release.commit);
        }
        if let Some(number) = short.strip_prefix("pull/") {
            let number = number.split('/').next()?.parse().ok()?;
            return self.pull(view, number)?.head_at(view.now);
        }
        let is_short = name.len() >= 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let found = |commit: &&Commit| is_short && commit.sha.starts_with(name) && commit.pushed_at <= view.now;
        self.repository.commits.iter().position(|commit| found(&commit))
    }

    /// The pull request of this number, where it was opened.
    pub(crate) fn pull(&self, view: &View<'_>, number: i64) -> Option<&'a PullRequest> {
        let pull = self
            .repository
            .pull_requests
            .iter()
            .find(|pull| pull.number == number)?;
        (pull.opened_at <= view.now && self.fork.is_none()).then_some(pull)
    }

    /// A commit and what it was built on, the newest first.
    pub(crate) fn history(&self, head: CommitIndex) -> Vec<CommitIndex> {
        let mut seen = HashSet::from([head]);
        let mut open = BinaryHeap::new();
        open.extend(self.commit(head).map(|commit| (commit.committed_at, head)));
        let mut history = Vec::new();
        while let Some((_, commit)) = open.pop() {
            history.push(commit);
            let parents = self
                .commit(commit)
                .map(|held| held.parents.as_slice())
                .unwrap_or_default();
            for parent in parents
                .iter()
                .copied()
                .filter(|parent| seen.insert(*parent))
                .collect::<Vec<_>>()
            {
                open.extend(self.commit(parent).map(|held| (held.committed_at, parent)));
            }
        }
        history
    }

    /// The run of this id.
    pub(crate) fn run(&self, view: &View<'_>, id: &str) -> Option<&'a Run> {
        let position = *self.index.runs.get(&id.parse().ok()?)?;
        let run = self.repository.runs.get(position)?;
        (view.shows_run(run) && self.fork.is_none()).then_some(run)
    }

    /// The job of this id with its run and attempt.
    pub(crate) fn job(&self, view: &View<'_>, id: &str) -> Option<(&'a Run, &'a Attempt, &'a Job)> {
        let (run, attempt, job) = *self.index.jobs.get(&id.parse().ok()?)?;
        let run = self.repository.runs.get(run)?;
        let attempt = run.attempts.get(attempt)?;
        let job = attempt.jobs.get(job)?;
        let shows = view.shows_run(run) && attempt.started_at <= view.now && job.created_at <= view.now;
        (shows && self.fork.is_none()).then_some((run, attempt, job))
    }

    /// The artifact of this id with its run.
    pub(crate) fn artifact(&self, view: &View<'_>, id: &str) -> Option<(&'a Run, &'a Artifact)> {
        let (run, attempt, artifact) = *self.index.artifacts.get(&id.parse().ok()?)?;
        let run = self.repository.runs.get(run)?;
        let artifact = run.attempts.get(attempt)?.artifacts.get(artifact)?;
        let shows = view.shows_run(run) && artifact.created_at <= view.now;
        (shows && self.fork.is_none()).then_some((run, artifact))
    }
}
