//! Every fixture against its snapshot, and what must hold for any bytes.

use super::reader::read;
use super::redaction;
use crate::scanner::snapshot::rows;
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "yamllint",
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
fn a_copy_lands_byte_for_byte() {
    TRIAL.copies_byte_for_byte();
}

#[test]
fn the_styles_of_one_run_give_the_same_findings() {
    let of = |name: &str| {
        let fixtures = TRIAL.fixtures();
        let (_, bytes) = fixtures.iter().find(|(path, _)| path.ends_with(name)).unwrap();
        rows(read, &mut bytes.as_slice())
    };
    assert_eq!(of("parsable.txt"), of("github.txt"));
    assert_eq!(of("parsable.txt"), of("standard.txt"));
}

#[test]
fn a_line_cut_anywhere_is_never_complete() {
    let text = "a.yaml:2:4: [error] too many spaces (colons)\na.yaml:3:1: [warning] duplication (key-duplicates)\n";
    let n_first = text.find('\n').unwrap();
    for cut in 1..text.len() - 1 {
        let (outline, found) = rows(read, &mut &text.as_bytes()[..cut]);
        assert_eq!(
            outline.status.as_str() == "complete",
            cut == n_first + 1,
            "cut at {cut}"
        );
        let n_findings = found.len().saturating_sub(1);
        assert!(
            n_findings >= usize::from(cut > n_first) && n_findings <= 2,
            "cut at {cut}: {found:?}"
        );
    }
    TRIAL.survives_every_byte(text);
    TRIAL.fails_only_with_its_source(text);
}
