//! Tells from its first bytes whether a file in JSON is a report of tfsec.

use crate::scanner::head::{Head, Sniff};

/// Recognises the members of the first result; nothing but `results` without any is a report if the file's name says so.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let results = &head.document["results"];
    let first = &results[0];
    let is_result = first["location"].is_object() || first["rule_provider"].is_string();
    if first["rule_id"].is_string() && is_result {
        return Sniff::Recognised;
    }
    let has_others = head.document.as_object().is_none_or(|members| members.len() > 1);
    let has_none = head.has("results") && (results.is_null() || results.as_array().is_some_and(Vec::is_empty));
    if head.is_whole && has_none && !has_others {
        Sniff::Nameless
    } else {
        Sniff::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_what_it_holds() {
        for (head, expected) in [
            (r#"{"results": [{"rule_id": "a", "location": {}}]}"#, Sniff::Recognised),
            (
                r#"{"results": [{"rule_id": "a", "long_id": "b", "rule_provider": "aws", "li"#,
                Sniff::Recognised,
            ),
            (r#"{"results": null}"#, Sniff::Nameless),
            ("{\n\t\"results\": []\n}\n", Sniff::Nameless),
            (r#"{"results": null} 1"#, Sniff::Other),
            (r#"{"results": null, "errors": []}"#, Sniff::Other),
            (r#"{"results": [{"rule_id": "a", "path": "b"}]}"#, Sniff::Other),
            (r#"{"results": [7, {"rule_id": "a", "location": {}}]}"#, Sniff::Other),
            (r#"{"results": {"failed_checks": []}}"#, Sniff::Other),
            ("{}", Sniff::Other),
            ("[]", Sniff::Other),
            ("", Sniff::Other),
            ("<testsuite/>", Sniff::Other),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), expected, "{head}");
            let little: Vec<u8> = head.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(sniff(&Head::of(&little)), expected, "in UTF-16: {head}");
        }
    }
}
