//! Which formats there are, and which one some bytes are.

use std::path::Path;

use super::{
    buf, checkov, cobertura, codeowners, cyclonedx, dockerfile, gitleaks, grype, intoto, jacoco, junit, lcov, licensee,
    makefile, mypy, oasdiff, openapi_diff, ort, pre_commit, ruff, sarif, semgrep, shellcheck, sigstore, spdx, spectral,
    tfsec, trivy, workflow, yamllint,
};
use crate::coverage::row::{Reader, Sniff as CoverageSniff};
use crate::document;
use crate::scanner;
use crate::scanner::head::{Head, Sniff};

/// First bytes that a file is recognised by.
pub const HEAD_BYTES: usize = 64 * 1024;

/// A format that gives rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Its name: the folder under `formats/`, the column `format`.
    pub name: &'static str,
    /// Its parser and version.
    pub parser: &'static str,
}

const fn named(name: &'static str, parser: &'static str) -> Format {
    Format { name, parser }
}

/// Every format that gives rows, alphabetic for the foolish consistency.
pub static ALL: &[Format] = &[
    BUF,
    CHECKOV,
    COBERTURA,
    CODEOWNERS,
    CYCLONEDX,
    DOCKERFILE,
    GITLEAKS,
    GRYPE,
    INTOTO,
    JACOCO,
    JUNIT,
    LCOV,
    LICENSEE,
    MAKEFILE,
    MYPY,
    OASDIFF,
    OPENAPI_DIFF,
    ORT,
    PRE_COMMIT,
    RUFF,
    SARIF,
    SEMGREP,
    SHELLCHECK,
    SIGSTORE,
    SPDX,
    SPECTRAL,
    TFSEC,
    TRIVY,
    WORKFLOW,
    YAMLLINT,
];

/// Buf in JSON.
pub const BUF: Format = named("buf", buf::PARSER);

/// Checkov in JSON.
pub const CHECKOV: Format = named("checkov", checkov::PARSER);

/// Cobertura XML.
pub const COBERTURA: Format = named("cobertura", cobertura::PARSER);

/// CycloneDX in JSON.
pub const CYCLONEDX: Format = named("cyclonedx", cyclonedx::PARSER);

/// Files of code owners.
pub const CODEOWNERS: Format = named("codeowners", codeowners::PARSER);

/// Dockerfiles.
pub const DOCKERFILE: Format = named("dockerfile", dockerfile::PARSER);

/// Gitleaks in JSON and CSV.
pub const GITLEAKS: Format = named("gitleaks", gitleaks::PARSER);

/// Grype in JSON.
pub const GRYPE: Format = named("grype", grype::PARSER);

/// in-toto statements and DSSE envelopes.
pub const INTOTO: Format = named("intoto", intoto::PARSER);

/// JaCoCo XML.
pub const JACOCO: Format = named("jacoco", jacoco::PARSER);

/// JUnit XML.
pub const JUNIT: Format = named("junit", junit::PARSER);

/// LCOV tracefiles.
pub const LCOV: Format = named("lcov", lcov::PARSER);

/// Licensee in JSON.
pub const LICENSEE: Format = named("licensee", licensee::PARSER);

/// Makefiles.
pub const MAKEFILE: Format = named("makefile", makefile::PARSER);

/// MyPy in text and JSON.
pub const MYPY: Format = named("mypy", mypy::PARSER);

/// oasdiff in JSON.
pub const OASDIFF: Format = named("oasdiff", oasdiff::PARSER);

/// openapi-diff in text and JSON.
pub const OPENAPI_DIFF: Format = named("openapi_diff", openapi_diff::PARSER);

/// OSS Review Toolkit in JSON.
pub const ORT: Format = named("ort", ort::PARSER);

/// Ruff in JSON.
pub const RUFF: Format = named("ruff", ruff::PARSER);

/// Hooks that run before a commit.
pub const PRE_COMMIT: Format = named("pre_commit", pre_commit::PARSER);

/// SARIF 2.1.0.
pub const SARIF: Format = named("sarif", sarif::PARSER);

/// Semgrep in JSON.
pub const SEMGREP: Format = named("semgrep", semgrep::PARSER);

/// ShellCheck in JSON.
pub const SHELLCHECK: Format = named("shellcheck", shellcheck::PARSER);

