//! Every fixture against its snapshot, and what must hold for any bytes.

use super::reader::read;
use crate::coverage::snapshots;

const FORMAT: &str = "cobertura";

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    snapshots::assert_snapshots(FORMAT, read);
}

#[test]
fn a_report_cut_anywhere_is_never_complete_and_keeps_the_lines_before_the_cut() {
    snapshots::assert_cuts_show(FORMAT, read, |_| false);
}

#[test]
fn no_byte_makes_the_reader_fail() {
    snapshots::assert_no_byte_fails(FORMAT, read);
}

#[test]
fn only_a_lost_source_is_an_error() {
    snapshots::assert_only_a_lost_source_fails(read, "<coverage line-rate='1'><packages/>");
}
