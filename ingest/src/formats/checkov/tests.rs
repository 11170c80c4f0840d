//! Every fixture against its snapshot, what must hold for any bytes, and that no secret is left.

use domain::source::SourceStatus;

use super::reader::read;
use super::redaction::copy;
use crate::scanner::snapshot::{copied, rows};
use crate::scanner::trials::{Trial, VALUES, canary};

const TRIAL: Trial = Trial {
    name: "checkov",
    read,
    clean: copy,
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
fn a_copy_reads_as_the_file_does() {
    for (path, bytes) in TRIAL.fixtures() {
        if path.to_string_lossy().contains("broken") || path.to_string_lossy().contains("junk") {
            // The place of the break is another one.
            continue;
        }
        let (copy, _) = copied(copy, &bytes);
        let (original, landed) = (rows(read, &mut bytes.as_slice()), rows(read, &mut copy.as_slice()));
        let findings = |rows: &[String]| rows[..rows.len().saturating_sub(1)].to_vec();
        assert_eq!(findings(&original.1), findings(&landed.1), "{}", path.display());
    }
}

/// A report with everything that matters.
fn file() -> String {
    let check = |n: usize| {
        format!(
            r#"{{"check_id": "CKV_AWS_{}", "check_name": "A \"check\" é", "check_result": {{"result": "FAILED", "suppress_comment": "c\ud83d\ude00"}},
            "code_block": [[{n}, "a = {{\n"], [2, "}}\n"]], "file_path": "/f{}.tf", "file_line_range": [{n}, {n}], "resource": "a.b{n}", "severity": null}}"#,
            n % 3,
            n % 2
        )
    };
    let checks = |numbers: std::ops::Range<usize>| numbers.map(check).collect::<Vec<_>>().join(",\n");
    format!(
        r#"[{{"check_type": "terraform", "results": {{"passed_checks": [{}], "failed_checks": [{}], "skipped_checks": [{}], "parsing_errors": []}},
        "summary": {{"failed": 3, "parsing_errors": 0, "checkov_version": "3.2.1"}}}},
        {{"check_type": "secrets", "results": {{"failed_checks": [{}]}}, "summary": {{"failed": 2}}}}]"#,
        checks(1..3),
        checks(3..6),
        checks(6..7),
        checks(7..9)
    )
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
    TRIAL.fails_only_with_its_source(r#"{"check_type": "terraform", "results": {"failed_checks": [{}, "#);
}

