//! Every fixture against its snapshot, and what must hold for any bytes.

use serde_json::json;

use super::reader::read;
use super::redaction;
use crate::scanner::snapshot::{copied, rows};
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "buf",
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
fn a_copy_without_secrets_lands_byte_for_byte() {
    TRIAL.copies_byte_for_byte();
}

#[test]
fn a_file_cut_anywhere_keeps_what_stands_before() {
    let violation = json!({"path": "a.proto", "start_line": 3, "start_column": 1, "end_line": 3, "end_column": 2,
        "type": "FIELD_NO_DELETE", "message": "m"});
    let line = format!("{violation}\n");
    let lines = line.repeat(2);
    for cut in 1..lines.len() {
        let (landed, _) = copied(redaction::copy, &lines.as_bytes()[..cut]);
        for bytes in [&lines.as_bytes()[..cut], &landed] {
            let (outline, found) = rows(read, &mut &*bytes);
            assert_eq!(outline.status.as_str() == "complete", cut == line.len(), "cut at {cut}");
            assert_eq!(found.len() > 1, cut >= line.len() - 1, "cut at {cut}");
        }
    }
    TRIAL.survives_every_byte(&lines);
    TRIAL.fails_only_with_its_source(&line);
}
