//! Every fixture against its snapshot, and what must hold for any bytes.

use serde_json::json;

use super::reader::read;
use super::redaction;
use crate::scanner::snapshot::{copied, rows};
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "mypy",
    read,
    clean: redaction::copy,
};

const TEXT: &str = "src/a.py:5: error: Bad  [assignment]\nsrc/a.py:5: note: See\nsrc/b.py:9:1: error: Worse  [misc]\n\
    Found 2 errors in 2 files (checked 7 source files)\n";

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
fn a_copy_lands_byte_for_byte() {
    TRIAL.copies_byte_for_byte();
}

#[test]
fn a_text_cut_before_its_summary_is_never_complete() {
    let (whole, _) = rows(read, &mut TEXT.as_bytes());
    assert_eq!((whole.status.as_str(), whole.n_rows), ("complete", 3));
    for cut in 0..TEXT.trim_end().len() {
        let (outline, found) = rows(read, &mut &TEXT.as_bytes()[..cut]);
        assert_ne!(outline.status.as_str(), "complete", "cut at {cut}");
        assert!(
            found.is_empty() || found.last().unwrap().contains(" partial,"),
            "cut at {cut}: {found:?}"
        );
    }
    TRIAL.survives_every_byte(TEXT);
}

#[test]
fn lines_of_json_cut_anywhere_keep_what_stands_before() {
    let error = |message: &str| {
        let error = json!({"file": "src/a.py", "line": 5, "column": 9, "message": message, "hint": null, "code": "x", "severity": "error"});
        format!("{error}\n")
    };
    let lines = error("m") + &error("n");
    for cut in 1..lines.trim_end().len() {
        let (landed, _) = copied(redaction::copy, &lines.as_bytes()[..cut]);
        for bytes in [&lines.as_bytes()[..cut], &landed] {
            let (outline, found) = rows(read, &mut &*bytes);
            let is_between = bytes.ends_with(b"}") || bytes.ends_with(b"}\n");
            assert_eq!(outline.status.as_str() == "complete", is_between, "cut at {cut}");
            assert_eq!(found.len() > 1, cut >= error("m").trim_end().len(), "cut at {cut}");
        }
    }
    TRIAL.survives_every_byte(&lines);
    TRIAL.fails_only_with_its_source(&lines);
}
