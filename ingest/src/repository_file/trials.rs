//! What must hold of every format of files in a repository, for its own tests to ask.

use std::fmt::Write as _;
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use domain::source::SourceStatus;

use crate::document::{Outline, Read, Row};

/// Reads bytes to what became of them and their rows as text.
pub(crate) fn rows(read: Read, bytes: &[u8]) -> (Outline, Vec<Row>) {
    let mut rows = Vec::new();
    let outline = read(&mut &*bytes, &mut |row| {
        rows.push(row);
        Ok(())
    });
    let outline = outline.unwrap();
    assert_eq!(outline.n_rows, i64::try_from(rows.len()).unwrap());
    (outline, rows)
}

/// The inputs in a format's folder of fixtures, in the order of their names.
pub(crate) fn fixtures(format: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/formats/{format}/fixtures"));
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|extension| extension != "expected"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    let read = |path: PathBuf| (path.clone(), std::fs::read(path).unwrap());
    paths.into_iter().map(read).collect()
}

fn render(read: Read, bytes: &[u8]) -> String {
    let (outline, rows) = rows(read, bytes);
    let mut text = format!("{}, {} rows\n", outline.status.as_str(), outline.n_rows);
    if let Some(reason) = &outline.reason {
        let _ = writeln!(text, "reason: {reason}");
    }
    for (code, warning) in outline.warnings.iter() {
        let _ = writeln!(text, "warning: {code} x {}, first at {}", warning.n, warning.first);
    }
    for row in rows {
        // One line for each field that says something.
        let row = format!("{row:#?}");
        let lines = row.lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
        let mut is_some = false;
        for line in lines {
            match line.trim() {
                ")," | ")" => {}
                told if told.ends_with(": None,") => {}
                told if told.ends_with(": Some(") => {
                    let _ = write!(text, "    {}", told.trim_end_matches("Some("));
                    is_some = true;
                }
                told if is_some => {
                    let _ = writeln!(text, "{told}");
                    is_some = false;
                }
                told if told.ends_with('{') => {
                    let _ = writeln!(text, "{}", told.trim_end_matches(" {"));
                }
                "}" | "}," => {}
                told if told.ends_with('(') => {}
                told => {
                    let _ = writeln!(text, "    {told}");
                }
            }
        }
    }
    text
}

/// Reads every fixture and compares with its snapshot; `UPDATE_EXPECT=1` rewrites the snapshots.
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own switch, not configuration of the product"
)]
pub(crate) fn reads_every_fixture_as_its_snapshot_says(format: &str, read: Read) {
    let is_update = std::env::var("UPDATE_EXPECT").is_ok();
    let mut wrong = Vec::new();
    for (path, bytes) in fixtures(format) {
        let found = render(read, &bytes);
        let expected_path = path.with_extension("expected");
        if is_update {
            std::fs::write(&expected_path, &found).unwrap();
        } else if std::fs::read_to_string(&expected_path).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", expected_path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Cuts every fixture everywhere, and puts odd bytes into it: neither makes the reader fail, and what is refused or
/// partial says why.
pub(crate) fn survives_every_cut_and_byte(format: &str, read: Read) {
    // A fixed sequence of positions and bytes: reproducible without a generator.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let told = |bytes: &[u8]| {
        let (outline, rows) = rows(read, bytes);
        assert_eq!(outline.status == SourceStatus::Complete, outline.reason.is_none());
        assert!(outline.status != SourceStatus::Refused || rows.is_empty());
    };
    for (_, original) in fixtures(format) {
        for cut in 0..original.len() {
            told(&original[..cut]);
        }
        for _ in 0..if original.is_empty() { 0 } else { 300 } {
            let mut bytes = original.clone();
            for _ in 0..3 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(state >> 33).unwrap() % bytes.len();
                let interesting = b"&*:-?[]{},|>'\"#!%@`~<$= \t\r\n\\\x00\x1B\xFF\xC3\xED";
                bytes[at] = interesting[usize::try_from(state >> 20).unwrap() % interesting.len()];
            }
            told(&bytes);
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

/// Lets the source break behind `start`: only a source that is lost is an error, a damaged one ends the file.
pub(crate) fn fails_only_with_its_source(read: Read, start: &str) {
    let mut lost = BufReader::new(start.as_bytes().chain(Failing(io::ErrorKind::ConnectionReset)));
    assert!(read(&mut lost, &mut |_| Ok(())).is_err());
    let mut damaged = BufReader::new(start.as_bytes().chain(Failing(io::ErrorKind::InvalidData)));
    let outline = read(&mut damaged, &mut |_| Ok(())).unwrap();
    assert_eq!(outline.status, SourceStatus::Partial);
    assert_eq!(outline.reason.unwrap(), "damaged: the source broke");
    let full = read(&mut start.as_bytes(), &mut |_| Err(io::Error::other("full")));
    assert_eq!(full.unwrap_err().to_string(), "full");
}

/// Files above the bound are refused and not held.
pub(crate) fn refuses_what_is_too_large(read: Read) {
    let mut endless = BufReader::new(io::repeat(b'#'));
    let outline = read(&mut endless, &mut |_| Ok(())).unwrap();
    assert_eq!(outline.status, SourceStatus::Refused);
    assert!(outline.reason.unwrap().starts_with("too_large: "));
}