/// Spectral in JSON and text.
pub const SPECTRAL: Format = named("spectral", spectral::PARSER);

/// SPDX in JSON.
pub const SPDX: Format = named("spdx", spdx::PARSER);

/// Sigstore bundles.
pub const SIGSTORE: Format = named("sigstore", sigstore::PARSER);

/// tfsec in JSON.
pub const TFSEC: Format = named("tfsec", tfsec::PARSER);

/// Trivy in JSON.
pub const TRIVY: Format = named("trivy", trivy::PARSER);

/// yamllint in text.
pub const YAMLLINT: Format = named("yamllint", yamllint::PARSER);

/// Workflow files of GitHub Actions.
pub const WORKFLOW: Format = named("workflow", workflow::PARSER);

/// How a format of scanners is recognised, read, and copied without what its reports show of secrets.
struct OfScans {
    format: Format,
    /// What files end with that are told by their names where they tell too little by themselves.
    extensions: &'static [&'static str],
    sniff: fn(&Head<'_>) -> Sniff,
    read: scanner::Read,
    clean: scanner::Clean,
}

/// A format by its folder, whose functions have the same names in each.
macro_rules! scans {
    ($format:ident, $folder:ident, $extensions:expr) => {
        OfScans {
            format: $format,
            extensions: &$extensions,
            sniff: $folder::sniff,
            read: $folder::read,
            clean: $folder::redaction::copy,
        }
    };
}

/// Formats whose rows are those of `scans` and `findings`, in the order in which they are looked for.
static SCANS: &[OfScans] = &[
    scans!(SARIF, sarif, ["sarif"]),
    scans!(CHECKOV, checkov, ["json"]),
    scans!(GITLEAKS, gitleaks, ["csv", "json"]),
    scans!(GRYPE, grype, ["json"]),
    scans!(SEMGREP, semgrep, ["json"]),
    scans!(TFSEC, tfsec, ["json"]),
    scans!(TRIVY, trivy, ["json"]),
    // Nothing at all is what it writes where all is well.
    scans!(BUF, buf, []),
    scans!(LICENSEE, licensee, ["json"]),
    scans!(MYPY, mypy, ["json", "log", "txt"]),
    scans!(OASDIFF, oasdiff, ["json"]),
    scans!(OPENAPI_DIFF, openapi_diff, ["json", "txt"]),
    // No file of it is without a mark of its own, and many names have the word in them.
    scans!(ORT, ort, []),
    scans!(RUFF, ruff, ["json"]),
    scans!(SHELLCHECK, shellcheck, ["json"]),
    scans!(SPECTRAL, spectral, ["json", "log", "txt"]),
    scans!(YAMLLINT, yamllint, ["log", "txt"]),
];

fn of_scans(name: &str) -> Option<&'static OfScans> {
    SCANS.iter().find(|scans| scans.format.name == name)
}

/// The reader of a format of scanners, by its name; none of another format.
pub fn reader_of_scans(name: &str) -> Option<scanner::Read> {
    of_scans(name).map(|scans| scans.read)
}

/// What copies a report of a format of scanners without secrets, by its name; none of another format.
pub fn cleaner_of_scans(name: &str) -> Option<scanner::Clean> {
    of_scans(name).map(|scans| scans.clean)
}

/// How a format of coverage is recognised and read.
struct OfCoverage {
    format: Format,
    sniff: fn(&[u8]) -> CoverageSniff,
    read: Reader,
}

/// Formats whose rows are those of `coverage` and `coverage_files`, in the order in which they are looked for.
static COVERAGE: &[OfCoverage] = &[
    OfCoverage {
        format: COBERTURA,
        sniff: cobertura::sniff,
        read: cobertura::read,
    },
    OfCoverage {
        format: JACOCO,
        sniff: jacoco::sniff,
        read: jacoco::read,
    },
    OfCoverage {
        format: LCOV,
        sniff: lcov::sniff,
        read: lcov::read,
    },
];

/// The reader of a format of coverage, by its name; none of another format.
pub fn reader_of_coverage(name: &str) -> Option<Reader> {
    let found = COVERAGE.iter().find(|coverage| coverage.format.name == name);
    found.map(|coverage| coverage.read)
}

