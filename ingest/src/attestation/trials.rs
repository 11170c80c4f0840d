//! What must hold of every format of attestations, for its own tests to ask.

use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::source::SourceStatus;
use serde_json::{Value, json};

use super::snapshots::{render, rows_of};
use crate::document::Read;
use crate::formats::registry::{HEAD_BYTES, Recognised, recognise};

/// A format under test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    /// Its folder.
    pub(crate) name: &'static str,
    pub(crate) read: Read,
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

/// A source that breaks.
struct Failing(io::ErrorKind);

impl io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0, "the source broke"))
    }
}

impl Trial {
    /// The fixtures, with what they hold.
    pub(crate) fn fixtures(self) -> Vec<(PathBuf, Vec<u8>)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/formats/{}/fixtures", self.name));
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

    /// `UPDATE_EXPECT=1` rewrites the snapshots; review the difference.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's own switch, not configuration of the product"
    )]
    pub(crate) fn reads_every_fixture_as_its_snapshot_says(self) {
        let is_update = std::env::var("UPDATE_EXPECT").is_ok();
        let mut wrong = Vec::new();
        for (path, bytes) in self.fixtures() {
            let found = render(self.read, &bytes);
            let expected_path = path.with_extension("expected");
            if is_update {
                std::fs::write(&expected_path, &found).unwrap();
            } else if std::fs::read_to_string(&expected_path).unwrap_or_default() != found {
                wrong.push(format!("{}:\n{found}", expected_path.display()));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Every fixture that is read is recognised, and as this format; `others` are fixtures that are not.
    pub(crate) fn is_recognised_by_its_content(self, others: &[&str]) {
        for (path, bytes) in self.fixtures() {
            let head = &bytes[..bytes.len().min(HEAD_BYTES)];
            let is_recognised = matches!(recognise(head), Recognised::Format(format) if format.name == self.name);
            let stem = path.file_stem().unwrap().to_str().unwrap();
            assert_eq!(is_recognised, !others.contains(&stem), "{}", path.display());
        }
    }

    pub(crate) fn depends_on_no_size_of_pieces(self) {
        for (path, bytes) in self.fixtures() {
            let whole = rows_of(self.read, &bytes);
            for size in [1, 7, 4096] {
                let mut rows = Vec::new();
                let mut pieces = BufReader::with_capacity(size, Trickle(&bytes, size));
                let outline = (self.read)(&mut pieces, &mut |row| {
                    rows.extend(row.attestation());
                    Ok(())
                });
                assert_eq!((outline.unwrap(), rows), whole, "{} by {size}", path.display());
            }
        }
    }

    /// Cuts every fixture everywhere: what is left is never complete and never a row more, unless a document ends there.
    pub(crate) fn a_cut_shows(self) {
        for (path, bytes) in self.fixtures() {
            let (outline, rows) = rows_of(self.read, &bytes);
            if outline.status != SourceStatus::Complete {
                continue;
            }
            for cut in 0..bytes.trim_ascii_end().len() {
                let (found, kept) = rows_of(self.read, &bytes[..cut]);
                let is_between = bytes[..cut].ends_with(b"}\n") || bytes[..=cut].ends_with(b"}\n");
                assert!(
                    found.status != SourceStatus::Complete || is_between,
                    "{} cut at {cut}",
                    path.display()
                );
                assert!(kept.len() <= rows.len(), "{} cut at {cut}", path.display());
            }
        }
    }

    /// Puts other bytes at every place of every fixture.
    pub(crate) fn no_byte_makes_it_fail(self) {
        for (_, bytes) in self.fixtures() {
            let step = bytes.len() / 200 + 1;
            for at in (0..bytes.len()).step_by(step) {
                for byte in [0, b'"', b'{', b']', b'0', 0xC3] {
                    let mut bytes = bytes.clone();
                    bytes[at] = byte;
                    rows_of(self.read, &bytes);
                }
            }
        }
    }

    /// Only a source that is lost is an error, or a receiver that is full.
    pub(crate) fn only_a_lost_source_is_an_error(self) {
        let whole = br#"{"_type": "https://in-toto.io/Statement/v1", "subject": [], "predicateType": "x"}"#;
        let mut lost = BufReader::new(whole.chain(Failing(io::ErrorKind::ConnectionReset)));
        assert!((self.read)(&mut lost, &mut |_| Ok(())).is_err());
        let mut damaged = BufReader::new(whole.chain(Failing(io::ErrorKind::InvalidData)));
        let outline = (self.read)(&mut damaged, &mut |_| Ok(())).unwrap();
        assert_eq!(outline.status, SourceStatus::Partial);
        assert!(outline.reason.unwrap().starts_with("damaged: the source broke"));
        let full = (self.read)(&mut &whole[..], &mut |_| Err(io::Error::other("full")));
        assert_eq!(full.unwrap_err().to_string(), "full");
    }
}

/// Some statement about an artifact of so many repeated digits.
pub(crate) fn statement(digits: &str) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "api.tar.gz", "digest": {"sha256": digits.repeat(32)}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://acme.test/build/v1",
                "externalParameters": {"workflow": {"repository": "https://github.com/acme/api", "ref": "refs/heads/main"}},
            },
            "runDetails": {"builder": {"id": "https://acme.test/builder"}},
        },
    })
}

/// A payload in an envelope.
pub(crate) fn envelope(payload: &[u8], signature: &[u8]) -> Value {
    json!({
        "payloadType": "application/vnd.in-toto+json",
        "payload": STANDARD.encode(payload),
        "signatures": [{"sig": STANDARD.encode(signature)}],
    })
}
