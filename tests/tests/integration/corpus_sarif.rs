//! Real files of scanners: `make test CORPUS=DIR`. Counts of a second implementation, and of another project's tests.

use std::collections::BTreeMap;
use std::path::Path;

use domain::finding::Finding;
use domain::scan::Scan;
use domain::severity::Severity;
use domain::source::SourceStatus;
use ingest::formats::sarif;
use ingest::scanner;
use serde_json::Value;

use crate::corpus::{TABLES, corpus, table};

struct File {
    outline: scanner::Outline,
    findings: Vec<Finding>,
    scans: Vec<Scan>,
}

fn read(path: &Path) -> File {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // What lands is what counts: nothing but texts may be missing in it.
    let mut landed = Vec::new();
    sarif::redaction::copy(&mut bytes.as_slice(), &mut landed).unwrap();
    let original = rows(&bytes);
    let file = rows(&landed);
    let shape = |file: &File| {
        let findings = file.findings.iter().map(|finding| {
            let place = (&finding.path, finding.start_line, &finding.logical_location);
            (
                finding.scan,
                finding.result,
                finding.rule_id.clone(),
                finding.assessment,
                format!("{place:?}"),
            )
        });
        (findings.collect::<Vec<_>>(), file.scans.len(), file.outline.status)
    };
    if original.outline.status == SourceStatus::Complete {
        assert!(
            shape(&original) == shape(&file),
            "{}: landing changes what is read",
            path.display()
        );
    }
    file
}

fn rows(bytes: &[u8]) -> File {
    let (mut findings, mut scans) = (Vec::new(), Vec::new());
    let outline = sarif::read(&mut &*bytes, &mut |row| {
        match row {
            scanner::Row::Finding(finding) => findings.push(finding.clone()),
            scanner::Row::Scan(scan) => scans.push(scan.clone()),
        }
        Ok(())
    });
    File {
        outline: outline.unwrap(),
        findings,
        scans,
    }
}

/// What the second implementation counts of a run, counted here.
fn counts(scan: &Scan, findings: &[Finding]) -> BTreeMap<String, String> {
    let own: Vec<_> = findings.iter().filter(|finding| finding.scan == scan.scan).collect();
    let mut counts = BTreeMap::from([
        ("results".to_owned(), scan.n_results.unwrap_or(0).to_string()),
        ("tool".to_owned(), scan.tool.clone()),
        ("toolver".to_owned(), scan.tool_version.clone().unwrap_or_default()),
    ]);
    let suppressed = own.iter().filter(|finding| {
        finding.suppression_kind.is_some() || finding.suppression.is_some_and(|s| s.as_str() != "none")
    });
    counts.insert("suppressed".to_owned(), suppressed.count().to_string());
    let mut add = |quantity: String| {
        let n: i64 = counts.get(&quantity).map_or(0, |n| n.parse().unwrap());
        counts.insert(quantity, (n + 1).to_string());
    };
    for finding in &own {
        if let Some(state) = &finding.baseline_state {
            add(format!("baseline {state}"));
        }
        if let Some(score) = finding
            .security_severity
            .as_deref()
            .and_then(|score| score.parse().ok())
        {
            add(format!(
                "score {}",
                Severity::of_score(score).unwrap_or(Severity::None).as_str()
            ));
        }
    }
    counts
}

