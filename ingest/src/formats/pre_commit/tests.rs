//! Every fixture against its snapshot, and what must hold for any bytes.

use super::reader::{is_named, read};
use crate::repository_file::trials;

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    trials::reads_every_fixture_as_its_snapshot_says("pre_commit", read);
}

#[test]
fn no_cut_and_no_byte_makes_the_reader_fail() {
    trials::survives_every_cut_and_byte("pre_commit", read);
    trials::refuses_what_is_too_large(read);
}

#[test]
fn only_a_lost_source_fails() {
    trials::fails_only_with_its_source(read, "repos:\n- repo: local\n  hooks: [{id: a}]\n");
}

#[test]
fn a_file_is_known_by_its_name() {
    for (path, expected) in [
        (".pre-commit-config.yaml", true),
        ("a/.pre-commit-config.yml", true),
        ("pre-commit-config.yaml", false),
        (".pre-commit-hooks.yaml", false),
    ] {
        assert_eq!(is_named(path), expected, "{path}");
    }
}
