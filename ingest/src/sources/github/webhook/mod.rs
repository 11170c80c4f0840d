//! Webhook deliveries: a delivery says that something may have changed in a repository, and wakes the pull that asks what.
//!
//! Nothing of a delivery is believed or kept: GitHub loses deliveries, sends them late, twice and out of order. Whoever is
//! woken asks the API.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use domain::identity::RepositoryName;
use octocrab::models::webhook_events::verification::verify_signature;
use serde_json::{Map, Value};
use tokio::sync::Notify;

use super::pull::Scope;
use crate::error::{Error, Result};

/// Largest body that GitHub sends.
pub const BODY_BYTES_MAX: usize = 25 << 20;
/// Ids of deliveries that are remembered; a day of a large organization.
const REMEMBERED: usize = 16 * 1024;
/// Shortest secret that is taken.
const SECRET_BYTES_MIN: usize = 16;

/// Events after which there may be something to ask for, as far as it is collected, and the actions of those that come in
/// stages; none: all.
const WAKING: &[(&str, &[&str])] = &[
    ("branch_protection_configuration", &[]),
    ("branch_protection_rule", &[]),
    ("check_run", &["completed"]),
    ("check_suite", &["completed"]),
    ("code_scanning_alert", &[]),
    ("deployment_status", &[]),
    ("issues", &[]),
    ("pull_request", &[]),
    ("push", &[]),
    ("repository", &[]),
    ("repository_ruleset", &[]),
    ("secret_scanning_alert", &[]),
    ("workflow_run", &["completed"]),
];

/// Events that a webhook has to send.
pub fn events() -> impl Iterator<Item = &'static str> {
    WAKING.iter().map(|(event, _)| *event)
}

/// A secret that deliveries are signed with; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(String);

impl WebhookSecret {
    /// Takes a secret of at least 16 bytes.
    pub fn parse(secret: &str) -> Result<Self> {
        if secret.len() < SECRET_BYTES_MIN {
            return Err(Error::Usage(format!(
                "a webhook secret has at least {SECRET_BYTES_MIN} characters: `openssl rand -hex 32` makes one"
            )));
        }
        Ok(Self(secret.to_owned()))
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// A delivery as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// `X-GitHub-Delivery`: the same when it is delivered again.
    pub id: &'a str,
    /// `X-GitHub-Event`.
    pub event: &'a str,
    /// `X-Hub-Signature-256`.
    pub signature: &'a str,
    /// The raw body: what is signed.
    pub body: &'a [u8],
}

/// What a delivery did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// This repository will be asked for what is new.
    Wakes(RepositoryName),
    /// It was delivered before.
    Known,
    /// There is nothing to ask for; why.
    Nothing(&'static str),
}

/// Why a delivery is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// None of our secrets signed it.
    #[error("the signature is not that of this body under a secret of ours")]
    Signature,
    /// A signed body that is not a delivery.
    #[error("the body is no JSON object; set the content type of the webhook to `application/json`")]
    Body,
    /// Without an id nobody can tell whether it came before.
    #[error("`X-GitHub-Delivery` is missing or no id")]
    Id,
}

/// Takes deliveries, and tells which repositories they wake.
#[derive(Debug)]
pub struct Webhooks {
    secrets: Vec<WebhookSecret>,
    scope: Scope,
    remembered: Mutex<Remembered>,
    woken: Mutex<BTreeSet<RepositoryName>>,
    is_woken: Notify,
}

#[derive(Debug, Default)]
struct Remembered {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl Webhooks {
    /// Takes deliveries that one of `secrets` signed, the new one and the one before it while it is changed, for
    /// repositories of `scope`. Fails without a secret: then everybody could wake us.
    pub fn new(secrets: Vec<WebhookSecret>, scope: Scope) -> Result<Self> {
        if secrets.is_empty() {
            return Err(Error::Usage("a webhook needs a secret".to_owned()));
        }
        Ok(Self {
            secrets,
            scope,
            remembered: Mutex::default(),
            woken: Mutex::default(),
            is_woken: Notify::new(),
        })
    }

    /// Takes a delivery. Its signature is checked before anything else is read.
    pub fn receive(&self, delivery: &Delivery<'_>) -> Result<Receipt, Refusal> {
        // Every secret is tried, so that the time does not tell which one it was.
        let verified = self
            .secrets
            .iter()
            .filter(|secret| verify_signature(delivery.signature, &secret.0, delivery.body).is_ok())
            .count();
        if verified == 0 {
            return Err(Refusal::Signature);
        }
        let is_id = |id: &str| (1..=100).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_id(delivery.id) {
            return Err(Refusal::Id);
        }
        let payload: Map<String, Value> = serde_json::from_slice(delivery.body).map_err(|_| Refusal::Body)?;
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if !remembered.ids.insert(delivery.id.to_owned()) {
            return Ok(Receipt::Known);
        }
        remembered.order.push_back(delivery.id.to_owned());
        if remembered.order.len() > REMEMBERED
            && let Some(oldest) = remembered.order.pop_front()
        {
            remembered.ids.remove(&oldest);
        }
        drop(remembered);
        Ok(self.wake(delivery.event, &payload))
    }

    fn wake(&self, event: &str, payload: &Map<String, Value>) -> Receipt {
        let Some((_, actions)) = WAKING.iter().find(|(waking, _)| *waking == event) else {
            return Receipt::Nothing("this event tells of nothing that is collected");
        };
        let action = payload.get("action").and_then(Value::as_str).unwrap_or_default();
        if !actions.is_empty() && !actions.contains(&action) {
            return Receipt::Nothing("it is not over yet");
        }
        let name = payload
            .get("repository")
            .and_then(|repository| repository.get("full_name")?.as_str());
        let Some(repository) = name.and_then(|name| RepositoryName::parse(name).ok()) else {
            return Receipt::Nothing("it names no repository");
        };
        let owner = repository.as_str().split('/').next().unwrap_or_default();
        let of_organization = self.scope.organization.as_deref();
        let is_ours = of_organization.is_some_and(|organization| organization.eq_ignore_ascii_case(owner))
            || self.scope.repositories.contains(&repository);
        if !is_ours {
            return Receipt::Nothing("the repository is not one of those that are collected");
        }
        let mut woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        woken.insert(repository.clone());
        self.is_woken.notify_one();
        Receipt::Wakes(repository)
    }

    /// Waits until repositories were woken since the last time.
    pub async fn woken(&self) {
        loop {
            let is_woken = self.is_woken.notified();
            let is_empty = self.woken.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
            if !is_empty {
                return;
            }
            is_woken.await;
        }
    }

    /// What is to be pulled of the repositories that were woken since the last time.
    pub fn take(&self) -> Scope {
        let woken = std::mem::take(&mut *self.woken.lock().unwrap_or_else(PoisonError::into_inner));
        Scope {
            organization: None,
            repositories: woken.into_iter().collect(),
            since: None,
        }
    }
}

#[cfg(test)]
mod tests;
