//! Tells from its first bytes whether a file in JSON is a report of Checkov.

use serde_json::Value;

use crate::scanner::head::{Head, Sniff};

/// Lists of a report; no other format has them in an object `results`.
pub(super) const LISTS: &[&str] = &["failed_checks", "passed_checks", "skipped_checks"];

/// Recognises a report, or the first of a list, by its lists, by its kind and results, or by the version beside its counts.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let report = match &head.document {
        Value::Array(reports) => reports.first().unwrap_or(&Value::Null),
        report => report,
    };
    let results = &report["results"];
    let has_list = LISTS.iter().any(|list| results[*list].is_array());
    let has_kind = report["check_type"].is_string() && results.is_object();
    let has_version = report["checkov_version"].is_string() && report["failed"].is_number();
    Sniff::of(has_list || has_kind || has_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_what_it_holds() {
        for (head, expected) in [
            (r#"{"check_type": "terraform", "results": {"pass"#, Sniff::Recognised),
            (r#"[{"check_type": "terraform", "results": {}}]"#, Sniff::Recognised),
            (r#"{"results": {"failed_checks": [{"#, Sniff::Recognised),
            (
                r#"{"passed": 0, "failed": 0, "skipped": 0, "checkov_version": "2.1.0"}"#,
                Sniff::Recognised,
            ),
            (r#"{"results": {"failed_checks": 3}}"#, Sniff::Other),
            (r#"{"check_type": "terraform"}"#, Sniff::Other),
            (r#"{"passed": 0, "failed": 0}"#, Sniff::Other),
            (r#"{"results": [{"rule_id": "a", "location": {}}]}"#, Sniff::Other),
            ("[]", Sniff::Other),
            ("{}", Sniff::Other),
            ("", Sniff::Other),
            ("<testsuite/>", Sniff::Other),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), expected, "{head}");
            let little: Vec<u8> = head.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(sniff(&Head::of(&little)), expected, "in UTF-16: {head}");
        }
    }
}
