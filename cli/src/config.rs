//! Configuration: `plumbline.toml`, `PLUMBLINE_*` over it, arguments over both. Nobody else reads the environment.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use domain::policy::Policy;
use ingest::sources::github::access::Credential;
use lake::store::StoreOptions;
use query::catalog::Catalog;
use serde::Deserialize;

use crate::arguments::Common;

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
}

impl std::fmt::Debug for RawGitHub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawGitHub")
            .field("api_url", &self.api_url)
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
        let github = github(raw.github, variable("GITHUB_TOKEN"))?;
        Ok(Self {
            github,
            lake: lake.unwrap_or_else(|| "data/lake".to_owned()),
            listen,
            policy,
            catalog,
            store_options,
        })
    }
}

/// The token of the environment goes before that of the file, and a token before an App.
fn github(raw: RawGitHub, token: Option<String>) -> anyhow::Result<GitHubConfig> {
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
    Ok(GitHubConfig {
        api_url: raw.api_url.unwrap_or_else(|| "https://api.github.com".to_owned()),
        credential,
        download_hosts: raw.download_hosts,
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("PLUMBLINE_") || name.starts_with("AWS_") || name == "GITHUB_TOKEN")
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