/// How a format with tables of its own is recognised and read.
struct OfDocuments {
    format: Format,
    sniff: fn(&Head<'_>) -> Sniff,
    /// Whether a path names such a file, for formats that nothing but their name tells: `Dockerfile`.
    is_named: fn(&str) -> bool,
    read: document::Read,
}

/// Formats with tables of their own, in the order in which they are looked for.
static DOCUMENTS: &[OfDocuments] = &[
    OfDocuments {
        format: CYCLONEDX,
        sniff: cyclonedx::sniff,
        is_named: |_| false,
        read: cyclonedx::read,
    },
    OfDocuments {
        format: SPDX,
        sniff: spdx::sniff,
        is_named: |_| false,
        read: spdx::read,
    },
    OfDocuments {
        format: SIGSTORE,
        sniff: sigstore::sniff,
        is_named: |_| false,
        read: sigstore::read,
    },
    OfDocuments {
        format: INTOTO,
        sniff: intoto::sniff,
        is_named: |_| false,
        read: intoto::read,
    },
    OfDocuments {
        format: WORKFLOW,
        sniff: workflow::sniff,
        is_named: workflow::is_named,
        read: workflow::read,
    },
    OfDocuments {
        format: CODEOWNERS,
        sniff: |_| Sniff::Other,
        is_named: codeowners::is_named,
        read: codeowners::read,
    },
    OfDocuments {
        format: DOCKERFILE,
        sniff: |_| Sniff::Other,
        is_named: dockerfile::is_named,
        read: dockerfile::read,
    },
    OfDocuments {
        format: MAKEFILE,
        sniff: |_| Sniff::Other,
        is_named: makefile::is_named,
        read: makefile::read,
    },
    OfDocuments {
        format: PRE_COMMIT,
        sniff: |_| Sniff::Other,
        is_named: pre_commit::is_named,
        read: pre_commit::read,
    },
];

/// The reader of a format with tables of its own, by its name; none of another format.
pub fn reader_of_documents(name: &str) -> Option<document::Read> {
    let found = DOCUMENTS.iter().find(|documents| documents.format.name == name);
    found.map(|documents| documents.read)
}

/// Whether some bytes are SARIF, also of a version that is not read.
pub(crate) fn is_sarif(head: &[u8]) -> bool {
    sarif::sniff(&Head::of(head)) != Sniff::Other
}

/// What a file is that tells too little by itself, where its name tells more: `[]` or no byte of a scanner, or a file
/// of a repository.
pub(crate) fn recognise_named(path: &str, head: &[u8]) -> Option<Recognised> {
    if let Some(documents) = DOCUMENTS.iter().find(|documents| (documents.is_named)(path)) {
        return Some(Recognised::Format(documents.format));
    }
    let path = Path::new(path);
    let name = path.file_name()?.to_str()?.to_lowercase().replace('-', "_");
    let extension = path.extension()?.to_str()?.to_lowercase();
    let is_named = |scans: &&OfScans| names(&name, scans.format.name) && scans.extensions.contains(&extension.as_str());
    let scans = SCANS.iter().find(is_named)?;
    if head.is_empty() {
        // A scan that wrote nothing has failed, and is told from a file that is none of a scan's.
        let reason = "empty: no bytes".to_owned();
        return Some(Recognised::Refused {
            format: scans.format.name,
            reason,
        });
    }
    let is_report = (scans.sniff)(&Head::of(head)) == Sniff::Nameless;
    is_report.then_some(Recognised::Format(scans.format))
}

/// Whether a file's name has the name of a format in it, and not as the end of a longer word: `truffle` is not Ruff's.
fn names(name: &str, format: &str) -> bool {
    name.match_indices(format)
        .any(|(at, _)| !name[..at].ends_with(|before: char| before.is_alphabetic()))
}

/// What some bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognised {
    /// A format that gives rows.
    Format(Format),
    /// A ZIP archive, to be looked into.
    Zip,
    /// Another format than those that give rows, or evidence that cannot be read.
    Refused {
        /// `other` for a format that is known not to be evidence, `unknown` for what may have been; `sarif` for a scan.
        format: &'static str,
        /// What it is, or why it cannot be read.
        reason: String,
    },
    /// Nothing that Plumbline reads: an image, a log, a binary.
    Other,
}

