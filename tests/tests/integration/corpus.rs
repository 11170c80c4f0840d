//! Real reports of other projects: `make test CORPUS=DIR`. Without that folder nothing here runs; `.ci/run` insists on it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use domain::source::SourceStatus;
use domain::test_result::{Outcome, RetryEvidence};
use ingest::formats::junit;
use lake::store::{Store, StoreOptions};
use query::answer::Cell;
use serde_json::Value;
use tests::lakes::{self, TestClock, TestRun};

pub(crate) const TABLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");

pub(crate) fn corpus() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "the test command hands the folder over so")]
    let folder = std::env::var_os("PLUMBLINE_CORPUS");
    folder.filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Reads a table of tab-separated values as maps from its header.
pub(crate) fn table(file: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().unwrap_or_default().split('\t').collect();
    let row = |line: &str| {
        header
            .iter()
            .zip(line.splitn(header.len(), '\t'))
            .map(|(name, value)| ((*name).to_owned(), value.to_owned()))
            .collect()
    };
    lines.map(row).collect()
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    suite: String,
    class_name: String,
    name: String,
    execution: i32,
    outcome: Outcome,
    evidence: RetryEvidence,
    is_bare: bool,
}

fn read(file: &Path) -> (Vec<Row>, junit::Outline) {
    let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut rows = Vec::new();
    let outline = junit::read(&mut bytes.as_slice(), &mut |result| {
        rows.push(Row {
            suite: result.suite.to_owned(),
            class_name: result.class_name.to_owned(),
            name: result.name.to_owned(),
            execution: result.execution,
            outcome: result.outcome,
            evidence: result.retry_evidence,
            is_bare: result.message.is_none() && result.failure_type.is_none(),
        });
        Ok(())
    });
    (rows, outline.unwrap())
}

/// The word of the child element that an execution was written as.
fn element(row: &Row) -> &'static str {
    let is_repaired = matches!(
        row.evidence,
        RetryEvidence::RepairConfirmed | RetryEvidence::RepairUnconfirmed
    );
    match row.outcome {
        Outcome::Failed if is_repaired && row.is_bare => "passed",
        Outcome::Passed => "passed",
        Outcome::Failed => "failure",
        Outcome::Error => "error",
        Outcome::Skipped => "skipped",
    }
}

/// Turns executions back into counts of elements, as the second implementation counts them.
fn counts(rows: &[Row], outline: &junit::Outline) -> BTreeMap<&'static str, i64> {
    let mut counts = BTreeMap::from([("cases", outline.n_cases)]);
    for name in [
        "passed",
        "failure",
        "error",
        "skipped",
        "flakyFailure",
        "flakyError",
        "rerunFailure",
        "rerunError",
    ] {
        counts.insert(name, 0);
    }
    let ids: BTreeSet<_> = rows.iter().map(|row| (&row.class_name, &row.name)).collect();
    counts.insert("distinct_ids", i64::try_from(ids.len()).unwrap());
    let mut add = |name: &'static str| *counts.entry(name).or_default() += 1;
    let is_next = |a: &Row, b: &Row| {
        let is_rerun = |row: &Row| row.evidence == RetryEvidence::RerunElement;
        let is_same = (&a.suite, &a.class_name, &a.name) == (&b.suite, &b.class_name, &b.name);
        is_rerun(a) && is_rerun(b) && is_same && b.execution == a.execution + 1
    };
    for group in rows.chunk_by(is_next) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            continue;
        };
        let has_passed = matches!(last.outcome, Outcome::Passed | Outcome::Skipped);
        let (own, others) = if has_passed {
            (last, &group[..group.len() - 1])
        } else {
            (first, &group[1..])
        };
        add(element(own));
        for other in others {
            add(match (has_passed, other.outcome) {
                (true, Outcome::Error) => "flakyError",
                (true, _) => "flakyFailure",
                (false, Outcome::Error) => "rerunError",
                (false, _) => "rerunFailure",
            });
        }
    }
    counts
}

