//! Every fixture against its snapshot, what must hold for any bytes, and the formats of one run against each other.

use serde_json::{Value, json};

use super::reader::read;
use super::redaction;
use crate::scanner::snapshot::rows;
use crate::scanner::trials::{Trial, canary};

const TRIAL: Trial = Trial {
    name: "spectral",
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
fn a_finding_is_the_same_in_every_format_of_the_run() {
    for name in [
        "same_run.json",
        "same_run_as_code_climate.json",
        "same_run_github_actions.txt",
        "same_run_stylish.txt",
        "same_run_teamcity.txt",
        "same_run_text.txt",
    ] {
        TRIAL.agrees_with_sarif(name, "spectral_same_run.sarif");
    }
}

fn result(code: &str) -> Value {
    json!({"code": code, "path": ["paths", "/a"], "message": "m", "severity": 1, "source": "api/a.yaml",
        "range": {"start": {"line": 0, "character": 5}, "end": {"line": 2, "character": 16}}})
}

fn issue(rule: &str) -> Value {
    json!({"type": "issue", "check_name": rule, "description": "m", "categories": ["Style"], "severity": "major",
        "location": {"path": "api/a.yaml", "positions": {"begin": {"line": 0}, "end": {"line": 2}}},
        "fingerprint": format!("api/a.yaml:paths:{rule}")})
}

#[test]
fn a_list_cut_anywhere_keeps_what_stands_before() {
    for list in [json!([result("a"), result("b")]), json!([issue("a"), issue("b")])] {
        TRIAL.survives_every_cut(&list.to_string());
        TRIAL.survives_every_byte(&list.to_string());
        TRIAL.survives_members_of_any_type(&list);
    }
}

#[test]
fn lines_cut_anywhere_keep_what_stands_before() {
    for (path, bytes) in TRIAL.fixtures() {
        let name = path.file_name().unwrap().to_str().unwrap();
        if !name.starts_with("same_run_") || bytes.starts_with(b"[") {
            continue;
        }
        let (_, whole) = rows(read, &mut bytes.as_slice());
        let mut n_before = 0;
        for cut in 1..bytes.trim_ascii_end().len() {
            let (outline, found) = rows(read, &mut &bytes[..cut]);
            let n_findings = found.iter().filter(|row| !row.starts_with("scan")).count();
            let is_complete = outline.status.as_str() == "complete";
            // A message may have quotes, and one of them looks like its end.
            let n_lost = usize::from(name == "same_run_text.txt");
            assert!(
                n_findings + n_lost >= n_before && n_findings < whole.len(),
                "{} at {cut}",
                path.display()
            );
            assert!(
                !is_complete || name != "same_run_stylish.txt",
                "{} at {cut}",
                path.display()
            );
            n_before = n_findings;
        }
        TRIAL.survives_every_byte(&String::from_utf8(bytes).unwrap());
    }
}

#[test]
fn a_source_that_fails_is_told_from_one_that_is_damaged() {
    TRIAL.fails_only_with_its_source(&format!("[{},", result("a")));
    TRIAL.fails_only_with_its_source("::warning title=a,file=b,col=6,endColumn=7,line=1,endLine=3::c\n");
}

#[test]
fn a_result_about_a_secret_lands_without_it() {
    let rule = "no-api-keys-in-examples";
    TRIAL.shows_no_canary(&json!([result(rule)]), &["code", "path", "source"]);
    let kept = ["categories", "check_name", "path", "severity", "type"];
    TRIAL.shows_no_canary(&json!([issue(rule)]), &kept);
    let canary = canary();
    for line in [
        format!("::error title={rule},file=b,col=6,endColumn=7,line=1,endLine=3::c {canary}"),
        format!(
            "##teamcity[inspectionType category='openapi' id='{rule}' name='{rule}' description='error -- {canary}']"
        ),
        format!("##teamcity[inspection typeId='{rule}' file='b' line='1' message='error -- {canary}']"),
        format!("b\n  1:6  error  {rule}  {canary}  info\n"),
        format!("b:1:6 error {rule} \"{canary}\""),
    ] {
        let left = TRIAL.without(&line, &canary);
        assert!(left.contains(rule), "{left}");
    }
}
