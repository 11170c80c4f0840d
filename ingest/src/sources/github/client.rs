//! Requests to one GitHub: authorized, bounded, patient, and to no other host.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use domain::identity::Sha256Digest;
use http::header::{ACCEPT, HeaderMap, HeaderName, LINK, LOCATION};
use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use octocrab::models::{AppId, InstallationId};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::access::{Access, Credential};
use super::failure::Failure;
use super::limits::{self, Judgement};
use super::link;
use crate::error::{Error, Result};

/// Bytes of one JSON answer; GitHub's own are below 10 MB.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// A connection is made within, an answer begins within.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const READ_WITHIN: Duration = Duration::from_secs(60);

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page {
    /// How many the list holds in all, where GitHub says so.
    pub(crate) total: Option<i64>,
    /// Its elements, as served.
    pub(crate) items: Vec<Box<RawValue>>,
    /// The next page, below the API's root.
    pub(crate) next: Option<String>,
}

/// An answer whose body was read.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

/// Speaks to the API for one account.
#[derive(Debug)]
pub(crate) struct Client {
    api: Octocrab,
    /// Knows no credentials.
    downloads: Octocrab,
    access: Access,
    slots: Semaphore,
    /// Nobody asks before then.
    pause_until: Mutex<Instant>,
    n_requests: AtomicU64,
}

impl Client {
    /// Opens the API for the repositories of `owner`; an App becomes its installation there.
    pub(crate) async fn connect(access: &Access, owner: &str) -> Result<Self> {
        let remote = |error: octocrab::Error| Error::Remote(format!("the client for GitHub did not start: {error}"));
        let root = access.api_url.as_str();
        let builder = || -> Result<_, octocrab::Error> {
            Ok(Octocrab::builder()
                .base_uri(root)?
                .upload_uri(root)?
                .set_connect_timeout(Some(CONNECT_WITHIN))
                .set_read_timeout(Some(READ_WITHIN))
                .add_header(ACCEPT, "application/vnd.github+json".to_owned())
                .add_header(HeaderName::from_static("x-github-api-version"), "2022-11-28".to_owned()))
        };
        let client = |api: Octocrab, downloads: Octocrab| Self {
            api,
            downloads,
            access: access.clone(),
            slots: Semaphore::new(access.n_requests.max(1)),
            pause_until: Mutex::new(Instant::now()),
            n_requests: AtomicU64::new(0),
        };
        let downloads = Octocrab::builder()
            .set_connect_timeout(Some(CONNECT_WITHIN))
            .set_read_timeout(Some(READ_WITHIN))
            .build()
            .map_err(remote)?;
        match &access.credential {
            Credential::Anonymous => Ok(client(builder().map_err(remote)?.build().map_err(remote)?, downloads)),
            Credential::Token(token) => {
                let api = builder().and_then(|api| api.personal_token(token.clone()).build());
                Ok(client(api.map_err(remote)?, downloads))
            }
            Credential::App { id, key_pem } => {
                let app = builder()
                    .and_then(|api| api.app_from_rsa_pem(AppId(*id), key_pem))
                    .map_err(|error| Error::Usage(format!("the App's key is no RSA key in PEM: {error}")))?;
                let mut client = client(app.build().map_err(remote)?, downloads);
                let installation = client.installation(owner).await?;
                client.api = client.api.installation(installation).map_err(remote)?;
                Ok(client)
            }
        }
    }

    /// The installation of the App in an account.
    async fn installation(&self, owner: &str) -> Result<InstallationId> {
        #[derive(Deserialize)]
        struct Installation {
            id: u64,
        }
        let mut last = None;
        for kind in ["orgs", "users"] {
            match self.object(&format!("/{kind}/{owner}/installation")).await {
                Ok(object) => {
                    let installation: Installation = serde_json::from_str(object.get())
                        .map_err(|error| Error::Remote(format!("GitHub's installation has no id: {error}")))?;
                    return Ok(InstallationId(installation.id));
                }
                Err(failure) => last = Some(failure),
            }
        }
        let reason = last.map_or_else(String::new, |failure| failure.to_string());
        Err(Error::Remote(format!(
            "the App is not installed at `{owner}`: {reason}"
        )))
    }

