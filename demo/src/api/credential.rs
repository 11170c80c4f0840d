//! Who may ask: a token, or an App that signs for itself and draws tokens of an hour.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::clock::Timestamp;
use serde_json::Value;

use crate::api::view::digest;

/// The longest life that GitHub takes of an App's own token, with a minute for a clock that runs ahead.
const LONGEST_LIFE_SECONDS: i64 = 660;

/// A GitHub App that is installed in the organization.
#[derive(Debug, Clone)]
pub struct Application {
    /// GitHub's id of the App, which its tokens name as `iss`.
    pub id: i64,
    /// GitHub's id of its installation.
    pub installation_id: i64,
    /// The RSA public key that its tokens are verified with: DER or PEM, PKCS #1 or SPKI.
    pub public_key: Vec<u8>,
}

impl Application {
    /// The key as DER.
    fn key(&self) -> Option<Vec<u8>> {
        let Some(text) = std::str::from_utf8(&self.public_key)
            .ok()
            .filter(|text| text.contains("-----BEGIN"))
        else {
            return Some(self.public_key.clone());
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
        STANDARD.decode(lines.collect::<String>()).ok()
    }

    /// Tells whether a JWT is this App's. Its instants are held against each other, not against the world's: the
    /// client has a clock of its own.
    fn signed(&self, token: &str) -> bool {
        self.read(token).is_some()
    }

    fn read(&self, token: &str) -> Option<()> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let document =
            |part: &str| -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok() };
        if document(header)?.get("alg")?.as_str()? != "RS256" {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.key()?)
            .verify(message.as_bytes(), &signature)
            .ok()?;
        let claims = document(claims)?;
        let issuer = claims.get("iss")?;
        let is_own = issuer.as_i64() == Some(self.id) || issuer.as_str() == Some(self.id.to_string().as_str());
        let life = claims.get("exp")?.as_i64()? - claims.get("iat")?.as_i64()?;
        (is_own && (1..=LONGEST_LIFE_SECONDS).contains(&life)).then_some(())
    }
}

/// What a request's credentials are good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It may read the organization.
    Reader,
    /// It is the App itself.
    Application,
    /// It has none where some are needed.
    Missing,
    /// They are wrong, or hold no more.
    Bad,
}

/// Who may ask.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Null: no token opens it.
    pub(crate) token: Option<String>,
    /// Null: there is no App.
    pub(crate) application: Option<Application>,
    /// Installation tokens and when they end.
    issued: Mutex<HashMap<String, Timestamp>>,
}

impl Gate {
    /// Everybody may ask where there is neither a token nor an App.
    pub(crate) fn new(token: Option<String>, application: Option<Application>) -> Self {
        Self {
            token,
            application,
            issued: Mutex::new(HashMap::new()),
        }
    }

    /// What the value of an `Authorization` header is good for.
    pub(crate) fn standing(&self, header: Option<&str>, now: Timestamp) -> Standing {
        let is_open = self.token.is_none() && self.application.is_none();
        let Some(header) = header else {
            return if is_open { Standing::Reader } else { Standing::Missing };
        };
        let presented = header.split_once(' ').map_or(header, |(_, token)| token).trim();
        if self
            .application
            .as_ref()
            .is_some_and(|application| application.signed(presented))
        {
            return Standing::Application;
        }
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = issued.get(presented).is_some_and(|end| now < *end);
        if is_open || holds || self.token.as_deref() == Some(presented) {
            Standing::Reader
        } else {
            Standing::Bad
        }
    }

    /// Draws an installation token for one hour of the world.
    pub(crate) fn issue(&self, seed: u64, now: Timestamp) -> String {
        let id = self
            .application
            .as_ref()
            .map_or(0, |application| application.installation_id);
        let token = digest(&[
            "installation",
            &seed.to_string(),
            &id.to_string(),
            &now.timestamp().to_string(),
        ]);
        let token = format!("ghs_{}", token.get(..36).unwrap_or(&token));
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.insert(token.clone(), now + TimeDelta::hours(1));
        token
    }
}
