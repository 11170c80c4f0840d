//! Real reports of coverage: `make test CORPUS=DIR`. Counts of a second implementation.

use std::path::Path;

use domain::coverage::Coverage;
use domain::source::SourceStatus;
use ingest::formats::cobertura;
use serde_json::Value;

use crate::corpus::{TABLES, corpus, table};

fn read(path: &Path) -> (cobertura::Outline, Option<Coverage>) {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut coverage = None;
    let outline = cobertura::read(&mut bytes.as_slice(), &mut |row| {
        if let cobertura::Row::Report(report) = row {
            coverage = Some(report.clone());
        }
        Ok(())
    });
    (outline.unwrap(), coverage)
}

#[test]
fn every_report_counts_as_a_second_implementation_counts_it_or_the_difference_is_reviewed() {
    let Some(corpus) = corpus() else { return };
    let reviewed = table(&Path::new(TABLES).join("cobertura_differences.tsv"));
    let mut wrong = Vec::new();
    let mut n_files = 0;
    for line in table(&corpus.join("FACTS.tsv")) {
        if line["kind"] != "cobertura" {
            continue;
        }
        n_files += 1;
        let file = line["file"].as_str();
        let facts: Value = serde_json::from_str(&line["facts_json"]).unwrap();
        let (outline, coverage) = read(&corpus.join(file));
        let mut compare = |quantity: &str, theirs: String, ours: String| {
            let is_reviewed = reviewed.iter().any(|row| {
                row["file"] == file
                    && row["quantity"] == quantity
                    && row["theirs"] == theirs
                    && row["ours"] == ours
                    && !row["reason"].is_empty()
            });
            if theirs != ours && !is_reviewed {
                wrong.push(format!("{file}\t{quantity}\t{theirs}\t{ours}\t"));
            }
        };
        let Some(coverage) = coverage else {
            let root = facts["root"].as_str().unwrap_or("unparsed");
            compare("root", root.to_owned(), outline.reason.unwrap_or_default());
            continue;
        };
        let stated = |name: &str| {
            let of = |part: &str| {
                facts["attr"][format!("{name}-{part}")]
                    .as_str()
                    .unwrap_or("-")
                    .trim_end_matches(".0")
                    .to_owned()
            };
            format!("{}/{}", of("covered"), of("valid"))
        };
        let shown = |covered: Option<i64>, valid: Option<i64>| {
            let text = |n: Option<i64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
            format!("{}/{}", text(covered), text(valid))
        };
        compare(
            "lines",
            stated("lines"),
            shown(coverage.lines_covered, coverage.lines_valid),
        );
        compare(
            "branches",
            stated("branches"),
            shown(coverage.branches_covered, coverage.branches_valid),
        );
        let counted = coverage.counted;
        let of = |name: &str| facts[name].as_str().unwrap_or_default().to_owned();
        compare(
            "lines_from_elements",
            of("lines_from_elements"),
            format!("{}/{}", counted.lines_covered, counted.lines_valid),
        );
        compare(
            "branches_from_elements",
            of("branches_from_elements"),
            format!("{}/{}", counted.branches_covered, counted.branches_valid),
        );
        compare("status", "complete".to_owned(), outline.status.as_str().to_owned());
        assert_eq!(coverage.is_complete, outline.status == SourceStatus::Complete);
    }
    assert!(n_files > 0, "the corpus has no Cobertura file");
    assert!(
        wrong.is_empty(),
        "{} differences without a reason:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
