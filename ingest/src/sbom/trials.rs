//! What must hold of every format of bills of materials, for its own tests to ask.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read as _};

use domain::clock::format_timestamp;
use domain::sbom::{LicenseBasis, Package, Sbom, SubjectKind};
use domain::source::SourceStatus;

use crate::coverage::snapshots::fixtures;
use crate::document::{Outline, Read, Row};
use crate::formats::registry::{HEAD_BYTES, Recognised, recognise};
use crate::json::utf8::is_utf16;
use crate::scanner::trials::{Failing, Trickle, VALUES, walk};

/// A format under test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    /// Its folder.
    pub(crate) name: &'static str,
    pub(crate) read: Read,
}

/// Reads bytes to what became of them and their rows.
pub(crate) fn rows_of(read: Read, input: &mut dyn BufRead) -> (Outline, Vec<Package>, Vec<Sbom>) {
    let (mut packages, mut sboms) = (Vec::new(), Vec::new());
    let outline = read(input, &mut |row| {
        if let Row::Package(package) = row {
            packages.push(*package);
        } else if let Row::Sbom(sbom) = row {
            sboms.push(*sbom);
        } else {
            panic!("a row of another format");
        }
        Ok(())
    });
    let outline = outline.unwrap();
    assert_eq!(outline.n_rows, i64::try_from(packages.len() + sboms.len()).unwrap());
    (outline, packages, sboms)
}

fn shown(text: Option<&String>) -> &str {
    text.map_or("-", String::as_str)
}

fn package_line(package: &Package) -> String {
    let license = &package.license;
    format!(
        "{}{} {:?} {:?} {} {} {} ({}), by {}, sha256 {}\n  declared {:?}, concluded {:?}: {} {}, {} = {}",
        package.position,
        if package.is_root { " root" } else { "" },
        shown(package.reference.as_ref()),
        package.name,
        shown(package.version.as_ref()),
        shown(package.purpose.as_ref()),
        shown(package.purl.as_ref()),
        shown(package.ecosystem.as_ref()),
        shown(package.supplier.as_ref()),
        shown(package.sha256.as_ref()),
        license.declared,
        license.concluded,
        license.status.as_str(),
        license.basis.map_or("-", LicenseBasis::as_str),
        shown(license.expression.as_ref()),
        shown(license.choices.as_ref()),
    )
}

fn sbom_line(sbom: &Sbom) -> String {
    let subject = &sbom.subject;
    format!(
        "{} {} {:?} {}, at {}, by {:?} ({}), {} packages, {}\n  of {}: {} {:?} {} {}, sha256 {:?}",
        sbom.format.as_str(),
        shown(sbom.spec_version.as_ref()),
        sbom.name,
        shown(sbom.namespace.as_ref()),
        sbom.created_at.map_or_else(|| "-".to_owned(), format_timestamp),
        sbom.creators,
        sbom.tools.join(","),
        sbom.n_packages,
        if sbom.is_complete { "complete" } else { "incomplete" },
        sbom.n_subjects,
        subject.kind.map_or("-", SubjectKind::as_str),
        subject.name,
        shown(subject.version.as_ref()),
        shown(subject.purl.as_ref()),
        subject.sha256,
    )
}

impl Trial {
    fn render(self, bytes: &[u8]) -> String {
        let (outline, packages, sboms) = rows_of(self.read, &mut &*bytes);
        let mut text = format!(
            "{}, dialect {}, {} rows\n",
            outline.status.as_str(),
            outline.dialect.as_deref().unwrap_or("unknown"),
            outline.n_rows
        );
        if let Some(reason) = &outline.reason {
            let _ = writeln!(text, "reason: {reason}");
        }
        for (code, warning) in outline.warnings.iter() {
            let _ = writeln!(text, "warning: {code} x {}, first at {}", warning.n, warning.first);
        }
        for line in packages.iter().map(package_line).chain(sboms.iter().map(sbom_line)) {
            let _ = writeln!(text, "{line}");
        }
        text
    }

