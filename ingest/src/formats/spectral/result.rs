//! One result in JSON, and what it says.

use serde_json::Value;

use crate::json::member::{integer, text};
use crate::scanner::entry::Entry;

/// The name of the driver in its SARIF.
pub(super) const TOOL: &str = "spectral";

/// The level that its SARIF has, by the number or word of a severity; words of JSON as Code Climate are others.
pub(super) fn level(word: &str) -> &'static str {
    match word {
        "0" | "error" | "critical" => "error",
        "2" | "3" | "information" | "info" | "notice" | "hint" | "minor" => "note",
        _ => "warning",
    }
}

/// What a result in JSON says, with its severity.
pub(super) fn of_json<'v>(value: &'v Value, word: &'v str) -> Entry<'v> {
    // Lines count from 0 there.
    let line = |pointer| integer(value, pointer, 0).map(|line| line.saturating_add(1));
    Entry {
        rule_id: text(value, "/code").unwrap_or_default(),
        word,
        path: text(value, "/source").unwrap_or_default(),
        start_line: line("/range/start/line"),
        end_line: line("/range/end/line"),
        resource: None,
        message: text(value, "/message").unwrap_or_default(),
    }
}

/// The same of a result as Code Climate.
pub(super) fn of_code_climate<'v>(value: &'v Value, word: &'v str) -> Entry<'v> {
    let line = |pointer| integer(value, pointer, 0).map(|line| line.saturating_add(1));
    Entry {
        rule_id: text(value, "/check_name").unwrap_or_default(),
        word,
        path: text(value, "/location/path").unwrap_or_default(),
        start_line: line("/location/positions/begin/line"),
        end_line: line("/location/positions/end/line"),
        resource: None,
        message: text(value, "/description").unwrap_or_default(),
    }
}
