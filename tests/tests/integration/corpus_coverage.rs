//! Real reports of coverage: `make test CORPUS=DIR`. Counts of a second implementation.

use std::path::Path;

use domain::coverage::Coverage;
use domain::source::SourceStatus;
use ingest::coverage::row::{Outline, Reader, Row};
use ingest::formats::registry::{HEAD_BYTES, Recognised, reader_of_coverage, recognise};
use serde_json::Value;

use crate::corpus::{TABLES, corpus, table};

fn read(read: Reader, path: &Path) -> (Outline, Option<Coverage>) {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut coverage = None;
    let outline = read(&mut bytes.as_slice(), &mut |row| {
        if let Row::Report(report) = row {
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
    let cobertura = reader_of_coverage("cobertura").unwrap();
    let mut wrong = Vec::new();
    let mut n_files = 0;
    for line in table(&corpus.join("FACTS.tsv")) {
        if line["kind"] != "cobertura" {
            continue;
        }
        n_files += 1;
        let file = line["file"].as_str();
        let facts: Value = serde_json::from_str(&line["facts_json"]).unwrap();
        let (outline, coverage) = read(cobertura, &corpus.join(file));
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

/// Lines and branches, covered and all, as a search for attributes counts them, which knows nothing of XML.
fn searched_in_jacoco(text: &str) -> [i64; 4] {
    let number = |element: &str, name: &str| -> i64 {
        let behind = element
            .split_once(&format!(" {name}=\""))
            .map_or("0\"", |found| found.1);
        behind.split('"').next().unwrap_or_default().parse().unwrap_or_default()
    };
    let mut sums = [0; 4];
    for element in text.split("<line ").skip(1).filter_map(|rest| rest.split('>').next()) {
        let element = format!(" {element}");
        sums[0] += i64::from(number(&element, "ci") > 0);
        sums[1] += 1;
        sums[2] += number(&element, "cb");
        sums[3] += number(&element, "cb") + number(&element, "mb");
    }
    sums
}

/// The same of a tracefile in which each file has one record, as nearly every one is.
fn searched_in_lcov(text: &str) -> [i64; 4] {
    let mut sums = [0; 4];
    let mut count = |line: &str, prefix: &str, at: usize, is_last: bool| {
        let Some(rest) = line.trim().strip_prefix(prefix) else {
            return;
        };
        let taken = if is_last {
            rest.rsplit(',').next()
        } else {
            rest.split(',').nth(1)
        };
        sums[at] += i64::from(taken.is_some_and(|taken| taken != "-" && taken != "0"));
        sums[at + 1] += 1;
    };
    for line in text.lines() {
        count(line, "DA:", 0, false);
        count(line, "BRDA:", 2, true);
    }
    sums
}

#[test]
fn jacoco_and_lcov_count_as_a_search_for_their_lines_counts_them() {
    let Some(corpus) = corpus() else { return };
    let mut n_files = 0;
    for line in table(&corpus.join("MANIFEST.tsv")) {
        let file = line["file"].as_str();
        if !line["kind"].starts_with("coverage-lookalike") && !["jacoco", "lcov"].contains(&line["kind"].as_str()) {
            continue;
        }
        let bytes = std::fs::read(corpus.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let Recognised::Format(format) = recognise(&bytes[..bytes.len().min(HEAD_BYTES)]) else {
            continue;
        };
        n_files += 1;
        let (outline, coverage) = read(reader_of_coverage(format.name).unwrap(), &corpus.join(file));
        let coverage = coverage.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let searched = match format.name {
            "jacoco" => searched_in_jacoco(&text),
            _ => searched_in_lcov(&text),
        };
        let counted = coverage.counted;
        let ours = [
            counted.lines_covered,
            counted.lines_valid,
            counted.branches_covered,
            counted.branches_valid,
        ];
        assert_eq!(ours, searched, "{file}");
        assert_eq!(
            (outline.status, outline.warnings.total()),
            (SourceStatus::Complete, 0),
            "{file}: {:?}",
            outline.warnings
        );
    }
    assert!(n_files > 0, "the corpus has neither JaCoCo nor LCOV");
}
