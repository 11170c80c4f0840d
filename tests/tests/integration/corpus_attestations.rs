//! Real attestations: `make test CORPUS=DIR`. Who signed them is known, and whatever is changed in one shows.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::attestation::{AttestedSubject, LogEvidence, TrustRoot, Verification};
use domain::source::SourceStatus;
use ingest::document::Outline;
use ingest::formats::registry::{HEAD_BYTES, Recognised, reader_of_documents, recognise};
use serde_json::{Value, json};

use crate::corpus::{corpus, table};

/// Reads bytes as what they are recognised as.
fn read(bytes: &[u8]) -> Option<(Outline, Vec<AttestedSubject>)> {
    let Recognised::Format(format) = recognise(&bytes[..bytes.len().min(HEAD_BYTES)]) else {
        return None;
    };
    let read = reader_of_documents(format.name)?;
    let mut rows = Vec::new();
    let outline = read(&mut &*bytes, &mut |row| {
        rows.extend(row.attestation());
        Ok(())
    });
    Some((outline.unwrap(), rows))
}

/// The files of attestations, with their bytes.
fn files(corpus: &Path) -> BTreeMap<String, Vec<u8>> {
    let lines = table(&corpus.join("MANIFEST.tsv"));
    let lines = lines
        .into_iter()
        .filter(|line| line["kind"] == "provenance" && line["expect"] == "ok");
    let files: BTreeMap<_, _> = lines
        .map(|line| {
            let bytes = std::fs::read(corpus.join(&line["file"])).unwrap();
            (line["file"].clone(), bytes)
        })
        .collect();
    assert!(!files.is_empty(), "the corpus has no attestation");
    files
}

/// How many statements of a file are verified.
fn n_verified(bytes: &[u8]) -> usize {
    let (_, rows) = read(bytes).unwrap_or_else(|| panic!("not recognised"));
    let is_verified = |row: &&AttestedSubject| row.attestation.signature.verification == Verification::Verified;
    rows.iter()
        .filter(|row| row.subject.position == 0)
        .filter(is_verified)
        .count()
}

