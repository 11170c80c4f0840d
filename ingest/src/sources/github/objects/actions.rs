//! Runs, jobs and artifacts.

use domain::clock::Timestamp;
use domain::collection::Artifact;
use domain::identity::{GitSha, RepositoryName, Sha256Digest};
use domain::job::{Job, Step};
use domain::run::Run;
use lake::tables::{artifacts, jobs, runs, steps};
use serde::Deserialize;

use super::fields::{Login, RepositoryId, json_list, list, needed, parse, time};
use super::kinds::Reading;
use crate::report::Rows;

/// A workflow run as GitHub shows one attempt of it.
#[derive(Debug, Deserialize)]
pub(crate) struct RunObject {
    pub(crate) id: i64,
    run_attempt: Option<i32>,
    name: Option<String>,
    pub(crate) path: Option<String>,
    workflow_id: Option<i64>,
    run_number: Option<i64>,
    pub(crate) event: Option<String>,
    pub(crate) status: Option<String>,
    conclusion: Option<String>,
    pub(crate) head_branch: Option<String>,
    pub(crate) head_sha: Option<String>,
    head_commit: Option<HeadCommit>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) run_started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) updated_at: Option<Timestamp>,
    actor: Option<Login>,
    triggering_actor: Option<Login>,
    #[serde(default, deserialize_with = "list")]
    pull_requests: Vec<PullReference>,
    repository: Option<RepositoryId>,
    head_repository: Option<RepositoryId>,
}

#[derive(Debug, Deserialize)]
struct HeadCommit {
    tree_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PullReference {
    number: i64,
    base: Option<PullBase>,
}

#[derive(Debug, Deserialize)]
struct PullBase {
    repo: Option<RepositoryId>,
}

impl RunObject {
    /// The attempt; from 1.
    pub(crate) fn attempt(&self) -> i32 {
        self.run_attempt.unwrap_or(1)
    }

    /// The workflow's name, else its path.
    pub(crate) fn workflow(&self) -> Option<String> {
        let named = self.name.clone().filter(|name| !name.is_empty());
        named.or_else(|| self.path.clone())
    }

    /// Whether this attempt has ended.
    pub(crate) fn is_completed(&self) -> bool {
        self.status.as_deref() == Some("completed")
    }

    /// Numbers of pull requests of this repository; GitHub lists those of the whole network of forks.
    fn own_pull_requests(&self) -> Vec<i64> {
        let own = self.repository.as_ref().map(|repository| repository.id);
        let is_own = |pull: &&PullReference| {
            let base = pull.base.as_ref().and_then(|base| base.repo.as_ref());
            base.map(|base| base.id) == own
        };
        self.pull_requests
            .iter()
            .filter(is_own)
            .map(|pull| pull.number)
            .collect()
    }
}

/// Rows of one.
pub(super) fn run(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let run: RunObject = parse(object)?;
    let sha = |text: &str| GitSha::parse(text).map_err(|error| error.to_string());
    let head_repository = run.head_repository.as_ref().and_then(|head| head.full_name.as_deref());
    let row = Run {
        repository: reading.context.repository.clone(),
        run_id: run.id,
        run_attempt: run.attempt(),
        workflow: run.workflow(),
        event: needed(run.event.clone(), "event")?,
        head_branch: run.head_branch.clone(),
        default_branch: None,
        head_sha: sha(run.head_sha.as_deref().unwrap_or_default())?,
        tree_sha: run
            .head_commit
            .as_ref()
            .and_then(|commit| commit.tree_id.as_deref())
            .and_then(|tree| GitSha::parse(tree).ok()),
        head_repository: head_repository.and_then(|name| RepositoryName::parse(name).ok()),
        status: needed(run.status.clone(), "status")?,
        conclusion: run.conclusion.clone(),
        created_at: needed(run.created_at, "created_at")?,
        started_at: run.run_started_at,
        completed_at: None,
        updated_at: run.updated_at,
        workflow_id: run.workflow_id,
        workflow_path: run.path.clone(),
        run_number: run.run_number,
        actor: run.actor.as_ref().map(|actor| actor.login.clone()),
        triggering_actor: run.triggering_actor.as_ref().map(|actor| actor.login.clone()),
        pull_requests: json_list(&run.own_pull_requests()),
        repository_id: run.repository.as_ref().map(|repository| repository.id),
    };
    Ok(vec![reading.rows(&runs::TABLE, vec![row])?])
}

/// A job with its steps.
#[derive(Debug, Deserialize)]
pub(crate) struct JobObject {
    pub(crate) id: i64,
    run_attempt: Option<i32>,
    pub(crate) name: String,
    workflow_name: Option<String>,
    head_branch: Option<String>,
    head_sha: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) conclusion: Option<String>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) completed_at: Option<Timestamp>,
    runner_id: Option<i64>,
    runner_name: Option<String>,
    runner_group_name: Option<String>,
    #[serde(default, deserialize_with = "list")]
    labels: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    steps: Vec<StepObject>,
}

