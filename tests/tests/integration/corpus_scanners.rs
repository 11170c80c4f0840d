//! Real reports of scanners in their own formats: `make test CORPUS=DIR`. Counts of a second implementation, and of
//! another project's tests; where those two differ, because one of them merges, either is right.

use std::collections::BTreeMap;

use domain::finding::Suppression;
use domain::source::SourceStatus;
use ingest::formats::registry::{self, HEAD_BYTES, Recognised};
use ingest::redaction::{self, Content};
use ingest::scanner::Row;
use serde_json::Value;

use crate::corpus::{corpus, table};

/// Kinds of the collection that are read, by the name of their format.
const KINDS: [(&str, Content); 3] = [
    ("checkov", Content::Checkov),
    ("gitleaks", Content::Gitleaks),
    ("tfsec", Content::Tfsec),
];

/// What a file gives: findings without those that are suppressed, by rule and place, and results of its scans.
#[derive(Debug, PartialEq)]
struct Found {
    status: SourceStatus,
    findings: Vec<String>,
    n_results: i64,
}

fn read(kind: &str, bytes: &[u8]) -> Found {
    let mut found = Found {
        status: SourceStatus::Refused,
        findings: Vec::new(),
        n_results: 0,
    };
    let read = registry::reader_of_scans(kind).unwrap();
    let outline = read(&mut &*bytes, &mut |row| {
        match row {
            Row::Finding(finding) if finding.suppression != Some(Suppression::Suppressed) => {
                let place = (&finding.path, finding.start_line, &finding.logical_location);
                found.findings.push(format!("{} {place:?}", finding.rule_id));
            }
            Row::Finding(_) => {}
            Row::Scan(scan) => found.n_results += scan.n_results.unwrap_or(0),
        }
        Ok(())
    });
    found.status = outline.unwrap().status;
    found
}

/// How many a second implementation counts; null where it cannot read the file.
fn counted(kind: &str, facts: &Value) -> Option<i64> {
    if kind == "checkov" {
        let reports = facts["reports"].as_array()?;
        return Some(reports.iter().filter_map(|report| report["failed"].as_i64()).sum());
    }
    facts["n"].as_i64()
}

#[test]
fn every_report_of_a_scanner_counts_as_others_count_it_and_landing_changes_nothing() {
    let Some(corpus) = corpus() else { return };
    let (facts, oracle) = (
        table(&corpus.join("FACTS.tsv")),
        table(&corpus.join("ORACLE-defectdojo-counts.tsv")),
    );
    let mut wrong = Vec::new();
    let mut n_files = 0;
    for line in table(&corpus.join("MANIFEST.tsv")) {
        let Some((kind, content)) = KINDS.into_iter().find(|(kind, _)| *kind == line["kind"]) else {
            continue;
        };
        if line["expect"] != "ok" {
            continue;
        }
        n_files += 1;
        let file = line["file"].as_str();
        let bytes = std::fs::read(corpus.join(file)).unwrap();
        let recognised = registry::recognise(&bytes[..bytes.len().min(HEAD_BYTES)]);
        let written: Vec<u8> = bytes
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let is_named_only = [&b"null"[..], b"[]", br#"{"results":null}"#].contains(&written.as_slice());
        match recognised {
            Recognised::Format(format) if format.name == kind => {}
            // What it is, only its name could tell.
            Recognised::Other if is_named_only => {}
            other => wrong.push(format!("{file}: recognised as {other:?}")),
        }
        let found = read(kind, &bytes);
        let mut landed = Vec::new();
        redaction::copy(&mut bytes.as_slice(), &mut landed, content).unwrap();
        if read(kind, &landed) != found {
            wrong.push(format!("{file}: landing changes what is read"));
        }
        let of = |rows: &[BTreeMap<String, String>], member: &str| {
            let row = rows.iter().find(|row| row["file"] == file)?;
            Some(row[member].clone())
        };
        let facts = of(&facts, "facts_json").and_then(|facts| counted(kind, &serde_json::from_str(&facts).unwrap()));
        let oracle = of(&oracle, "findings").and_then(|n| n.parse::<i64>().ok());
        let theirs: Vec<i64> = facts.into_iter().chain(oracle).collect();
        let n_findings = i64::try_from(found.findings.len()).unwrap();
        if !theirs.is_empty() && !theirs.contains(&n_findings) {
            wrong.push(format!(
                "{file}: {n_findings} findings of {} results, others count {theirs:?}",
                found.n_results
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_files > 0, "the collection has no such files");
}
