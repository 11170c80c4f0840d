//! Repositories, pull requests with their commits, check runs, issues.

use domain::change::{Issue, PullRequest, PullRequestCommit};
use domain::check::CheckRun;
use domain::clock::Timestamp;
use domain::collection::Repository;
use lake::tables::{check_runs, issues, pull_request_commits, pull_requests, repositories};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::{Login, Named, RepositoryId, json_list, list, login, names, needed, parse, time};
use super::kinds::Reading;
use crate::report::Rows;
use crate::sources::github::merges::Merge;

/// A repository.
#[derive(Debug, Deserialize)]
pub(crate) struct RepositoryObject {
    id: i64,
    pub(crate) default_branch: Option<String>,
    visibility: Option<String>,
    archived: Option<bool>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pushed_at: Option<Timestamp>,
}

/// Rows of one.
pub(super) fn repository(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let repository: RepositoryObject = parse(object)?;
    let row = Repository {
        repository: reading.context.repository.clone(),
        repository_id: repository.id,
        default_branch: needed(repository.default_branch, "default_branch")?,
        visibility: repository.visibility,
        is_archived: repository.archived.unwrap_or_default(),
        created_at: needed(repository.created_at, "created_at")?,
        updated_at: repository.updated_at,
        pushed_at: repository.pushed_at,
    };
    Ok(vec![reading.rows(&repositories::TABLE, vec![row])?])
}

/// A check run.
#[derive(Debug, Deserialize)]
pub(crate) struct CheckObject {
    id: i64,
    name: String,
    head_sha: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) completed_at: Option<Timestamp>,
    app: Option<App>,
}

#[derive(Debug, Deserialize)]
struct App {
    id: Option<i64>,
    slug: Option<String>,
}

impl CheckObject {
    /// Whether it is a job of GitHub Actions, which says more about itself.
    pub(crate) fn is_job(&self) -> bool {
        let slug = self.app.as_ref().and_then(|app| app.slug.as_deref());
        slug == Some("github-actions")
    }
}

/// Rows of one.
pub(super) fn check_run(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let check: CheckObject = parse(object)?;
    let row = CheckRun {
        repository: reading.context.repository.clone(),
        check_run_id: check.id,
        name: check.name,
        head_sha: needed(check.head_sha, "head_sha")?,
        app_id: check.app.as_ref().and_then(|app| app.id),
        app_slug: check.app.and_then(|app| app.slug),
        status: needed(check.status, "status")?,
        conclusion: check.conclusion,
        started_at: needed(check.started_at.or(check.completed_at), "started_at")?,
        completed_at: check.completed_at,
    };
    Ok(vec![reading.rows(&check_runs::TABLE, vec![row])?])
}

/// A pull request.
#[derive(Debug, Deserialize)]
pub(crate) struct PullObject {
    id: i64,
    pub(crate) number: i64,
    state: Option<String>,
    draft: Option<bool>,
    title: Option<String>,
    user: Option<Login>,
    #[serde(default, deserialize_with = "list")]
    labels: Vec<Named>,
    head: Tip,
    base: Tip,
    merge_commit_sha: Option<String>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    closed_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    merged_at: Option<Timestamp>,
}

impl PullObject {
    /// What is asked for of it once it is merged.
    pub(crate) fn merge(&self) -> Option<Merge> {
        Some(Merge {
            number: self.number,
            merged_at: self.merged_at?,
            base_sha: self.base.sha.clone(),
            base_branch: self.base.r#ref.clone(),
        })
    }
}

#[derive(Debug, Deserialize)]
struct Tip {
    r#ref: String,
    sha: String,
    repo: Option<RepositoryId>,
}

