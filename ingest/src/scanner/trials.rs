//! What must hold of every format of scanners, for its own tests to ask.

use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use domain::source::SourceStatus;

use super::snapshot::{copied, render, rows};
use super::{Clean, Read, Row};
use crate::formats::registry::{HEAD_BYTES, Recognised, recognise, recognise_named};
use crate::formats::sarif;
use crate::json::utf8::is_utf16;

/// Values of every type, for members of another.
pub(crate) const VALUES: &[&str] = &[
    "null",
    "true",
    "7",
    "-1.5",
    "\"x\"",
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "{\"0\": 1}",
];

/// Looks like nothing that carries its own mark, so that no other filter finds it.
pub(crate) fn canary() -> String {
    ["canary", "of", "a", "secret"].join("~")
}

/// A format under test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    /// Its folder.
    pub(crate) name: &'static str,
    pub(crate) read: Read,
    pub(crate) clean: Clean,
}

/// Delivers a few bytes at a time.
pub(crate) struct Trickle<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl io::Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(buffer.len()).min(self.0.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

/// Fails in the middle.
pub(crate) struct Failing(pub(crate) io::ErrorKind);

impl io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0, "the source broke"))
    }
}

impl Trial {
    /// The fixtures, with what they hold.
    pub(crate) fn fixtures(self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut paths: Vec<_> = std::fs::read_dir(fixtures_of(self.name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_none_or(|extension| extension != "expected"))
            .collect();
        paths.sort();
        assert!(!paths.is_empty());
        let read = |path: PathBuf| (path.clone(), std::fs::read(path).unwrap());
        paths.into_iter().map(read).collect()
    }

    /// `UPDATE_EXPECT=1` rewrites the snapshots; review the difference.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's own switch, not configuration of the product"
    )]
    pub(crate) fn reads_every_fixture_as_its_snapshot_says(self) {
        let is_update = std::env::var("UPDATE_EXPECT").is_ok();
        let mut wrong = Vec::new();
        for (path, bytes) in self.fixtures() {
            let found = render(self.read, self.clean, &bytes);
            let expected_path = path.with_extension("expected");
            if is_update {
                std::fs::write(&expected_path, &found).unwrap();
            } else if std::fs::read_to_string(&expected_path).unwrap_or_default() != found {
                wrong.push(format!("{}:\n{found}", expected_path.display()));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// What the reader does not refuse is recognised by its first bytes, or by them and its name, and nothing else is;
    /// but for fixtures called `untold`, whose first record does not say what it is.
    pub(crate) fn is_recognised_by_its_content(self, untold: &[&str]) {
        let mut wrong = Vec::new();
        for (path, bytes) in self.fixtures() {
            let (outline, _) = rows(self.read, &mut bytes.as_slice());
            let head = &bytes[..bytes.len().min(HEAD_BYTES)];
            let named = recognise_named(&format!("{}.json", self.name), head);
            let is_own = named
                .into_iter()
                .chain([recognise(head)])
                .any(|recognised| matches!(recognised, Recognised::Format(format) if format.name == self.name));
            if is_own != (outline.status != SourceStatus::Refused) {
                wrong.push(path.file_stem().unwrap().to_str().unwrap().to_owned());
            }
        }
        assert_eq!(wrong, untold);
    }

    pub(crate) fn depends_on_no_size_of_pieces(self) {
        for (path, bytes) in self.fixtures() {
            let whole = rows(self.read, &mut bytes.as_slice());
            let copied = copied(self.clean, &bytes);
            for size in [1, 3, 7] {
                let trickle = || BufReader::with_capacity(size, Trickle(&bytes, size));
                assert_eq!(rows(self.read, &mut trickle()), whole, "{} by {size}", path.display());
                let mut again = Vec::new();
                let n = (self.clean)(&mut trickle(), &mut again).unwrap();
                assert!((again, n) == copied, "{} by {size}", path.display());
            }
        }
    }

    /// What lands without secrets lands byte for byte, and a copy of a copy is the copy.
    pub(crate) fn copies_byte_for_byte(self) {
        for (path, bytes) in self.fixtures() {
            let (landed, n) = copied(self.clean, &bytes);
            if n == 0 && !is_utf16(&bytes) {
                assert!(landed == bytes, "{}", path.display());
            }
            let (twice, n) = copied(self.clean, &landed);
            let shown = String::from_utf8_lossy(&twice);
            assert!(
                twice == landed,
                "{}: a copy of the copy differs, {n}:\n{shown}",
                path.display()
            );
        }
    }

    /// `document` cut anywhere, and the copy of that, keeps the findings before the cut, and proves nothing.
    pub(crate) fn survives_every_cut(self, document: &str) {
        let (outline, whole) = rows(self.read, &mut document.as_bytes());
        assert_eq!(outline.status, SourceStatus::Complete, "{:?}", outline.reason);
        let mut n_before = 0;
        for cut in 0..document.trim_end().len() {
            let (landed, _) = copied(self.clean, &document.as_bytes()[..cut]);
            for bytes in [&document.as_bytes()[..cut], &landed] {
                let (outline, rows) = rows(self.read, &mut &*bytes);
                assert_ne!(outline.status, SourceStatus::Complete, "cut at {cut}");
                assert!(outline.reason.is_some(), "cut at {cut}");
                let scan = rows.last();
                assert!(
                    scan.is_none_or(|scan| scan.contains(" partial,") && scan.contains("truncated")),
                    "cut at {cut}: {scan:?}"
                );
                let n_findings = rows.iter().filter(|row| !row.starts_with("scan")).count();
                assert_eq!(n_findings, rows.len().saturating_sub(1), "cut at {cut}");
                assert!(n_findings >= n_before, "cut at {cut} loses a finding");
                n_before = n_findings;
            }
        }
        assert_eq!(n_before, whole.len() - 1, "a cut at the end loses a finding");
    }

    /// No byte makes the reader or the copy fail.
    pub(crate) fn survives_every_byte(self, document: &str) {
        // A fixed sequence of positions and bytes: reproducible without a generator.
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        for _ in 0..3_000 {
            let mut bytes = document.as_bytes().to_vec();
            for _ in 0..3 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(state >> 33).unwrap() % bytes.len();
                let interesting = b"{}[],:\"\\0-1.eunt \x00\x1B\xFF\xC3\xED\n\r";
                bytes[at] = interesting[usize::try_from(state >> 20).unwrap() % interesting.len()];
            }
            rows(self.read, &mut bytes.as_slice());
            let (landed, _) = copied(self.clean, &bytes);
            rows(self.read, &mut landed.as_slice());
        }
    }

    /// A member of another type than the format's is absent: every text and number of `document` is put into another.
    pub(crate) fn survives_members_of_any_type(self, document: &serde_json::Value) {
        let mut pointers = Vec::new();
        walk(document, String::new(), &mut pointers);
        for pointer in pointers {
            for other in VALUES {
                let mut changed = document.clone();
                *changed.pointer_mut(&pointer).unwrap() = serde_json::from_str(other).unwrap();
                let text = changed.to_string();
                let (outline, _) = rows(self.read, &mut text.as_bytes());
                assert_ne!(outline.status, SourceStatus::Partial, "{pointer}: {other}");
                let (landed, _) = copied(self.clean, text.as_bytes());
                rows(self.read, &mut landed.as_slice());
            }
        }
    }

    pub(crate) fn fails_only_with_its_source(self, start: &str) {
        let chained = |kind| BufReader::new(start.as_bytes().chain(Failing(kind)));
        let mut lost = chained(io::ErrorKind::ConnectionReset);
        assert!((self.read)(&mut lost, &mut |_| Ok(())).is_err());
        let (outline, found) = rows(self.read, &mut chained(io::ErrorKind::InvalidData));
        assert_eq!(outline.status, SourceStatus::Partial);
        assert!(!found.is_empty() && outline.reason.unwrap().starts_with("damaged: the source broke"));
        let full = (self.read)(&mut start.as_bytes(), &mut |_| Err(io::Error::other("full")));
        assert_eq!(full.unwrap_err().to_string(), "full");
    }

    /// Findings of a fixture are those of a fixture of SARIF, which tells of the same scan.
    pub(crate) fn agrees_with_sarif(self, name: &str, sarif: &str) {
        let own = findings(self.read, self.clean, &fixtures_of(self.name).join(name));
        let theirs = findings(sarif::read, sarif::redaction::copy, &fixtures_of("sarif").join(sarif));
        assert_eq!(own, theirs, "{}: {name}", self.name);
        assert!(!own.is_empty());
    }

    /// Nothing of `canary` is left in the copy of a file; gives what is left.
    pub(crate) fn without(self, file: &str, canary: &str) -> String {
        assert!(file.contains(canary));
        let (copy, n) = copied(self.clean, file.as_bytes());
        let copy = String::from_utf8(copy).unwrap();
        assert!(n > 0 && !copy.contains(canary), "{copy}");
        copy
    }

    /// Puts a canary into every text of `document`; those at `kept`, by the last member of their place, may stay.
    pub(crate) fn shows_no_canary(self, document: &serde_json::Value, kept: &[&str]) {
        let canary = canary();
        let mut pointers = Vec::new();
        walk(document, String::new(), &mut pointers);
        for pointer in pointers {
            let mut changed = document.clone();
            let value = changed.pointer_mut(&pointer).unwrap();
            let Some(text) = value.as_str() else { continue };
            *value = format!("{text} {canary}").into();
            let member = pointer.rsplit('/').find(|name| name.parse::<usize>().is_err());
            let is_kept = kept.contains(&member.unwrap_or_default());
            let shows = |bytes: &[u8]| bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            let text = changed.to_string();
            let (landed, n) = copied(self.clean, text.as_bytes());
            assert!(
                is_kept || !shows(&landed) && n > 0,
                "{pointer}: {}",
                String::from_utf8_lossy(&landed)
            );
            let cut = text.find(&canary).unwrap() + canary.len();
            let broken = format!("{}\" oops {canary}", &text[..cut]);
            let (landed, _) = copied(self.clean, broken.as_bytes());
            assert!(
                is_kept || !shows(&landed),
                "{pointer}, broken: {}",
                String::from_utf8_lossy(&landed)
            );
        }
    }
}

fn fixtures_of(format: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/formats");
    folder.join(format).join("fixtures")
}

/// What names and judges the findings of the copy that lands of a file, in some order.
fn findings(read: Read, clean: Clean, path: &Path) -> Vec<String> {
    let (landed, _) = copied(clean, &std::fs::read(path).unwrap());
    let mut found = Vec::new();
    let outline = read(&mut landed.as_slice(), &mut |row| {
        if let Row::Finding(finding) = row {
            found.push(format!(
                "{} {:?} #{} {} {:?} {:?} {:?} {:?}",
                finding.identity.uid("acme/api"),
                finding.identity,
                finding.occurrence,
                finding.assessment.severity.as_str(),
                finding.path,
                finding.level,
                finding.suppression,
                finding.suppression_justification,
            ));
        }
        Ok(())
    });
    assert_eq!(outline.unwrap().status, SourceStatus::Complete);
    found.sort_unstable();
    found
}

/// Where the values of a document stand, but for the document itself.
pub(crate) fn walk(value: &serde_json::Value, at: String, found: &mut Vec<String>) {
    if !at.is_empty() {
        found.push(at.clone());
    }
    match value {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                walk(value, format!("{at}/{name}"), found);
            }
        }
        serde_json::Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                walk(value, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}
