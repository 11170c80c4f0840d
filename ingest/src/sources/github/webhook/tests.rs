//! Signatures, repetitions, and what wakes whom.

use domain::identity::Sha256Digest;
use sha2::{Digest as _, Sha256};

use super::*;

const OLD: &str = "the secret before it was changed";
const NEW: &str = "the secret after it was changed";

/// HMAC-SHA256 as RFC 2104 writes it, beside the library's.
fn sign(secret: &str, body: &[u8]) -> String {
    let mut key = [0_u8; 64];
    key[..secret.len()].copy_from_slice(secret.as_bytes());
    let padded = |pad: u8| key.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(body).finalize();
    let outer = Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize();
    format!("sha256={}", Sha256Digest::from_bytes(outer.into()))
}

fn webhooks() -> Webhooks {
    let secrets = [NEW, OLD].map(|secret| WebhookSecret::parse(secret).unwrap());
    let scope = Scope {
        organization: Some("neurocipher".to_owned()),
        repositories: vec![RepositoryName::parse("elsewhere/listed").unwrap()],
        since: None,
    };
    Webhooks::new(secrets.to_vec(), scope).unwrap()
}

fn deliver(webhooks: &Webhooks, id: &str, event: &str, body: &str) -> Result<Receipt, Refusal> {
    webhooks.receive(&Delivery {
        id,
        event,
        signature: &sign(NEW, body.as_bytes()),
        body: body.as_bytes(),
    })
}

const PUSH: &str = r#"{"ref": "refs/heads/main", "repository": {"id": 1, "full_name": "neurocipher/ingest-api"}}"#;

fn wakes(name: &str) -> Receipt {
    Receipt::Wakes(RepositoryName::parse(name).unwrap())
}

#[test]
fn the_signature_is_that_of_githubs_own_example() {
    // docs.github.com, "Validating webhook deliveries": secret, payload and value of the example.
    let secret = WebhookSecret::parse("It's a Secret to Everybody").unwrap();
    let webhooks = Webhooks::new(vec![secret], Scope::default()).unwrap();
    let delivery = Delivery {
        id: "1",
        event: "push",
        signature: "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        body: b"Hello, World!",
    };
    assert_eq!(webhooks.receive(&delivery), Err(Refusal::Body), "signed, but no JSON");
    let other = Delivery {
        body: b"Hello, World?",
        ..delivery
    };
    assert_eq!(webhooks.receive(&other), Err(Refusal::Signature));
}

#[test]
fn only_a_signature_of_the_raw_body_under_the_new_or_the_old_secret_is_taken() {
    let webhooks = webhooks();
    let receive = |id: &str, signature: &str| {
        let body = PUSH.as_bytes();
        let event = "push";
        webhooks.receive(&Delivery {
            id,
            event,
            signature,
            body,
        })
    };
    let right = sign(NEW, PUSH.as_bytes());
    assert_eq!(receive("new", &right), Ok(wakes("neurocipher/ingest-api")));
    assert_eq!(
        receive("old", &sign(OLD, PUSH.as_bytes())),
        Ok(wakes("neurocipher/ingest-api"))
    );
    let written_again = serde_json::from_str::<Value>(PUSH).unwrap().to_string();
    for signature in [
        "",
        "sha256=",
        &right["sha256=".len()..],
        &right.replace("sha256=", "sha1="),
        &right[..right.len() - 2],
        &format!("{right}00"),
        &sign("somebody else's secret", PUSH.as_bytes()),
        &sign(NEW, written_again.as_bytes()),
        &sign(NEW, b""),
        "sha256=zz",
    ] {
        assert_eq!(receive("forged", signature), Err(Refusal::Signature), "{signature}");
    }
    // Every digit counts.
    for at in "sha256=".len()..right.len() {
        let mut forged = right.clone().into_bytes();
        forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
        let forged = String::from_utf8(forged).unwrap();
        assert_eq!(receive("forged", &forged), Err(Refusal::Signature), "{forged}");
    }
    // What was refused is not remembered.
    assert_eq!(receive("forged", &right), Ok(wakes("neurocipher/ingest-api")));
}

