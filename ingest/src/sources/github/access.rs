//! Which GitHub is asked, by whom, and how patiently.

use std::time::Duration;

use url::Url;

use super::link;
use crate::error::{Error, Result};

/// Who asks.
#[derive(Clone)]
pub enum Credential {
    /// Nobody: 60 requests an hour on GitHub.
    Anonymous,
    /// A token.
    Token(String),
    /// A GitHub App, which draws tokens of its installation.
    App {
        /// GitHub's id of the App.
        id: u64,
        /// Its RSA key, PEM.
        key_pem: String,
    },
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "Anonymous",
            Self::Token(_) => "Token(…)",
            Self::App { .. } => "App(…)",
        })
    }
}

/// Which GitHub, how, and how patiently.
#[derive(Debug, Clone)]
pub struct Access {
    /// Root of the REST API.
    pub api_url: Url,
    /// Who asks.
    pub credential: Credential,
    /// Hosts that bytes may be fetched from; `*.` stands for any one below.
    pub download_hosts: Vec<String>,
    /// Requests at once; GitHub's secondary limit is 100.
    pub n_requests: usize,
    /// A request is sent so often at most.
    pub tries_max: u32,
    /// A limit that asks for a longer pause ends the ingest; what is in stays in.
    pub wait_max: Duration,
}

impl Access {
    /// GitHub, or a server at `api_url`; over TLS, unless it is on this machine.
    pub fn new(api_url: &str, credential: Credential) -> Result<Self> {
        let invalid = |reason: &str| Error::Usage(format!("`{api_url}` is no address of an API: {reason}"));
        let url = Url::parse(api_url).map_err(|error| invalid(&error.to_string()))?;
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && link::is_loopback(&url));
        if !is_safe {
            return Err(invalid("it is not https, and the token must not travel in the clear"));
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(invalid("it carries a name, a password or parameters"));
        }
        Ok(Self {
            api_url: url,
            credential,
            download_hosts: link::DOWNLOAD_HOSTS.iter().map(|host| (*host).to_owned()).collect(),
            n_requests: 16,
            tries_max: 6,
            wait_max: Duration::from_secs(15 * 60),
        })
    }
}
