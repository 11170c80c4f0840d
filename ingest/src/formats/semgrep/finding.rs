//! One result: class, severity, and what names it.

use domain::finding::{Finding, FindingClass, Suppression};
use domain::severity::{Severity, assess};
use serde_json::Value;

use crate::json::member::{cut, elements, integer, owned, scalar, text};
use crate::scanner::class::class;
use crate::scanner::identity::{Named, identity};
use crate::scanner::path::of_path;
use crate::scanner::reading::finding_of;
use crate::scanner::snippet;

/// The tool's name without version or edition.
const FAMILY: &str = "semgrep";
/// What Semgrep writes in place of what it shows after a login only.
const GATED: &str = "requires login";
/// The name of the fingerprint in Semgrep's SARIF, and without its version.
const FINGERPRINT: (&str, &str) = ("matchBasedId/v1", "matchBasedId");
/// Members that nothing here reads.
pub(super) const SKIPPED: &[&str] = &[
    "dataflow_trace",
    "extra_extra",
    "fix",
    "fixed_lines",
    "metavars",
    "references",
    "sca_info",
];

/// Reads an element of `results`.
pub(super) fn finding(value: &Value, position: i32) -> Finding {
    let rule_id = owned(value, "/check_id").unwrap_or_default();
    let tags = elements(value, "/extra/metadata/tags").iter().filter_map(Value::as_str);
    let tags: Vec<_> = tags.take(32).map(|tag| cut(tag, 100)).collect();
    let class = class(FAMILY, &rule_id, &rule_id, &tags, false);
    let path = text(value, "/path").and_then(of_path);
    let start_line = integer(value, "/start/line", 1);
    let fingerprint = text(value, "/extra/fingerprint").filter(|text| is_usable(text));
    let code = text(value, "/extra/lines").filter(|code| code.trim() != GATED);
    let snippet = code.and_then(snippet::digest);
    let identity = identity(&Named {
        class,
        tool_family: FAMILY,
        rule_id: &rule_id,
        path: path.as_deref(),
        image: None,
        package: None,
        vulnerability: None,
        start_line,
        // Semgrep's SARIF does not tell the commit.
        commit_sha: None,
        fingerprint: fingerprint.map(|value| (FINGERPRINT.1, value)),
        resource: None,
        snippet: snippet.as_deref(),
    });
    let word = owned(value, "/extra/severity");
    let level = level(word.as_deref());
    let score = scalar(value, "/extra/metadata/security-severity");
    let assessment = assess(
        class == FindingClass::Secret,
        score.as_deref(),
        severity_word(word.as_deref()),
        level,
    );
    let is_ignored = value.pointer("/extra/is_ignored").and_then(Value::as_bool);
    Finding {
        result: position,
        rule_id,
        rule_name: text(value, "/extra/metadata/shortDescription").map(|name| cut(name, 200)),
        message: text(value, "/extra/message").map(|message| cut(message, 1_000)),
        level: level.to_owned(),
        security_severity: score,
        tool_severity: word,
        path,
        start_line,
        end_line: integer(value, "/end/line", 1),
        commit_sha: text(value, "/extra/historical_info/git_commit").map(|sha| cut(sha, 64)),
        fingerprints: fingerprint.map(|value| serde_json::json!({FINGERPRINT.0: value}).to_string()),
        suppression: is_ignored.map(|is_ignored| {
            if is_ignored {
                Suppression::Suppressed
            } else {
                Suppression::None
            }
        }),
        suppression_kind: is_ignored
            .filter(|is_ignored| *is_ignored)
            .map(|_| "inSource".to_owned()),
        ..finding_of(FAMILY, identity, assessment)
    }
}

/// The level that Semgrep's SARIF gives to a severity.
fn level(word: Option<&str>) -> &'static str {
    match word.map(str::to_uppercase).as_deref() {
        Some("CRITICAL" | "HIGH" | "ERROR") => "error",
        Some("LOW" | "INFO" | "INVENTORY" | "EXPERIMENT") => "note",
        _ => "warning",
    }
}

/// The word, where it is one of severity; ERROR, WARNING and INFO are levels.
fn severity_word(word: Option<&str>) -> Option<&str> {
    word.filter(|word| Severity::of_word(word).is_some_and(|severity| severity >= Severity::Low))
}

/// Not a placeholder.
fn is_usable(fingerprint: &str) -> bool {
    (8..=4_096).contains(&fingerprint.len()) && !fingerprint.contains(char::is_whitespace)
}
