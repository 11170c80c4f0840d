//! Every fixture against its snapshot, and what must hold for any bytes.

use super::reader::{is_named, read};
use crate::document::Row;
use crate::repository_file::trials;

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    trials::reads_every_fixture_as_its_snapshot_says("codeowners", read);
}

#[test]
fn no_cut_and_no_byte_makes_the_reader_fail() {
    trials::survives_every_cut_and_byte("codeowners", read);
    trials::refuses_what_is_too_large(read);
}

#[test]
fn only_a_lost_source_fails() {
    trials::fails_only_with_its_source(read, "* @a\n");
}

#[test]
fn a_file_is_known_by_its_name() {
    for (path, expected) in [
        ("CODEOWNERS", true),
        (".github/CODEOWNERS", true),
        ("CODEOWNERS.md", false),
        ("x", false),
    ] {
        assert_eq!(is_named(path), expected, "{path}");
    }
}

#[test]
fn a_line_says_a_pattern_and_its_owners() {
    for (line, pattern, owners) in [
        ("file.txt @user", "file.txt", "@user"),
        ("file(1.txt @org/team", "file(1.txt", "@org/team"),
        ("f foo@example.com", "f", "foo@example.com"),
        (
            "f @user @org/team foo@example.com",
            "f",
            "@user @org/team foo@example.com",
        ),
        ("services/foo:bar/**/* @org/team", "services/foo:bar/**/*", "@org/team"),
        (r"foo\ bar @user", r"foo\ bar", "@user"),
        ("f @user # some comment @nobody", "f", "@user"),
        ("pattern", "pattern", ""),
        ("\tpattern # no more", "pattern", ""),
        ("foo|{bar}~^.txt @o/t", "foo|{bar}~^.txt", "@o/t"),
        (r"name\[b\] @o/t", r"name\[b\]", "@o/t"),
    ] {
        let (_, rows) = trials::rows(read, line.as_bytes());
        let [Row::CodeOwnersRule(rule)] = rows.as_slice() else {
            panic!("{line}: {rows:?}")
        };
        assert_eq!(
            (rule.pattern.as_str(), rule.owners.as_str()),
            (pattern, owners),
            "{line}"
        );
    }
    for (line, code) in [
        ("file.txt missing-at-sign", "owner_unreadable"),
        ("file.txt @a/b/c", "owner_unreadable"),
        ("file.txt a@b", "owner_unreadable"),
        ("!file.txt @a", "pattern_unsupported"),
        ("[a-z].txt @a", "pattern_unsupported"),
        (r"\#a @b", "pattern_unsupported"),
    ] {
        let (outline, rows) = trials::rows(read, line.as_bytes());
        let codes: Vec<_> = outline.warnings.iter().map(|(code, _)| code).collect();
        assert_eq!((rows.len(), codes), (0, vec![code]), "{line}");
    }
}