#[test]
fn every_report_counts_as_a_second_implementation_counts_it_or_the_difference_is_reviewed() {
    let Some(corpus) = corpus() else { return };
    let reviewed = table(&Path::new(TABLES).join("junit_differences.tsv"));
    let is_reviewed = |file: &str, quantity: &str, facts: &str, ours: &str| {
        reviewed.iter().any(|row| {
            row["file"] == file
                && row["quantity"] == quantity
                && !row["reason"].is_empty()
                && (quantity == "status" || (row["facts"] == facts && row["ours"] == ours))
        })
    };
    let mut wrong = Vec::new();
    let mut n_files = 0;
    for line in table(&corpus.join("FACTS.tsv"))
        .iter()
        .filter(|line| line["kind"] == "junit")
    {
        n_files += 1;
        let file = line["file"].as_str();
        let facts: Value = serde_json::from_str(&line["facts_json"]).unwrap();
        let (rows, outline) = read(&corpus.join(file));
        if let Some(reason) = facts.get("unparsed") {
            if outline.status != SourceStatus::Refused && !is_reviewed(file, "status", "", "") {
                wrong.push(format!("{file}: unparsed there ({reason}), {:?} here", outline.status));
            }
            continue;
        }
        for (quantity, ours) in counts(&rows, &outline) {
            let facts = facts.get(quantity).and_then(Value::as_i64).unwrap_or(0);
            if facts != ours && !is_reviewed(file, quantity, &facts.to_string(), &ours.to_string()) {
                wrong.push(format!("{file}: {quantity} is {facts} there, {ours} here"));
            }
        }
    }
    assert!(n_files > 0, "the corpus has no JUnit file");
    assert!(
        wrong.is_empty(),
        "{} differences without a reason:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn oracles_of_the_same_unit_agree_or_the_difference_is_explained() {
    let Some(corpus) = corpus() else { return };
    let explained = table(&Path::new(TABLES).join("junit_oracles.tsv"));
    let manifest = table(&corpus.join("MANIFEST.tsv"));
    let mut wrong = Vec::new();
    for oracle in manifest
        .iter()
        .filter(|line| line["kind"] == "junit-oracle" && !line["unit"].is_empty())
    {
        let reports = manifest
            .iter()
            .filter(|line| line["kind"] == "junit" && line["unit"] == oracle["unit"]);
        let rows: Vec<_> = reports.flat_map(|line| read(&corpus.join(&line["file"])).0).collect();
        let text = std::fs::read_to_string(corpus.join(&oracle["file"])).unwrap();
        for (quantity, theirs, ours) in oracle_pairs(&oracle["dialect"], &text, &rows) {
            let is_explained = explained.iter().any(|row| {
                row["oracle file"] == oracle["file"] && row["quantity"] == quantity && !row["reason"].is_empty()
            });
            if theirs != ours && !is_explained {
                wrong.push(format!("{}: {quantity} is {theirs} there, {ours} here", oracle["file"]));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences without a reason:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What an oracle counts, beside our count of the same: quantity, theirs, ours.
fn oracle_pairs(dialect: &str, text: &str, rows: &[Row]) -> Vec<(String, i64, i64)> {
    let of = |outcome| i64::try_from(rows.iter().filter(|row| row.outcome == outcome).count()).unwrap();
    let all = i64::try_from(rows.len()).unwrap();
    let (passed, failed, skipped) = (
        of(Outcome::Passed),
        of(Outcome::Failed) + of(Outcome::Error),
        of(Outcome::Skipped),
    );
    match dialect {
        "EnricoMi-results" => {
            // Cases of one class and name are one test; the worst outcome is the test's, but skipped counts least.
            let json: Value = serde_json::from_str(text).unwrap();
            let mut tests: BTreeMap<_, Vec<Outcome>> = BTreeMap::new();
            for row in rows {
                tests.entry((&row.class_name, &row.name)).or_default().push(row.outcome);
            }
            let mut counts = BTreeMap::from([("tests", i64::try_from(tests.len()).unwrap())]);
            for outcomes in tests.values() {
                let worst = [
                    (Outcome::Error, "tests_error"),
                    (Outcome::Failed, "tests_fail"),
                    (Outcome::Passed, "tests_succ"),
                    (Outcome::Skipped, "tests_skip"),
                ];
                let word = worst
                    .iter()
                    .find(|(outcome, _)| outcomes.contains(outcome))
                    .map_or("tests", |pair| pair.1);
                *counts.entry(word).or_default() += 1;
            }
            ["tests", "tests_succ", "tests_skip", "tests_fail", "tests_error"]
                .into_iter()
                .filter_map(|name| {
                    Some((
                        name.to_owned(),
                        json["stats"][name].as_i64()?,
                        counts.get(name).copied().unwrap_or(0),
                    ))
                })
                .collect()
        }
        "launchable-record" => {
            let json: Value = serde_json::from_str(text).unwrap();
            let events = json["events"].as_array().cloned().unwrap_or_default();
            let status = |code| i64::try_from(events.iter().filter(|event| event["status"] == code).count()).unwrap();
            vec![
                ("events".to_owned(), i64::try_from(events.len()).unwrap(), all),
                ("status 1 (passed)".to_owned(), status(1), passed),
                ("status 0 (failed, error)".to_owned(), status(0), failed),
                ("status 2 (skipped)".to_owned(), status(2), skipped),
            ]
        }
        "playwright-json" => {
            let json: Value = serde_json::from_str(text).unwrap();
            let stat = |name: &str| json["stats"][name].as_i64().unwrap_or(0);
            vec![
                ("expected".to_owned(), stat("expected"), passed),
                ("unexpected".to_owned(), stat("unexpected"), failed),
                ("skipped".to_owned(), stat("skipped"), skipped),
                ("flaky".to_owned(), stat("flaky"), 0),
            ]
        }
        _ => vec![(
            "cases".to_owned(),
            i64::try_from(text.matches("<testcase ").count()).unwrap(),
            all,
        )],
    }
}

#[tokio::test]
async fn a_folder_of_real_reports_is_ingested_and_what_is_none_is_refused_by_name() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("lake").to_str().unwrap(), &StoreOptions::new()).unwrap();
    let clock = TestClock::at("2026-11-23T10:00:00Z");
    let mut run = TestRun::new(1, "2026-11-20T10:00:00Z", &[]).write(folder.path());
    run.path = corpus.join("files");
    lakes::ingest(&store, &clock, &[run]).await.unwrap();
    let question = lakes::question("2026-11-23");
    let sources = lakes::engine(&store).unwrap().list("sources", &question).await.unwrap();
    let index = |name: &str| sources.columns.iter().position(|column| column.name == name).unwrap();
    let text = |row: &[Cell], name: &str| match &row[index(name)] {
        Cell::Text(text) => text.clone(),
        _ => String::new(),
    };
    let mut status = BTreeMap::new();
    for row in &sources.rows {
        let shown = (text(row, "status"), text(row, "reason"), text(row, "format"));
        status.insert(text(row, "source_sha256"), shown);
    }
    let mut wrong = Vec::new();
    for line in table(&corpus.join("MANIFEST.tsv")).iter().filter(|line| {
        [
            "cobertura",
            "contracts",
            "coverage-lookalike",
            "cyclonedx",
            "junit",
            "sarif",
            "spdx",
        ]
        .iter()
        .any(|kind| line["kind"].starts_with(kind))
    }) {
        let found = status.get(&line["sha256"]);
        let is_right = match (line["expect"].as_str(), found) {
            // SARIF 1.0 and another report, which the collection counts among the formats that they are named for, and
            // bills of materials that are not JSON.
            ("ok", Some((status, reason, _))) => {
                let is_other = [
                    "not SARIF 2: version `1.0.0`",
                    "not JaCoCo: root element `report`",
                    "not JUnit: root element `bom` (CycloneDX in XML)",
                    "not SPDX in JSON: ",
                ];
                status == "complete" || is_other.iter().any(|other| reason.starts_with(other))
            }
            // An archive is looked into; it is no payload itself.
            ("ok", None) => line["dialect"] == "archive",
            ("malformed", Some((status, ..))) => {
                status != "complete"
                    || ["expectedRetries.xml", "report-control-chars.sarif"]
                        .iter()
                        .any(|name| line["file"].ends_with(name))
            }
            // A lookalike of Cobertura only, and a format of its own.
            ("lookalike", Some((status, _, format))) if ["jacoco", "lcov"].contains(&line["dialect"].as_str()) => {
                status == "complete" && *format == line["dialect"]
            }
            ("lookalike" | "hostile" | "empty", Some((status, reason, _))) => status == "refused" && !reason.is_empty(),
            // Not XML, by content and by name: counted as another format.
            ("malformed" | "lookalike" | "empty", None) => !line["file"].to_lowercase().ends_with("xml"),
            ("oracle" | "dataset", _) => true,
            _ => false,
        };
        if !is_right {
            wrong.push(format!("{} ({}): {found:?}", line["file"], line["expect"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    lakes::assert_verified(&store).await.unwrap();
    for audit in lakes::engine(&store).unwrap().audits(&question).await.unwrap() {
        assert!(
            audit.rows.is_empty(),
            "{:?}: {:?}",
            audit.definition.map(|definition| definition.id.clone()),
            audit.rows
        );
    }
}
