//! Every fixture against its snapshot, and what must hold for any bytes.

use serde_json::{Value, json};

use super::reader::read;
use super::redaction;
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "ort",
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

fn violation(severity: &str) -> Value {
    json!({"rule": "COPYLEFT_IN_SOURCE", "pkg": "NPM::left:1.0.0", "license": "GPL-2.0-only", "license_source": "DECLARED",
        "severity": severity, "message": "m", "how_to_fix": "f"})
}

fn document() -> Value {
    json!({
        "repository": {"vcs": {"type": "Git", "url": "https://example.org/a.git", "revision": "c0ffee"}},
        "analyzer": {"environment": {"ort_version": "55.0.0", "variables": {"PATH_OF": "x"}},
            "result": {"projects": [{"id": "NPM::a:1"}], "packages": [{"id": "NPM::left:1.0.0"}]}},
        "evaluator": {"start_time": "2026-05-01T10:00:00Z", "end_time": "2026-05-01T10:00:01Z",
            "violations": [violation("ERROR"), violation("HINT")]},
    })
}

#[test]
fn a_file_cut_anywhere_keeps_what_stands_before() {
    TRIAL.survives_every_cut(&document().to_string());
    TRIAL.survives_every_byte(&document().to_string());
    TRIAL.survives_members_of_any_type(&document());
    TRIAL.fails_only_with_its_source(&format!("{{\"evaluator\": {{\"violations\": [{},", violation("ERROR")));
}

#[test]
fn variables_and_addresses_that_log_in_do_not_land() {
    let canary = crate::scanner::trials::canary();
    let mut document = document();
    document["analyzer"]["environment"]["variables"]["PATH_OF"] = json!(canary);
    TRIAL.without(&document.to_string(), &canary);
    let mut document = self::document();
    document["repository"]["vcs"]["url"] = json!(format!("https://somebody:{canary}@example.org/a.git"));
    TRIAL.without(&document.to_string(), &canary);
}
