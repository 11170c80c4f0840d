//! Every fixture against its snapshot, and what must hold for any bytes.

use serde_json::{Value, json};

use super::reader::read;
use super::redaction;
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "shellcheck",
    read,
    clean: redaction::copy,
};

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

fn comment() -> Value {
    json!({"file": "a.sh", "line": 2, "endLine": 3, "column": 6, "endColumn": 8, "level": "info", "code": 2086,
        "message": "m", "fix": {"replacements": [{"line": 2, "replacement": "\""}]}})
}

#[test]
fn a_file_cut_anywhere_keeps_what_stands_before() {
    for document in [
        json!([comment(), comment()]),
        json!({"comments": [comment(), comment()]}),
    ] {
        TRIAL.survives_every_cut(&document.to_string());
        TRIAL.survives_every_byte(&document.to_string());
        TRIAL.survives_members_of_any_type(&json!([comment()]));
    }
}

#[test]
fn a_source_that_fails_is_told_from_one_that_is_damaged() {
    TRIAL.fails_only_with_its_source(&format!("[{},", comment()));
}
