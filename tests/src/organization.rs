//! The simulated organization over HTTP, with an App that may read it, and a client that follows no redirect.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use demo::api::credential::Application;
use demo::api::server::{Options, Server};
use demo::simulation::{self, simulate};
use demo::truth::Truth;
use serde_json::{Value, json};

/// GitHub's ids of the App and of its installation.
const APPLICATION: (i64, i64) = (4_001, 5_001);

/// A running organization, and what really happened in it.
#[derive(Debug)]
pub struct Organization {
    /// What really happened.
    pub truth: Truth,
    server: Server,
    /// A JSON web token of the App.
    signed: String,
}

impl Organization {
    /// Simulates so many days of the first seed, and serves how they ended.
    pub async fn start(days: u32) -> anyhow::Result<Self> {
        let (world, truth) =
            tokio::task::spawn_blocking(move || simulate(simulation::Options { seed: 1, days })).await?;
        let key = KeyPair::generate(KeySize::Rsa2048)?;
        let (id, installation_id) = APPLICATION;
        let mut options = Options::at(world.end);
        options.application = Some(Application {
            id,
            installation_id,
            public_key: key.public_key().as_ref().to_vec(),
        });
        let signed = sign(&key, world.end.timestamp())?;
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = Server::start(Arc::new(world), options, any_port).await?;
        Ok(Self { truth, server, signed })
    }

    /// Where the API answers.
    pub fn api_url(&self) -> String {
        self.server.api_url()
    }

    /// Where downloads are.
    pub fn download_url(&self) -> String {
        self.server.download_url()
    }

    /// How many requests carried credentials to the downloads.
    pub fn leaks(&self) -> u64 {
        self.server.leaks()
    }

    /// Draws an installation token through an address of the API.
    pub async fn client(&self, api_url: &str) -> anyhow::Result<Client> {
        let mut client = Client {
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                // Prism closes what is idle for five seconds, at worst while a request is on its way.
                .pool_idle_timeout(Duration::from_secs(1))
                .build()?,
            signed: self.signed.clone(),
            token: self.signed.clone(),
        };
        let url = format!("{api_url}/app/installations/{}/access_tokens", APPLICATION.1);
        let answer = client.ask("POST", &url, &[]).await?;
        let token = answer.document.get("token").and_then(Value::as_str);
        client.token = token.with_context(|| format!("{url}: {answer:?}"))?.to_owned();
        Ok(client)
    }
}

fn sign(key: &KeyPair, now: i64) -> anyhow::Result<String> {
    let claims = json!({"iss": APPLICATION.0, "iat": now, "exp": now + 600});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "RS256", "typ": "JWT"})), part(&claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    )?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Headers, with names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The bytes, where they are no JSON.
    pub bytes: Vec<u8>,
    /// The JSON; null: there is none.
    pub document: Value,
}

impl Answer {
    /// A header; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The address of the next page.
    pub fn next(&self) -> Option<&str> {
        let links = self.header("link").split(", ");
        links
            .filter_map(|link| link.strip_suffix("; rel=\"next\""))
            .find_map(|link| link.strip_prefix('<')?.strip_suffix('>'))
    }
}

/// Who asks, with the App's credentials.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    signed: String,
    /// The installation token, which reads everything but the App itself.
    pub token: String,
}

impl Client {
    /// Asks; an App's own addresses with its own signature, everything else with the installation token.
    pub async fn ask(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let path = url.split('?').next().unwrap_or_default();
        let is_own = path.split('/').nth(3) == Some("app") || path.ends_with("/installation");
        let token = if is_own { &self.signed } else { &self.token };
        // Prism closes each connection to the organization unless it is told to keep it.
        let request = self
            .http
            .request(method.parse()?, url)
            .bearer_auth(token)
            .header("connection", "keep-alive");
        self.send(request, headers).await
    }

    /// Asks without credentials.
    pub async fn ask_anonymously(&self, url: &str) -> anyhow::Result<Answer> {
        self.send(self.http.get(url), &[]).await
    }

    async fn send(&self, mut request: reqwest::RequestBuilder, headers: &[(&str, &str)]) -> anyhow::Result<Answer> {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let headers: BTreeMap<String, String> = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let bytes = response.bytes().await?;
        let is_json = headers.get("content-type").is_some_and(|media| media.contains("json"));
        let document = if is_json {
            serde_json::from_slice(&bytes)?
        } else {
            Value::Null
        };
        Ok(Answer {
            status,
            headers,
            bytes: if is_json { Vec::new() } else { bytes.to_vec() },
            document,
        })
    }
}