    /// How many requests were sent.
    pub(crate) fn n_requests(&self) -> u64 {
        self.n_requests.load(Ordering::Relaxed)
    }

    /// One object, as served.
    pub(crate) async fn object(&self, path: &str) -> Result<Box<RawValue>, Failure> {
        self.ask(path, &|answer| {
            serde_json::from_slice(&answer.body).map_err(|error| error.to_string())
        })
        .await
    }

    /// One object with the time that the answer gives itself, in seconds of the epoch.
    pub(crate) async fn dated_object(&self, path: &str) -> Result<(Box<RawValue>, Option<i64>), Failure> {
        self.ask(path, &|answer| {
            let object = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
            Ok((object, limits::date(&answer.headers)))
        })
        .await
    }

    /// One page; `member` holds the elements where the list stands in an object.
    pub(crate) async fn page(&self, path: &str, member: &str) -> Result<Page, Failure> {
        let (total, items, next) = self
            .ask(path, &|answer| {
                let (total, items) = read_page(&answer.body, member)?;
                let next = answer.headers.get(LINK).and_then(|header| header.to_str().ok());
                Ok((total, items, next.map(str::to_owned)))
            })
            .await?;
        let next = match next {
            Some(header) => link::next(&header, &self.access.api_url).map_err(Failure::ForeignHost)?,
            None => None,
        };
        Ok(Page { total, items, next })
    }

    /// Every element of a list, page after page.
    pub(crate) async fn list(&self, path: &str, member: &str) -> Result<Vec<Box<RawValue>>, Failure> {
        let mut page = self.page(path, member).await?;
        let mut items = std::mem::take(&mut page.items);
        while let Some(next) = page.next.take() {
            page = self.page(&next, member).await?;
            items.append(&mut page.items);
        }
        Ok(items)
    }

    /// The bytes of an artifact, in a file of its own; compared with the digest that GitHub names.
    pub(crate) async fn download(
        &self,
        path: &str,
        digest: Option<Sha256Digest>,
        bytes_max: u64,
    ) -> Result<NamedTempFile, Failure> {
        let mut tried = 0;
        loop {
            let failure = match self.download_once(path, digest, bytes_max).await {
                Ok(file) => return Ok(file),
                Err(failure) => failure,
            };
            tried += 1;
            // An address is signed for a minute: what went wrong behind it is asked for from the beginning.
            let may_differ = matches!(
                failure,
                Failure::Digest | Failure::Unreachable(_) | Failure::ForeignHost(_)
            );
            if !may_differ || tried >= self.access.tries_max {
                return Err(failure);
            }
            tokio::time::sleep(limits::backoff(tried)).await;
        }
    }

