//! Which formats there are, and which one some bytes are.

use std::path::Path;

use super::{checkov, cobertura, gitleaks, jacoco, junit, lcov, sarif, tfsec};
use crate::coverage::row::{Reader, Sniff};
use crate::redaction::Content;
use crate::scanner;

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

/// Every format that gives rows, alphabetic for the foolish consistency.
pub static ALL: &[Format] = &[CHECKOV, COBERTURA, GITLEAKS, JACOCO, JUNIT, LCOV, SARIF, TFSEC];

/// Checkov in JSON.
pub const CHECKOV: Format = Format {
    name: "checkov",
    parser: checkov::PARSER,
};

/// Cobertura XML.
pub const COBERTURA: Format = Format {
    name: "cobertura",
    parser: cobertura::PARSER,
};

/// Gitleaks in JSON and CSV.
pub const GITLEAKS: Format = Format {
    name: "gitleaks",
    parser: gitleaks::PARSER,
};

/// JaCoCo XML.
pub const JACOCO: Format = Format {
    name: "jacoco",
    parser: jacoco::PARSER,
};

/// JUnit XML.
pub const JUNIT: Format = Format {
    name: "junit",
    parser: junit::PARSER,
};

/// LCOV tracefiles.
pub const LCOV: Format = Format {
    name: "lcov",
    parser: lcov::PARSER,
};

/// SARIF 2.1.0.
pub const SARIF: Format = Format {
    name: "sarif",
    parser: sarif::PARSER,
};

/// tfsec in JSON.
pub const TFSEC: Format = Format {
    name: "tfsec",
    parser: tfsec::PARSER,
};

/// The reader of a format of scanners, by its name; none of another format.
pub fn reader_of_scans(format: &str) -> Option<scanner::Read> {
    match format {
        "checkov" => Some(checkov::read),
        "gitleaks" => Some(gitleaks::read),
        "sarif" => Some(sarif::read),
        "tfsec" => Some(tfsec::read),
        _ => None,
    }
}

/// How a format of coverage is recognised and read.
struct OfCoverage {
    format: Format,
    sniff: fn(&[u8]) -> Sniff,
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

/// What must be taken out of a format.
pub(crate) fn content(format: Format) -> Content {
    match format.name {
        "checkov" => Content::Checkov,
        "gitleaks" => Content::Gitleaks,
        "sarif" => Content::Sarif,
        "tfsec" => Content::Tfsec,
        _ => Content::Text,
    }
}

/// What a file is that tells too little by itself, `[]` or no byte, where its name tells the scanner.
pub(crate) fn recognise_named(path: &str, head: &[u8]) -> Option<Recognised> {
    let path = Path::new(path);
    let name = path.file_name()?.to_str()?.to_lowercase();
    let extension = path.extension()?.to_str()?.to_lowercase();
    let (format, is_report) = match extension.as_str() {
        "csv" | "json" if name.contains(GITLEAKS.name) => {
            (GITLEAKS, gitleaks::sniff(head) == gitleaks::Sniff::Nameless)
        }
        // It never tells less than its version.
        "json" if name.contains(CHECKOV.name) => (CHECKOV, false),
        "json" if name.contains(TFSEC.name) => (TFSEC, tfsec::sniff(head) == tfsec::Sniff::Nameless),
        _ => return None,
    };
    if head.is_empty() {
        // A scan that wrote nothing has failed, and is told from a file that is none of a scan's.
        let reason = "empty: no bytes".to_owned();
        return Some(Recognised::Refused {
            format: format.name,
            reason,
        });
    }
    is_report.then_some(Recognised::Format(format))
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
            Sniff::Recognised => return Recognised::Format(coverage.format),
            Sniff::Refused(reason) => {
                return Recognised::Refused {
                    format: "other",
                    reason,
                };
            }
            Sniff::Other => {}
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
        junit::Sniff::NotXml => match sarif::sniff(head) {
            sarif::Sniff::Sarif => Recognised::Format(SARIF),
            sarif::Sniff::Refused(reason) => Recognised::Refused {
                format: "other",
                reason,
            },
            sarif::Sniff::Other => recognise_native(head),
        },
    }
}

/// Recognises a scanner's own format.
fn recognise_native(head: &[u8]) -> Recognised {
    if gitleaks::sniff(head) == gitleaks::Sniff::Gitleaks {
        Recognised::Format(GITLEAKS)
    } else if checkov::sniff(head) == checkov::Sniff::Checkov {
        Recognised::Format(CHECKOV)
    } else if tfsec::sniff(head) == tfsec::Sniff::Tfsec {
        Recognised::Format(TFSEC)
    } else {
        Recognised::Other
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
