//! One diagnostic, and the finding that it is.

use domain::finding::Finding;
use serde_json::Value;

use crate::json::member::{integer, text};
use crate::scanner::entry::Entry;

/// The name of the driver in its SARIF.
pub(super) const TOOL: &str = "ruff";
/// Members that nothing here reads.
pub(super) const SKIPPED: &[&str] = &["cell", "fix", "url"];
/// The rule of a file that could not be read.
pub(super) const UNREADABLE: &str = "E902";
/// What a newer version calls an error in syntax, for which an older one has no rule.
const SYNTAX: &str = "invalid-syntax";

/// Makes a finding of a diagnostic at a position.
pub(super) fn finding(value: &Value, position: i32) -> Finding {
    let word = text(value, "/severity").unwrap_or_default();
    let entry = Entry {
        rule_id: text(value, "/code").unwrap_or(SYNTAX),
        word,
        path: text(value, "/filename").unwrap_or_default(),
        start_line: integer(value, "/location/row", 1),
        end_line: integer(value, "/end_location/row", 1),
        resource: None,
        message: text(value, "/message").unwrap_or_default(),
    };
    // Versions without severities fail on every diagnostic, and SARIF says so.
    let level = match word {
        "warning" => "warning",
        "info" | "hint" => "note",
        _ => "error",
    };
    Finding {
        rule_name: text(value, "/name").map(|name| name.chars().take(200).collect()),
        ..entry.finding(TOOL, level, position)
    }
}
