//! Deployments and what became of them (CI/CL-001 §7, §22).

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use domain::clock::Timestamp;
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::value::RawValue;

use super::failure::Failure;
use super::objects::deployments::{DeploymentObject, DeploymentStatusDocument, StatusObject};
use super::objects::kinds;
use super::repository::{AT_ONCE, RepositoryPull, Subject};
use crate::error::Result;
use crate::sources::item::Document;

/// A deployment may wait for 30 days for somebody's approval, and go on for days: older ones change no more.
const MAY_CHANGE: TimeDelta = TimeDelta::days(35 + 30);

/// States behind which only `inactive` comes, when a newer deployment has taken the place.
const FINAL: &[&str] = &["success", "failure", "error", "inactive"];

/// What the lake holds of deployments.
#[derive(Debug, Default)]
pub(crate) struct DeploymentsKnown {
    /// Newest change of each.
    pub(crate) changed: HashMap<i64, Timestamp>,
    /// When the newest was made.
    pub(crate) newest: Option<Timestamp>,
    /// Those that have come to an end.
    pub(crate) ended: HashSet<i64>,
}

impl DeploymentsKnown {
    /// Takes in a row of `deployments`.
    pub(crate) fn add(&mut self, id: i64, created_at: Timestamp, updated_at: Timestamp) {
        let changed = self.changed.entry(id).or_insert(updated_at);
        *changed = updated_at.max(*changed);
        self.newest = self.newest.max(Some(created_at));
    }

    /// Takes in a row of `deployment_statuses`.
    pub(crate) fn add_status(&mut self, id: i64, state: &str) {
        if FINAL.contains(&state) {
            self.ended.insert(id);
        }
    }

    /// Whether all that can be asked about a deployment is in. A status is a change, but who answers need not say so:
    /// what has not ended is asked for again.
    fn is_settled(&self, deployment: &DeploymentObject) -> bool {
        let is_same = self.changed.get(&deployment.id) == deployment.updated_at.as_ref();
        deployment.updated_at.is_some() && is_same && self.ended.contains(&deployment.id)
    }
}

impl RepositoryPull<'_> {
    /// Deployments that are new or may have changed, the newest first, each with its statuses.
    pub(super) async fn deployments(&self) -> Result<Vec<Document>> {
        let known = &self.known.deployments;
        let owes = self
            .known
            .gaps
            .keys()
            .any(|(resource, _)| resource.starts_with("deployment"));
        // Where something is owed, the whole list is read, so that it is found however old it is.
        let unchanging = known.newest.filter(|_| !owes).map(|newest| newest - MAY_CHANGE);
        let until = match (unchanging, self.since) {
            (Some(unchanging), Some(since)) => Some(unchanging.min(since)),
            (unchanging, since) => unchanging.or(since),
        };
        let mut subject = Subject::of("deployments", "deployments");
        subject.span = (until, Some(self.now));
        let mut next = Some(format!("/repos/{}/deployments?per_page=100", self.repository));
        let mut asked: Vec<(DeploymentObject, Box<RawValue>)> = Vec::new();
        let mut seen = HashSet::new();
        let mut is_whole = true;
        while let Some(path) = next.take() {
            let page = match self.client.page(&path, "deployments").await {
                Ok(page) => page,
                Err(failure) => {
                    self.failed(&subject, &failure)?;
                    return Ok(Vec::new());
                }
            };
            let mut is_old = false;
            for object in page.items {
                let Ok(deployment) = serde_json::from_str::<DeploymentObject>(object.get()) else {
                    self.lost(&subject, "malformed", None);
                    is_whole = false;
                    continue;
                };
                is_old |= until.is_some_and(|until| deployment.created_at.is_some_and(|at| at < until));
                if !known.is_settled(&deployment) && seen.insert(deployment.id) {
                    asked.push((deployment, object));
                }
            }
            next = page.next.filter(|_| !is_old);
        }
        if is_whole {
            self.had(subject.resource, &subject.what);
        }
        let documents: Vec<Vec<Document>> = futures::stream::iter(asked)
            .map(|(deployment, object)| self.deployment(deployment, object))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(documents.into_iter().flatten().collect())
    }

    async fn deployment(&self, deployment: DeploymentObject, object: Box<RawValue>) -> Result<Vec<Document>> {
        let (id, created_at) = (deployment.id, deployment.created_at.unwrap_or(self.now));
        let shown = format!("deployments/{id}");
        let mut subject = Subject::of("deployment_statuses", format!("deployment {id}"));
        subject.span = (Some(created_at), Some(self.now));
        let path = format!("/repos/{}/{shown}/statuses?per_page=100", self.repository);
        let statuses = match self.client.list(&path, "statuses").await {
            Ok(statuses) => statuses,
            // It was deleted since it was listed: that it was there is all that can be had.
            Err(Failure::Status { status: 404, .. }) => Vec::new(),
            Err(failure) => {
                self.failed(&subject, &failure)?;
                // Left out, so that it counts as changed the next time.
                return Ok(Vec::new());
            }
        };
        let mut documents = vec![self.document(kinds::DEPLOYMENT, &object, shown.clone(), None, created_at)];
        let mut is_whole = true;
        for status in statuses {
            let Ok(read) = serde_json::from_str::<StatusObject>(status.get()) else {
                self.lost(&subject, "malformed", None);
                is_whole = false;
                continue;
            };
            let written = serde_json::value::to_raw_value(&DeploymentStatusDocument { deployment: id, status });
            if let Ok(written) = written {
                documents.push(self.document(
                    kinds::DEPLOYMENT_STATUS,
                    &written,
                    format!("{shown}/statuses"),
                    None,
                    read.created_at.unwrap_or(created_at),
                ));
            }
        }
        if is_whole {
            self.had(subject.resource, &subject.what);
        }
        Ok(documents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_is_asked_for_until_it_has_ended_and_whenever_it_changes() {
        let at = |hour: u32| domain::clock::parse_timestamp(&format!("2026-11-10T{hour:02}:00:00Z")).unwrap();
        let listed = |hour: u32| {
            let updated_at = domain::clock::format_timestamp(at(hour));
            let object = serde_json::json!({"id": 7, "created_at": "2026-11-10T08:00:00Z", "updated_at": updated_at});
            serde_json::from_value::<DeploymentObject>(object).unwrap()
        };
        let mut known = DeploymentsKnown::default();
        assert!(!known.is_settled(&listed(9)), "it is new");
        known.add(7, at(8), at(9));
        known.add_status(7, "in_progress");
        assert!(!known.is_settled(&listed(9)), "it goes on");
        known.add_status(7, "success");
        assert!(known.is_settled(&listed(9)));
        assert!(!known.is_settled(&listed(10)), "it has changed");
        // An observation of before that is read afterwards takes nothing back.
        known.add(7, at(8), at(10));
        known.add(7, at(8), at(9));
        assert!(known.is_settled(&listed(10)));
    }
}