    /// `UPDATE_EXPECT=1` rewrites the snapshots; review the difference.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's own switch, not configuration of the product"
    )]
    pub(crate) fn reads_every_fixture_as_its_snapshot_says(self) {
        let is_update = std::env::var("UPDATE_EXPECT").is_ok();
        let mut wrong = Vec::new();
        for path in fixtures(self.name) {
            let found = self.render(&std::fs::read(&path).unwrap());
            let expected_path = path.with_extension("expected");
            if is_update {
                std::fs::write(&expected_path, &found).unwrap();
            } else if std::fs::read_to_string(&expected_path).unwrap_or_default() != found {
                wrong.push(format!("{}:\n{found}", expected_path.display()));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// What the reader does not refuse is recognised by its first bytes, and nothing else is.
    pub(crate) fn is_recognised_by_its_content(self) {
        for path in fixtures(self.name) {
            let bytes = std::fs::read(&path).unwrap();
            let is_read = rows_of(self.read, &mut bytes.as_slice()).0.status != SourceStatus::Refused;
            let recognised = recognise(&bytes[..bytes.len().min(HEAD_BYTES)]);
            let is_own = matches!(&recognised, Recognised::Format(format) if format.name == self.name);
            assert_eq!(is_own, is_read, "{}: {recognised:?}", path.display());
        }
    }

    pub(crate) fn depends_on_no_size_of_pieces(self) {
        for path in fixtures(self.name) {
            let bytes = std::fs::read(&path).unwrap();
            let whole = rows_of(self.read, &mut bytes.as_slice());
            for size in [1, 3, 7] {
                let mut trickle = BufReader::with_capacity(size, Trickle(&bytes, size));
                assert_eq!(rows_of(self.read, &mut trickle), whole, "{} by {size}", path.display());
            }
        }
    }

    /// Every complete fixture, cut anywhere, gives packages of the whole, never fewer for more bytes, and is incomplete.
    pub(crate) fn survives_every_cut(self) {
        for path in fixtures(self.name) {
            let bytes = std::fs::read(&path).unwrap();
            let (outline, whole, _) = rows_of(self.read, &mut bytes.as_slice());
            // White space of UTF-16 is not trimmed, so that what is left may be whole.
            if outline.status != SourceStatus::Complete || is_utf16(&bytes) {
                continue;
            }
            let mut n_before = 0;
            for cut in 0..bytes.trim_ascii_end().len() {
                let (outline, packages, sboms) = rows_of(self.read, &mut &bytes[..cut]);
                let place = || format!("{} cut at {cut}", path.display());
                assert_ne!(outline.status, SourceStatus::Complete, "{}", place());
                assert!(outline.reason.is_some(), "{}", place());
                assert!(sboms.iter().all(|sbom| !sbom.is_complete), "{}", place());
                assert!(packages.len() >= n_before, "{} loses a package", place());
                n_before = packages.len();
                for package in packages {
                    let same = whole.iter().find(|other| other.position == package.position);
                    let same = same.map(|other| (&other.reference, &other.name, &other.purl));
                    assert_eq!(
                        same,
                        Some((&package.reference, &package.name, &package.purl)),
                        "{}",
                        place()
                    );
                }
            }
            assert_eq!(
                n_before,
                whole.len(),
                "{}: a cut at the end loses a package",
                path.display()
            );
        }
    }

    /// No byte makes the reader fail.
    pub(crate) fn survives_every_byte(self) {
        // A fixed sequence of positions and bytes: reproducible without a generator.
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        for path in fixtures(self.name) {
            let original = std::fs::read(&path).unwrap();
            for _ in 0..if original.is_empty() { 0 } else { 300 } {
                let mut bytes = original.clone();
                for _ in 0..3 {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let at = usize::try_from(state >> 33).unwrap() % bytes.len();
                    let interesting = b"{}[],:\"\\0-1.eunt \x00\x1B\xFF\xC3\xED\n\r";
                    bytes[at] = interesting[usize::try_from(state >> 20).unwrap() % interesting.len()];
                }
                rows_of(self.read, &mut bytes.as_slice());
            }
        }
    }

    /// A member of another type than the format's is absent.
    pub(crate) fn survives_members_of_any_type(self, document: &serde_json::Value) {
        let mut pointers = Vec::new();
        walk(document, String::new(), &mut pointers);
        for pointer in pointers {
            for other in VALUES {
                let mut changed = document.clone();
                *changed.pointer_mut(&pointer).unwrap() = serde_json::from_str(other).unwrap();
                let (outline, ..) = rows_of(self.read, &mut changed.to_string().as_bytes());
                assert_ne!(outline.status, SourceStatus::Partial, "{pointer}: {other}");
            }
        }
    }

    pub(crate) fn fails_only_with_its_source(self, start: &str) {
        let chained = |kind| BufReader::new(start.as_bytes().chain(Failing(kind)));
        let mut lost = chained(io::ErrorKind::ConnectionReset);
        assert!((self.read)(&mut lost, &mut |_| Ok(())).is_err());
        let (outline, _, sboms) = rows_of(self.read, &mut chained(io::ErrorKind::InvalidData));
        assert_eq!(outline.status, SourceStatus::Partial);
        assert!(!sboms.is_empty() && outline.reason.unwrap().starts_with("damaged: the source broke"));
        let full = (self.read)(&mut start.as_bytes(), &mut |_| Err(io::Error::other("full")));
        assert_eq!(full.unwrap_err().to_string(), "full");
    }

    /// Hostile documents: what became of each, the rows, the reason.
    pub(crate) fn judges(self, cases: &[(&str, String, &str)]) {
        for (name, document, expected) in cases {
            let (outline, packages, sboms) = rows_of(self.read, &mut document.as_bytes());
            let reason = outline.reason.unwrap_or_default();
            let slug = reason.split(':').next().unwrap_or_default();
            let codes: Vec<_> = outline.warnings.iter().map(|(code, _)| code).collect();
            let found = format!(
                "{} {}+{} {slug} {}",
                outline.status.as_str(),
                packages.len(),
                sboms.len(),
                codes.join(",")
            );
            assert_eq!(found.trim_end(), *expected, "{name}: {reason}");
        }
    }
}