#[test]
fn members_of_any_type_are_absent_and_no_error() {
    for value in VALUES {
        for name in [
            "check_id",
            "check_name",
            "check_result",
            "code_block",
            "file_path",
            "repo_file_path",
            "file_line_range",
            "resource",
            "severity",
            "short_description",
            "vulnerability_details",
        ] {
            for kind in ["terraform", "secrets", "sca_package"] {
                let file = format!(
                    r#"{{"check_type": "{kind}", "results": {{"failed_checks": [{{"{name}": {value}}}], "skipped_checks": [{value}]}}}}"#
                );
                let (copy, _) = copied(copy, file.as_bytes());
                for bytes in [file.as_bytes(), &copy] {
                    let (outline, rows) = rows(read, &mut &*bytes);
                    assert_eq!(outline.status, SourceStatus::Complete, "{file}: {:?}", outline.reason);
                    assert!(rows.len() >= 2, "{file}");
                }
            }
        }
        for name in ["check_type", "summary", "url", "checkov_version", "failed"] {
            let file = format!(r#"{{"{name}": {value}, "results": {{"failed_checks": [{{}}]}}}}"#);
            let (outline, rows) = rows(read, &mut file.as_bytes());
            assert_eq!((outline.status, rows.len()), (SourceStatus::Complete, 2), "{file}");
        }
    }
}

/// A check of some kind with a member.
fn check(kind: &str, list: &str, id: &str, member: &str, value: &str) -> String {
    format!(
        r#"{{"check_type": "{kind}", "results": {{"{list}": [{{"check_id": "{id}", "{member}": {value}, "file_path": "/f.tf"}}]}}}}"#
    )
}

#[test]
fn no_text_of_the_code_is_left() {
    let canary = canary();
    for list in ["failed_checks", "passed_checks", "skipped_checks"] {
        for member in [
            "code_block",
            "evaluations",
            "entity_tags",
            "fixed_definition",
            "breadcrumbs",
            "connected_node",
            "description",
            "details",
            "benchmarks",
            "vcs",
            "definition_context_file_path",
            "added_by",
            "entity",
            "unheard_of",
        ] {
            for value in [
                format!("\"a {canary} b\""),
                format!("[[1, \"{canary}\"]]"),
                format!("{{\"x\": {{\"{canary}\": [\"{canary}\"]}}}}"),
            ] {
                let file = check("terraform", list, "CKV_AWS_1", member, &value);
                let copy = TRIAL.without(&file, &canary);
                assert!(copy.ends_with(r#", "file_path": "/f.tf"}]}}"#), "{copy}");
            }
        }
        for value in [
            format!(r#"{{"result": "FAILED", "evaluated_keys": ["{canary}"], "entity": {{"p": "{canary}"}}}}"#),
            format!(r#"{{"result": {{"a": "{canary}"}}, "results_configuration": "{canary}"}}"#),
        ] {
            TRIAL.without(&check("terraform", list, "CKV_AWS_1", "check_result", &value), &canary);
        }
        let details =
            format!(r#"{{"id": "CVE-2026-1", "description": "{canary}", "image_details": {{"a": "{canary}"}}}}"#);
        TRIAL.without(
            &check("sca_package", list, "CKV_CVE_2026_1", "vulnerability_details", &details),
            &canary,
        );
    }
    for file in [
        format!(r#"{{"check_type": "terraform", "url": "{canary}"}}"#),
        format!(r#"{{"results": {{"unheard_of": ["{canary}"], "failed_checks": ["{canary}"]}}}}"#),
        format!(r#"{{"results": {{"failed_checks": [["{canary}"]]}}}}"#),
        format!(r#"{{"results": "{canary}", "summary": {{"x": "{canary}"}}, "support_path": "{canary}"}}"#),
        format!(r#"{{"results": {{"failed_checks": [{{"code_block": [[1, "{canary}"#),
        format!(r#"{{"results": {{"failed_checks": [{{"check_id": "{canary}"#),
        format!(r#"{{"results": {{"failed_checks": [{{"check_id": "a" "{canary}"#),
        format!(r#"["{canary}"]"#),
        format!(r#"[[{{"check_type": "{canary}"}}]]"#),
        format!("\"{canary}\""),
    ] {
        TRIAL.without(&file, &canary);
    }
    TRIAL.without(
        &check(
            "terraform",
            "failed_checks",
            "a",
            "fixed_definition",
            r#"{"pin": 271828182845}"#,
        ),
        "271828182845",
    );
}

#[test]
fn of_a_check_about_a_secret_neither_resource_nor_comment_nor_digest_is_left() {
    let canary = canary();
    for (kind, id) in [
        ("secrets", "CKV_SECRET_6"),
        ("secrets", "ACME_1"),
        ("terraform", "CKV2_PASSWORD_1"),
        ("terraform", "CKV_SECRET_6"),
    ] {
        for list in ["failed_checks", "skipped_checks"] {
            for member in ["resource", "resource_address"] {
                TRIAL.without(&check(kind, list, id, member, &format!("\"{canary}\"")), &canary);
            }
            let comment = format!(r#"{{"result": "SKIPPED", "suppress_comment": "{canary}"}}"#);
            TRIAL.without(&check(kind, list, id, "check_result", &comment), &canary);
            let code = format!(r#"[[1, "{canary}"]]"#);
            let copy = TRIAL.without(&check(kind, list, id, "code_block", &code), &canary);
            assert!(copy.contains(r#""code_block": "[redacted secret]""#), "{copy}");
        }
    }
    // What it is about stands behind it, so that in doubt it is about one.
    let file = format!(
        r#"{{"results": {{"failed_checks": [{{"resource": "{canary}", "check_id": "CKV_AWS_1"}}]}}, "check_type": "terraform"}}"#
    );
    TRIAL.without(&file, &canary);
}

#[test]
fn a_check_is_the_same_in_its_own_format_and_in_sarif() {
    TRIAL.agrees_with_sarif("as_sarif.json", "checkov_as_native.sarif");
}
