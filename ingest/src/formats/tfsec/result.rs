//! One result, and the finding that it is.

use domain::finding::{Finding, Suppression};
use domain::severity::{Severity, assess};
use serde_json::Value;

use crate::json::member::{cut, integer, owned, text};
use crate::scanner::class::{class, family};
use crate::scanner::identity::{Named, identity};
use crate::scanner::path::of_uri;
use crate::scanner::reading::finding_of;

/// The name of the driver in its SARIF.
pub(super) const TOOL: &str = "tfsec";

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Failed,
    Passed,
    /// Put away by a comment in the code.
    Ignored,
}

impl Status {
    /// Numbers since 1.0, words before, and in the beginning nothing but whether it passed.
    fn of(value: &Value) -> Self {
        let word = text(value, "/status").unwrap_or_default();
        let number = integer(value, "/status", 0);
        if value.pointer("/passed") == Some(&Value::Bool(true)) || word == "passed" || number == Some(1) {
            Self::Passed
        } else if word == "ignored" || number == Some(2) {
            Self::Ignored
        } else {
            Self::Failed
        }
    }
}

/// Makes a finding of a result at a position; none of one that passed.
pub(super) fn finding(value: &Value, result: i32) -> Option<Finding> {
    let status = Status::of(value);
    if status == Status::Passed {
        return None;
    }
    let is_ignored = status == Status::Ignored;
    let tool_family = family(TOOL);
    let rule_id = text(value, "/long_id")
        .or_else(|| text(value, "/rule_id"))
        .unwrap_or_default();
    let tool_severity = owned(value, "/severity");
    let (level, word) = level(tool_severity.as_deref());
    let path = text(value, "/location/filename").and_then(of_uri);
    let class = class(&tool_family, rule_id, "", &[], false);
    let name = text(value, "/rule_description");
    let identity = identity(&Named {
        class,
        tool_family: &tool_family,
        rule_id,
        path: path.as_deref(),
        image: None,
        package: None,
        vulnerability: None,
        start_line: None,
        commit_sha: None,
        fingerprint: None,
        // No place of its SARIF tells the resource, by which another identity would come out.
        resource: None,
        snippet: None,
    });
    let assessment = assess(false, None, word, level);
    Some(Finding {
        result,
        rule_id: rule_id.to_owned(),
        rule_name: name.map(|name| cut(name, 200)),
        // The description of the result may hold what it found.
        message: name.map(|name| cut(name, 1_000)),
        level: level.to_owned(),
        tool_severity,
        path,
        start_line: integer(value, "/location/start_line", 1),
        end_line: integer(value, "/location/end_line", 1),
        logical_location: text(value, "/resource").map(|resource| cut(resource, 1_000)),
        suppression: is_ignored.then_some(Suppression::Suppressed),
        suppression_kind: is_ignored.then(|| "inSource".to_owned()),
        ..finding_of(&tool_family, identity, assessment)
    })
}

/// The level that its SARIF has, and the word if it is one for a severity: before 1.0 it was a level. Without one, the worst.
fn level(severity: Option<&str>) -> (&'static str, Option<&str>) {
    let word = severity.unwrap_or_default();
    match word.to_uppercase().as_str() {
        "ERROR" => return ("error", None),
        "WARNING" => return ("warning", None),
        "INFO" => return ("info", None),
        _ => {}
    }
    let level = match Severity::of_word(word) {
        Some(Severity::Medium) => "warning",
        Some(Severity::Low) => "note",
        Some(Severity::None) => "none",
        Some(Severity::Critical | Severity::High | Severity::Unknown) | None => "error",
    };
    (level, severity)
}
