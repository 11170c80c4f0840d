//! What must hold of every format of a scanner, for any bytes.

use std::io::{self, BufReader, Read as _};
use std::path::PathBuf;

use domain::source::SourceStatus;

use super::Clean;
use super::Read;
use super::snapshot::{copied, render, rows};
use crate::json::utf8::is_utf16;

/// A format under test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Format {
    pub(crate) name: &'static str,
    pub(crate) read: Read,
    pub(crate) copy: Clean,
}

impl Format {
    /// The fixtures, with what they hold.
    pub(crate) fn fixtures(self) -> Vec<(PathBuf, Vec<u8>)> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("src/formats")
            .join(self.name)
            .join("fixtures");
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

    /// Every fixture reads as its snapshot says; `UPDATE_EXPECT=1` rewrites the snapshots.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's own switch, not configuration of the product"
    )]
    pub(crate) fn check_snapshots(self) {
        let is_update = std::env::var("UPDATE_EXPECT").is_ok();
        let mut wrong = Vec::new();
        for (path, bytes) in self.fixtures() {
            let found = render(self.read, self.copy, &bytes);
            let expected_path = path.with_extension("expected");
            if is_update {
                std::fs::write(&expected_path, &found).unwrap();
            } else if std::fs::read_to_string(&expected_path).unwrap_or_default() != found {
                wrong.push(format!("{}:\n{found}", expected_path.display()));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// The size of the pieces in which the bytes come changes nothing.
    pub(crate) fn check_pieces(self) {
        for (path, bytes) in self.fixtures() {
            let whole = rows(self.read, &mut bytes.as_slice());
            let copy = copied(self.copy, &bytes);
            for size in [1, 3, 7] {
                let trickle = || BufReader::with_capacity(size, Trickle(&bytes, size));
                assert_eq!(rows(self.read, &mut trickle()), whole, "{} by {size}", path.display());
                let mut again = Vec::new();
                let n = (self.copy)(&mut trickle(), &mut again).unwrap();
                assert!((again, n) == copy, "{} by {size}", path.display());
            }
        }
    }

    /// What holds no secret lands byte for byte, and a copy has nothing more to take out.
    pub(crate) fn check_copies(self) {
        for (path, bytes) in self.fixtures() {
            let (copy, n) = copied(self.copy, &bytes);
            if n == 0 && !is_utf16(&bytes) {
                assert!(copy == bytes, "{}", path.display());
            }
            let (twice, n) = copied(self.copy, &copy);
            let shown = String::from_utf8_lossy(&twice);
            assert!(
                twice == copy,
                "{}: a copy of the copy differs, {n}:\n{shown}",
                path.display()
            );
        }
    }

    /// A file cut anywhere keeps the findings before the cut, and proves nothing.
    pub(crate) fn check_cuts(self, file: &str, n_behind: usize) {
        let (outline, whole) = rows(self.read, &mut file.as_bytes());
        assert_eq!(outline.status, SourceStatus::Complete, "{:?}", outline.reason);
        let mut n_before = 0;
        for cut in 0..file.len() - n_behind {
            let (copy, _) = copied(self.copy, &file.as_bytes()[..cut]);
            for bytes in [&file.as_bytes()[..cut], &copy] {
                let (outline, rows) = rows(self.read, &mut &*bytes);
                assert_ne!(outline.status, SourceStatus::Complete, "cut at {cut}");
                assert!(outline.reason.is_some(), "cut at {cut}");
                let (last, findings) = rows
                    .split_last()
                    .map_or((None, &rows[..]), |(last, rest)| (Some(last), rest));
                assert!(
                    last.is_none_or(|last| last.contains(" partial,") && last.contains("truncated")),
                    "cut at {cut}: {last:?}"
                );
                assert!(findings.len() >= n_before, "cut at {cut} loses a finding");
                assert_eq!(findings.len(), rows.len().saturating_sub(1));
                n_before = findings.len();
            }
        }
        assert_eq!(n_before, whole.len() - 1, "all findings stand before the last cut");
    }

    /// No byte makes the reader or the copy fail.
    pub(crate) fn check_bytes(self, file: &str) {
        // A fixed sequence of positions and bytes: reproducible without a generator.
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        for _ in 0..3_000 {
            let mut bytes = file.as_bytes().to_vec();
            for _ in 0..3 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(state >> 33).unwrap() % bytes.len();
                let interesting = b"{}[],:\"\\0-1.eunt \x00\x1B\xFF\xC3\xED\n\r";
                bytes[at] = interesting[usize::try_from(state >> 20).unwrap() % interesting.len()];
            }
            rows(self.read, &mut bytes.as_slice());
            let (copy, _) = copied(self.copy, &bytes);
            rows(self.read, &mut copy.as_slice());
        }
    }

    /// Only a failing source, or a failing receiver, is an error.
    pub(crate) fn check_failures(self, start: &str, whole: &str) {
        let mut lost = BufReader::new(start.as_bytes().chain(Failing(io::ErrorKind::ConnectionReset)));
        assert!((self.read)(&mut lost, &mut |_| Ok(())).is_err());
        let mut damaged = BufReader::new(start.as_bytes().chain(Failing(io::ErrorKind::InvalidData)));
        let (outline, _) = rows(self.read, &mut damaged);
        assert_eq!(outline.status, SourceStatus::Partial);
        assert!(outline.reason.unwrap().starts_with("damaged: the source broke"));
        let full = (self.read)(&mut whole.as_bytes(), &mut |_| Err(io::Error::other("full")));
        assert_eq!(full.unwrap_err().to_string(), "full");
    }

    /// Nothing of `canary` is left in the copy of a file; gives what is left.
    pub(crate) fn without(self, file: &str, canary: &str) -> String {
        assert!(file.contains(canary));
        let (copy, n) = copied(self.copy, file.as_bytes());
        let copy = String::from_utf8(copy).unwrap();
        assert!(n > 0 && !copy.contains(canary), "{copy}");
        copy
    }
}

/// Delivers a few bytes at a time.
struct Trickle<'a>(&'a [u8], usize);

impl io::Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(buffer.len()).min(self.0.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

/// Fails in the middle.
struct Failing(io::ErrorKind);

impl io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0, "the source broke"))
    }
}

/// What names, classes and judges each finding of a report, to be compared over formats.
pub(crate) fn identities(read: Read, copy: Clean, bytes: &[u8]) -> Vec<String> {
    let (landed, _) = copied(copy, bytes);
    let mut found = Vec::new();
    let outline = read(&mut landed.as_slice(), &mut |row| {
        if let super::Row::Finding(finding) = row {
            found.push(format!(
                "{} {:?} {:?} {} {:?} {:?}",
                finding.identity.class.as_str(),
                finding.identity,
                finding.occurrence,
                finding.assessment.severity.as_str(),
                finding.suppression,
                finding.suppression_justification,
            ));
        }
        Ok(())
    });
    assert_eq!(outline.unwrap().status, SourceStatus::Complete);
    found
}
