//! Which formats there are, and which one some bytes are.

use super::scanner::head::Head;
use super::{cobertura, grype, junit, sarif, scanner, semgrep, trivy};

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
pub static ALL: &[Format] = &[COBERTURA, GRYPE, JUNIT, SARIF, SEMGREP, TRIVY];

/// Cobertura XML.
pub const COBERTURA: Format = Format {
    name: "cobertura",
    parser: cobertura::PARSER,
};

/// JSON of Grype.
pub const GRYPE: Format = Format {
    name: "grype",
    parser: grype::PARSER,
};

/// JUnit XML.
pub const JUNIT: Format = Format {
    name: "junit",
    parser: junit::PARSER,
};

/// SARIF 2.1.0.
pub const SARIF: Format = Format {
    name: "sarif",
    parser: sarif::PARSER,
};

/// JSON of Semgrep.
pub const SEMGREP: Format = Format {
    name: "semgrep",
    parser: semgrep::PARSER,
};

/// JSON of Trivy.
pub const TRIVY: Format = Format {
    name: "trivy",
    parser: trivy::PARSER,
};

/// How the reports of a scanner are read, by the name of their format; null where it is none of a scanner's.
pub fn scans(format: &str) -> Option<scanner::Read> {
    match format {
        "grype" => Some(grype::read),
        "sarif" => Some(sarif::read),
        "semgrep" => Some(semgrep::read),
        "trivy" => Some(trivy::read),
        _ => None,
    }
}

/// How the reports of a scanner are copied without the secrets that they show; null where it is none of a scanner's.
pub fn cleans(format: &str) -> Option<scanner::Clean> {
    match format {
        "grype" => Some(grype::redaction::copy),
        "sarif" => Some(sarif::redaction::copy),
        "semgrep" => Some(semgrep::redaction::copy),
        "trivy" => Some(trivy::redaction::copy),
        _ => None,
    }
}

/// Whether some bytes are SARIF, also of a version that is not read.
pub(crate) fn is_sarif(head: &[u8]) -> bool {
    sarif::sniff(&Head::of(head)) != sarif::Sniff::Other
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
    match cobertura::sniff(head) {
        cobertura::Sniff::Cobertura => return Recognised::Format(COBERTURA),
        cobertura::Sniff::Refused(reason) => {
            return Recognised::Refused {
                format: "other",
                reason,
            };
        }
        cobertura::Sniff::Other => {}
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
        junit::Sniff::NotXml => recognise_json(&Head::of(head)),
    }
}

fn recognise_json(head: &Head) -> Recognised {
    match sarif::sniff(head) {
        sarif::Sniff::Sarif => Recognised::Format(SARIF),
        sarif::Sniff::Refused(reason) => Recognised::Refused {
            format: "other",
            reason,
        },
        sarif::Sniff::Other if grype::sniff(head) => Recognised::Format(GRYPE),
        sarif::Sniff::Other if semgrep::sniff(head) => Recognised::Format(SEMGREP),
        sarif::Sniff::Other if trivy::sniff(head) => Recognised::Format(TRIVY),
        sarif::Sniff::Other => Recognised::Other,
    }
}
