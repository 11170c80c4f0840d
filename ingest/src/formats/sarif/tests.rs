//! Every fixture against its snapshot, and what must hold for any bytes.

use std::io::BufRead;

use domain::source::SourceStatus;

use super::reader::read;
use super::redaction;
use crate::scanner::Outline;
use crate::scanner::snapshot::{copied, rows};
use crate::scanner::trials::{Trial, VALUES};

fn rows_of(input: &mut dyn BufRead) -> (Outline, Vec<String>) {
    rows(read, input)
}

fn copy_of(bytes: &[u8]) -> (Vec<u8>, i64) {
    copied(redaction::copy, bytes)
}

const TRIAL: Trial = Trial {
    name: "sarif",
    read,
    clean: redaction::copy,
};

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    TRIAL.reads_every_fixture_as_its_snapshot_says();
}

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    TRIAL.depends_on_no_size_of_pieces();
}

#[test]
fn a_copy_without_secrets_lands_byte_for_byte() {
    TRIAL.copies_byte_for_byte();
}

/// A file with everything that matters, in about four kilobytes.
fn file_of_four_kilobytes() -> String {
    let result = |n: usize| {
        format!(
            r#"{{"ruleId": "r{}", "ruleIndex": {}, "message": {{"text": "é \"{n}\" \ud83d\ude00"}}, "locations": [{{"physicalLocation":
            {{"artifactLocation": {{"uri": "src/f{}.py"}}, "region": {{"startLine": {n}, "snippet": {{"text": "x = {n}"}}}}}}}}]}}"#,
            n % 3,
            n % 3,
            n % 2
        )
    };
    let results: Vec<_> = (1..10).map(result).collect();
    format!(
        r#"{{"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [
        {{"tool": {{"driver": {{"name": "Bandit", "rules": [{{"id": "r0", "properties": {{"security-severity": "9.1"}}}}, {{"id": "r1"}}, {{"id": "r2",
        "defaultConfiguration": {{"level": "error"}}}}]}}}}, "results": [{}], "invocations": [{{"executionSuccessful": true, "endTimeUtc": "2026-11-20T10:00:00Z"}}]}},
        {{"results": [{}], "tool": {{"driver": {{"name": "gitleaks"}}}}}}]}}"#,
        results.join(",\n"),
        results[..2].join(",")
    )
}

#[test]
fn a_file_cut_anywhere_keeps_the_results_before_the_cut() {
    let file = file_of_four_kilobytes();
    let (outline, whole) = rows_of(&mut file.as_bytes());
    assert_eq!(
        (outline.status, whole.len()),
        (SourceStatus::Complete, 13),
        "{:?}",
        outline.reason
    );
    let second = whole.iter().position(|row| row.starts_with("scan 0")).unwrap() + 1;
    for cut in 0..file.len() {
        let bytes = &file.as_bytes()[..cut];
        let (outline, rows) = rows_of(&mut &*bytes);
        assert_ne!(outline.status, SourceStatus::Complete, "cut at {cut}");
        assert!(outline.reason.is_some(), "cut at {cut}");
        let text = String::from_utf8_lossy(bytes);
        let n_ended = text
            .matches("}}}}]}")
            .count()
            .saturating_sub(usize::from(text.contains("gitleaks")));
        let n_findings = rows.iter().filter(|row| !row.starts_with("scan")).count();
        assert!(
            n_findings >= n_ended.min(11),
            "cut at {cut} loses a result: {n_findings} of {n_ended}"
        );
        if cut < file.find("\"gitleaks\"").unwrap() && rows.len() <= second {
            // The first run's tool stands before its results, so nothing about them changes.
            let findings: Vec<_> = rows.iter().filter(|row| !row.starts_with("scan")).collect();
            assert_eq!(
                findings,
                whole.iter().take(findings.len()).collect::<Vec<_>>(),
                "cut at {cut}"
            );
        }
        let last = rows.iter().rfind(|row| row.starts_with("scan"));
        let is_whole = rows.iter().filter(|row| row.starts_with("scan")).count() == 1 && rows.len() == second;
        assert!(
            last.is_none_or(|last| is_whole
                || cut > file.len() - 3
                || last.contains(" partial,") && last.contains("truncated")),
            "cut at {cut}: {last:?}"
        );
        copy_of(bytes);
    }
}

#[test]
fn no_byte_makes_the_reader_or_the_copy_fail() {
    TRIAL.survives_every_byte(&file_of_four_kilobytes());
}

#[test]
fn members_of_any_type_are_absent_and_no_error() {
    for value in VALUES {
        let run = |name: &str| {
            format!(r#"{{"version": "2.1.0", "runs": [{{"{name}": {value}, "results": [{{"ruleId": "a"}}]}}]}}"#)
        };
        for name in [
            "tool",
            "invocations",
            "artifacts",
            "automationDetails",
            "versionControlProvenance",
            "properties",
            "results",
        ] {
            let (outline, rows) = rows_of(&mut run(name).as_bytes());
            assert_eq!(
                outline.status,
                SourceStatus::Complete,
                "{name}: {value}: {:?}",
                outline.reason
            );
            assert!(rows.len() >= 2, "{name}: {value}");
        }
        let result = |name: &str| {
            format!(
                r#"{{"version": "2.1.0", "runs": [{{"results": [{{"{name}": {value}}}, {{"locations": [{{"{name}": {value}}}]}}]}}]}}"#
            )
        };
        for name in [
            "ruleId",
            "ruleIndex",
            "rule",
            "message",
            "locations",
            "physicalLocation",
            "logicalLocations",
            "fingerprints",
            "partialFingerprints",
            "suppressions",
            "properties",
            "level",
        ] {
            let (outline, _) = rows_of(&mut result(name).as_bytes());
            assert_eq!(
                outline.status,
                SourceStatus::Complete,
                "{name}: {value}: {:?}",
                outline.reason
            );
        }
    }
}

#[test]
fn only_a_failing_source_is_an_error() {
    TRIAL.fails_only_with_its_source(r#"{"runs": [{"results": [{"ruleId": "a"}, "#);
}
