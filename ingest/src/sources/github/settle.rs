//! One run with all that belongs to it: attempts, jobs, artifacts and their bytes.

use std::collections::HashSet;

use domain::clock::Timestamp;
use domain::source::SourceContext;
use serde_json::value::RawValue;
use tempfile::TempPath;

use super::objects::actions::{ArtifactObject, JobObject, RunObject};
use super::objects::kinds;
use super::place::{AttemptSeen, Place, place};
use super::repository::{RepositoryPull, Subject};
use crate::error::Result;
use crate::sources::item::{Document, Item, Origin};

/// Bytes of one artifact that is downloaded; evidence is far smaller.
const ARTIFACT_BYTES_MAX: u64 = 2 << 30;

/// A run as a list showed it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) run: RunObject,
    object: Box<RawValue>,
}

impl Seen {
    /// Reads it.
    pub(crate) fn read(object: Box<RawValue>) -> Result<Self, String> {
        let run = serde_json::from_str(object.get()).map_err(|error| error.to_string())?;
        Ok(Self { run, object })
    }
}

/// What a run gives.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    pub(crate) run_id: i64,
    pub(crate) documents: Vec<Document>,
    /// Zips of artifacts in files of their own.
    pub(crate) archives: Vec<(TempPath, Item)>,
}

