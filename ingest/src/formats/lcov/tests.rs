//! Every fixture against its snapshot, and what must hold for any bytes.

use super::reader::read;
use crate::coverage::snapshots;
use crate::xml::root;

const FORMAT: &str = "lcov";

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    snapshots::assert_snapshots(FORMAT, read);
}

/// Nothing at the end of a tracefile says that it is the end: where no record is open it may always have ended.
fn is_behind_a_record(bytes: &[u8]) -> bool {
    let text = root::decode(bytes);
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let last = |start: &str| lines.iter().rposition(|line| line.starts_with(start));
    let is_whole = text.ends_with('\n') || lines.last() == Some(&"end_of_record");
    is_whole && last("end_of_record") > last("SF:")
}

#[test]
fn a_tracefile_cut_within_a_record_is_never_complete_and_keeps_the_lines_before_the_cut() {
    snapshots::assert_cuts_show(FORMAT, read, is_behind_a_record);
}

#[test]
fn no_byte_makes_the_reader_fail() {
    snapshots::assert_no_byte_fails(FORMAT, read);
}

#[test]
fn only_a_lost_source_is_an_error() {
    snapshots::assert_only_a_lost_source_fails(read, "TN:\nSF:a.c\nDA:1,1\nend_of_record\n");
}

#[test]
fn many_records_of_one_file_take_no_square_of_time() {
    let mut text = String::from("SF:a.c\n");
    (1..200_000).for_each(|line| text.push_str(&["DA:", &line.to_string(), ",0\n"].concat()));
    text.push_str("end_of_record\n");
    text.push_str(&"SF:a.c\nDA:7,1\nend_of_record\n".repeat(100_000));
    let (outline, rows) = snapshots::rows_of(read, text.as_bytes());
    assert_eq!((outline.n_rows, outline.warnings.total()), (2, 0));
    assert_eq!(rows[0], "  a.c (): 1/199999 lines, 0/0 branches");
}
