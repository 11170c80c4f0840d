//! Every fixture against its snapshot, and what must hold for any bytes.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use domain::clock::format_timestamp;
use domain::source::SourceStatus;
use domain::test_result::TestResult;

use super::reader::{Outline, read};

/// Writes a row as one line; what is absent leaves its place empty.
fn line(row: &TestResult<'_>) -> String {
    let mut line = format!("{} | {} | {}", row.suite, row.class_name, row.name);
    if let Some(file) = row.file {
        let _ = write!(line, " | file {file}");
    }
    let _ = write!(line, " | #{} {}", row.execution, row.outcome.as_str());
    if let Some(evidence) = row.retry_evidence.as_str() {
        let _ = write!(line, " ({evidence})");
    }
    if let Some(milliseconds) = row.duration_ms {
        let _ = write!(line, " | {milliseconds} ms");
    }
    for (label, value) in [
        ("type", row.failure_type),
        ("message", row.message),
        ("ticket", row.ticket),
    ] {
        if let Some(value) = value {
            let _ = write!(line, " | {label} {value:?}");
        }
    }
    if let Some(instant) = row.reported_at {
        let _ = write!(line, " | at {}", format_timestamp(instant));
    }
    if row.is_quarantined {
        line.push_str(" | quarantined");
    }
    line
}

fn rows_of(input: &mut dyn BufRead) -> (Outline, Vec<String>) {
    let mut rows = Vec::new();
    let outline = read(input, &mut |row| {
        rows.push(line(row));
        Ok(())
    });
    let outline = outline.unwrap();
    assert_eq!(outline.n_rows, i64::try_from(rows.len()).unwrap());
    (outline, rows)
}

/// Writes a report as the snapshots hold it.
fn render(bytes: &[u8]) -> String {
    let (outline, rows) = rows_of(&mut &*bytes);
    let mut text = format!(
        "{}, dialect {}, {} cases, {} rows\n",
        outline.status.as_str(),
        outline.dialect.unwrap_or("unknown"),
        outline.n_cases,
        outline.n_rows
    );
    if let Some(reason) = &outline.reason {
        let _ = writeln!(text, "reason: {reason}");
    }
    for (code, warning) in outline.warnings.iter() {
        let _ = writeln!(text, "warning: {code} x {}, first at {}", warning.n, warning.first);
    }
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

fn fixtures() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/formats/junit/fixtures");
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

/// Delivers a few bytes at a time.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(buffer.len()).min(self.0.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    for path in fixtures() {
        let bytes = std::fs::read(&path).unwrap();
        let whole = rows_of(&mut bytes.as_slice());
        for size in [1, 3, 7] {
            let mut pieces = BufReader::with_capacity(size, Trickle(&bytes, size));
            let (outline, rows) = rows_of(&mut pieces);
            assert_eq!(rows, whole.1, "{} by {size}", path.display());
            assert_eq!(outline.status, whole.0.status, "{} by {size}", path.display());
        }
    }
}

fn report_of_two_kilobytes() -> String {
    let mut report =
        String::from("<?xml version=\"1.0\"?>\n<testsuites><!-- é -->\n<testsuite name=\"a\" tests=\"9\">\n");
    for n in 0..8 {
        let _ = match n % 4 {
            0 => writeln!(report, "<testcase classname='c&amp;d' name='test_{n} ü' time='0.{n}'/>"),
            1 => writeln!(
                report,
                "<testcase name='n{n}'><failure message='m&#10;x' type='T'><![CDATA[text <b> ]] ]]></failure></testcase>"
            ),
            2 => writeln!(
                report,
                "<testcase name='n{n}'><skipped/><system-out>a &lt; b</system-out></testcase>"
            ),
            _ => writeln!(
                report,
                "<testcase name='n{n}'><flakyFailure>first\nsecond</flakyFailure><properties><property name='flaky'/></properties></testcase>"
            ),
        };
    }
    report.push_str("</testsuite><testsuite name='b'>");
    for n in 0..16 {
        let _ = write!(
            report,
            "<testcase name='further case number {n}' classname='some.class.Name' time='1.0'></testcase>"
        );
    }
    report.push_str("</testsuite></testsuites>\n");
    report
}

#[test]
fn a_report_cut_anywhere_keeps_the_cases_before_the_cut() {
    let report = report_of_two_kilobytes();
    assert!(report.len() > 2_000);
    let (outline, whole) = rows_of(&mut report.as_bytes());
    assert_eq!(outline.status, SourceStatus::Complete, "{:?}", outline.reason);
    let end = report.trim_end().len();
    for cut in 0..end {
        let bytes = &report.as_bytes()[..cut];
        let (outline, rows) = rows_of(&mut &*bytes);
        assert_ne!(outline.status, SourceStatus::Complete, "cut at {cut}");
        assert!(outline.reason.is_some(), "cut at {cut}");
        assert_eq!(rows, whole[..rows.len()], "cut at {cut}");
        let n_ends = String::from_utf8_lossy(bytes).matches("</testcase>").count();
        assert!(rows.len() >= n_ends, "cut at {cut} loses a case");
    }
}