/// Recognises a file by its first bytes, up to [`HEAD_BYTES`] of them.
pub fn recognise(head: &[u8]) -> Recognised {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Recognised::Zip;
    }
    for coverage in COVERAGE {
        match (coverage.sniff)(head) {
            CoverageSniff::Recognised => return Recognised::Format(coverage.format),
            CoverageSniff::Refused(reason) => return refused_as_other(reason),
            CoverageSniff::Other => {}
        }
    }
    match junit::sniff(head) {
        junit::Sniff::JUnit => Recognised::Format(JUNIT),
        junit::Sniff::Refused(reason) => {
            let format = if reason.starts_with("not JUnit") {
                "other"
            } else {
                "unknown"
            };
            Recognised::Refused { format, reason }
        }
        junit::Sniff::NotXml => recognise_by_head(&Head::of(head)),
    }
}

fn recognise_by_head(head: &Head<'_>) -> Recognised {
    for scans in SCANS {
        match (scans.sniff)(head) {
            Sniff::Recognised => return Recognised::Format(scans.format),
            Sniff::Refused(reason) => return refused_as_other(reason),
            Sniff::Nameless | Sniff::Other => {}
        }
    }
    for documents in DOCUMENTS {
        match (documents.sniff)(head) {
            Sniff::Recognised => return Recognised::Format(documents.format),
            Sniff::Refused(reason) => return refused_as_other(reason),
            Sniff::Nameless | Sniff::Other => {}
        }
    }
    Recognised::Other
}

fn refused_as_other(reason: String) -> Recognised {
    Recognised::Refused {
        format: "other",
        reason,
    }
}

#[cfg(test)]
mod tests {
    use domain::source::SourceStatus;

    use super::*;
    use crate::coverage::snapshots;

    #[test]
    fn a_report_of_coverage_that_is_read_is_recognised_as_its_format() {
        for coverage in COVERAGE {
            for path in snapshots::fixtures(coverage.format.name) {
                let bytes = std::fs::read(&path).unwrap();
                let (outline, _) = snapshots::rows_of(coverage.read, &bytes);
                let is_recognised = recognise(&bytes) == Recognised::Format(coverage.format);
                let is_read = outline.status != SourceStatus::Refused;
                assert_eq!(is_recognised, is_read, "{}: {:?}", path.display(), outline.reason);
            }
        }
    }

    #[test]
    fn an_empty_list_is_the_report_that_its_name_says() {
        for (path, expected) in [
            ("reports/ruff.json", "ruff"),
            ("ruff-0.17.json", "ruff"),
            ("lint/shellcheck_results.json", "shellcheck"),
            ("spectral-lint.json", "spectral"),
            ("oasdiff.json", "oasdiff"),
            ("gitleaks-report.json", "gitleaks"),
            ("trufflehog.json", "nothing"),
            ("report.json", "nothing"),
            ("ruff.txt", "nothing"),
        ] {
            let found = match recognise_named(path, b"[]") {
                Some(Recognised::Format(format)) => format.name,
                _ => "nothing",
            };
            assert_eq!(found, expected, "{path}");
        }
        for path in ["yamllint.txt", "mypy.log", "openapi-diff.txt"] {
            let found = recognise_named(path, b"");
            assert!(
                matches!(found, Some(Recognised::Refused { reason, .. }) if reason == "empty: no bytes"),
                "{path}"
            );
        }
        assert_eq!(recognise_named("report.txt", b""), None);
    }

    #[test]
    fn what_only_looks_like_coverage_is_none() {
        for (head, expected) in [
            (
                "<report name='x'/>",
                "other, not JaCoCo: root element `report` without counters of coverage",
            ),
            (
                "<!DOCTYPE html><html><head><title>JaCoCo</title>",
                "unknown, doctype: a declaration `<!DOCTYPE` can pull in files and expand without bound, none is read",
            ),
            (
                "<coverage clover='4'>",
                "other, not Cobertura: root element `coverage` (Clover coverage)",
            ),
            ("mode: atomic\na.go:1.2,3.4 1 1\n", "Other"),
            ("TN:\nnothing\n", "Other"),
        ] {
            let found = match recognise(head.as_bytes()) {
                Recognised::Refused { format, reason } => format!("{format}, {reason}"),
                found => format!("{found:?}"),
            };
            assert_eq!(found, expected, "{head}");
        }
    }
}
