//! Every fixture against its snapshot, and what must hold for any bytes.

use serde_json::{Value, json};

use super::reader::read;
use super::redaction;
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "openapi_diff",
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

fn difference() -> Value {
    json!({"type": "breaking", "action": "remove", "code": "path.remove", "entity": "path", "source": "openapi-diff",
        "destinationSpecEntityDetails": [], "sourceSpecEntityDetails": [{"location": "paths./a", "value": {"x": "y"}}]})
}

fn document() -> Value {
    json!({"breakingDifferences": [difference(), difference()], "breakingDifferencesFound": true,
        "nonBreakingDifferences": [difference()], "unclassifiedDifferences": [difference()]})
}

#[test]
fn a_file_cut_anywhere_keeps_what_stands_before() {
    TRIAL.survives_every_cut(&document().to_string());
    let text = format!(
        "Breaking changes found between the two specifications:\n{}\n",
        document()
    );
    TRIAL.survives_every_cut(&text);
    TRIAL.survives_every_byte(&text);
    TRIAL.survives_members_of_any_type(&document());
    TRIAL.fails_only_with_its_source(&text[..text.len() / 2]);
}

#[test]
fn what_a_difference_quotes_does_not_land() {
    let kept = ["action", "code", "entity", "source", "type", "location"];
    TRIAL.shows_no_canary(&document(), &kept);
}