#[test]
fn a_delivery_wakes_once_however_often_it_comes() {
    let webhooks = webhooks();
    assert_eq!(
        deliver(&webhooks, "a", "push", PUSH),
        Ok(wakes("neurocipher/ingest-api"))
    );
    assert_eq!(webhooks.take().repositories.len(), 1);
    for _ in 0..10 {
        assert_eq!(deliver(&webhooks, "a", "push", PUSH), Ok(Receipt::Known));
        let other_body = PUSH.replace("ingest-api", "console");
        assert_eq!(deliver(&webhooks, "a", "push", &other_body), Ok(Receipt::Known));
    }
    assert_eq!(webhooks.take().repositories, []);
    for n in 0..REMEMBERED {
        deliver(&webhooks, &format!("{n}"), "ping", "{}").unwrap();
    }
    assert_eq!(
        deliver(&webhooks, "a", "push", PUSH),
        Ok(wakes("neurocipher/ingest-api")),
        "long ago"
    );
}

#[test]
fn only_what_may_have_changed_something_that_is_collected_wakes() {
    let webhooks = webhooks();
    let of = |name: &str, action: &str| format!(r#"{{"action": {action}, "repository": {{"full_name": {name}}}}}"#);
    let ours = r#""neurocipher/ingest-api""#;
    let woken = || Ok(wakes("neurocipher/ingest-api"));
    for (event, body, expected) in [
        ("workflow_run", of(ours, r#""completed""#), woken()),
        (
            "workflow_run",
            of(ours, r#""in_progress""#),
            Ok(Receipt::Nothing("it is not over yet")),
        ),
        (
            "workflow_run",
            of(ours, "null"),
            Ok(Receipt::Nothing("it is not over yet")),
        ),
        (
            "check_run",
            of(ours, r#""created""#),
            Ok(Receipt::Nothing("it is not over yet")),
        ),
        ("code_scanning_alert", of(ours, r#""fixed""#), woken()),
        ("pull_request", of(ours, r#""a_new_action""#), woken()),
        ("push", of(ours, "7"), woken()),
        ("repository", of(ours, r#""renamed""#), woken()),
        (
            "push",
            of(r#""elsewhere/listed""#, "null"),
            Ok(wakes("elsewhere/listed")),
        ),
        (
            "push",
            of(r#""elsewhere/other""#, "null"),
            Ok(Receipt::Nothing(
                "the repository is not one of those that are collected",
            )),
        ),
        ("push", of("7", "null"), Ok(Receipt::Nothing("it names no repository"))),
        (
            "push",
            of(r#""../../etc""#, "null"),
            Ok(Receipt::Nothing("it names no repository")),
        ),
        (
            "push",
            r#"{"repository": []}"#.to_owned(),
            Ok(Receipt::Nothing("it names no repository")),
        ),
        ("push", "[]".to_owned(), Err(Refusal::Body)),
        ("push", "payload=%7B%7D".to_owned(), Err(Refusal::Body)),
        (
            "ping",
            "{}".to_owned(),
            Ok(Receipt::Nothing("this event tells of nothing that is collected")),
        ),
        (
            "star",
            of(ours, "null"),
            Ok(Receipt::Nothing("this event tells of nothing that is collected")),
        ),
    ] {
        let id = format!("{event} {}", body.len()).replace(' ', "-");
        webhooks.remembered.lock().unwrap().ids.clear();
        assert_eq!(deliver(&webhooks, &id, event, &body), expected, "{event} {body}");
    }
    for id in ["", "two words", "\u{7f}", &"x".repeat(101)] {
        assert_eq!(deliver(&webhooks, id, "push", PUSH), Err(Refusal::Id), "{id}");
    }
}

#[test]
fn a_secret_is_long_and_never_shown() {
    assert!(WebhookSecret::parse("").is_err());
    assert!(WebhookSecret::parse("fifteen letters").is_err());
    assert!(Webhooks::new(vec![], Scope::default()).is_err());
    let shown = format!("{:?}", webhooks());
    assert!(!shown.contains("changed"), "{shown}");
}

#[tokio::test]
async fn whoever_waits_is_woken_by_what_came_before_and_what_comes_while_waiting() {
    let webhooks = std::sync::Arc::new(webhooks());
    deliver(&webhooks, "before", "push", PUSH).unwrap();
    webhooks.woken().await;
    assert_eq!(webhooks.take().repositories.len(), 1);
    let waiting = tokio::spawn({
        let webhooks = std::sync::Arc::clone(&webhooks);
        async move { webhooks.woken().await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished(), "nothing came");
    deliver(&webhooks, "while", "push", PUSH).unwrap();
    waiting.await.unwrap();
}
