//! One result as it stands in the file (SARIF 3.27), before its rule and its run are known.

use domain::finding::Suppression;
use serde_json::Value;

use super::fingerprint::Fingerprints;
use super::tool::RuleReference;
use crate::json::member::{cut, elements, index, integer, owned, scalar, text};
use crate::scanner::snippet;

/// Members that nothing here reads; a data flow of CodeQL alone may be megabytes.
pub(super) const SKIPPED: &[&str] = &[
    "analysisTarget",
    "attachments",
    "codeFlows",
    "fixes",
    "graphTraversals",
    "graphs",
    "relatedLocations",
    "relationships",
    "stacks",
    "taxa",
    "webRequest",
    "webResponse",
];
/// Longest message that is kept, as of tests.
const MAX_MESSAGE_CHARACTERS: usize = 1_000;
/// What a result takes besides its texts, about.
const RESULT_BYTES: usize = 640;

/// A result, held until its run ends: severity, image and category may stand behind it.
#[derive(Debug, Default)]
pub(super) struct Result {
    pub(super) position: i32,
    pub(super) rule: RuleReference,
    pub(super) kind: Option<String>,
    pub(super) level: Option<String>,
    pub(super) score: Option<String>,
    pub(super) word: Option<String>,
    pub(super) message: Option<String>,
    pub(super) message_id: Option<String>,
    pub(super) arguments: Vec<String>,
    pub(super) uri: Option<String>,
    pub(super) artifact: Option<usize>,
    pub(super) start_line: Option<i64>,
    pub(super) end_line: Option<i64>,
    pub(super) logical_location: Option<String>,
    /// Digest of the code without its white space.
    pub(super) snippet: Option<String>,
    pub(super) purl: Option<String>,
    pub(super) commit_sha: Option<String>,
    pub(super) fingerprints: Fingerprints,
    pub(super) baseline_state: Option<String>,
    pub(super) suppression: Option<Suppression>,
    pub(super) suppression_kind: Option<String>,
    pub(super) suppression_justification: Option<String>,
}

impl Result {
    /// Reads what names and judges a result; only its first location counts, as for GitHub.
    pub(super) fn of(value: &Value, position: i32) -> Self {
        let physical = "/locations/0/physicalLocation";
        let at = |member: &str| format!("{physical}/{member}");
        let snippet =
            text(value, &at("region/snippet/text")).or_else(|| text(value, &at("contextRegion/snippet/text")));
        let word = |name: &str| owned(value, &format!("/properties/{name}"));
        let message = text(value, "/message/text").or_else(|| text(value, "/message/markdown"));
        let arguments = elements(value, "/message/arguments").iter().take(16);
        let (suppression, first) = suppression(value);
        Self {
            position,
            rule: RuleReference::of(value),
            kind: text(value, "/kind").map(str::to_lowercase),
            level: text(value, "/level").map(str::to_lowercase),
            score: scalar(value, "/properties/security-severity"),
            word: word("severity").or_else(|| word("issue_severity")),
            message: message.map(|message| cut(message, MAX_MESSAGE_CHARACTERS)),
            message_id: owned(value, "/message/id"),
            arguments: arguments.filter_map(Value::as_str).map(|text| cut(text, 200)).collect(),
            uri: owned(value, &at("artifactLocation/uri")),
            artifact: index(value, &at("artifactLocation/index")),
            start_line: integer(value, &at("region/startLine"), 1),
            end_line: integer(value, &at("region/endLine"), 1),
            logical_location: text(value, "/locations/0/logicalLocations/0/fullyQualifiedName")
                .or_else(|| text(value, "/locations/0/logicalLocations/0/name"))
                .map(|name| cut(name, 1_000)),
            snippet: snippet.and_then(snippet::digest),
            purl: owned(value, "/properties/purl"),
            commit_sha: text(value, "/partialFingerprints/commitSha").map(|sha| cut(sha, 64)),
            fingerprints: Fingerprints::of(value),
            baseline_state: text(value, "/baselineState").map(str::to_lowercase),
            suppression,
            suppression_kind: first.and_then(|first| owned(first, "/kind")),
            suppression_justification: first.and_then(|first| Some(cut(text(first, "/justification")?, 500))),
        }
    }

    /// Whether it is a finding at all (SARIF 3.27.9 and 3.27.24): not what passed, nor what is gone.
    pub(super) fn is_finding(&self, level: &str) -> bool {
        self.kind.as_deref().is_none_or(|kind| kind == "fail")
            && self.baseline_state.as_deref() != Some("absent")
            && (level != "none" || self.score.is_some())
    }

    /// Bytes that it takes while it is held, about.
    pub(super) fn size(&self) -> usize {
        let texts = [
            &self.rule.id,
            &self.message,
            &self.uri,
            &self.logical_location,
            &self.snippet,
            &self.purl,
            &self.suppression_justification,
        ];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let arguments: usize = self.arguments.iter().map(String::len).sum();
        RESULT_BYTES + texts + arguments + self.fingerprints.size()
    }
}

/// Whether the file puts the result away, and its first suppression (SARIF 3.27.23, 3.35.3).
fn suppression(value: &Value) -> (Option<Suppression>, Option<&Value>) {
    let Some(list) = value.pointer("/suppressions").and_then(Value::as_array) else {
        return (None, None);
    };
    // Before 2.1.0 the status was called state.
    let status = |one| {
        text(one, "/status")
            .or_else(|| text(one, "/state"))
            .unwrap_or("accepted")
    };
    let suppression = if list.is_empty() {
        Suppression::None
    } else if list.iter().all(|one| status(one) == "accepted") {
        Suppression::Suppressed
    } else {
        Suppression::NotAccepted
    };
    (Some(suppression), list.first())
}
