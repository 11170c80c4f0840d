//! Every fixture against its snapshot, and what must hold for any bytes.

use super::reader::{is_named, read};
use crate::repository_file::trials;

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    trials::reads_every_fixture_as_its_snapshot_says("makefile", read);
}

#[test]
fn no_cut_and_no_byte_makes_the_reader_fail() {
    trials::survives_every_cut_and_byte("makefile", read);
    trials::refuses_what_is_too_large(read);
}

#[test]
fn only_a_lost_source_fails() {
    trials::fails_only_with_its_source(read, "a:\n\tb\n");
}

#[test]
fn a_file_is_known_by_its_name() {
    for (path, expected) in [
        ("Makefile", true),
        ("services/app/Makefile", true),
        ("makefile", true),
        ("GNUmakefile", true),
        ("build/common.mk", true),
        (".mk", false),
        ("Makefile.am", false),
        ("MakefileTest.xml", false),
    ] {
        assert_eq!(is_named(path), expected, "{path}");
    }
}

#[test]
fn a_rule_for_many_targets_is_bounded() {
    let targets: Vec<String> = (0..300).map(|n| format!("t{n}")).collect();
    let text = format!("{}:\n{}", targets.join(" "), "\tx\n".repeat(300));
    let (outline, rows) = trials::rows(read, text.as_bytes());
    assert_eq!(rows.len(), 20_000);
    assert_eq!(outline.reason.unwrap(), "too_many: more than 20000 commands");
}