#[derive(Debug, Deserialize)]
struct StepObject {
    number: Option<i32>,
    name: String,
    status: Option<String>,
    conclusion: Option<String>,
    #[serde(default, deserialize_with = "time")]
    started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    completed_at: Option<Timestamp>,
}

/// Rows of one.
pub(super) fn job(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let job: JobObject = parse(object)?;
    let (run_id, run_attempt) = reading.run()?;
    let repository = &reading.context.repository;
    let run_attempt = job.run_attempt.unwrap_or(run_attempt);
    let created_at = needed(job.created_at.or(job.started_at), "created_at")?;
    let steps = job.steps.into_iter().zip(1..).map(|(step, position)| Step {
        repository: repository.clone(),
        job_id: job.id,
        number: step.number.unwrap_or(position),
        run_id,
        run_attempt,
        name: step.name,
        status: step.status.unwrap_or_default(),
        conclusion: step.conclusion,
        created_at,
        started_at: step.started_at,
        completed_at: step.completed_at,
    });
    let mut rows = vec![reading.rows(&steps::TABLE, steps.collect())?];
    let row = Job {
        repository: repository.clone(),
        job_id: job.id,
        run_id,
        run_attempt,
        name: job.name,
        workflow: job.workflow_name,
        head_branch: job.head_branch,
        head_sha: needed(job.head_sha, "head_sha")?,
        status: needed(job.status, "status")?,
        conclusion: job.conclusion,
        created_at,
        started_at: job.started_at,
        completed_at: job.completed_at,
        runner_id: job.runner_id,
        runner_name: job.runner_name,
        runner_group: job.runner_group_name,
        labels: json_list(&job.labels),
    };
    rows.push(reading.rows(&jobs::TABLE, vec![row])?);
    Ok(rows)
}

/// An artifact.
#[derive(Debug, Deserialize)]
pub(crate) struct ArtifactObject {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) size_in_bytes: Option<i64>,
    digest: Option<String>,
    expired: Option<bool>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) expires_at: Option<Timestamp>,
}

impl ArtifactObject {
    /// Whether GitHub has forgotten its content.
    pub(crate) fn is_expired(&self) -> bool {
        self.expired.unwrap_or_default()
    }

    /// The digest of its zip.
    pub(crate) fn sha256(&self) -> Option<Sha256Digest> {
        Sha256Digest::parse(self.digest.as_deref()?.strip_prefix("sha256:")?).ok()
    }
}

/// Rows of one.
pub(super) fn artifact(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let artifact: ArtifactObject = parse(object)?;
    let row = Artifact {
        repository: reading.context.repository.clone(),
        artifact_id: artifact.id,
        run_id: needed(reading.context.run_id, "run")?,
        run_attempt: reading.context.run_attempt,
        job: reading.context.job.clone(),
        size_bytes: artifact.size_in_bytes,
        sha256: artifact.sha256().map(|digest| digest.to_string()),
        is_expired: artifact.is_expired(),
        created_at: needed(artifact.created_at, "created_at")?,
        expires_at: artifact.expires_at,
        name: artifact.name,
    };
    Ok(vec![reading.rows(&artifacts::TABLE, vec![row])?])
}
