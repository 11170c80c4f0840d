//! Every fixture against its snapshot, and what must hold for any bytes.

use serde_json::{Value, json};

use super::reader::read;
use super::redaction;
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "licensee",
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

fn file(license: &str) -> Value {
    json!({"filename": "LICENSE", "content": "x", "content_hash": "46cdc03462b9af57968df67b450cc4372ac41f53",
        "content_normalized": "x", "matcher": {"name": "exact", "confidence": 100}, "matched_license": license,
        "attribution": "Copyright (c) Somebody"})
}

fn document() -> Value {
    json!({"licenses": [{"key": "mit", "spdx_id": "MIT", "meta": {"title": "MIT License"}}],
        "matched_files": [file("MIT"), file("NOASSERTION")]})
}

#[test]
fn a_file_cut_anywhere_keeps_what_stands_before() {
    TRIAL.survives_every_cut(&document().to_string());
    TRIAL.survives_every_byte(&document().to_string());
    TRIAL.survives_members_of_any_type(&document());
    TRIAL.fails_only_with_its_source(&format!("{{\"matched_files\": [{},", file("MIT")));
}

#[test]
fn what_a_file_says_does_not_land() {
    let kept = ["content_hash", "filename", "matched_license", "name"];
    TRIAL.shows_no_canary(&json!({"matched_files": [file("MIT")]}), &kept);
}
