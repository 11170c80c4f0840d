//! Every fixture against its snapshot, what must hold for any bytes, and that no secret is left.

use domain::source::SourceStatus;

use super::reader::read;
use super::redaction::copy;
use crate::formats::sarif;
use crate::scanner::checks::{Format, identities};
use crate::scanner::snapshot::{copied, rows};

const TFSEC: Format = Format {
    name: "tfsec",
    read,
    copy,
};

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    TFSEC.check_snapshots();
}

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    TFSEC.check_pieces();
}

#[test]
fn a_copy_without_secrets_lands_byte_for_byte() {
    TFSEC.check_copies();
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
    TFSEC.check_cuts(&file(), 0);
}

#[test]
fn no_byte_makes_the_reader_or_the_copy_fail() {
    TFSEC.check_bytes(&file());
}

#[test]
fn only_a_failing_source_is_an_error() {
    TFSEC.check_failures(r#"{"results": [{"rule_id": "a"}, "#, r#"{"results": null}"#);
}

#[test]
fn members_of_any_type_are_absent_and_no_error() {
    for value in ["null", "7", "-1.5", "\"x\"", "[]", "{}", "[[]]", "[{}]", "{\"0\": 1}"] {
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
            let (copy, _) = copied(copy, file.as_bytes());
            for bytes in [file.as_bytes(), &copy] {
                let (outline, rows) = rows(read, &mut &*bytes);
                assert_eq!(outline.status, SourceStatus::Complete, "{file}: {:?}", outline.reason);
                assert!(rows.len() >= 2, "{file}");
            }
        }
    }
}

#[test]
fn no_text_of_the_code_is_left() {
    // Looks like nothing that carries its own mark, so that no other filter finds it.
    let canary = ["canary", "of", "a", "secret"].join("~");
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
            let copy = TFSEC.without(&file, &canary);
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
        TFSEC.without(&file, &canary);
    }
}

#[test]
fn a_result_is_the_same_in_its_own_format_and_in_sarif() {
    let own = identities(read, copy, include_bytes!("fixtures/as_sarif.json"));
    let sarif = include_bytes!("../sarif/fixtures/tfsec_as_native.sarif");
    assert_eq!(own.len(), 5);
    assert_eq!(own, identities(sarif::read, sarif::redaction::copy, sarif));
}
