//! Every fixture against its snapshot, what must hold for any bytes, and Grype's SARIF of the same scans.

use serde_json::{Value, json};

use super::reader::read;
use super::redaction;
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "grype",
    read,
    clean: redaction::copy,
};

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    TRIAL.reads_every_fixture_as_its_snapshot_says();
}

#[test]
fn a_report_is_recognised_by_its_content() {
    TRIAL.is_recognised_by_its_content(&[]);
}

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    TRIAL.depends_on_no_size_of_pieces();
}

#[test]
fn a_copy_without_secrets_lands_byte_for_byte() {
    TRIAL.copies_byte_for_byte();
}

#[test]
fn a_finding_is_the_same_in_the_sarif_of_the_scan() {
    TRIAL.agrees_with_sarif("same_scan_of_folder.json", "grype_same_scan_of_folder.sarif");
    TRIAL.agrees_with_sarif("same_scan_of_image.json", "grype_same_scan_of_image.sarif");
}

fn found(id: &str) -> Value {
    json!({
        "vulnerability": {"id": id, "severity": "High", "namespace": "a", "description": "d", "cvss": [{"metrics": {"baseScore": 7.5}}]},
        "relatedVulnerabilities": [{"id": "CVE-2026-10002", "namespace": "nvd:cpe", "cvss": []}],
        "artifact": {"name": "a", "version": "1", "type": "npm", "purl": "pkg:npm/a@1", "locations": [{"path": "a.lock"}]},
    })
}

fn scan() -> Value {
    let mut ignored = found("CVE-2026-10003");
    ignored["appliedIgnoreRules"] = json!([{"reason": "r"}]);
    json!({
        "matches": [found("CVE-2026-10001"), found("GHSA-aaaa-bbbb-cccc")],
        "ignoredMatches": [ignored],
        "source": {"type": "image", "target": {"userInput": "acme/api:v1", "config": "e", "manifest": "e", "labels": {"a": "b"}, "annotations": {"a": "b"}}},
        "descriptor": {"name": "grype", "version": "0.90.0", "timestamp": "2026-11-20T10:00:00Z", "configuration": {
            "registry": {"auth": [{"username": "u", "password": "p", "token": "t", "tls-cert": "c"}]}, "db": {"update-url": "https://somebody:what@example.org"}}},
    })
}

#[test]
fn a_scan_cut_anywhere_keeps_what_stands_before_the_cut() {
    TRIAL.survives_every_cut(&scan().to_string());
}

#[test]
fn no_byte_makes_the_reader_or_the_copy_fail() {
    TRIAL.survives_every_byte(&scan().to_string());
}

#[test]
fn members_of_any_type_are_absent_and_no_error() {
    TRIAL.survives_members_of_any_type(&scan());
}

#[test]
fn only_a_failing_source_is_an_error() {
    TRIAL.fails_only_with_its_source(
        r#"{"matches": [{"vulnerability": {"id": "CVE-2026-10001"}, "artifact": {"name": "a"}}, "#,
    );
}

#[test]
fn no_text_that_can_hold_a_secret_lands() {
    let scan = scan();
    let configuration = &scan["descriptor"]["configuration"];
    TRIAL.shows_no_canary(&json!({"descriptor": {"configuration": configuration}}), &[]);
    let mut source = scan["source"].clone();
    source["target"].as_object_mut().unwrap().remove("userInput");
    TRIAL.shows_no_canary(&json!({"source": source}), &["type"]);
    TRIAL.shows_no_canary(
        &json!({"matches": [{"artifact": {"metadata": {"password": "p", "apiToken": "t", "client-secret": ["s"]}}}]}),
        &[],
    );
}
