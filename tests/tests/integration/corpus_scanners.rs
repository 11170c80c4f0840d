//! Real files of scanners in their own formats: `make test CORPUS=DIR`. Counts of a second implementation, of another
//! project's tests, and of the lists as they stand in the file.

use std::collections::BTreeMap;
use std::path::Path;

use domain::finding::{Finding, Suppression};
use domain::scan::Scan;
use domain::source::SourceStatus;
use ingest::formats::registry::{self, HEAD_BYTES, Recognised};
use ingest::redaction::{self, Content};
use ingest::scanner;
use serde_json::Value;

use crate::corpus::{TABLES, corpus, table};

/// A format, and which files of the corpus are of it.
struct Kind {
    name: &'static str,
    /// The kind in the corpus, and what its dialects begin with.
    files: (&'static str, &'static str),
    /// What the second implementation states of a file, in our words.
    facts: fn(&Value) -> BTreeMap<String, i64>,
    /// The findings that stand in a document, counted plainly.
    count: fn(&Value) -> i64,
    /// Whether what was put away is counted.
    has_put_away: bool,
}

const KINDS: &[Kind] = &[
    Kind {
        name: "checkov",
        files: ("checkov", ""),
        facts: checkov_facts,
        count: checkov_count,
        has_put_away: false,
    },
    Kind {
        name: "gitleaks",
        files: ("gitleaks", ""),
        facts: number,
        count: |document| n(document, ""),
        has_put_away: false,
    },
    Kind {
        name: "grype",
        files: ("grype", ""),
        facts: |_| BTreeMap::new(),
        count: |document| n(document, "/matches") + n(document, "/ignoredMatches"),
        has_put_away: true,
    },
    Kind {
        name: "openapi_diff",
        files: ("contracts", "openapi-diff"),
        facts: |_| BTreeMap::new(),
        // A line stands before its document.
        count: |_| 0,
        has_put_away: true,
    },
    Kind {
        name: "semgrep",
        files: ("semgrep", ""),
        facts: |_| BTreeMap::new(),
        count: |document| n(document, "/results"),
        has_put_away: true,
    },
    Kind {
        name: "spectral",
        files: ("contracts", "spectral"),
        facts: |_| BTreeMap::new(),
        count: |document| n(document, ""),
        has_put_away: true,
    },
    Kind {
        name: "tfsec",
        files: ("tfsec", ""),
        facts: number,
        count: tfsec_count,
        has_put_away: false,
    },
    Kind {
        name: "trivy",
        files: ("trivy", ""),
        facts: trivy_facts,
        count: trivy_count,
        has_put_away: true,
    },
];

impl Kind {
    /// Whether a file of the corpus is of this format.
    fn has(&self, line: &BTreeMap<String, String>) -> bool {
        line["kind"] == self.files.0 && line["dialect"].starts_with(self.files.1)
    }
}

fn n(value: &Value, pointer: &str) -> i64 {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.map_or(0, |list| i64::try_from(list.len()).unwrap())
}

/// The number of results, where that is all that is stated.
fn number(facts: &Value) -> BTreeMap<String, i64> {
    let n = facts["n"].as_i64();
    n.into_iter().map(|n| ("findings".to_owned(), n)).collect()
}

/// What failed of every report; nothing where the second implementation cannot read the file.
fn checkov_facts(facts: &Value) -> BTreeMap<String, i64> {
    let Some(reports) = facts["reports"].as_array() else {
        return BTreeMap::new();
    };
    let n = reports.iter().filter_map(|report| report["failed"].as_i64()).sum();
    BTreeMap::from([("findings".to_owned(), n)])
}

fn checkov_count(document: &Value) -> i64 {
    match document {
        Value::Array(reports) => reports.iter().map(checkov_count).sum(),
        report => n(report, "/results/failed_checks"),
    }
}

fn tfsec_count(document: &Value) -> i64 {
    let results = document["results"].as_array().into_iter().flatten();
    let failed = results.filter(|result| result["passed"] != true && result["status"] != 1);
    i64::try_from(failed.count()).unwrap()
}

/// Words of severity by the list that they stand in.
fn trivy_facts(facts: &Value) -> BTreeMap<String, i64> {
    let lists = ["Licenses", "Misconfigurations", "Secrets", "Vulnerabilities"];
    let mut counts = BTreeMap::from([("findings".to_owned(), 0)]);
    for list in lists {
        for (word, n) in facts[list].as_object().into_iter().flatten() {
            let n = n.as_i64().unwrap_or_default();
            *counts.entry("findings".to_owned()).or_default() += n;
            *counts.entry(format!("word {word}")).or_default() += n;
        }
    }
    counts
}

fn trivy_count(document: &Value) -> i64 {
    match document {
        Value::Array(elements) => elements.iter().map(trivy_count).sum(),
        Value::Object(members) => {
            let lists = ["Licenses", "Secrets", "Vulnerabilities", "ExperimentalModifiedFindings"];
            let own: i64 = lists.iter().map(|list| trivy_list(&document[*list])).sum();
            let configurations = document["Misconfigurations"].as_array().into_iter().flatten();
            let failed = configurations.filter(|one| one.get("ID").is_some() && one["Status"] == "FAIL");
            let below = members.values().map(trivy_count).sum::<i64>();
            own + i64::try_from(failed.count()).unwrap() + below
        }
        _ => 0,
    }
}