#[test]
fn no_byte_makes_the_reader_fail() {
    let report = report_of_two_kilobytes();
    // A fixed sequence of positions and bytes: reproducible without a generator.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..3_000 {
        let mut bytes = report.clone().into_bytes();
        for _ in 0..3 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(state >> 33).unwrap() % bytes.len();
            let interesting = b"<>&;'\"/=![]-? \x00\x1B\xFF\xC3\xED";
            bytes[at] = interesting[usize::try_from(state >> 20).unwrap() % interesting.len()];
        }
        rows_of(&mut bytes.as_slice());
    }
}

#[test]
fn what_is_too_large_is_bounded() {
    let nested = |n: usize| "<testsuite name='s'>".repeat(n);
    let (outline, _) = rows_of(&mut nested(70).as_bytes());
    assert_eq!(
        outline.reason.unwrap(),
        "too deep: more than 64 elements nested at byte 1280"
    );

    let long_name = format!("<testsuite><testcase name='{}'/></testsuite>", "x".repeat(100_000));
    let (outline, rows) = rows_of(&mut long_name.as_bytes());
    assert_eq!(outline.status, SourceStatus::Complete);
    assert!(rows[0].len() < 66_000);
    assert_eq!(outline.warnings.iter().next().unwrap().0, "value_cut");

    let many = format!(
        "<testsuite><testcase name='a'>{}</testcase></testsuite>",
        "<rerunFailure/>".repeat(5_000)
    );
    let (_, rows) = rows_of(&mut many.as_bytes());
    assert_eq!(rows.len(), 1_001);

    let open = "<testsuite><testcase name='before'/><system-out>";
    let mut endless = open.as_bytes().chain(io::repeat(b'x').take(80 * 1024 * 1024));
    let (outline, rows) = rows_of(&mut BufReader::new(&mut endless));
    assert_eq!(outline.status, SourceStatus::Partial);
    assert!(outline.reason.unwrap().starts_with("token too long: "));
    assert_eq!(rows.len(), 1);
}

#[test]
fn repetitions_beyond_the_window_stay_apart() {
    let mut report = String::from("<testsuite name='pytest' tests='120000'><testcase name='twice'/>");
    for n in 0..120_000 {
        let _ = write!(report, "<testcase name='n{n}'/>");
    }
    report.push_str("<testcase name='n119990'/><testcase name='twice'/></testsuite>");
    let (outline, rows) = rows_of(&mut report.as_bytes());
    assert_eq!(rows.len(), 120_003);
    assert_eq!(rows[0], "pytest |  | twice | #0 passed");
    assert_eq!(rows[120_002], "pytest |  | twice | #0 passed");
    assert_eq!(rows[119_991], "pytest |  | n119990 | #0 failed (repair_unconfirmed)");
    assert_eq!(rows[120_001], "pytest |  | n119990 | #1 passed (repair_unconfirmed)");
    let codes: Vec<_> = outline
        .warnings
        .iter()
        .map(|(code, warning)| (code, warning.n))
        .collect();
    assert_eq!(
        codes,
        [
            ("count_mismatch", 1),
            ("rerun_repaired", 1),
            ("suite_exceeds_duplicate_window", 1)
        ]
    );
}

/// Fails in the middle.
struct Failing(io::ErrorKind);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0, "the source broke"))
    }
}

#[test]
fn only_a_failing_source_is_an_error() {
    for padding in [0, 5_000] {
        let start = format!("<testsuite>{}<testcase name='a'/>", " ".repeat(padding));
        let mut lost = BufReader::new(start.as_bytes().chain(Failing(io::ErrorKind::ConnectionReset)));
        assert!(read(&mut lost, &mut |_| Ok(())).is_err());
        let mut damaged = BufReader::new(start.as_bytes().chain(Failing(io::ErrorKind::InvalidData)));
        let (outline, rows) = rows_of(&mut damaged);
        assert_eq!(outline.status, SourceStatus::Partial);
        assert!(outline.reason.unwrap().starts_with("damaged: the source broke"));
        assert_eq!(rows.len(), 1);
    }
    let full = read(&mut b"<testsuite><testcase/></testsuite>".as_slice(), &mut |_| {
        Err(io::Error::other("full"))
    });
    assert_eq!(full.unwrap_err().to_string(), "full");
}
