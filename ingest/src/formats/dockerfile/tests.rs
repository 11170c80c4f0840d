//! Every fixture against its snapshot, and what must hold for any bytes.

use super::reader::{is_named, read};
use crate::document::Row;
use crate::repository_file::trials;

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    trials::reads_every_fixture_as_its_snapshot_says("dockerfile", read);
}

#[test]
fn no_cut_and_no_byte_makes_the_reader_fail() {
    trials::survives_every_cut_and_byte("dockerfile", read);
    trials::refuses_what_is_too_large(read);
}

#[test]
fn only_a_lost_source_fails() {
    trials::fails_only_with_its_source(read, "FROM a\n");
}

#[test]
fn a_file_is_known_by_its_name() {
    for (path, expected) in [
        ("Dockerfile", true),
        ("services/app/Dockerfile", true),
        ("Dockerfile.worker", true),
        ("worker.Dockerfile", true),
        ("Containerfile", true),
        ("Dockerfile.dockerignore", false),
        ("Dockerfile.sarif", false),
        ("dockerfile-lint", false),
        ("docker", false),
    ] {
        assert_eq!(is_named(path), expected, "{path}");
    }
}

#[test]
fn defaults_of_arguments_are_put_in() {
    for (argument, from, expected) in [
        ("ARG A=python:3.12", "$A", Some("python:3.12")),
        ("ARG A=3.12", "python:${A}-slim", Some("python:3.12-slim")),
        ("ARG A='3.12'", "python:${A}", Some("python:3.12")),
        ("ARG A", "python:${A:-3.11}", Some("python:3.11")),
        ("ARG A=1", "python:${A:+x}", Some("python:x")),
        ("ARG A", "python:$A", None),
        ("", "python:$A", None),
        ("ARG A=1\nARG B=$A.2", "python:$B", Some("python:1.2")),
        ("ARG A=1", "python:${A", None),
    ] {
        let (_, rows) = trials::rows(read, format!("{argument}\nFROM {from}\n").as_bytes());
        let [Row::DockerfileImage(image)] = rows.as_slice() else {
            panic!("{argument}: {rows:?}")
        };
        assert_eq!(image.image.as_deref(), expected, "{argument} {from}");
        assert_eq!(image.is_pinned.is_some(), expected.is_some());
    }
}
