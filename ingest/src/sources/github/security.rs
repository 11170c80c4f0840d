//! What a repository's security features say: secret scanning alerts, and analyses of code scanning.

use std::collections::HashSet;

use domain::clock::Timestamp;

use super::failure::Failure;
use super::objects::kinds;
use super::objects::security::{AnalysisObject, LocationObject, SecretAlertObject};
use super::repository::{RepositoryPull, Subject};
use crate::error::Result;
use crate::sources::item::Document;

/// How GitHub says that a feature is switched off, or that nothing was ever uploaded: nothing is owed then.
const OFF: &[&str] = &["is disabled", "not enabled", "must be enabled", "no analysis found"];

pub(super) fn is_off(failure: &Failure) -> bool {
    let Failure::Status {
        status: 403 | 404,
        message,
    } = failure
    else {
        return false;
    };
    let message = message.to_lowercase();
    OFF.iter().any(|words| message.contains(words))
}

impl RepositoryPull<'_> {
    /// Secret scanning alerts that changed. The secret is asked not to come, and has no place in what is kept.
    pub(super) async fn secret_alerts(&self) -> Result<Vec<Document>> {
        let subject = Subject::of("secret_alerts", "secret scanning");
        let path = format!(
            "/repos/{}/secret-scanning/alerts?hide_secret=true&per_page=100",
            self.repository
        );
        let listed = match self.client.list(&path, "alerts").await {
            Ok(listed) => listed,
            Err(failure) if is_off(&failure) => Vec::new(),
            Err(failure) => {
                self.failed(&subject, &failure)?;
                return Ok(Vec::new());
            }
        };
        self.had(subject.resource, &subject.what);
        let mut documents = Vec::new();
        for object in listed {
            let Ok(alert) = serde_json::from_str::<SecretAlertObject>(object.get()) else {
                self.lost(&subject, "malformed", None);
                continue;
            };
            let changed_at = alert.changed_at();
            let is_known = changed_at.is_some() && self.known.secret_alerts.get(&alert.number) == changed_at.as_ref();
            if is_known && !(alert.is_open() && alert.has_unlisted_places()) {
                continue;
            }
            documents.extend(self.secret_alert(alert).await?);
        }
        Ok(documents)
    }

    async fn secret_alert(&self, alert: SecretAlertObject) -> Result<Option<Document>> {
        let (number, created_at) = (alert.number, alert.created_at.unwrap_or(self.now));
        let shown = format!("secret-scanning/alerts/{number}");
        let mut places: Vec<LocationObject> = Vec::new();
        if alert.has_unlisted_places() {
            let mut subject = Subject::of("alert_locations", format!("secret alert {number}"));
            subject.span = (Some(created_at), Some(self.now));
            let path = format!("/repos/{}/{shown}/locations?per_page=100", self.repository);
            match self.client.list(&path, "locations").await {
                Ok(listed) => {
                    self.had(subject.resource, &subject.what);
                    let read = listed.iter().map(|place| serde_json::from_str(place.get()).ok());
                    places = read.flatten().collect();
                }
                Err(failure) => {
                    self.failed(&subject, &failure)?;
                    // Left out, so that it counts as changed the next time.
                    return Ok(None);
                }
            }
        }
        let written = serde_json::value::to_raw_value(&alert.document(places));
        let document = written.map(|written| self.document(kinds::ALERT, &written, shown, None, created_at));
        Ok(document.ok())
    }

    /// Analyses of the default branch that are not in yet, newest first.
    pub(super) async fn analyses(&self) -> Result<Vec<Document>> {
        let mut subject = Subject::of("analyses", "code scanning");
        subject.span = (self.since, Some(self.now));
        let mut next = Some(format!(
            "/repos/{}/code-scanning/analyses?ref=refs/heads/{}&sort=created&direction=desc&per_page=100",
            self.repository, self.default_branch
        ));
        let mut documents = Vec::new();
        let mut seen = HashSet::new();
        while let Some(path) = next.take() {
            let page = match self.client.page(&path, "analyses").await {
                Ok(page) => page,
                Err(failure) if is_off(&failure) => break,
                Err(failure) => {
                    self.failed(&subject, &failure)?;
                    return Ok(Vec::new());
                }
            };
            let mut is_old = false;
            for object in page.items {
                let Ok(analysis) = serde_json::from_str::<AnalysisObject>(object.get()) else {
                    self.lost(&subject, "malformed", None);
                    continue;
                };
                let is_before = |since: Timestamp| analysis.created_at.is_some_and(|at| at < since);
                if self.known.analyses.contains(&analysis.id) || self.since.is_some_and(is_before) {
                    is_old = true;
                } else if seen.insert(analysis.id) {
                    let at = analysis.created_at.unwrap_or(self.now);
                    let shown = format!("code-scanning/analyses/{}", analysis.id);
                    documents.push(self.document(kinds::ANALYSIS, &object, shown, None, at));
                }
            }
            next = page.next.filter(|_| !is_old);
        }
        self.had(subject.resource, &subject.what);
        Ok(documents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_is_off_owes_nothing_and_a_refusal_does() {
        let refusal = |status, message: &str| Failure::Status {
            status,
            message: message.to_owned(),
        };
        for (status, message, expected) in [
            (404, "Secret scanning is disabled on this repository.", true),
            (
                403,
                "Advanced Security must be enabled for this repository to use code scanning.",
                true,
            ),
            (404, "no analysis found", true),
            (404, "Not Found", false),
            (403, "Resource not accessible by integration", false),
            (500, "is disabled", false),
        ] {
            assert_eq!(is_off(&refusal(status, message)), expected, "{message}");
        }
        assert!(!is_off(&Failure::Unreachable("is disabled".to_owned())));
    }
}
