//! Who may ask, how often, and what downloads must never see.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::api::credential::Application;
use crate::api::server::{Options, Origin};
use crate::api::tests::client::{REPOSITORY, ask, get, of_repository, on_downloads, start};
use crate::api::tests::sample::world::{at, world};

#[tokio::test]
async fn a_known_tag_is_answered_with_304_and_costs_nothing() {
    let mut options = Options::at(at(90));
    options.token = Some("one".to_owned());
    let server = start(world(), options).await;
    let bearer = ("authorization", "Bearer one");
    let first = ask(&server.api_url(), "GET", REPOSITORY, &[bearer]).await;
    assert_eq!(first.headers["x-ratelimit-used"], "1");
    let tag = ("if-none-match", first.headers["etag"].as_str());
    let second = ask(&server.api_url(), "GET", REPOSITORY, &[bearer, tag]).await;
    assert_eq!((second.status, second.body.len()), (304, 0));
    assert_eq!(second.headers["x-ratelimit-used"], "1");
    let other = ask(
        &server.api_url(),
        "GET",
        REPOSITORY,
        &[("authorization", "token one"), tag],
    )
    .await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn a_token_is_required_where_there_is_one() {
    let mut options = Options::at(at(90));
    options.token = Some("one".to_owned());
    let server = start(world(), options).await;
    assert_eq!(get(&server, REPOSITORY).await.status, 401);
    let bad = ask(&server.api_url(), "GET", REPOSITORY, &[("authorization", "Bearer two")]).await;
    assert_eq!((bad.status, &bad.json()["message"]), (401, &json!("Bad credentials")));
}

#[tokio::test]
async fn the_last_request_of_an_hour_is_followed_by_403() {
    let mut options = Options::at(at(90));
    options.rate_limit = 1;
    let server = start(world(), options).await;
    assert_eq!(get(&server, REPOSITORY).await.status, 200);
    let refused = get(&server, REPOSITORY).await;
    assert_eq!(
        (refused.status, refused.headers["x-ratelimit-remaining"].as_str()),
        (403, "0")
    );
    assert_eq!(get(&server, REPOSITORY).await.status, 403);
    assert_eq!(get(&server, REPOSITORY).await.status, 200);
}

#[tokio::test]
async fn downloads_refuse_credentials_and_remember_who_sent_them() {
    let server = start(world(), Options::at(at(90))).await;
    let redirect = get(&server, &format!("{REPOSITORY}/actions/artifacts/501/zip")).await;
    let path = on_downloads(&server, &redirect);
    let bytes = ask(&server.download_url(), "GET", &path, &[]).await;
    assert_eq!(
        (bytes.status, bytes.headers["content-type"].as_str()),
        (200, "application/zip")
    );
    let document = of_repository(&server, "actions/artifacts/501").await;
    assert_eq!(document["size_in_bytes"], bytes.body.len());
    assert_eq!(server.leaks(), 0);
    let leaked = ask(&server.download_url(), "GET", &path, &[("authorization", "Bearer one")]).await;
    assert_eq!((leaked.status, server.leaks()), (400, 1));
    let last = server.requests().pop().unwrap();
    assert_eq!((last.origin, last.has_authorization), (Origin::Downloads, true));
    let unsigned = ask(&server.download_url(), "GET", "/artifacts/501", &[]).await;
    assert_eq!(unsigned.status, 403);
    server.set_now(at(90) + chrono::TimeDelta::days(90));
    let stale = ask(&server.download_url(), "GET", &path, &[]).await;
    let expired = get(&server, &format!("{REPOSITORY}/actions/artifacts/501/zip")).await;
    let log = get(&server, &format!("{REPOSITORY}/actions/jobs/4/logs")).await;
    assert_eq!((stale.status, expired.status, log.status), (403, 410, 410));
}

/// A JWT of an App as the value of a header.
fn signed(pair: &KeyPair, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "RS256", "typ": "JWT"})), part(claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("Bearer {message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn the_key_of_an_app_is_der_or_pem_of_either_form() {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let stranger = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let bare = pair.public_key().as_ref().to_vec();
    let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let spki = spki.as_ref().to_vec();
    let pem = |label: &str, bytes: &[u8]| {
        let text = STANDARD.encode(bytes);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        let text = lines.join("\n");
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n").into_bytes()
    };
    let keys = [pem("RSA PUBLIC KEY", &bare), pem("PUBLIC KEY", &spki), bare, spki];
    for public_key in keys {
        let mut options = Options::at(at(90));
        options.application = Some(Application {
            id: 5,
            installation_id: 6,
            public_key,
        });
        let server = start(world(), options).await;
        for (pair, expected) in [(&pair, 200), (&stranger, 401)] {
            let bearer = signed(pair, &json!({"iss": 5, "iat": 1_000, "exp": 1_600}));
            let reply = ask(&server.api_url(), "GET", "/app", &[("authorization", &bearer)]).await;
            assert_eq!(reply.status, expected);
        }
    }
}

#[tokio::test]
async fn an_app_signs_for_itself_and_draws_a_token_of_an_hour() {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let sign = |claims: &Value| signed(&pair, claims);
    let mut options = Options::at(at(90));
    options.application = Some(Application {
        id: 5,
        installation_id: 6,
        public_key: pair.public_key().as_ref().to_vec(),
    });
    let server = start(world(), options).await;
    let path = "/app/installations/6/access_tokens";
    let own = sign(&json!({"iss": "5", "iat": 1_000, "exp": 1_600}));
    let drawn = ask(&server.api_url(), "POST", path, &[("authorization", &own)]).await;
    assert_eq!(
        (drawn.status, &drawn.json()["expires_at"]),
        (201, &json!("2026-03-02T12:30:00Z"))
    );
    let bearer = format!("Bearer {}", drawn.json()["token"].as_str().unwrap());
    assert_eq!(
        ask(&server.api_url(), "GET", REPOSITORY, &[("authorization", &bearer)])
            .await
            .status,
        200
    );
    for claims in [
        json!({"iss": "4", "iat": 1_000, "exp": 1_600}),
        json!({"iss": "5", "iat": 1_000, "exp": 9_000}),
    ] {
        let refused = ask(&server.api_url(), "POST", path, &[("authorization", &sign(&claims))]).await;
        assert_eq!(refused.status, 401, "{claims}");
    }
    let installation = format!("{REPOSITORY}/installation");
    let found = ask(&server.api_url(), "GET", &installation, &[("authorization", &own)]).await;
    assert_eq!(found.json()["id"], 6);
    server.set_now(at(150));
    assert_eq!(
        ask(&server.api_url(), "GET", REPOSITORY, &[("authorization", &bearer)])
            .await
            .status,
        401
    );
}
