//! Configuration: `plumbline.toml`, `PLUMBLINE_*` over it, arguments over both. Nobody else reads the environment.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use chrono_tz::Tz;
use domain::identity::RepositoryName;
use domain::policy::Policy;
use ingest::sources::github::access::Credential;
use ingest::sources::github::pull::Scope;
use ingest::sources::github::webhook::WebhookSecret;
use ingest::sources::mirror::place::{KeyTemplate, Location};
use ingest::sources::mirror::take_in::Mirror;
use lake::store::StoreOptions;
use query::catalog::Catalog;
use serde::Deserialize;

use crate::arguments::{Common, MirrorSource};
use crate::schedule::due::Timetable;

/// As written in the file; every key is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    lake: Option<String>,
    listen: Option<String>,
    policy: Option<PathBuf>,
    sql_dir: Option<PathBuf>,
    #[serde(default)]
    s3: BTreeMap<String, String>,
    #[serde(default)]
    github: RawGitHub,
    #[serde(default)]
    mirror: RawMirror,
    #[serde(default)]
    schedule: RawSchedule,
}

/// The section `schedule`: cron expressions of five fields, by the local calendar of `zone`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSchedule {
    zone: Option<String>,
    github: Option<String>,
    mirror: Option<String>,
    upkeep: Option<String>,
}

/// The section `mirror`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawMirror {
    bucket: Option<String>,
    key_template: Option<String>,
    #[serde(default)]
    kms_keys: Vec<String>,
    sample: Option<usize>,
    seed: Option<String>,
    #[serde(default)]
    s3: BTreeMap<String, String>,
}

/// The section `github`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGitHub {
    api_url: Option<String>,
    token: Option<String>,
    app_id: Option<u64>,
    app_key: Option<PathBuf>,
    download_hosts: Option<Vec<String>>,
    #[serde(default)]
    webhook_secrets: Vec<String>,
    organization: Option<String>,
    #[serde(default)]
    repositories: Vec<String>,
}

impl std::fmt::Debug for RawGitHub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawGitHub")
            .field("api_url", &self.api_url)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for RawMirror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawMirror")
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

/// Which GitHub, and who asks.
#[derive(Debug)]
pub struct GitHubConfig {
    /// Root of the REST API.
    pub api_url: String,
    /// Who asks.
    pub credential: Credential,
    /// Hosts that bytes may come from, where they are not GitHub's own.
    pub download_hosts: Option<Vec<String>>,
    /// What deliveries of the webhook are signed with, the newest first; none: there is no webhook.
    pub webhook_secrets: Vec<WebhookSecret>,
    /// What the schedule pulls.
    pub scope: Scope,
}

/// What a scheduled job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Pulls what is new on GitHub.
    GitHub,
    /// Looks at the mirror of artifacts.
    Mirror,
    /// Compacts and deletes.
    Upkeep,
}

/// A job of the schedule.
#[derive(Debug)]
pub struct ScheduledJob {
    /// What it does.
    pub work: Work,
    /// When.
    pub(crate) timetable: Timetable,
}

impl ScheduledJob {
    /// Its name, in the lake and for people.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.work {
            Work::GitHub => "github",
            Work::Mirror => "mirror",
            Work::Upkeep => "upkeep",
        }
    }
}

/// What holds.
#[derive(Debug)]
pub struct Config {
    /// Where the lake is.
    pub lake: String,
    /// Where the pages are served.
    pub listen: SocketAddr,
    /// The numbers of CI/CL-001.
    pub policy: Policy,
    /// The relations.
    pub catalog: Catalog,
    /// Settings of an `s3:` store.
    pub store_options: StoreOptions,
    /// GitHub.
    pub github: GitHubConfig,
    /// The mirror of artifacts, where one is configured.
    pub(crate) mirror: RawMirror,
    /// What runs when, while the pages are served.
    pub schedule: Vec<ScheduledJob>,
}

/// A mistake of whoever wrote the configuration or the arguments.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

