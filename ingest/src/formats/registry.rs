//! Which formats there are, and which one some bytes are.

use super::{cobertura, jacoco, junit, lcov, sarif};
use crate::coverage::row::{Reader, Sniff};
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
pub static ALL: &[Format] = &[COBERTURA, JACOCO, JUNIT, LCOV, SARIF];

/// Cobertura XML.
pub const COBERTURA: Format = Format {
    name: "cobertura",
    parser: cobertura::PARSER,
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

/// How the reports of a scanner are read, by the name of their format; null where it is none of a scanner's.
pub fn scans(format: &str) -> Option<scanner::Read> {
    match format {
        "sarif" => Some(sarif::read),
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
            sarif::Sniff::Other => Recognised::Other,
        },
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
