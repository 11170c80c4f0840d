//! Tells from its first bytes whether a file in JSON is oasdiff's.

use serde_json::Value;

use crate::scanner::head::{Head, Sniff};

/// Recognises the members of the first change. An empty list is a report if the file's name says so.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let Value::Array(elements) = &head.document else {
        return Sniff::Other;
    };
    let Some(first) = elements.first() else {
        return if head.is_whole { Sniff::Nameless } else { Sniff::Other };
    };
    let is_change = first["id"].is_string() && first["text"].is_string() && first["level"].is_number();
    let is_placed = ["operation", "path", "section", "source"]
        .iter()
        .any(|member| first[member].is_string());
    Sniff::of(is_change && is_placed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_its_first_change() {
        for (head, expected) in [
            (
                r#"[{"id":"api-path-removed","text":"removed","level":3,"operation":"GET","path":"/a""#,
                Sniff::Recognised,
            ),
            ("[]", Sniff::Nameless),
            (r#"[{"id":"a","text":"b","level":3}]"#, Sniff::Other),
            (r#"{"id":"a","text":"b","level":3,"path":"/a"}"#, Sniff::Other),
            ("", Sniff::Other),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), expected, "{head}");
        }
    }
}