impl Config {
    /// Reads file, environment and arguments.
    pub fn read(common: &Common) -> anyhow::Result<Self> {
        let environment: BTreeMap<String, String> = environment();
        let raw = match &common.config {
            Some(file) => read_file(file)?,
            None if Path::new("plumbline.toml").exists() => read_file(Path::new("plumbline.toml"))?,
            None => RawConfig::default(),
        };
        let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty()).cloned();
        for name in environment.keys().filter(|name| name.starts_with("PLUMBLINE_")) {
            if ![
                "PLUMBLINE_LAKE",
                "PLUMBLINE_LISTEN",
                "PLUMBLINE_POLICY",
                "PLUMBLINE_SQL_DIR",
                "PLUMBLINE_CORPUS",
            ]
            .contains(&name.as_str())
            {
                tracing::warn!(variable = name, "an unknown variable is ignored");
            }
        }
        let listen = variable("PLUMBLINE_LISTEN")
            .or(raw.listen)
            .unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen = listen
            .parse()
            .map_err(|_| UsageError(format!("`{listen}` is no address to listen on; write `127.0.0.1:8080`")))?;
        let policy = match variable("PLUMBLINE_POLICY").map(PathBuf::from).or(raw.policy) {
            None => Policy::default(),
            Some(file) => {
                let text = std::fs::read_to_string(&file)
                    .map_err(|error| UsageError(format!("the policy `{}` is not readable: {error}", file.display())))?;
                Policy::parse(&text).map_err(|error| UsageError(error.to_string()))?
            }
        };
        let catalog = match variable("PLUMBLINE_SQL_DIR").map(PathBuf::from).or(raw.sql_dir) {
            None => Catalog::embedded().context("the embedded relations do not hold")?,
            Some(folder) => Catalog::read(&folder).map_err(|error| UsageError(error.to_string()))?,
        };
        let mut store_options: StoreOptions = raw
            .s3
            .into_iter()
            .map(|(name, value)| (format!("aws_{name}"), value))
            .collect();
        store_options.extend(
            environment
                .iter()
                .filter(|(name, _)| name.starts_with("AWS_"))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone())),
        );
        let lake = common.lake.clone().or_else(|| variable("PLUMBLINE_LAKE")).or(raw.lake);
        let github = github(raw.github, variable("GITHUB_TOKEN"), variable("GITHUB_WEBHOOK_SECRET"))?;
        let schedule = schedule(&raw.schedule, &github, &raw.mirror)?;
        Ok(Self {
            github,
            mirror: raw.mirror,
            schedule,
            lake: lake.unwrap_or_else(|| "data/lake".to_owned()),
            listen,
            policy,
            catalog,
            store_options,
        })
    }

    /// The mirror that arguments name, or else the configuration.
    pub fn mirror(&self, arguments: &MirrorSource) -> anyhow::Result<Mirror> {
        let raw = &self.mirror;
        let Some(bucket) = arguments.bucket.as_ref().or(raw.bucket.as_ref()) else {
            bail!(UsageError(
                "no mirror is named: give `--bucket s3://bucket/prefix`, or `bucket` under `[mirror]`".to_owned()
            ));
        };
        // What stands under `[mirror.s3]` is about the mirror alone, and goes before what the lake is reached by.
        let mut options = self.store_options.clone();
        if raw.s3.contains_key("access_key_id") {
            // A session's token belongs to its own key.
            options.retain(|name, _| !matches!(name.as_str(), "aws_session_token" | "aws_token"));
        }
        options.extend(
            raw.s3
                .iter()
                .map(|(name, value)| (format!("aws_{name}"), value.clone())),
        );
        let mut mirror = Mirror::new(Location::parse(bucket)?, options);
        if let Some(template) = arguments.key_template.as_ref().or(raw.key_template.as_ref()) {
            mirror.template = KeyTemplate::parse(template)?;
        }
        mirror.customer_keys.clone_from(&raw.kms_keys);
        mirror.sample = arguments.sample.or(raw.sample).unwrap_or_default();
        if let Some(seed) = arguments.seed.as_ref().or(raw.seed.as_ref()) {
            mirror.seed.clone_from(seed);
        }
        Ok(mirror)
    }
}