/// Rows of one.
pub(super) fn pull(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let pull: PullObject = parse(object)?;
    let created_at = needed(pull.created_at, "created_at")?;
    let row = PullRequest {
        repository: reading.context.repository.clone(),
        number: pull.number,
        pull_request_id: pull.id,
        state: needed(pull.state, "state")?,
        is_draft: pull.draft.unwrap_or_default(),
        title: pull.title.unwrap_or_default(),
        author: login(pull.user),
        labels: names(pull.labels),
        head_branch: pull.head.r#ref,
        head_sha: pull.head.sha,
        head_repository: pull.head.repo.and_then(|repository| repository.full_name),
        base_branch: pull.base.r#ref,
        base_sha: pull.base.sha,
        merge_commit_sha: pull.merge_commit_sha,
        created_at,
        updated_at: pull.updated_at.unwrap_or(created_at),
        closed_at: pull.closed_at,
        merged_at: pull.merged_at,
    };
    Ok(vec![reading.rows(&pull_requests::TABLE, vec![row])?])
}

/// A commit of a pull request: the commit does not name it, so we do.
#[derive(Debug, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PullCommitDocument {
    pub(crate) number: i64,
    pub(crate) commit: Box<RawValue>,
}

/// A commit as lists hold it.
#[derive(Debug, Deserialize)]
pub(crate) struct CommitObject {
    pub(crate) sha: String,
    commit: CommitBody,
    author: Option<Login>,
}

#[derive(Debug, Deserialize)]
struct CommitBody {
    tree: Option<Tree>,
    committer: Option<Signature>,
    author: Option<Signature>,
}

#[derive(Debug, Deserialize)]
struct Tree {
    sha: String,
}

#[derive(Debug, Deserialize)]
struct Signature {
    #[serde(default, deserialize_with = "time")]
    date: Option<Timestamp>,
}

impl CommitObject {
    /// The committer's time, else the author's.
    pub(crate) fn committed_at(&self) -> Option<Timestamp> {
        let date = |signature: &Option<Signature>| signature.as_ref().and_then(|signature| signature.date);
        date(&self.commit.committer).or_else(|| date(&self.commit.author))
    }
}

/// Rows of one.
pub(super) fn pull_commit(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: PullCommitDocument = parse(object)?;
    let commit: CommitObject = parse(document.commit.get().as_bytes())?;
    let row = PullRequestCommit {
        repository: reading.context.repository.clone(),
        number: document.number,
        committed_at: needed(commit.committed_at(), "committer.date")?,
        sha: commit.sha,
        tree_sha: commit.commit.tree.map(|tree| tree.sha),
        author: login(commit.author),
    };
    Ok(vec![reading.rows(&pull_request_commits::TABLE, vec![row])?])
}

/// An issue.
#[derive(Debug, Deserialize)]
pub(crate) struct IssueObject {
    id: i64,
    pub(crate) number: i64,
    state: Option<String>,
    state_reason: Option<String>,
    title: Option<String>,
    body: Option<String>,
    user: Option<Login>,
    #[serde(default, deserialize_with = "list")]
    assignees: Vec<Login>,
    #[serde(default, deserialize_with = "list")]
    labels: Vec<Named>,
    html_url: Option<String>,
    /// Stands where it is a pull request.
    pub(crate) pull_request: Option<serde::de::IgnoredAny>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    closed_at: Option<Timestamp>,
}

/// Rows of one.
pub(super) fn issue(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let issue: IssueObject = parse(object)?;
    let created_at = needed(issue.created_at, "created_at")?;
    let assignees: Vec<_> = issue.assignees.into_iter().map(|account| account.login).collect();
    let row = Issue {
        repository: reading.context.repository.clone(),
        number: issue.number,
        issue_id: issue.id,
        state: needed(issue.state, "state")?,
        state_reason: issue.state_reason,
        title: issue.title.unwrap_or_default(),
        body: issue.body,
        author: login(issue.user),
        assignees: json_list(&assignees),
        labels: names(issue.labels),
        url: issue.html_url,
        created_at,
        updated_at: issue.updated_at.unwrap_or(created_at),
        closed_at: issue.closed_at,
    };
    Ok(vec![reading.rows(&issues::TABLE, vec![row])?])
}
