//! What a scan says of one finding, and what names the finding for as long as it lives.

use sha2::{Digest as _, Sha256};

use crate::identity::Sha256Digest;
use crate::severity::Assessment;

/// What kind of thing was found; decides what names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingClass {
    /// A vulnerability of a package in files.
    Sca,
    /// A vulnerability of a package in an image.
    Image,
    /// A weakness in code.
    Sast,
    /// A secret.
    Secret,
    /// A misconfiguration.
    Iac,
    /// A licence.
    License,
    /// An API contract.
    Contract,
    /// Style and likely mistakes in code; no weakness.
    Lint,
    /// Types that do not fit.
    Types,
    /// Posture, and whatever else is told in SARIF.
    Other,
}

impl FindingClass {
    /// The word in the column `class`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sca => "sca",
            Self::Image => "image",
            Self::Sast => "sast",
            Self::Secret => "secret",
            Self::Iac => "iac",
            Self::License => "license",
            Self::Contract => "contract",
            Self::Lint => "lint",
            Self::Types => "types",
            Self::Other => "other",
        }
    }
}

/// What a finding was recognised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentityBasis {
    /// Package without version, vulnerability, target.
    Package,
    /// Rule, path, and the tool's own fingerprint (SARIF 3.27.16 and 3.27.17).
    Fingerprint,
    /// Rule, path and resource address.
    Resource,
    /// Rule, path, commit and line of a secret.
    Commit,
    /// Rule, path and the code itself, without its white space.
    Snippet,
    /// Rule and path; several in one file are told apart by their order.
    Order,
}

impl IdentityBasis {
    /// The word in the column `identity_basis`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Fingerprint => "fingerprint",
            Self::Resource => "resource",
            Self::Commit => "commit",
            Self::Snippet => "snippet",
            Self::Order => "order",
        }
    }
}

/// What names a finding. Never its severity, title, installed version, the tool's version or the scanned commit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FindingIdentity {
    /// The class.
    pub class: FindingClass,
    /// What the finding was recognised by.
    pub basis: IdentityBasis,
    /// The parts of the key, in the order that the basis says.
    pub parts: Vec<String>,
}

impl FindingIdentity {
    /// Names the finding in `repository`: a SHA-256 over version 1 of this rule, repository, class, basis and parts.
    pub fn uid(&self, repository: &str) -> Sha256Digest {
        let mut hasher = Sha256::new();
        let head = ["1", repository, self.class.as_str(), self.basis.as_str()];
        for part in head.into_iter().chain(self.parts.iter().map(String::as_str)) {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Sha256Digest::from_bytes(hasher.finalize().into())
    }
}

/// Whether a result is put away in the file itself (SARIF 3.27.23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suppression {
    /// At least one suppression, and none that is under review or rejected.
    Suppressed,
    /// One is under review or was rejected: it counts as not suppressed.
    NotAccepted,
    /// An empty list: known not to be suppressed.
    None,
}

impl Suppression {
    /// The word in the column `suppression`; null where the file does not tell.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suppressed => "suppressed",
            Self::NotAccepted => "not_accepted",
            Self::None => "none",
        }
    }
}

/// One result of one scan (SARIF 3.27) that is a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Position of the run in its file, from 0.
    pub scan: i32,
    /// Position of the result in its run, from 0.
    pub result: i32,
    /// What names it.
    pub identity: FindingIdentity,
    /// Counts the results of one scan that name the same finding, from 0.
    pub occurrence: i32,
    /// The tool's name, as in its scan.
    pub tool_family: String,
    /// Id of the rule as this scan writes it; empty where absent.
    pub rule_id: String,
    /// Name or short description of the rule.
    pub rule_name: Option<String>,
    /// The message, at most 1,000 characters; empty where it was taken out.
    pub message: Option<String>,
    /// The severity with its grounds.
    pub assessment: Assessment,
    /// `level`, with the defaults of SARIF 3.27.10.
    pub level: String,
    /// `security-severity` as written.
    pub security_severity: Option<String>,
    /// The tool's own word for the severity, as written.
    pub tool_severity: Option<String>,
    /// Path of the first location, relative where it can be made so.
    pub path: Option<String>,
    /// First line, from 1.
    pub start_line: Option<i64>,
    /// Last line.
    pub end_line: Option<i64>,
    /// `fullyQualifiedName` of the first logical location: a resource, a function, a package.
    pub logical_location: Option<String>,
    /// Package, without version.
    pub package: Option<String>,
    /// Its package URL, as written.
    pub purl: Option<String>,
    /// Its installed version.
    pub installed_version: Option<String>,
    /// The vulnerability: CVE before GHSA before the tool's own.
    pub vulnerability_id: Option<String>,
    /// Every id of the vulnerability, by commas.
    pub vulnerability_ids: Option<String>,
    /// The commit that a secret was found in.
    pub commit_sha: Option<String>,
    /// Fingerprints of the tool that name the result, as JSON `{key: value}` with their versions.
    pub fingerprints: Option<String>,
    /// `baselineState` as written.
    pub baseline_state: Option<String>,
    /// Whether it is put away; null where the file does not tell.
    pub suppression: Option<Suppression>,
    /// `kind` of the first suppression: `inSource`, `external`.
    pub suppression_kind: Option<String>,
    /// Its justification.
    pub suppression_justification: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_depends_on_every_part_and_on_where_it_ends() {
        let of = |class, basis, parts: &[&str]| FindingIdentity {
            class,
            basis,
            parts: parts.iter().map(|part| (*part).to_owned()).collect(),
        };
        let one = of(FindingClass::Sast, IdentityBasis::Fingerprint, &["codeql", "r", "p"]);
        assert_eq!(one.uid("o/r"), one.clone().uid("o/r"));
        assert_ne!(one.uid("o/r"), one.uid("o/s"));
        for other in [
            of(FindingClass::Iac, IdentityBasis::Fingerprint, &["codeql", "r", "p"]),
            of(FindingClass::Sast, IdentityBasis::Snippet, &["codeql", "r", "p"]),
            of(FindingClass::Sast, IdentityBasis::Fingerprint, &["codeql", "rp", ""]),
            of(
                FindingClass::Sast,
                IdentityBasis::Fingerprint,
                &["codeql", "r", "p", ""],
            ),
        ] {
            assert_ne!(one.uid("o/r"), other.uid("o/r"), "{other:?}");
        }
    }
}