/// Token and webhook's secret of the environment go before those of the file, and a token before an App.
fn github(raw: RawGitHub, token: Option<String>, webhook: Option<String>) -> anyhow::Result<GitHubConfig> {
    let credential = match (token.or(raw.token), raw.app_id, raw.app_key) {
        (Some(token), ..) => Credential::Token(token),
        (None, Some(id), Some(key)) => Credential::App {
            id,
            key_pem: std::fs::read_to_string(&key)
                .map_err(|error| UsageError(format!("the App's key `{}` is not readable: {error}", key.display())))?,
        },
        (None, None, None) => Credential::Anonymous,
        (None, ..) => bail!(UsageError(
            "`github.app_id` and `github.app_key` belong together".to_owned()
        )),
    };
    let repositories: Result<_, _> = raw
        .repositories
        .iter()
        .map(|name| RepositoryName::parse(name))
        .collect();
    let scope = Scope {
        organization: raw.organization,
        repositories: repositories.map_err(|error| UsageError(format!("`github.repositories`: {error}")))?,
        ..Scope::default()
    };
    let secrets = webhook.iter().chain(&raw.webhook_secrets);
    let webhook_secrets: Result<Vec<_>, _> = secrets.map(|secret| WebhookSecret::parse(secret)).collect();
    let webhook_secrets = webhook_secrets.map_err(|error| UsageError(format!("`github.webhook_secrets`: {error}")))?;
    let asks_for_nothing = scope.organization.is_none() && scope.repositories.is_empty();
    if asks_for_nothing && !webhook_secrets.is_empty() {
        bail!(UsageError(
            "`github.webhook_secrets` needs `github.organization` or `github.repositories`".to_owned()
        ));
    }
    Ok(GitHubConfig {
        scope,
        webhook_secrets,
        api_url: raw.api_url.unwrap_or_else(|| "https://api.github.com".to_owned()),
        credential,
        download_hosts: raw.download_hosts,
    })
}

fn schedule(raw: &RawSchedule, github: &GitHubConfig, mirror: &RawMirror) -> anyhow::Result<Vec<ScheduledJob>> {
    let zone = raw.zone.as_deref().unwrap_or("UTC");
    let zone: Tz = zone
        .parse()
        .map_err(|_| UsageError(format!("`schedule.zone`: `{zone}` is no zone; write `America/Toronto`")))?;
    let mut jobs = vec![];
    for (work, expression) in [
        (Work::GitHub, &raw.github),
        (Work::Mirror, &raw.mirror),
        (Work::Upkeep, &raw.upkeep),
    ] {
        let Some(expression) = expression else { continue };
        let timetable = Timetable::parse(expression, zone).map_err(|error| {
            UsageError(format!(
                "`{expression}` is no cron expression of five fields (minute hour day month weekday): {error}"
            ))
        })?;
        jobs.push(ScheduledJob { work, timetable });
    }
    let asks_for_nothing = github.scope.organization.is_none() && github.scope.repositories.is_empty();
    if asks_for_nothing && raw.github.is_some() {
        bail!(UsageError(
            "`schedule.github` needs `github.organization` or `github.repositories`".to_owned()
        ));
    }
    if mirror.bucket.is_none() && raw.mirror.is_some() {
        bail!(UsageError("`schedule.mirror` needs `mirror.bucket`".to_owned()));
    }
    Ok(jobs)
}

/// Variables by the names that GitHub's own tools and workflows use.
const GITHUB: &[&str] = &["GITHUB_TOKEN", "GITHUB_WEBHOOK_SECRET"];

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| {
            name.starts_with("PLUMBLINE_") || name.starts_with("AWS_") || GITHUB.contains(&name.as_str())
        })
        .collect()
}

fn read_file(file: &Path) -> anyhow::Result<RawConfig> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => bail!(UsageError(format!(
            "the configuration `{}` is not readable: {error}",
            file.display()
        ))),
    };
    toml::from_str(&text).map_err(|error| UsageError(format!("{}: {error}", file.display())).into())
}
