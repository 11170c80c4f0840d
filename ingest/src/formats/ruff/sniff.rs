//! Tells from its first bytes whether a file in JSON is Ruff's.

use serde_json::Value;

use crate::scanner::head::{Head, Sniff};

/// Recognises the members of the first diagnostic, in a list or by itself in a line. An empty list is a report if the
/// file's name says so.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let first = match &head.document {
        Value::Array(elements) if elements.is_empty() && head.is_whole => return Sniff::Nameless,
        Value::Array(elements) => elements.first(),
        document => Some(document),
    };
    // Members come in the order of the alphabet: these stand before and behind a fix.
    let is_diagnostic = |value: &Value| {
        value["filename"].is_string() && value["end_location"]["row"].is_number() && value.get("code").is_some()
    };
    Sniff::of(first.is_some_and(is_diagnostic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_its_first_diagnostic() {
        for (head, expected) in [
            (
                r#"[{"cell": null, "code": "F401", "end_location": {"column": 1, "row": 2}, "filename": "a.py", "fi"#,
                Sniff::Recognised,
            ),
            (
                "{\"code\":null,\"end_location\":{\"row\":1},\"filename\":\"a.py\"}\n{\"code\"",
                Sniff::Recognised,
            ),
            ("[]", Sniff::Nameless),
            ("[", Sniff::Other),
            (r#"[{"code": "F401", "filename": "a.py"}]"#, Sniff::Other),
            (
                r#"[{"file": "a.sh", "line": 1, "endLine": 1, "code": 2086}]"#,
                Sniff::Other,
            ),
            ("{}", Sniff::Other),
            ("", Sniff::Other),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), expected, "{head}");
        }
    }
}
