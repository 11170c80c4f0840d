//! Every fixture against its snapshot, what must hold for any bytes, and that no secret is left.

use domain::source::SourceStatus;

use super::reader::read;
use super::redaction::copy;
use crate::scanner::snapshot::{copied, rows};
use crate::scanner::trials::{Trial, VALUES, canary};

const TRIAL: Trial = Trial {
    name: "tfsec",
    read,
    clean: copy,
};

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    TRIAL.reads_every_fixture_as_its_snapshot_says();
}

#[test]
fn a_report_is_recognised_by_its_content() {
    TRIAL.is_recognised_by_its_content(&["odd_members"]);
}

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    TRIAL.depends_on_no_size_of_pieces();
}

#[test]
fn a_copy_without_secrets_lands_byte_for_byte() {
    TRIAL.copies_byte_for_byte();
}

/// A report with everything that matters.
fn file() -> String {
    let result = |n: usize| {
        format!(
            r#"{{"rule_id": "AVD-AWS-{n}", "long_id": "aws-s3-{}", "rule_description": "A \"rule\" é", "links": ["https://example.org"],
            "description": "x\ud83d\ude00{n}", "severity": "HIGH", "warning": false, "status": 0, "resource": "a.b{n}",
            "location": {{"filename": "/x/runner/work/api/api/f{}.tf", "start_line": {n}, "end_line": {n}}}}}"#,
            n % 3,
            n % 2
        )
    };
    let results: Vec<_> = (1..8).map(result).collect();
    format!("{{\n\t\"results\": [{}]}}", results.join(",\n"))
}

#[test]
fn a_file_cut_anywhere_keeps_the_findings_before_the_cut() {
    TRIAL.survives_every_cut(&file());
}

#[test]
fn no_byte_makes_the_reader_or_the_copy_fail() {
    TRIAL.survives_every_byte(&file());
}

#[test]
fn only_a_failing_source_is_an_error() {
    TRIAL.fails_only_with_its_source(r#"{"results": [{"rule_id": "a"}, "#);
}

#[test]
fn members_of_any_type_are_absent_and_no_error() {
    for value in VALUES {
        for name in [
            "rule_id",
            "long_id",
            "rule_description",
            "description",
            "severity",
            "status",
            "passed",
            "resource",
            "location",
            "links",
        ] {
            let file = format!(r#"{{"results": [{{"{name}": {value}}}, {value}]}}"#);
            let has_passed = (name, *value) == ("passed", "true");
            let (copy, _) = copied(copy, file.as_bytes());
            for bytes in [file.as_bytes(), &copy] {
                let (outline, rows) = rows(read, &mut &*bytes);
                assert_eq!(outline.status, SourceStatus::Complete, "{file}: {:?}", outline.reason);
                assert!(rows.len() >= 2 - usize::from(has_passed), "{file}");
            }
        }
    }
}

#[test]
fn no_text_of_the_code_is_left() {
    let canary = canary();
    for member in [
        "description",
        "occurrences",
        "range_annotation",
        "code",
        "snippet",
        "unheard_of",
    ] {
        for value in [
            format!("\"a {canary} b\""),
            format!("[{{\"x\": \"{canary}\"}}]"),
            format!("{{\"x\": {{\"{canary}\": [\"{canary}\"]}}}}"),
        ] {
            let file = format!(r#"{{"results": [{{"rule_id": "r", "{member}": {value}, "status": 0}}]}}"#);
            let copy = TRIAL.without(&file, &canary);
            assert!(copy.ends_with(r#", "status": 0}]}"#), "{copy}");
        }
    }
    for file in [
        format!(
            r#"{{"results": [{{"location": {{"filename": "f", "code": "{canary}", "start_line": "{canary}"}}}}]}}"#
        ),
        format!(r#"{{"results": [{{"links": [{{"a": "{canary}"}}]}}], "errors": ["{canary}"]}}"#),
        format!(r#"{{"results": ["{canary}", ["{canary}"]]}}"#),
        format!(r#"{{"results": "{canary}"}}"#),
        format!(r#"{{"results": [{{"description": "{canary}"#),
        format!(r#"{{"results": [{{"resource": "{canary}"#),
        format!(r#"{{"results": null "{canary}"}}"#),
        format!(r#"["{canary}"]"#),
    ] {
        TRIAL.without(&file, &canary);
    }
}

#[test]
fn a_result_is_the_same_in_its_own_format_and_in_sarif() {
    TRIAL.agrees_with_sarif("as_sarif.json", "tfsec_as_native.sarif");
}
