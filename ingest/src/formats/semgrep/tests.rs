//! Every fixture against its snapshot, what must hold for any bytes, and Semgrep's SARIF of the same scan.

use serde_json::{Value, json};

use super::reader::read;
use super::redaction;
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "semgrep",
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
    TRIAL.agrees_with_sarif("same_scan.json", "semgrep_same_scan.sarif");
}

fn result(rule: &str) -> Value {
    json!({"check_id": rule, "path": "src/a.py", "start": {"line": 3, "col": 1}, "end": {"line": 4, "col": 1}, "extra": {
        "message": "m", "severity": "ERROR", "lines": "code", "fingerprint": "requires login", "fix": "f", "fixed_lines": ["f"],
        "metavars": {"$X": {"abstract_content": "x", "path": "p", "propagated_value": {"svalue_abstract_content": "x"}}},
        "metadata": {"cwe": ["CWE-89: x"], "path": "p", "severity": "s", "tags": ["t"]},
        "dataflow_trace": {"taint_source": ["CliLoc", [{"path": "src/b.py"}, "code"]]},
        "validation_state": "NO_VALIDATOR", "engine_kind": "OSS", "is_ignored": false, "extra_extra": {"check_id": "x"},
        "historical_info": {"git_commit": "c", "git_blob": "b"}, "sca_info": {"path": "p"},
    }})
}

fn scan() -> Value {
    json!({
        "version": "1.99.0",
        "results": [result("python.lang.a"), result("python.lang.a"), result("generic.secrets.a")],
        "errors": [{"code": 2, "level": "warn", "type": "Syntax error", "path": "src/c.py", "message": "m", "long_msg": "l", "short_msg": "s"}],
        "paths": {"scanned": ["src/a.py", "src/c.py"]},
        "explanations": [{"op": ["XPat", "code"], "matches": [{"extra": {"metavars": {}}}]}],
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
    TRIAL.fails_only_with_its_source(r#"{"results": [{"check_id": "a", "path": "a.py", "extra": {"lines": "x"}}, "#);
}

#[test]
fn no_text_that_can_hold_a_secret_lands() {
    let kept = ["check_id", "path", "severity", "engine_kind"];
    for rule in [
        "generic.secrets.security.a",
        "python.lang.hardcoded-password",
        "a.aws-token",
    ] {
        let kept = kept.iter().copied().chain(["validation_state"]).collect::<Vec<_>>();
        let mut about = result(rule);
        // Names inside of these mean what a rule or some code wants.
        for bag in ["metavars", "metadata", "extra_extra", "sca_info"] {
            let extra = about["extra"].as_object_mut().unwrap();
            let value = extra.remove(bag).unwrap();
            TRIAL.shows_no_canary(
                &json!({"results": [{"check_id": rule, "extra": {bag: value}}]}),
                &["check_id"],
            );
        }
        TRIAL.shows_no_canary(&json!({"results": [about]}), &kept);
    }
    // In doubt it is about a secret: the weakness says so, or it was validated, or no rule is named.
    let mut weak = result("a");
    weak["extra"]["metadata"] = json!({"cwe": "CWE-798: Use of Hard-coded Credentials"});
    weak["extra"]["sca_info"].take();
    weak["extra"]["extra_extra"].take();
    weak["extra"]["metavars"].take();
    TRIAL.shows_no_canary(
        &json!({"results": [weak]}),
        &["check_id", "path", "severity", "engine_kind", "cwe", "validation_state"],
    );
    let validated =
        json!({"extra": {"validation_state": "CONFIRMED_VALID", "lines": "x", "message": "m"}, "check_id": "a"});
    TRIAL.shows_no_canary(&json!({"results": [validated]}), &["check_id", "validation_state"]);
    TRIAL.shows_no_canary(
        &json!({"results": [{"extra": {"lines": "x", "message": "m"}}, "x", ["x"]]}),
        &[],
    );
    let trace = result("a")["extra"]["dataflow_trace"].clone();
    TRIAL.shows_no_canary(
        &json!({"results": [{"check_id": "a", "extra": {"dataflow_trace": trace}}]}),
        &["check_id"],
    );
    TRIAL.shows_no_canary(
        &json!({"errors": [{"message": "m", "long_msg": "l", "short_msg": "s"}]}),
        &[],
    );
    TRIAL.shows_no_canary(&json!({"explanations": scan()["explanations"].clone()}), &[]);
}
