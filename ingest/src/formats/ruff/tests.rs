//! Every fixture against its snapshot, what must hold for any bytes, and Ruff's SARIF of the same scan.

use serde_json::{Value, json};

use super::reader::read;
use super::redaction;
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "ruff",
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
    TRIAL.agrees_with_sarif("same_scan.json", "ruff_same_scan.sarif");
    TRIAL.agrees_with_sarif("same_scan_in_lines.json", "ruff_same_scan.sarif");
}

fn diagnostic(code: &str) -> Value {
    json!({
        "cell": null, "code": code, "end_location": {"column": 10, "row": 1}, "filename": "src/a.py",
        "fix": {"applicability": "safe", "edits": [{"content": "x"}], "message": "Remove"},
        "location": {"column": 8, "row": 1}, "message": "m", "name": "n", "noqa_row": 1, "severity": "error", "url": "u",
    })
}

#[test]
fn a_file_cut_anywhere_keeps_what_stands_before() {
    let list = json!([diagnostic("F401"), diagnostic("S105"), diagnostic("E501")]).to_string();
    TRIAL.survives_every_cut(&list);
    TRIAL.survives_every_byte(&list);
    let lines = format!("{}\n{}\n", diagnostic("F401"), diagnostic("S105"));
    TRIAL.survives_every_byte(&lines);
    TRIAL.survives_members_of_any_type(&json!([diagnostic("F401")]));
}

#[test]
fn a_source_that_fails_is_told_from_one_that_is_damaged() {
    TRIAL.fails_only_with_its_source(&format!("[{},", diagnostic("F401")));
    TRIAL.fails_only_with_its_source(&format!("{}\n", diagnostic("F401")));
}

#[test]
fn a_diagnostic_about_a_password_lands_without_it() {
    let kept = ["applicability", "code", "filename", "name", "severity", "url"];
    TRIAL.shows_no_canary(&json!([diagnostic("S105")]), &kept);
    let canary = crate::scanner::trials::canary();
    let mut about = diagnostic("S106");
    about["message"] = json!(format!("Possible password: {canary}"));
    let left = TRIAL.without(&format!("{}\n{about}\n", diagnostic("F401")), &canary);
    assert!(left.contains("\"Remove\"") && left.contains("\"S106\""), "{left}");
}