/// Elements of a list, but for objects of a cluster and for licences of a package, whose lists have the same names.
fn trivy_list(list: &Value) -> i64 {
    let elements = list.as_array().into_iter().flatten();
    let own = elements.filter(|element| element.is_object() && element.get("Results").is_none());
    i64::try_from(own.count()).unwrap()
}

struct File {
    status: String,
    findings: Vec<Finding>,
    scans: Vec<Scan>,
}

fn rows(read: scanner::Read, bytes: &[u8]) -> File {
    let (mut findings, mut scans) = (Vec::new(), Vec::new());
    let outline = read(&mut &*bytes, &mut |row| {
        match row {
            scanner::Row::Finding(finding) => findings.push(finding.clone()),
            scanner::Row::Scan(scan) => scans.push(scan.clone()),
        }
        Ok(())
    });
    File {
        status: outline.unwrap().status.as_str().to_owned(),
        findings,
        scans,
    }
}

fn landed(kind: &Kind, bytes: &[u8]) -> Vec<u8> {
    let mut landed = Vec::new();
    let clean = registry::cleaner_of_scans(kind.name).unwrap();
    redaction::copy(&mut &*bytes, &mut landed, Content::Scans(clean)).unwrap();
    landed
}

/// Whether only its name can tell what a file is.
fn is_named_only(bytes: &[u8]) -> bool {
    let is_space = |byte: &u8| byte.is_ascii_whitespace();
    let written: Vec<u8> = bytes.iter().copied().filter(|byte| !is_space(byte)).collect();
    [&b"null"[..], b"[]", br#"{"results":null}"#].contains(&written.as_slice())
}

/// What is read of what lands: nothing but texts may be missing in it.
fn read(kind: &Kind, path: &Path) -> File {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = registry::reader_of_scans(kind.name).unwrap();
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let recognised = registry::recognise(head);
    let is_own = matches!(&recognised, Recognised::Format(format) if format.name == kind.name);
    let is_explained = is_own || recognised == Recognised::Other && is_named_only(&bytes);
    if !is_explained {
        return File {
            status: format!("{recognised:?}"),
            findings: Vec::new(),
            scans: Vec::new(),
        };
    }
    let (original, file) = (rows(read, &bytes), rows(read, &landed(kind, &bytes)));
    let shape = |file: &File| {
        let findings = file.findings.iter().map(|finding| {
            let place = (&finding.path, finding.start_line, &finding.logical_location);
            let judged = (finding.result, finding.rule_id.clone(), finding.assessment);
            (judged, format!("{place:?}"))
        });
        let scans: Vec<_> = file.scans.iter().map(|scan| scan.n_results).collect();
        (findings.collect::<Vec<_>>(), scans, file.status.clone())
    };
    if original.status == SourceStatus::Complete.as_str() {
        assert!(
            shape(&original) == shape(&file),
            "{}: landing changes what is read",
            path.display()
        );
    }
    file
}

/// What is compared of a file, counted here.
fn counts(kind: &Kind, file: &File) -> BTreeMap<String, i64> {
    let is_put_away = |finding: &Finding| finding.suppression == Some(Suppression::Suppressed);
    let mut counts = BTreeMap::new();
    let findings = file.findings.iter();
    for finding in findings.filter(|finding| kind.has_put_away || !is_put_away(finding)) {
        *counts.entry("findings".to_owned()).or_default() += 1;
        let word = finding.tool_severity.as_deref().unwrap_or("None");
        *counts.entry(format!("word {word}")).or_default() += 1;
    }
    counts
}

#[test]
fn every_scan_counts_as_others_count_it_or_the_difference_is_reviewed() {
    let Some(corpus) = corpus() else { return };
    let reviewed = table(&Path::new(TABLES).join("scanner_differences.tsv"));
    let mut used = vec![false; reviewed.len()];
    let mut wrong = Vec::new();
    let mut compare = |file: &str, quantity: &str, theirs: &str, ours: &str| {
        if theirs == ours {
            return;
        }
        let found = reviewed.iter().position(|row| {
            (row["file"].as_str(), row["quantity"].as_str()) == (file, quantity)
                && (row["theirs"].as_str(), row["ours"].as_str()) == (theirs, ours)
                && !row["reason"].is_empty()
        });
        match found {
            Some(index) => used[index] = true,
            None => wrong.push(format!("{file}\t{quantity}\t{theirs}\t{ours}\t")),
        }
    };
    let by_file = |name: &str| {
        let lines = table(&corpus.join(name)).into_iter();
        lines
            .map(|line| (line["file"].clone(), line))
            .collect::<BTreeMap<_, _>>()
    };
    let (facts, oracles) = (by_file("FACTS.tsv"), by_file("ORACLE-defectdojo-counts.tsv"));
    let manifest = table(&corpus.join("MANIFEST.tsv"));
    let mut n_files = BTreeMap::<&str, usize>::new();
    for kind in KINDS {
        let files = manifest.iter().filter(|line| kind.has(line));
        n_files.entry(kind.files.0).or_default();
        for line in files.filter(|line| line["expect"] == "ok") {
            *n_files.entry(kind.files.0).or_default() += 1;
            let file = line["file"].as_str();
            let found = read(kind, &corpus.join(file));
            compare(file, "status", "complete", &found.status);
            let is_read = ["complete", "partial"].contains(&found.status.as_str());
            assert_eq!(found.scans.is_empty(), !is_read, "{file}");
            let ours = counts(kind, &found);
            let ours = |quantity: &str| ours.get(quantity).copied().unwrap_or_default().to_string();
            if let Some(line) = facts.get(file) {
                let facts: Value = serde_json::from_str(&line["facts_json"]).unwrap();
                for (quantity, theirs) in (kind.facts)(&facts) {
                    compare(
                        file,
                        &format!("facts {quantity}"),
                        &theirs.to_string(),
                        &ours(&quantity),
                    );
                }
            }
            if let Some(line) = oracles.get(file) {
                compare(file, "oracle findings", &line["findings"], &ours("findings"));
            }
            let bytes = std::fs::read(corpus.join(file)).unwrap();
            if let Ok(document) = serde_json::from_slice(&bytes) {
                compare(
                    file,
                    "plain findings",
                    &(kind.count)(&document).to_string(),
                    &ours("findings"),
                );
            }
        }
    }
    assert!(
        n_files.values().all(|n| *n > 0),
        "the corpus has none of a kind: {n_files:?}"
    );
    let contracts = manifest.iter().filter(|line| line["kind"] == "contracts");
    for line in contracts.filter(|line| line["expect"] == "ok") {
        assert!(
            KINDS.iter().any(|kind| kind.has(line)),
            "of no format: {}",
            line["file"]
        );
    }
    assert!(
        wrong.is_empty(),
        "{} differences without a reason:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let unused = reviewed.iter().zip(&used).filter(|(row, is_used)| {
        let is_there = manifest.iter().any(|line| line["file"] == row["file"]);
        is_there && !**is_used
    });
    let unused: Vec<_> = unused
        .map(|(row, _)| format!("{} {}", row["file"], row["quantity"]))
        .collect();
    assert!(unused.is_empty(), "differences that are gone: {unused:?}");
}

