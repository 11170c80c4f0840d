//! One thing that Trivy found as it stands in the file, before its target and its artifact are known.

use domain::finding::Suppression;
use serde_json::Value;

use crate::json::member::{cut, integer, owned, text};

/// Members that nothing here reads.
pub(super) const SKIPPED: &[&str] = &[
    "Code",
    "CweIDs",
    "DataSource",
    "Layer",
    "Match",
    "References",
    "RenderedCause",
    "Traces",
    "VendorSeverity",
];
/// Longest message that is kept, as of tests.
const MAX_MESSAGE_CHARACTERS: usize = 1_000;
/// What an item takes besides its texts, about.
const ITEM_BYTES: usize = 512;

/// What kind of list an item stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Vulnerability,
    Misconfiguration,
    Secret,
    License,
    /// Something that was put away or changed from outside; it says itself what it is.
    Changed,
}

impl Kind {
    /// The lists of a result, by their names.
    pub(super) fn of_list(name: &str) -> Option<Self> {
        match name {
            "Vulnerabilities" => Some(Self::Vulnerability),
            "Misconfigurations" => Some(Self::Misconfiguration),
            "Secrets" => Some(Self::Secret),
            "Licenses" => Some(Self::License),
            "ExperimentalModifiedFindings" => Some(Self::Changed),
            _ => None,
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        match word {
            "vulnerability" => Some(Self::Vulnerability),
            "misconfiguration" => Some(Self::Misconfiguration),
            "secret" => Some(Self::Secret),
            "license" => Some(Self::License),
            _ => None,
        }
    }

    /// The tag of its rules in Trivy's SARIF.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Vulnerability | Self::Changed => "vulnerability",
            Self::Misconfiguration => "misconfiguration",
            Self::Secret => "secret",
            Self::License => "license",
        }
    }
}

/// An item, held where its target stands behind it.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) position: i32,
    pub(super) rule_id: String,
    pub(super) rule_name: Option<String>,
    pub(super) message: Option<String>,
    pub(super) word: Option<String>,
    /// CVSS 3 of the source that gave the severity.
    pub(super) score: Option<String>,
    pub(super) start_line: Option<i64>,
    pub(super) end_line: Option<i64>,
    /// The resource of a misconfiguration, the file of a licence.
    pub(super) location: Option<String>,
    /// The package's own place, where it is another than the target.
    pub(super) package_path: Option<String>,
    pub(super) package: Option<String>,
    pub(super) purl: Option<String>,
    pub(super) version: Option<String>,
    pub(super) suppression: Option<Suppression>,
    pub(super) suppression_justification: Option<String>,
}

impl Item {
    /// Reads an element of a list of `kind`; none where it is no finding.
    pub(super) fn of(kind: Kind, value: &Value, position: i32) -> Option<Self> {
        match kind {
            Kind::Vulnerability => Some(Self::vulnerability(value, position)),
            Kind::Misconfiguration => Self::misconfiguration(value, position),
            Kind::Secret => Some(Self::secret(value, position)),
            Kind::License => Some(Self::license(value, position)),
            Kind::Changed => Self::changed(value, position),
        }
    }

    fn vulnerability(value: &Value, position: i32) -> Self {
        Self {
            rule_id: owned(value, "/VulnerabilityID").unwrap_or_default(),
            score: score(value),
            message: message(value, &["/Description", "/Title"]),
            package_path: owned(value, "/PkgPath"),
            package: owned(value, "/PkgName"),
            purl: owned(value, "/PkgIdentifier/PURL").or_else(|| owned(value, "/PkgRef")),
            version: owned(value, "/InstalledVersion"),
            ..Self::new(Kind::Vulnerability, value, position)
        }
    }

