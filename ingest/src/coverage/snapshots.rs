//! Fixtures of the formats of coverage against their snapshots, and what must hold for any bytes.

use std::fmt::Write as _;
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use domain::clock::format_timestamp;
use domain::coverage::{Counts, Coverage};
use domain::source::SourceStatus;

use crate::coverage::row::{Outline, Reader, Row};

/// Reads bytes to what became of them and their rows as text.
pub(crate) fn rows_of(read: Reader, bytes: &[u8]) -> (Outline, Vec<String>) {
    let mut rows = Vec::new();
    let outline = read(&mut &*bytes, &mut |row| {
        rows.push(match row {
            Row::File(file) => format!("  {} ({}): {}", file.path, file.package, counts(file.counts)),
            Row::Report(report) => totals(report),
        });
        Ok(())
    });
    let outline = outline.unwrap();
    assert_eq!(outline.n_rows, i64::try_from(rows.len()).unwrap());
    (outline, rows)
}

fn counts(counts: Counts) -> String {
    let Counts {
        lines_valid,
        lines_covered,
        branches_valid,
        branches_covered,
    } = counts;
    format!("{lines_covered}/{lines_valid} lines, {branches_covered}/{branches_valid} branches")
}

fn totals(report: &Coverage) -> String {
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

fn render(read: Reader, bytes: &[u8]) -> String {
    let (outline, rows) = rows_of(read, bytes);
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

/// The inputs in a format's folder of fixtures, in the order of their names.
pub(crate) fn fixtures(format: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/formats/{format}/fixtures"));
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|extension| extension != "expected"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// Reads every fixture and compares with its snapshot; `UPDATE_EXPECT=1` rewrites the snapshots.
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own switch, not configuration of the product"
)]
pub(crate) fn assert_snapshots(format: &str, read: Reader) {
    let is_update = std::env::var("UPDATE_EXPECT").is_ok();
    let mut wrong = Vec::new();
    for path in fixtures(format) {
        let found = render(read, &std::fs::read(&path).unwrap());
        let expected_path = path.with_extension("expected");
        if is_update {
            std::fs::write(&expected_path, &found).unwrap();
        } else if std::fs::read_to_string(&expected_path).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", expected_path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Cuts every fixture everywhere: but where `is_whole` finds nothing missing, what is left is never complete.
pub(crate) fn assert_cuts_show(format: &str, read: Reader, is_whole: fn(&[u8]) -> bool) {
    for path in fixtures(format) {
        let bytes = std::fs::read(&path).unwrap();
        if rows_of(read, &bytes).0.status != SourceStatus::Complete {
            continue;
        }
        for cut in 0..bytes.trim_ascii_end().len() {
            let (outline, rows) = rows_of(read, &bytes[..cut]);
            if is_whole(&bytes[..cut]) {
                continue;
            }
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

/// Puts odd bytes into every fixture, which must not make the reader fail.
pub(crate) fn assert_no_byte_fails(format: &str, read: Reader) {
    // A fixed sequence of positions and bytes: reproducible without a generator.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for path in fixtures(format) {
        let original = std::fs::read(&path).unwrap();
        for _ in 0..if original.is_empty() { 0 } else { 200 } {
            let mut bytes = original.clone();
            for _ in 0..3 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(state >> 33).unwrap() % bytes.len();
                let interesting = b"<>&;'\"/=![]-?()%9:,.e \n\x00\x1B\xFF\xC3\xED";
                bytes[at] = interesting[usize::try_from(state >> 20).unwrap() % interesting.len()];
            }
            rows_of(read, &bytes);
        }
    }
}

/// A source that breaks.
struct Failing(io::ErrorKind);

impl io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0, "the source broke"))
    }
}

/// Lets the source break behind `start`: only a source that is lost is an error, a damaged one ends the report.
pub(crate) fn assert_only_a_lost_source_fails(read: Reader, start: &str) {
    let mut lost = BufReader::new(start.as_bytes().chain(Failing(io::ErrorKind::ConnectionReset)));
    assert!(read(&mut lost, &mut |_| Ok(())).is_err());
    let mut damaged = BufReader::new(start.as_bytes().chain(Failing(io::ErrorKind::InvalidData)));
    let outline = read(&mut damaged, &mut |_| Ok(())).unwrap();
    assert_eq!(outline.status, SourceStatus::Partial);
    assert!(outline.reason.unwrap().starts_with("damaged: the source broke"));
    let full = read(&mut start.as_bytes(), &mut |_| Err(io::Error::other("full")));
    assert_eq!(full.unwrap_err().to_string(), "full");
}
