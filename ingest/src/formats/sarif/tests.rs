//! Every fixture against its snapshot, and what must hold for any bytes.

use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use domain::source::SourceStatus;

use super::reader::read;
use super::redaction;
use crate::json::utf8::is_utf16;
use crate::scanner::Outline;
use crate::scanner::snapshot::{copied, render, rows};

fn rows_of(input: &mut dyn BufRead) -> (Outline, Vec<String>) {
    rows(read, input)
}

fn copy_of(bytes: &[u8]) -> (Vec<u8>, i64) {
    copied(redaction::copy, bytes)
}

fn fixtures() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/formats/sarif/fixtures");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sarif"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// `UPDATE_EXPECT=1` rewrites the snapshots; review the difference.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own switch, not configuration of the product"
)]
fn every_fixture_reads_as_its_snapshot_says() {
    let is_update = std::env::var("UPDATE_EXPECT").is_ok();
    let mut wrong = Vec::new();
    for path in fixtures() {
        let found = render(read, redaction::copy, &std::fs::read(&path).unwrap());
        let expected_path = path.with_extension("expected");
        if is_update {
            std::fs::write(&expected_path, &found).unwrap();
        } else if std::fs::read_to_string(&expected_path).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", expected_path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Delivers a few bytes at a time.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(buffer.len()).min(self.0.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    for path in fixtures() {
        let bytes = std::fs::read(&path).unwrap();
        let (whole, copied) = (rows_of(&mut bytes.as_slice()), copy_of(&bytes));
        for size in [1, 3, 7] {
            let mut pieces = BufReader::with_capacity(size, Trickle(&bytes, size));
            assert_eq!(rows_of(&mut pieces), whole, "{} by {size}", path.display());
            let mut pieces = BufReader::with_capacity(size, Trickle(&bytes, size));
            let mut again = Vec::new();
            let n = redaction::copy(&mut pieces, &mut again).unwrap();
            assert!((again, n) == copied, "{} by {size}", path.display());
        }
    }
}

/// What lands and what is read from it are the same as what is read from the original, but for secrets.
#[test]
fn a_copy_without_secrets_lands_byte_for_byte() {
    for path in fixtures() {
        let bytes = std::fs::read(&path).unwrap();
        let (copied, n) = copy_of(&bytes);
        if n == 0 && !is_utf16(&bytes) {
            assert!(copied == bytes, "{}", path.display());
        }
        let (twice, n) = copy_of(&copied);
        assert!(twice == copied, "{}: a copy of the copy differs, {n}", path.display());
    }
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
    let file = file_of_four_kilobytes();
    // A fixed sequence of positions and bytes: reproducible without a generator.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..3_000 {
        let mut bytes = file.clone().into_bytes();
        for _ in 0..3 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(state >> 33).unwrap() % bytes.len();
            let interesting = b"{}[],:\"\\0-1.eunt \x00\x1B\xFF\xC3\xED";
            bytes[at] = interesting[usize::try_from(state >> 20).unwrap() % interesting.len()];
        }
        rows_of(&mut bytes.as_slice());
        let (copied, _) = copy_of(&bytes);
        rows_of(&mut copied.as_slice());
    }
}

#[test]
fn members_of_any_type_are_absent_and_no_error() {
    for value in [
        "null",
        "true",
        "7",
        "-1.5",
        "\"x\"",
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "{\"0\": 1}",
    ] {
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

/// Fails in the middle.
struct Failing(io::ErrorKind);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0, "the source broke"))
    }
}

#[test]
fn only_a_failing_source_is_an_error() {
    let start = r#"{"runs": [{"results": [{"ruleId": "a"}, "#;
    let mut lost = BufReader::new(start.as_bytes().chain(Failing(io::ErrorKind::ConnectionReset)));
    assert!(read(&mut lost, &mut |_| Ok(())).is_err());
    let mut damaged = BufReader::new(start.as_bytes().chain(Failing(io::ErrorKind::InvalidData)));
    let (outline, rows) = rows_of(&mut damaged);
    assert_eq!((outline.status, rows.len()), (SourceStatus::Partial, 2));
    assert!(outline.reason.unwrap().starts_with("damaged: the source broke"));
    let mut whole = br#"{"runs": [{}]}"#.as_slice();
    let full = read(&mut whole, &mut |_| Err(io::Error::other("full")));
    assert_eq!(full.unwrap_err().to_string(), "full");
}