    async fn download_once(
        &self,
        path: &str,
        digest: Option<Sha256Digest>,
        bytes_max: u64,
    ) -> Result<NamedTempFile, Failure> {
        let location = self
            .ask(path, &|answer| {
                let location = answer.headers.get(LOCATION).and_then(|header| header.to_str().ok());
                location
                    .map(str::to_owned)
                    .ok_or_else(|| "no redirect to the bytes".to_owned())
            })
            .await?;
        let address = self
            .access
            .api_url
            .join(&location)
            .map_err(|error| Failure::Form(error.to_string()))?;
        if !link::may_download(&address, &self.access.api_url, &self.access.download_hosts) {
            return Err(Failure::ForeignHost(link::shown_host(&address)));
        }
        let _slot = self.slot().await?;
        self.n_requests.fetch_add(1, Ordering::Relaxed);
        let unreachable =
            |error: &dyn std::fmt::Display| Failure::Unreachable(format!("the store of downloads: {error}"));
        let response = self
            .downloads
            ._get(address.as_str())
            .await
            .map_err(|error| unreachable(&error))?;
        if !response.status().is_success() {
            return Err(unreachable(&response.status()));
        }
        let scratch = |error: std::io::Error| Failure::Unreachable(format!("a scratch file: {error}"));
        let mut file = NamedTempFile::new().map_err(scratch)?;
        let mut hasher = Sha256::new();
        let mut size = 0;
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| unreachable(&error))?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            size += data.len() as u64;
            if size > bytes_max {
                return Err(Failure::TooLarge);
            }
            hasher.update(&data);
            file.write_all(&data).map_err(scratch)?;
        }
        let found = Sha256Digest::from_bytes(hasher.finalize().into());
        if digest.is_some_and(|digest| digest != found) {
            return Err(Failure::Digest);
        }
        Ok(file)
    }

    async fn slot(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Failure> {
        self.slots
            .acquire()
            .await
            .map_err(|error| Failure::Unreachable(error.to_string()))
    }

    /// Asks until there is an answer that `read` accepts, a refusal, or an end of patience.
    async fn ask<T>(&self, path: &str, read: &(dyn Fn(&Answer) -> Result<T, String> + Sync)) -> Result<T, Failure> {
        let mut tried = 0;
        loop {
            let until = *self.pause_until.lock().unwrap_or_else(PoisonError::into_inner);
            tokio::time::sleep_until(until).await;
            let (pause, failure) = match self.send(path, tried).await {
                Ok((answer, Judgement::Good)) => match read(&answer) {
                    Ok(read) => return Ok(read),
                    // A body that broke off where nobody noticed.
                    Err(reason) => (limits::backoff(tried), Failure::Form(reason)),
                },
                Ok((answer, Judgement::Refused)) => return Err(refusal(&answer)),
                Ok((answer, Judgement::Failed(pause))) => (pause, Failure::Unreachable(refusal(&answer).to_string())),
                Ok((_, Judgement::Limited(pause))) => {
                    if pause > self.access.wait_max {
                        return Err(Failure::Limited(pause));
                    }
                    tracing::info!(pause_s = pause.as_secs(), "github limits the rate");
                    let mut until = self.pause_until.lock().unwrap_or_else(PoisonError::into_inner);
                    *until = (*until).max(Instant::now() + pause);
                    (Duration::ZERO, Failure::Limited(pause))
                }
                Err(reason) => (limits::backoff(tried), Failure::Unreachable(reason)),
            };
            tried += 1;
            if tried >= self.access.tries_max {
                return Err(failure);
            }
            tracing::debug!(path, tried, reason = %failure, "github is asked again");
            tokio::time::sleep(pause).await;
        }
    }

    /// Sends one request; the reason where there is no whole answer.
    async fn send(&self, path: &str, tried: u32) -> Result<(Answer, Judgement), String> {
        let _slot = self.slot().await.map_err(|failure| failure.to_string())?;
        self.n_requests.fetch_add(1, Ordering::Relaxed);
        // Relative, so that the credentials go to the API's host and to no other.
        let path = path
            .strip_prefix('/')
            .map_or_else(|| format!("/{path}"), |path| format!("/{path}"));
        let response = self.api._get(path.as_str()).await.map_err(|error| causes(&error))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX)
            .collect()
            .await
            .map_err(|error| causes(&*error))?
            .to_bytes();
        let answer = Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        };
        let message = if answer.status >= 400 {
            message(&answer.body)
        } else {
            String::new()
        };
        let judgement = limits::judge(answer.status, &answer.headers, &message, tried);
        Ok((answer, judgement))
    }
}

/// An error with what caused it.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text = format!("{text}: {next}");
        }
        source = error.source();
    }
    text
}

/// What GitHub says about a refusal, cut to a line.
fn message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Problem {
        message: String,
    }
    let text = serde_json::from_slice::<Problem>(body).map_or_else(
        |_| String::from_utf8_lossy(body).into_owned(),
        |problem| problem.message,
    );
    text.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect()
}

/// The failure that a refused answer is.
fn refusal(answer: &Answer) -> Failure {
    Failure::Status {
        status: answer.status,
        message: message(&answer.body),
    }
}

/// The elements of a page, as served, and how many the list holds.
fn read_page(body: &[u8], member: &str) -> Result<(Option<i64>, Vec<Box<RawValue>>), String> {
    let read = |error: serde_json::Error| error.to_string();
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Ok((None, serde_json::from_slice(body).map_err(read)?));
    }
    let envelope: std::collections::BTreeMap<String, Box<RawValue>> = serde_json::from_slice(body).map_err(read)?;
    let items = envelope
        .get(member)
        .ok_or_else(|| format!("no `{member}` in the answer"))?;
    let total = envelope.get("total_count").and_then(|total| total.get().parse().ok());
    Ok((total, serde_json::from_str(items.get()).map_err(read)?))
}
