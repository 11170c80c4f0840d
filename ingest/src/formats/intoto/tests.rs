//! Every fixture against its snapshot, what must hold for any bytes, and what hostile statements do.

use std::fmt::Write as _;

use domain::attestation::Verification;
use domain::source::SourceStatus;
use serde_json::{Value, json};
use sigstore_verify::crypto::KeyPair;
use sigstore_verify::types::pae;

use super::reader::read;
use crate::attestation::snapshots::rows_of;
use crate::attestation::trials::{Trial, envelope, statement};

const TRIAL: Trial = Trial { name: "intoto", read };

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    TRIAL.reads_every_fixture_as_its_snapshot_says();
}

#[test]
fn a_file_is_recognised_by_its_content() {
    TRIAL.is_recognised_by_its_content(&["empty"]);
}

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    TRIAL.depends_on_no_size_of_pieces();
}

#[test]
fn a_cut_file_is_never_complete() {
    TRIAL.a_cut_shows();
}

#[test]
fn no_byte_makes_the_reader_fail() {
    TRIAL.no_byte_makes_it_fail();
}

#[test]
fn only_a_lost_source_is_an_error() {
    TRIAL.only_a_lost_source_is_an_error();
}

fn read_value(value: &Value) -> (crate::document::Outline, Vec<domain::attestation::AttestedSubject>) {
    rows_of(read, value.to_string().as_bytes())
}

#[test]
fn ten_thousand_subjects_are_ten_thousand_rows_of_one_statement() {
    let mut statement = statement("a1");
    let subjects = (0..10_000).map(|n| json!({"name": format!("file {n}"), "digest": {"sha256": format!("{n:064x}")}}));
    statement["subject"] = subjects.collect();
    let (outline, rows) = read_value(&statement);
    assert_eq!((outline.status, outline.n_rows), (SourceStatus::Complete, 10_000));
    assert_eq!(outline.warnings.total(), 0);
    let last = rows.last().unwrap();
    assert_eq!((last.subject.position, last.attestation.n_subjects), (9_999, 10_000));
    assert_eq!(last.subject.sha256.as_deref(), Some(format!("{:064x}", 9_999).as_str()));
    assert!(rows.iter().all(|row| row.attestation.position == 0));
}

#[test]
fn deep_nesting_is_refused_and_never_overflows() {
    for depth in [100, 1_000, 100_000] {
        for (open, close) in [("[", "]"), ("{\"bundle\":", "}"), ("{\"attestations\":[", "]}")] {
            let text = format!("{}{}{}", open.repeat(depth), statement("a1"), close.repeat(depth));
            let (outline, rows) = rows_of(read, text.as_bytes());
            assert_eq!(
                (outline.status, rows.len()),
                (SourceStatus::Refused, 0),
                "{open} {depth}"
            );
        }
        let mut deep = String::new();
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let _ = write!(
            deep,
            r#"{{"_type": "https://in-toto.io/Statement/v1", "subject": [{{"name": "a", "digest": {{"sha256": "{}"}}}}], "predicateType": "https://slsa.dev/provenance/v1", "predicate": {nested}}}"#,
            "a1".repeat(32)
        );
        let (outline, rows) = rows_of(read, deep.as_bytes());
        assert_eq!(rows.len(), 1, "{depth}");
        let is_whole = depth <= 100;
        assert_eq!(
            outline.status == SourceStatus::Complete,
            is_whole,
            "{depth}: {:?}",
            outline.reason
        );
        let (outline, rows) = read_value(&envelope(deep.as_bytes(), b"x"));
        assert_eq!(outline.status, SourceStatus::Complete);
        assert_eq!(rows[0].subject.sha256.is_some(), is_whole, "{depth}");
    }
}

#[test]
fn numbers_and_texts_beyond_all_bounds_do_no_harm() {
    let mut long = statement("a1");
    long["subject"][0]["name"] = json!("x".repeat(1_000_000));
    long["predicate"]["runDetails"]["builder"]["id"] = json!("y".repeat(100_000));
    let (outline, rows) = read_value(&long);
    assert_eq!(outline.status, SourceStatus::Complete);
    assert_eq!(rows[0].subject.name.as_ref().map(String::len), Some(2048));
    assert_eq!(
        rows[0].attestation.build.builder_id.as_ref().map(String::len),
        Some(2048)
    );
    let text = statement("a1").to_string().replace(
        "\"predicate\":",
        "\"n\": 1e999999, \"m\": 99999999999999999999999, \"predicate\":",
    );
    assert_eq!(rows_of(read, text.as_bytes()).0.status, SourceStatus::Complete);
}

#[test]
fn every_member_may_be_of_any_type() {
    let values = [
        json!(null),
        json!(true),
        json!(-1.5),
        json!("x"),
        json!([]),
        json!({}),
        json!([{}]),
        json!([[null]]),
    ];
    let mut pointers = Vec::new();
    collect(&statement("a1"), String::new(), &mut pointers);
    assert!(pointers.len() > 12);
    for pointer in pointers {
        for value in &values {
            let mut changed = statement("a1");
            *changed.pointer_mut(&pointer).unwrap() = value.clone();
            let (_, rows) = read_value(&changed);
            assert!(
                rows.iter()
                    .all(|row| row.attestation.signature.verification == Verification::Unsigned)
            );
            let (_, rows) = read_value(&envelope(changed.to_string().as_bytes(), b"x"));
            assert_eq!(
                rows[0].attestation.signature.verification,
                Verification::Unproven,
                "{pointer}"
            );
        }
    }
}

fn collect(value: &Value, at: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                collect(value, format!("{at}/{name}"), pointers);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                collect(value, format!("{at}/{index}"), pointers);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        pointers.push(at);
    }
}

#[test]
fn a_right_signature_of_an_unknown_key_proves_nothing() {
    let payload = statement("a1").to_string();
    let key = KeyPair::generate_ecdsa_p256().unwrap();
    let signature = key
        .sign(&pae("application/vnd.in-toto+json", payload.as_bytes()))
        .unwrap();
    let (_, rows) = read_value(&envelope(payload.as_bytes(), signature.as_bytes()));
    let signature = &rows[0].attestation.signature;
    assert_eq!(signature.verification, Verification::Unproven);
    assert!(signature.reason.as_ref().unwrap().starts_with("key_unknown: "));
}

#[test]
fn a_credential_in_a_payload_is_shown_in_no_row() {
    let token = ["gh", "p_", &"aB3".repeat(12)].concat();
    let mut said = statement("a1");
    said["subject"][0]["name"] = json!(format!("api {token}"));
    said["predicate"]["runDetails"]["builder"]["id"] = json!(token);
    said["predicateType"] = json!(format!("https://slsa.dev/provenance/v1?{token}"));
    for value in [said.clone(), envelope(said.to_string().as_bytes(), b"x")] {
        let (outline, rows) = read_value(&value);
        let shown = format!("{outline:?} {rows:?}");
        assert!(!shown.contains(&token), "{shown}");
        assert_eq!(shown.matches("[redacted github_token]").count(), 3, "{shown}");
    }
}