#[test]
fn every_attestation_is_read_and_has_the_subjects_that_a_second_implementation_finds() {
    let Some(corpus) = corpus() else { return };
    let facts = table(&corpus.join("FACTS.tsv"));
    let mut wrong = Vec::new();
    for (file, bytes) in files(&corpus) {
        let Some((outline, rows)) = read(&bytes) else {
            wrong.push(format!("{file}: not recognised"));
            continue;
        };
        if outline.status != SourceStatus::Complete {
            wrong.push(format!("{file}: {:?}", outline.reason));
        }
        let facts = facts.iter().find(|line| line["file"] == file).unwrap();
        let facts: Value = serde_json::from_str(&facts["facts_json"]).unwrap();
        // A copy beside an envelope says the same once more; a signature over a file has no statement.
        let found = facts["found"].as_array().unwrap();
        let is_signed = found.iter().any(|found| found["env"].is_string());
        let stated = found.iter().filter(|found| found["type"].is_string());
        let stated: Vec<_> = stated
            .filter(|found| !is_signed || found["env"].is_string())
            .map(|found| (found["predicateType"].as_str(), found["subjects"].as_i64()))
            .collect();
        let firsts = rows.iter().filter(|row| row.subject.position == 0);
        let firsts = firsts.filter(|row| row.attestation.statement_type.is_some());
        let ours: Vec<_> = firsts
            .map(|row| {
                let attestation = &row.attestation;
                (attestation.predicate_type.as_deref(), Some(attestation.n_subjects))
            })
            .collect();
        if stated != ours {
            wrong.push(format!("{file}: {stated:?} against {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_verified_names_who_signed_it_when_and_of_what_source() {
    let Some(corpus) = corpus() else { return };
    let mut n = 0;
    for (file, bytes) in files(&corpus) {
        let (_, rows) = read(&bytes).unwrap();
        for row in rows {
            let signature = &row.attestation.signature;
            let is_verified = signature.verification == Verification::Verified;
            assert_eq!(
                is_verified,
                signature.reason.is_none() && signature.trust_root.is_some(),
                "{file}"
            );
            assert_eq!(is_verified, signature.signed_at.is_some(), "{file}");
            if !is_verified {
                assert_eq!(signature.log_evidence, LogEvidence::None, "{file}");
                continue;
            }
            n += 1;
            let certified = &signature.certificate.source;
            let source = &row.attestation.build.source;
            assert!(
                signature.certificate.issuer.is_some() && signature.certificate.identity.is_some(),
                "{file}"
            );
            let is_logged = signature.log_evidence != LogEvidence::None;
            assert_eq!(is_logged, signature.trust_root == Some(TrustRoot::Sigstore), "{file}");
            if source.commit.is_some() {
                assert_eq!(
                    (&source.uri, &source.commit),
                    (&certified.uri, &certified.commit),
                    "{file}"
                );
            }
        }
    }
    assert!(n >= 5, "{n} verified");
}

/// Another value of the same kind: a letter in the middle is another one. Of a checkpoint it is the first, since the lines
/// at its end name who signed the lines before, and are not signed.
fn changed(value: &Value, place: &str) -> Value {
    let Some(text) = value.as_str() else {
        return json!(7);
    };
    let middle = if place.ends_with("/checkpoint/envelope") {
        0
    } else {
        text.chars().count() / 2
    };
    let other = |letter: char| match letter {
        '1' => '2',
        letter if letter.is_ascii_digit() => '1',
        'A' => 'B',
        _ => 'A',
    };
    let letters = text.chars().enumerate();
    json!(
        letters
            .map(|(at, letter)| if at == middle { other(letter) } else { letter })
            .collect::<String>()
    )
}

/// The places of all texts and numbers of a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| places(value, &format!("{at}/{name}"), found)),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .for_each(|(index, value)| places(value, &format!("{at}/{index}"), found)),
        Value::String(text) if text.is_empty() => {}
        Value::String(_) | Value::Number(_) => found.push(at.to_owned()),
        Value::Null | Value::Bool(_) => {}
    }
}

/// What a bundle says beside what it proves: what a registry tells of it, how a key is called, and certificates of
/// authorities, which a trust root has itself.
fn proves_nothing(place: &str) -> bool {
    let is_of_a_registry = place.starts_with("/attestations/") && !place.contains("/bundle/");
    let is_of_an_authority = place.contains("/certificates/") && !place.contains("/certificates/0/");
    is_of_a_registry || is_of_an_authority || place.ends_with("/keyid")
}

#[test]
fn whatever_is_changed_in_a_verified_bundle_it_is_verified_no_more() {
    let Some(corpus) = corpus() else { return };
    let mut wrong = Vec::new();
    let mut n_changes = 0;
    for (file, bytes) in files(&corpus) {
        let before = n_verified(&bytes);
        let Ok(document) = serde_json::from_slice::<Value>(&bytes) else {
            continue;
        };
        if before == 0 {
            continue;
        }
        let mut found = Vec::new();
        places(&document, "", &mut found);
        for place in found.into_iter().filter(|place| !proves_nothing(place)) {
            // Of several bundles those that are not verified prove nothing by being changed.
            let mut parts = place.split('/').skip(1);
            if parts.next() == Some("attestations") {
                let index: usize = parts.next().unwrap().parse().unwrap();
                let alone = json!({"attestations": [document["attestations"][index]]});
                if n_verified(alone.to_string().as_bytes()) == 0 {
                    continue;
                }
            }
            n_changes += 1;
            let mut altered = document.clone();
            let at = altered.pointer_mut(&place).unwrap();
            *at = changed(at, &place);
            if n_verified(altered.to_string().as_bytes()) >= before {
                wrong.push(format!("{file}: {place}"));
            }
        }
    }
    assert!(n_changes > 100, "{n_changes} changes");
    assert!(wrong.is_empty(), "verified all the same:\n{}", wrong.join("\n"));
}

#[test]
fn a_verified_statement_whose_payload_says_something_else_is_verified_no_more() {
    let Some(corpus) = corpus() else { return };
    let mut n = 0;
    for (file, bytes) in files(&corpus) {
        let Ok(mut document) = serde_json::from_slice::<Value>(&bytes) else {
            continue;
        };
        if n_verified(&bytes) == 0 || document.get("dsseEnvelope").is_none() {
            continue;
        }
        n += 1;
        let payload = STANDARD
            .decode(document["dsseEnvelope"]["payload"].as_str().unwrap())
            .unwrap();
        let mut statement: Value = serde_json::from_slice(&payload).unwrap();
        statement["subject"][0]["digest"]["sha256"] = json!("a1".repeat(32));
        document["dsseEnvelope"]["payload"] = json!(STANDARD.encode(statement.to_string()));
        let (_, rows) = read(document.to_string().as_bytes()).unwrap();
        let signature = &rows[0].attestation.signature;
        assert_eq!(signature.verification, Verification::Failed, "{file}");
        assert!(signature.reason.as_ref().unwrap().starts_with("signature: "), "{file}");
    }
    assert!(n > 0);
}
