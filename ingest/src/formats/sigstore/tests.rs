//! Every fixture against its snapshot, what must hold for any bytes, and bundles that somebody forged.

use domain::attestation::Verification;
use domain::source::SourceStatus;
use serde_json::{Value, json};

use super::reader::read;
use crate::attestation::forgery::Forger;
use crate::attestation::snapshots::rows_of;
use crate::attestation::trials::{Trial, statement};

const TRIAL: Trial = Trial { name: "sigstore", read };

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

fn forged() -> Value {
    let payload = statement("a1").to_string();
    Forger::new().bundle(payload.as_bytes(), &"CN=Fulcio of Acme".parse().unwrap())
}

fn verifications(value: &Value) -> Vec<Verification> {
    let (_, rows) = rows_of(read, value.to_string().as_bytes());
    rows.iter().map(|row| row.attestation.signature.verification).collect()
}

#[test]
fn a_forged_bundle_is_a_row_that_is_not_verified() {
    let (outline, rows) = rows_of(read, forged().to_string().as_bytes());
    assert_eq!((outline.status, rows.len()), (SourceStatus::Complete, 1));
    let attestation = &rows[0].attestation;
    assert_eq!(attestation.signature.verification, Verification::Unproven);
    assert_eq!(attestation.build.source.repository.as_deref(), Some("acme/api"));
    assert_eq!(
        attestation.signature.certificate.source.repository.as_deref(),
        Some("acme/api")
    );
}

#[test]
fn every_member_may_be_absent_or_of_any_type_and_none_makes_it_verified() {
    let values = [
        json!(null),
        json!(true),
        json!(7),
        json!("x"),
        json!([]),
        json!({}),
        json!([{}]),
        json!("AA=="),
    ];
    for pointer in [
        "/mediaType",
        "/verificationMaterial",
        "/verificationMaterial/certificate",
        "/verificationMaterial/certificate/rawBytes",
        "/verificationMaterial/tlogEntries",
        "/dsseEnvelope",
        "/dsseEnvelope/payload",
        "/dsseEnvelope/payloadType",
        "/dsseEnvelope/signatures",
        "/dsseEnvelope/signatures/0",
        "/dsseEnvelope/signatures/0/sig",
    ] {
        for value in &values {
            let mut changed = forged();
            *changed.pointer_mut(pointer).unwrap() = value.clone();
            let found = verifications(&changed);
            assert!(
                !found.is_empty() && !found.contains(&Verification::Verified),
                "{pointer} {value}"
            );
        }
        let mut changed = forged();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match changed.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.remove(name)),
            Value::Array(elements) => elements.clear(),
            _ => {}
        }
        assert!(!verifications(&changed).contains(&Verification::Verified), "{pointer}");
    }
}

#[test]
fn what_one_bundle_proves_says_nothing_of_the_next() {
    let mut wrong = forged();
    wrong["dsseEnvelope"]["signatures"][0]["sig"] = json!("MEUCIQ==");
    let found =
        verifications(&json!({"attestations": [{"bundle": forged()}, {"bundle": wrong}, {"bundle": forged()}]}));
    assert_eq!(
        found,
        [Verification::Unproven, Verification::Failed, Verification::Unproven]
    );
}
