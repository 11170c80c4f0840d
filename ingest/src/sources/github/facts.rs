//! What a repository has beside runs: required checks, pull requests, issues, check runs of other apps.

use std::collections::HashSet;

use chrono::TimeDelta;
use domain::clock::{Timestamp, format_timestamp};
use futures::{StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::checks::{self, RulesDocument};
use super::failure::Failure;
use super::merges::Merge;
use super::objects::changes::{CheckObject, CommitObject, IssueObject, PullCommitDocument, PullObject};
use super::objects::kinds;
use super::repository::{AT_ONCE, RepositoryPull, Subject};
use super::settle::Seen;
use crate::error::Result;
use crate::sources::item::Document;

/// Lists by time of change are read again from so long before what is known.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// GitHub's words for a branch without protection.
pub(super) const NOT_PROTECTED: &str = "Branch not protected";

impl RepositoryPull<'_> {
    /// Protection, active rules, and versions of rulesets that are not known yet.
    pub(super) async fn requirements(&self) -> Result<Vec<Document>> {
        let (name, branch) = (&self.repository, &self.default_branch);
        let mut documents = Vec::new();
        let protection = self
            .client
            .object(&format!("/repos/{name}/branches/{branch}/protection"))
            .await;
        let protection = match protection {
            Ok(object) => Ok(Some(object)),
            // The words tell an unprotected branch from a missing permission.
            Err(Failure::Status { status: 404, message }) if message == NOT_PROTECTED => Ok(None),
            Err(failure) => Err(failure),
        };
        let rules = self
            .client
            .list(&format!("/repos/{name}/rules/branches/{branch}?per_page=100"), "rules")
            .await;
        let rules = rules.and_then(|rules| {
            let joined = serde_json::value::to_raw_value(&rules).map_err(|error| Failure::Form(error.to_string()))?;
            Ok(Some(joined))
        });
        for (origin, found) in [("protection", protection), ("rules", rules)] {
            match found {
                Ok(object) => {
                    self.had(origin, branch);
                    documents.extend(self.observation(origin, object));
                }
                Err(failure) => self.failed(&Subject::of(origin, branch.as_str()), &failure)?,
            }
        }
        documents.extend(self.rulesets().await?);
        Ok(documents)
    }

    /// An observation, where it requires something else than the one before.
    fn observation(&self, origin: &'static str, object: Option<Box<RawValue>>) -> Option<Document> {
        let required = match checks::observed(origin, object.as_deref()) {
            Ok(required) => required,
            Err(reason) => {
                self.lost(
                    &Subject::of(origin, self.default_branch.as_str()),
                    "malformed",
                    Some(reason),
                );
                return None;
            }
        };
        if self.known.required.get(origin) == Some(&required) {
            return None;
        }
        let document = RulesDocument {
            origin: origin.to_owned(),
            branch: self.default_branch.clone(),
            observed_at: format_timestamp(self.now),
            object,
        };
        let written = serde_json::value::to_raw_value(&document).ok()?;
        Some(self.document(kinds::RULES, &written, origin.to_owned(), None, self.now))
    }

    async fn rulesets(&self) -> Result<Vec<Document>> {
        #[derive(Deserialize)]
        struct Ruleset {
            id: i64,
            source_type: Option<String>,
            source: Option<String>,
        }
        #[derive(Deserialize)]
        struct Version {
            version_id: i64,
            #[serde(default, deserialize_with = "super::objects::fields::time")]
            updated_at: Option<Timestamp>,
        }
        let mut documents = Vec::new();
        let path = format!("/repos/{}/rulesets?includes_parents=true&per_page=100", self.repository);
        let rulesets = match self.client.list(&path, "rulesets").await {
            Ok(rulesets) => rulesets,
            Err(failure) => {
                self.failed(&Subject::of("rulesets", "rulesets"), &failure)?;
                return Ok(documents);
            }
        };
        self.had("rulesets", "rulesets");
        for ruleset in rulesets
            .iter()
            .filter_map(|object| serde_json::from_str::<Ruleset>(object.get()).ok())
        {
            let subject = format!("ruleset {}", ruleset.id);
            let root = match (ruleset.source_type.as_deref(), &ruleset.source) {
                (Some("Organization"), Some(organization)) => format!("/orgs/{organization}"),
                _ => format!("/repos/{}", self.repository),
            };
            let history = format!("{root}/rulesets/{}/history", ruleset.id);
            let versions = match self.client.list(&format!("{history}?per_page=100"), "history").await {
                Ok(versions) => versions,
                Err(failure) => {
                    self.failed(&Subject::of("ruleset_history", subject), &failure)?;
                    continue;
                }
            };
            let mut is_whole = true;
            for version in versions
                .iter()
                .filter_map(|object| serde_json::from_str::<Version>(object.get()).ok())
            {
                if self.known.versions.contains(&version.version_id) {
                    continue;
                }
                let id = version.version_id;
                match self.client.object(&format!("{history}/{id}")).await {
                    Ok(object) => documents.push(self.document(
                        kinds::RULESET_VERSION,
                        &object,
                        format!("rulesets/{}/history/{id}", ruleset.id),
                        None,
                        version.updated_at.unwrap_or(self.now),
                    )),
                    Err(failure) => {
                        is_whole = false;
                        self.failed(&Subject::of("ruleset_history", subject.clone()), &failure)?;
                    }
                }
            }
            if is_whole {
                self.had("ruleset_history", &subject);
            }
        }
        Ok(documents)
    }

    /// Pull requests that changed, newest change first, with their commits; those that are merged go to `merged`.
    pub(super) async fn pulls(&self, merged: &mut Vec<Merge>) -> Result<Vec<Document>> {
        let known_until = self.known.pulls.values().max().map(|newest| *newest - OVERLAP);
        let until = match (known_until, self.since) {
            (Some(known), Some(since)) => Some(known.min(since)),
            (known, since) => known.or(since),
        };
        let path = format!(
            "/repos/{}/pulls?state=all&sort=updated&direction=desc&per_page=100",
            self.repository
        );
        let mut next = Some(path);
        let mut changed: Vec<(PullObject, Box<RawValue>)> = Vec::new();
        let mut seen = HashSet::new();
        while let Some(path) = next.take() {
            let page = match self.client.page(&path, "pulls").await {
                Ok(page) => page,
                Err(failure) => {
                    let mut subject = Subject::of("pulls", "pulls");
                    subject.span = (until, Some(self.now));
                    self.failed(&subject, &failure)?;
                    return Ok(Vec::new());
                }
            };
            let mut is_old = false;
            for object in page.items {
                let Ok(pull) = serde_json::from_str::<PullObject>(object.get()) else {
                    self.lost(&Subject::of("pulls", "pulls"), "malformed", None);
                    continue;
                };
                is_old |= until.is_some_and(|until| pull.updated_at.is_some_and(|at| at < until));
                let is_known =
                    pull.updated_at.is_some() && self.known.pulls.get(&pull.number) == pull.updated_at.as_ref();
                if !is_known && seen.insert(pull.number) {
                    changed.push((pull, object));
                }
            }
            next = page.next.filter(|_| !is_old);
        }
        self.had("pulls", "pulls");
        merged.extend(changed.iter().filter_map(|(pull, _)| pull.merge()));
        let documents: Vec<Vec<Document>> = futures::stream::iter(changed)
            .map(|(pull, object)| self.pull(pull, object))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(documents.into_iter().flatten().collect())
    }

    async fn pull(&self, pull: PullObject, object: Box<RawValue>) -> Result<Vec<Document>> {
        let (number, created_at) = (pull.number, pull.created_at.unwrap_or(self.now));
        let path = format!("/repos/{}/pulls/{number}/commits?per_page=100", self.repository);
        let commits = match self.client.list(&path, "commits").await {
            Ok(commits) => commits,
            Err(failure) => {
                let mut subject = Subject::of("pull_commits", format!("pull request {number}"));
                subject.span = (Some(created_at), Some(self.now));
                self.failed(&subject, &failure)?;
                // Left out, so that it counts as changed the next time.
                return Ok(Vec::new());
            }
        };
        self.had("pull_commits", &format!("pull request {number}"));
        let mut documents = vec![self.document(kinds::PULL, &object, format!("pulls/{number}"), None, created_at)];
        for commit in commits {
            let committed_at = serde_json::from_str::<CommitObject>(commit.get())
                .ok()
                .and_then(|commit| commit.committed_at());
            let written = serde_json::value::to_raw_value(&PullCommitDocument { number, commit });
            if let Ok(written) = written {
                let shown = format!("pulls/{number}/commits");
                documents.push(self.document(
                    kinds::PULL_COMMIT,
                    &written,
                    shown,
                    None,
                    committed_at.unwrap_or(created_at),
                ));
            }
        }
        Ok(documents)
    }

    /// Issues that changed.
    pub(super) async fn issues(&self) -> Result<Vec<Document>> {
        let known = self.known.issues.values().max().map(|newest| *newest - OVERLAP);
        let since = known
            .or(self.since)
            .map_or_else(String::new, |since| format!("&since={}", format_timestamp(since)));
        let path = format!(
            "/repos/{}/issues?state=all&sort=updated&direction=asc&per_page=100{since}",
            self.repository
        );
        let listed = match self.client.list(&path, "issues").await {
            Ok(listed) => listed,
            Err(failure) => {
                self.failed(&Subject::of("issues", "issues"), &failure)?;
                return Ok(Vec::new());
            }
        };
        self.had("issues", "issues");
        let mut documents = Vec::new();
        for object in listed {
            let Ok(issue) = serde_json::from_str::<IssueObject>(object.get()) else {
                self.lost(&Subject::of("issues", "issues"), "malformed", None);
                continue;
            };
            let is_known =
                issue.updated_at.is_some() && self.known.issues.get(&issue.number) == issue.updated_at.as_ref();
            if issue.pull_request.is_none() && !is_known {
                let at = issue.created_at.unwrap_or(self.now);
                documents.push(self.document(kinds::ISSUE, &object, format!("issues/{}", issue.number), None, at));
            }
        }
        Ok(documents)
    }

    /// Head commits that gates are judged on, with the first run of each.
    pub(super) fn commits(&self, runs: &[Seen]) -> Vec<GatedCommit> {
        let mut commits: Vec<GatedCommit> = Vec::new();
        for run in runs.iter().map(|seen| &seen.run) {
            let is_gated = match run.event.as_deref() {
                Some("pull_request" | "pull_request_target" | "merge_group") => true,
                Some("push") => run.head_branch.as_ref() == Some(&self.default_branch),
                _ => false,
            };
            if let (true, Some(sha)) = (is_gated, &run.head_sha) {
                commits.push(GatedCommit {
                    sha: sha.clone(),
                    at: run.created_at.unwrap_or(self.now),
                    run_id: run.id,
                });
            }
        }
        commits.sort();
        commits.dedup_by(|a, b| a.sha == b.sha);
        commits
    }

    /// Check runs of a commit that are no jobs.
    pub(super) async fn check_runs(&self, commit: &GatedCommit) -> Result<Vec<Document>> {
        let sha = &commit.sha;
        let path = format!(
            "/repos/{}/commits/{sha}/check-runs?filter=all&per_page=100",
            self.repository
        );
        let subject = commit.subject();
        let listed = match self.client.list(&path, "check_runs").await {
            Ok(listed) => listed,
            Err(failure) => {
                self.failed(&subject, &failure)?;
                return Ok(Vec::new());
            }
        };
        self.had(subject.resource, &subject.what);
        let mut documents = Vec::new();
        for object in listed {
            let Ok(check) = serde_json::from_str::<CheckObject>(object.get()) else {
                self.lost(&subject, "malformed", None);
                continue;
            };
            if !check.is_job() {
                let at = check.started_at.or(check.completed_at).unwrap_or(commit.at);
                documents.push(self.document(kinds::CHECK_RUN, &object, format!("commits/{sha}/check-runs"), None, at));
            }
        }
        Ok(documents)
    }
}

/// A commit that gates are judged on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GatedCommit {
    sha: String,
    at: Timestamp,
    pub(super) run_id: i64,
}

impl GatedCommit {
    /// Its checks as something that is owed; with its run, so that they are asked for again with it.
    pub(super) fn subject(&self) -> Subject {
        Subject {
            resource: "check_runs",
            what: format!("commit {}", self.sha),
            run: Some((self.run_id, None)),
            span: (Some(self.at), Some(self.at)),
        }
    }
}