/// The facts of a run in the same words.
fn facts_of(run: &Value) -> BTreeMap<String, String> {
    let text = |name: &str| match &run[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let mut facts: BTreeMap<_, _> = ["results", "tool", "toolver", "suppressed"]
        .into_iter()
        .map(|name| (name.to_owned(), text(name)))
        .collect();
    for (member, word) in [("baseline", "baseline"), ("security_severity", "score")] {
        for (name, n) in run[member].as_object().into_iter().flatten() {
            if member == "baseline" || name != "none" {
                facts.insert(format!("{word} {name}"), n.to_string());
            }
        }
    }
    facts
}

#[test]
fn every_scan_counts_as_a_second_implementation_counts_it_or_the_difference_is_reviewed() {
    let Some(corpus) = corpus() else { return };
    let reviewed = table(&Path::new(TABLES).join("sarif_differences.tsv"));
    let mut used = vec![false; reviewed.len()];
    let mut is_reviewed = |file: &str, quantity: &str, theirs: &str, ours: &str| {
        let found = reviewed.iter().position(|row| {
            row["file"] == file
                && row["quantity"] == quantity
                && row["theirs"] == theirs
                && row["ours"] == ours
                && !row["reason"].is_empty()
        });
        if let Some(index) = found {
            used[index] = true;
        }
        found.is_some()
    };
    let mut wrong = Vec::new();
    let mut n_files = 0;
    let facts = table(&corpus.join("FACTS.tsv"));
    for line in facts.iter().filter(|line| line["kind"] == "sarif") {
        n_files += 1;
        let file = line["file"].as_str();
        let facts: Value = serde_json::from_str(&line["facts_json"]).unwrap();
        let found = read(&corpus.join(file));
        let mut compare = |quantity: &str, theirs: &str, ours: &str| {
            if theirs != ours && !is_reviewed(file, quantity, theirs, ours) {
                wrong.push(format!("{file}\t{quantity}\t{theirs}\t{ours}\t"));
            }
        };
        if facts.get("unparsed").is_some() {
            compare(
                "status",
                "unparsed",
                if found.outline.status == SourceStatus::Complete {
                    "complete"
                } else {
                    "unparsed"
                },
            );
            continue;
        }
        let runs = facts["runs"].as_array().cloned().unwrap_or_default();
        compare("runs", &runs.len().to_string(), &found.scans.len().to_string());
        for (index, (run, scan)) in runs.iter().zip(&found.scans).enumerate() {
            let (theirs, ours) = (facts_of(run), counts(scan, &found.findings));
            for quantity in theirs
                .keys()
                .chain(ours.keys())
                .collect::<std::collections::BTreeSet<_>>()
            {
                let of =
                    |counts: &BTreeMap<String, String>| counts.get(quantity).cloned().unwrap_or_else(|| "0".to_owned());
                compare(&format!("{index} {quantity}"), &of(&theirs), &of(&ours));
            }
        }
    }
    let oracles = table(&corpus.join("ORACLE-defectdojo-counts.tsv"));
    for line in oracles.iter().filter(|line| line["kind"] == "sarif") {
        let file = line["file"].as_str();
        let ours = read(&corpus.join(file)).findings.len().to_string();
        if line["findings"] != ours && !is_reviewed(file, "findings", &line["findings"], &ours) {
            wrong.push(format!("{file}\tfindings\t{}\t{ours}\t", line["findings"]));
        }
    }
    assert!(n_files > 0, "the corpus has no SARIF file");
    assert!(
        wrong.is_empty(),
        "{} differences without a reason:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let files: Vec<_> = facts.iter().map(|line| line["file"].as_str()).collect();
    let unused = reviewed
        .iter()
        .zip(&used)
        .filter(|(row, used)| !**used && files.contains(&row["file"].as_str()));
    let unused: Vec<_> = unused
        .map(|(row, _)| format!("{} {}", row["file"], row["quantity"]))
        .collect();
    assert!(unused.is_empty(), "differences that are gone: {unused:?}");
}

#[test]
fn a_real_file_cut_anywhere_never_panics_and_is_never_complete() {
    let Some(corpus) = corpus() else { return };
    for line in table(&corpus.join("MANIFEST.tsv")) {
        if line["kind"] != "sarif" || line["expect"] != "ok" {
            continue;
        }
        let bytes = std::fs::read(corpus.join(&line["file"])).unwrap();
        let whole = rows(&bytes);
        let end = bytes.trim_ascii_end().len();
        // Every byte of the small ones, some of the large ones.
        let step = (end * end / 40_000_000).max(1);
        for cut in (0..end).step_by(step) {
            let file = rows(&bytes[..cut]);
            assert_ne!(file.outline.status, SourceStatus::Complete, "{} at {cut}", line["file"]);
            assert!(
                file.findings.len() <= whole.findings.len() + 1 + whole.scans.len(),
                "{} at {cut}",
                line["file"]
            );
        }
    }
}