impl RepositoryPull<'_> {
    /// Asks for all of a run that may be new.
    pub(crate) async fn settle(&self, seen: Seen) -> Result<Settled> {
        let mut settled = Settled {
            run_id: seen.run.id,
            ..Settled::default()
        };
        let (run_id, newest) = (seen.run.id, seen.run.attempt());
        let has_gap = self.known.gaps.values().any(|(_, of)| *of == Some(run_id));
        let is_completed = seen.run.is_completed();
        let mut attempts: Vec<AttemptSeen> = Vec::new();
        let mut newest_seen = Some(seen);
        for number in 1..=newest {
            let held = self.known.attempts.get(&(run_id, number));
            let seen = if number == newest {
                newest_seen.take()
            } else if held.is_some_and(|held| held.is_completed) && !has_gap {
                continue;
            } else {
                self.attempt(run_id, number).await?
            };
            if let Some(seen) = seen {
                let jobs = self.attempt_with_jobs(&seen, &mut settled).await?;
                attempts.push(AttemptSeen {
                    number,
                    started_at: seen.run.run_started_at.or(seen.run.created_at).unwrap_or_default(),
                    is_completed: seen.run.is_completed(),
                    jobs,
                });
                if number == newest {
                    newest_seen = Some(seen);
                }
            }
        }
        if let Some(seen) = newest_seen {
            self.artifacts(&seen.run, is_completed, &attempts, &mut settled).await?;
        }
        Ok(settled)
    }

    /// An earlier attempt, which lists of runs do not show.
    async fn attempt(&self, run_id: i64, number: i32) -> Result<Option<Seen>> {
        let path = format!("/repos/{}/actions/runs/{run_id}/attempts/{number}", self.repository);
        let subject = format!("run {run_id} attempt {number}");
        let found = self.client.object(&path).await;
        let found = found.and_then(|object| Seen::read(object).map_err(super::failure::Failure::Form));
        match found {
            Ok(seen) => {
                self.had("attempt", &subject);
                Ok(Some(seen))
            }
            Err(failure) => {
                self.failed(&of_run("attempt", subject, (run_id, Some(number)), None), &failure)?;
                Ok(None)
            }
        }
    }

    fn context(&self, run: &RunObject, attempt: Option<i32>) -> SourceContext {
        SourceContext {
            repository: self.repository.clone(),
            run_id: Some(run.id),
            run_attempt: attempt,
            workflow: run.workflow(),
            job: None,
            artifact: None,
        }
    }

    /// The documents of an attempt and of its jobs; the jobs for what depends on them.
    async fn attempt_with_jobs(&self, seen: &Seen, settled: &mut Settled) -> Result<Vec<JobObject>> {
        let (run, attempt) = (&seen.run, seen.run.attempt());
        let created_at = run.created_at.unwrap_or_default();
        let root = format!("runs/{}/attempts/{attempt}", run.id);
        let context = self.context(run, Some(attempt));
        let document = self.document(
            kinds::RUN,
            &seen.object,
            root.clone(),
            Some(context.clone()),
            created_at,
        );
        settled.documents.push(document);
        let path = format!("/repos/{}/actions/{root}/jobs?per_page=100", self.repository);
        let subject = format!("run {} attempt {attempt}", run.id);
        let of = |subject| of_run("jobs", subject, (run.id, Some(attempt)), run.created_at);
        let listed = match self.client.list(&path, "jobs").await {
            Ok(listed) => listed,
            Err(failure) => {
                self.failed(&of(subject), &failure)?;
                return Ok(Vec::new());
            }
        };
        self.had("jobs", &subject);
        let mut jobs: Vec<JobObject> = Vec::new();
        let mut ids = HashSet::new();
        for object in listed {
            match serde_json::from_str::<JobObject>(object.get()) {
                Ok(job) => {
                    // A list that moves on repeats its elements.
                    if ids.insert(job.id) {
                        let at = job.created_at.or(job.started_at).unwrap_or(created_at);
                        let shown = format!("jobs/{}", job.id);
                        settled
                            .documents
                            .push(self.document(kinds::JOB, &object, shown, Some(context.clone()), at));
                        jobs.push(job);
                    }
                }
                Err(error) => self.lost(&of(subject.clone()), "malformed", Some(error.to_string())),
            }
        }
        Ok(jobs)
    }

    /// Artifacts of a run that are not in the lake yet.
    async fn artifacts(
        &self,
        run: &RunObject,
        is_completed: bool,
        attempts: &[AttemptSeen],
        settled: &mut Settled,
    ) -> Result<()> {
        let path = format!(
            "/repos/{}/actions/runs/{}/artifacts?per_page=100",
            self.repository, run.id
        );
        let subject = format!("run {}", run.id);
        let listed = match self.client.list(&path, "artifacts").await {
            Ok(listed) => listed,
            Err(failure) => {
                let of = of_run("artifacts", subject, (run.id, None), run.created_at);
                return self.failed(&of, &failure);
            }
        };
        self.had("artifacts", &subject);
        let mut ids = HashSet::new();
        for object in listed {
            let Ok(artifact) = serde_json::from_str::<ArtifactObject>(object.get()) else {
                let of = of_run("artifacts", subject.clone(), (run.id, None), run.created_at);
                self.lost(&of, "malformed", None);
                continue;
            };
            let owed = ("artifact".to_owned(), format!("artifact {}", artifact.id));
            let is_known = self.known.artifacts.contains(&artifact.id) && !self.known.gaps.contains_key(&owed);
            if ids.insert(artifact.id) && !is_known {
                self.artifact(run, is_completed, attempts, &artifact, &object, settled)
                    .await?;
            }
        }
        Ok(())
    }

    async fn artifact(
        &self,
        run: &RunObject,
        is_completed: bool,
        attempts: &[AttemptSeen],
        artifact: &ArtifactObject,
        object: &RawValue,
        settled: &mut Settled,
    ) -> Result<()> {
        let uploaded_at = artifact.created_at.or(run.created_at).unwrap_or_default();
        let found = place(uploaded_at, &artifact.name, attempts);
        let completed_at = match found.completed_at {
            Some(completed_at) => completed_at,
            // What left it behind goes on: its end is not known yet, and will be.
            None if !is_completed => return Ok(()),
            None => uploaded_at,
        };
        let Place { attempt, job, .. } = found;
        let context = SourceContext {
            job,
            ..self.context(run, attempt)
        };
        let shown = format!("artifacts/{}", artifact.id);
        let document = self.document(
            kinds::ARTIFACT,
            object,
            shown.clone(),
            Some(context.clone()),
            uploaded_at,
        );
        settled.documents.push(document);
        let subject = format!("artifact {}", artifact.id);
        let of = of_run("artifact", subject.clone(), (run.id, attempt), Some(completed_at));
        if artifact.is_expired() {
            self.lost(&of, "expired", Some(artifact.name.clone()));
            return Ok(());
        }
        let path = format!("/repos/{}/actions/artifacts/{}/zip", self.repository, artifact.id);
        match self.client.download(&path, artifact.sha256(), ARTIFACT_BYTES_MAX).await {
            Ok(file) => {
                self.had("artifact", &subject);
                let file = file.into_temp_path();
                // Earlier than every attempt that was asked for: it is from the one before them.
                let before = attempts.first().map_or(1, |first| (first.number - 1).max(1));
                let context = SourceContext {
                    run_attempt: context.run_attempt.or(Some(before)),
                    artifact: Some(artifact.name.clone()),
                    ..context
                };
                let item = Item {
                    shown,
                    origin: Origin::File {
                        path: file.to_path_buf(),
                        context,
                        completed_at,
                    },
                };
                settled.archives.push((file, item));
                Ok(())
            }
            Err(failure) => self.failed(&of, &failure),
        }
    }
}

/// Something of a run that may be owed.
fn of_run(resource: &'static str, what: String, run: (i64, Option<i32>), from: Option<Timestamp>) -> Subject {
    Subject {
        resource,
        what,
        run: Some(run),
        span: (from, from),
    }
}