#[test]
fn a_real_file_cut_anywhere_never_panics_and_is_never_complete() {
    let Some(corpus) = corpus() else { return };
    let manifest = table(&corpus.join("MANIFEST.tsv"));
    for kind in KINDS {
        let read = registry::reader_of_scans(kind.name).unwrap();
        let files = manifest.iter().filter(|line| kind.has(line));
        for line in files.filter(|line| line["expect"] == "ok") {
            let bytes = std::fs::read(corpus.join(&line["file"])).unwrap();
            if serde_json::from_slice::<Value>(&bytes).is_err() {
                // A record of CSV has an end of its own, behind which nothing is missing.
                continue;
            }
            let whole = rows(read, &bytes);
            let end = bytes.trim_ascii_end().len();
            // Every byte of the small ones, some of the large ones.
            let step = (end * end / 40_000_000).max(1);
            for cut in (0..end).step_by(step) {
                let file = rows(read, &bytes[..cut]);
                assert_ne!(
                    file.status,
                    SourceStatus::Complete.as_str(),
                    "{} at {cut}",
                    line["file"]
                );
                assert!(file.findings.len() <= whole.findings.len(), "{} at {cut}", line["file"]);
                if cut % 97 == 0 {
                    landed(kind, &bytes[..cut]);
                }
            }
        }
    }
}

#[test]
fn formats_of_one_run_of_spectral_tell_of_the_same_results() {
    let Some(corpus) = corpus() else { return };
    let manifest = table(&corpus.join("MANIFEST.tsv"));
    let kind = KINDS.iter().find(|kind| kind.name == "spectral").unwrap();
    let mut runs = BTreeMap::<&str, Vec<(&str, Vec<String>)>>::new();
    for line in manifest
        .iter()
        .filter(|line| kind.has(line) && !line["unit"].is_empty())
    {
        let found = read(kind, &corpus.join(&line["file"]));
        let told = found.findings.iter().map(|finding| {
            // Some formats have the path of the machine, others that below the working directory.
            let path = finding.path.as_deref().unwrap_or_default();
            let name = path.rsplit('/').next().unwrap_or_default();
            format!(
                "{name}:{:?} {} {} {:?}",
                finding.start_line, finding.level, finding.rule_id, finding.message
            )
        });
        let mut told: Vec<_> = told.collect();
        told.sort_unstable();
        runs.entry(line["unit"].as_str())
            .or_default()
            .push((line["file"].as_str(), told));
    }
    for files in runs.values() {
        for pair in files.windows(2) {
            assert!(!pair[0].1.is_empty(), "{}", pair[0].0);
            assert_eq!(pair[0].1, pair[1].1, "{} and {}", pair[0].0, pair[1].0);
        }
    }
}
