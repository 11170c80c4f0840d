//! Every fixture against its snapshot, and what must hold for any bytes.

use serde_json::{Value, json};

use super::reader::read;
use super::redaction;
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "oasdiff",
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

fn change(level: i64) -> Value {
    json!({"id": "response-success-status-removed", "text": "removed", "level": level, "operation": "GET", "operationId": "a",
        "path": "/a", "source": "api/a.yaml", "section": "paths", "attributes": {"x": "y"}})
}

#[test]
fn a_file_cut_anywhere_keeps_what_stands_before() {
    let list = json!([change(3), change(2)]).to_string();
    TRIAL.survives_every_cut(&list);
    TRIAL.survives_every_byte(&list);
    TRIAL.survives_members_of_any_type(&json!([change(3)]));
    TRIAL.fails_only_with_its_source(&format!("[{},", change(3)));
}

#[test]
fn an_address_that_logs_in_does_not_land() {
    let canary = crate::scanner::trials::canary();
    let mut change = change(3);
    change["source"] = json!(format!("https://somebody:{canary}@example.org/a.yaml"));
    let left = TRIAL.without(&json!([change]).to_string(), &canary);
    assert!(left.contains("response-success-status-removed"), "{left}");
}
