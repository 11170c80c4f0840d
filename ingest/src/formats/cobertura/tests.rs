//! Every fixture against its snapshot, and what must hold for any bytes.

use std::fmt::Write as _;
use std::path::PathBuf;

use domain::clock::format_timestamp;
use domain::coverage::Counts;
use domain::source::SourceStatus;

use super::reader::{Outline, Row, read};

fn counts(counts: Counts) -> String {
    let Counts {
        lines_valid,
        lines_covered,
        branches_valid,
        branches_covered,
    } = counts;
    format!("{lines_covered}/{lines_valid} lines, {branches_covered}/{branches_valid} branches")
}

fn rows_of(bytes: &[u8]) -> (Outline, Vec<String>) {
    let mut rows = Vec::new();
    let outline = read(&mut &*bytes, &mut |row| {
        rows.push(match row {
            Row::File(file) => format!("  {} ({}): {}", file.path, file.package, counts(file.counts)),
            Row::Report(report) => {
                let mut line = format!(
                    "report: {:?}/{:?} lines ({}), {:?}/{:?} branches ({}), {} files, counted {}",
                    report.lines_covered,
                    report.lines_valid,
                    report.lines_basis.as_str(),
                    report.branches_covered,
                    report.branches_valid,
                    report.branches_basis.as_str(),
                    report.n_files,
                    counts(report.counted)
                );
                if let Some(version) = &report.tool_version {
                    let _ = write!(line, ", version {version:?}");
                }
                if let Some(time) = report.reported_at {
                    let _ = write!(line, ", at {}", format_timestamp(time));
                }
                if !report.is_complete {
                    line.push_str(", incomplete");
                }
                line
            }
        });
        Ok(())
    });
    let outline = outline.unwrap();
    assert_eq!(outline.n_rows, i64::try_from(rows.len()).unwrap());
    (outline, rows)
}

fn render(bytes: &[u8]) -> String {
    let (outline, rows) = rows_of(bytes);
    let mut text = format!("{}, {} rows\n", outline.status.as_str(), outline.n_rows);
    if let Some(reason) = &outline.reason {
        let _ = writeln!(text, "reason: {reason}");
    }
    for (code, warning) in outline.warnings.iter() {
        let _ = writeln!(text, "warning: {code} x {}, first at {}", warning.n, warning.first);
    }
    rows.iter().for_each(|row| {
        let _ = writeln!(text, "{row}");
    });
    text
}

fn fixtures() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/formats/cobertura/fixtures");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// `UPDATE_EXPECT=1` rewrites the snapshots; review the difference.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own switch, not configuration of the product"
)]
fn every_fixture_reads_as_its_snapshot_says() {
    let is_update = std::env::var("UPDATE_EXPECT").is_ok();
    let mut wrong = Vec::new();
    for path in fixtures() {
        let found = render(&std::fs::read(&path).unwrap());
        let expected_path = path.with_extension("expected");
        if is_update {
            std::fs::write(&expected_path, &found).unwrap();
        } else if std::fs::read_to_string(&expected_path).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", expected_path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_report_cut_anywhere_is_never_complete_and_keeps_the_lines_before_the_cut() {
    for path in fixtures() {
        let bytes = std::fs::read(&path).unwrap();
        if rows_of(&bytes).0.status != SourceStatus::Complete {
            continue;
        }
        for cut in 0..bytes.trim_ascii_end().len() {
            let (outline, rows) = rows_of(&bytes[..cut]);
            assert_ne!(
                outline.status,
                SourceStatus::Complete,
                "{} cut at {cut}",
                path.display()
            );
            assert!(outline.reason.is_some());
            assert!(rows.last().is_none_or(|row| row.ends_with("incomplete")), "{rows:?}");
        }
    }
}

#[test]
fn no_byte_makes_the_reader_fail() {
    // A fixed sequence of positions and bytes: reproducible without a generator.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for path in fixtures() {
        let original = std::fs::read(&path).unwrap();
        for _ in 0..if original.is_empty() { 0 } else { 200 } {
            let mut bytes = original.clone();
            for _ in 0..3 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(state >> 33).unwrap() % bytes.len();
                let interesting = b"<>&;'\"/=![]-?()%9. \x00\x1B\xFF\xC3\xED";
                bytes[at] = interesting[usize::try_from(state >> 20).unwrap() % interesting.len()];
            }
            rows_of(&bytes);
        }
    }
}
