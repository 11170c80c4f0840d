//! Real files of repositories: `make test CORPUS=DIR`. Each is taken, as far as its format goes, and no cut makes a
//! reader fail.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use domain::source::SourceStatus;
use ingest::document::{Outline, Row};
use ingest::formats::registry::{self, HEAD_BYTES, Recognised};

use crate::corpus::{corpus, table};

fn rows(format: &str, bytes: &[u8]) -> (Outline, Vec<Row>) {
    let mut rows = Vec::new();
    let read = registry::reader_of_documents(format).unwrap();
    let outline = read(&mut &*bytes, &mut |row| -> io::Result<()> {
        rows.push(row);
        Ok(())
    });
    (outline.unwrap(), rows)
}

/// Files of a kind that are files of a repository, with their bytes and dialect.
fn files(kind: &str) -> Vec<(String, String, Vec<u8>)> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let manifest = table(&corpus.join("MANIFEST.tsv")).into_iter();
    let files = manifest.filter(|line| line["kind"] == kind && line["expect"] == "ok" && line["dialect"] != "oracle");
    // What another linter says of a workflow is none.
    let files = files.filter(|line| {
        Path::new(&line["file"])
            .extension()
            .is_none_or(|extension| extension != "out")
    });
    let read = |line: BTreeMap<String, String>| {
        let bytes = std::fs::read(corpus.join(&line["file"])).unwrap();
        (line["file"].clone(), line["dialect"].clone(), bytes)
    };
    let files: Vec<_> = files.map(read).collect();
    assert!(!files.is_empty(), "the corpus has no file of {kind}");
    files
}

#[test]
fn every_real_workflow_is_recognised_and_read() {
    for (file, dialect, bytes) in files("workflow") {
        let (outline, rows) = rows("workflow", &bytes);
        if dialect == "actionlint-err" {
            // Wrong on purpose: refused without a row, or its own row is the last, and what breaks off says why.
            let is_last = matches!(rows.last(), Some(Row::Workflow(_)));
            assert_eq!(is_last, outline.status != SourceStatus::Refused, "{file}");
            assert!(is_last || rows.is_empty(), "{file}");
            let is_complete = outline.status == SourceStatus::Complete;
            assert_eq!(outline.reason.is_none(), is_complete, "{file}: {:?}", outline.reason);
            continue;
        }
        let recognised = registry::recognise(&bytes[..bytes.len().min(HEAD_BYTES)]);
        assert_eq!(recognised, Recognised::Format(registry::WORKFLOW), "{file}");
        assert_eq!(outline.status, SourceStatus::Complete, "{file}: {:?}", outline.reason);
        let Some(Row::Workflow(workflow)) = rows.last() else {
            panic!("{file}: the file is the last row")
        };
        assert!(workflow.is_whole, "{file}: {:?}", workflow.problem);
        assert!(workflow.n_jobs > 0, "{file}");
        // Each job and each step of a list begins with a line of its own, as these files are written.
        let text = String::from_utf8(bytes).unwrap();
        let n_uses = text
            .lines()
            .filter(|line| line.trim_start_matches([' ', '-']).starts_with("uses:"))
            .count();
        let uses = rows.iter().filter(|row| match row {
            Row::WorkflowJob(job) => job.uses.is_some(),
            Row::WorkflowStep(step) => step.uses.is_some(),
            _ => false,
        });
        assert!(uses.count() >= n_uses, "{file}");
    }
}

#[test]
fn every_rule_of_a_real_codeowners_is_read() {
    for (file, _, bytes) in files("codeowners") {
        let (outline, rows) = rows("codeowners", &bytes);
        assert_eq!(outline.status, SourceStatus::Complete, "{file}");
        assert_eq!(outline.warnings.total(), 0, "{file}");
        let text = String::from_utf8(bytes).unwrap();
        let lines = text.lines().map(str::trim);
        let n_rules = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        assert_eq!(rows.len(), n_rules, "{file}");
    }
}

#[test]
fn no_cut_of_a_real_file_makes_a_reader_fail() {
    for kind in ["workflow", "codeowners"] {
        for (file, _, bytes) in files(kind) {
            let step = (bytes.len() * bytes.len() / 4_000_000).max(1);
            for cut in (0..bytes.len()).step_by(step) {
                let (outline, rows) = rows(kind, &bytes[..cut]);
                assert_eq!(
                    outline.status == SourceStatus::Complete,
                    outline.reason.is_none(),
                    "{file} at {cut}"
                );
                assert_eq!(outline.n_rows, i64::try_from(rows.len()).unwrap(), "{file} at {cut}");
            }
        }
    }
}