    fn misconfiguration(value: &Value, position: i32) -> Option<Self> {
        let status = text(value, "/Status").unwrap_or("FAIL");
        let (start_line, end_line) = lines(value, "/CauseMetadata/StartLine", "/CauseMetadata/EndLine");
        status.eq_ignore_ascii_case("FAIL").then(|| Self {
            rule_id: owned(value, "/ID")
                .or_else(|| owned(value, "/AVDID"))
                .unwrap_or_default(),
            message: message(value, &["/Message", "/Description"]),
            start_line,
            end_line,
            location: text(value, "/CauseMetadata/Resource").map(|resource| cut(resource, 1_000)),
            ..Self::new(Kind::Misconfiguration, value, position)
        })
    }

    fn secret(value: &Value, position: i32) -> Self {
        let (start_line, end_line) = lines(value, "/StartLine", "/EndLine");
        Self {
            rule_id: owned(value, "/RuleID").unwrap_or_default(),
            start_line,
            end_line,
            ..Self::new(Kind::Secret, value, position)
        }
    }

    fn license(value: &Value, position: i32) -> Self {
        let package = owned(value, "/PkgName");
        let name = text(value, "/Name").unwrap_or_default();
        Self {
            rule_id: format!("{}:{name}", package.as_deref().unwrap_or_default()),
            rule_name: (!name.is_empty()).then(|| cut(name, 200)),
            message: text(value, "/Category").map(|category| cut(&format!("{name}: {category}"), 200)),
            location: owned(value, "/FilePath"),
            package,
            ..Self::new(Kind::License, value, position)
        }
    }

    fn changed(value: &Value, position: i32) -> Option<Self> {
        let kind = text(value, "/Type").and_then(Kind::of_word)?;
        let item = Self::of(kind, value.pointer("/Finding")?, position)?;
        // What is not decided, or was decided against, is not put away.
        let is_put_away = matches!(text(value, "/Status"), Some("fixed" | "ignored" | "not_affected"));
        let reason = text(value, "/Statement").or_else(|| text(value, "/Source"));
        Some(Self {
            suppression: Some(if is_put_away {
                Suppression::Suppressed
            } else {
                Suppression::NotAccepted
            }),
            suppression_justification: reason.map(|reason| cut(reason, 500)),
            ..item
        })
    }

    fn new(kind: Kind, value: &Value, position: i32) -> Self {
        Self {
            kind,
            position,
            rule_id: String::new(),
            rule_name: text(value, "/Title").map(|title| cut(title, 200)),
            message: None,
            word: owned(value, "/Severity"),
            score: None,
            start_line: None,
            end_line: None,
            location: None,
            package_path: None,
            package: None,
            purl: None,
            version: None,
            suppression: None,
            suppression_justification: None,
        }
    }

    /// Bytes that it takes while it is held, about.
    pub(super) fn size(&self) -> usize {
        let texts = [
            &self.rule_name,
            &self.message,
            &self.location,
            &self.package_path,
            &self.package,
            &self.purl,
            &self.suppression_justification,
        ];
        ITEM_BYTES + self.rule_id.len() + texts.into_iter().flatten().map(String::len).sum::<usize>()
    }
}

/// The score that Trivy's SARIF has, where it is CVSS and not made of the severity.
fn score(value: &Value) -> Option<String> {
    let source = text(value, "/SeveritySource")?;
    let score = value.get("CVSS")?.get(source)?.get("V3Score")?.as_f64()?;
    (score > 0.0).then(|| format!("{score:.1}"))
}

fn message(value: &Value, pointers: &[&str]) -> Option<String> {
    let mut texts = pointers.iter().filter_map(|pointer| text(value, pointer));
    texts.next().map(|message| cut(message, MAX_MESSAGE_CHARACTERS))
}

/// Lines of a file; a place without any is its first line, as in Trivy's SARIF, where it orders and names findings.
fn lines(value: &Value, start: &str, end: &str) -> (Option<i64>, Option<i64>) {
    match (integer(value, start, 1), integer(value, end, 1)) {
        (None, None) => (Some(1), Some(1)),
        lines => lines,
    }
}
