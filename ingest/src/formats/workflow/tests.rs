//! Every fixture against its snapshot, what must hold for any bytes, and that no secret is left.

use std::fmt::Write as _;

use domain::source::SourceStatus;

use super::reader::read;
use crate::document::Row;
use crate::formats::registry::{HEAD_BYTES, Recognised, WORKFLOW, recognise, recognise_named};
use crate::repository_file::trials;

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    trials::reads_every_fixture_as_its_snapshot_says("workflow", read);
}

#[test]
fn no_cut_and_no_byte_makes_the_reader_fail() {
    trials::survives_every_cut_and_byte("workflow", read);
    trials::refuses_what_is_too_large(read);
}

#[test]
fn only_a_lost_source_fails() {
    trials::fails_only_with_its_source(read, "on: push\njobs:\n  a:\n    runs-on: x\n");
}

#[test]
fn what_is_complete_is_recognised_by_its_content() {
    for (path, bytes) in trials::fixtures("workflow") {
        let head = &bytes[..bytes.len().min(HEAD_BYTES)];
        let (outline, _) = trials::rows(read, &bytes);
        let is_known = recognise(head) == Recognised::Format(WORKFLOW);
        // What has no `on` or no `jobs` is told by its folder alone.
        let is_nameless = ["no_jobs", "key_of_yaml_1_1"]
            .iter()
            .any(|name| path.to_string_lossy().contains(name));
        let is_read = outline.status == SourceStatus::Complete && !is_nameless;
        assert!(is_known || !is_read, "{}", path.display());
        let named = recognise_named(".github/workflows/ci.yml", head);
        assert_eq!(named, Some(Recognised::Format(WORKFLOW)));
    }
}

#[test]
fn no_value_of_a_secret_is_left() {
    let canary = ["canary", "of", "a", "secret"].join("~");
    let file = format!(
        "on: push\nenv:\n  TOKEN: {canary}\njobs:\n  a:\n    runs-on: x\n    env: {{P: {canary}}}\n    container:\n      credentials: \
         {{password: {canary}}}\n    steps:\n      - run: login --password {canary}\n        env: {{A: {canary}}}\n      - uses: \
         actions/checkout@v4\n        with:\n          token: {canary}\n      - uses: o/r@v1\n        with: {{x: {canary}}}\n  b:\n    \
         uses: ./w.yml\n    with: {{api-key: {canary}}}\n    secrets:\n      s: {canary}\n"
    );
    let (outline, rows) = trials::rows(read, file.as_bytes());
    assert_eq!((outline.status, rows.len()), (SourceStatus::Complete, 6));
    let shown = format!("{outline:?}{rows:?}");
    assert!(!shown.contains(&canary), "{shown}");
}

#[test]
fn aliases_give_a_bounded_number_of_rows() {
    let steps = "{run: x}, ".repeat(1_500);
    let mut file = format!("on: push\njobs:\n  a0: &a\n    steps: [{steps}]\n");
    for n in 1..1_500 {
        let _ = writeln!(file, "  a{n}: *a");
    }
    let (outline, rows) = trials::rows(read, file.as_bytes());
    assert_eq!(outline.status, SourceStatus::Partial);
    assert!(outline.reason.unwrap().starts_with("rows: "));
    assert!(rows.len() < 21_001);
    let Some(Row::Workflow(workflow)) = rows.last() else {
        panic!("the file is the last row")
    };
    assert!(!workflow.is_whole);
}
