//! Tells from its first bytes whether a file in JSON is Semgrep's.

use crate::scanner::head::{Head, Sniff};

/// Members that Semgrep writes beside results and errors, and Bandit does not.
const BESIDE: &[&str] = &["engine_requested", "paths", "skipped_rules", "version"];

/// Recognises a scan by its first results, or by what stands beside results and errors.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let is_beside = head.has_array("errors") && BESIDE.iter().any(|member| head.has(member));
    let is_result = head.has_array("results") && head.shows("results", "check_id");
    Sniff::of(is_result || head.has("results") && is_beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_known_by_what_it_holds() {
        for (head, expected) in [
            (r#"{"version": "1.50.0", "results": [{"check_id": "a", "pa"#, true),
            (r#"{"results": [{"path": "a", "check_id": "a"}]}"#, true),
            (r#"{"errors": [], "results": [], "version": "0.96.0"}"#, true),
            (r#"{"errors": [], "results": [], "paths": {"scanned": []}}"#, true),
            (
                r#"{"errors": [], "generated_at": "x", "metrics": {}, "results": [{"test_id": "B105"}]}"#,
                false,
            ),
            (r#"{"results": {}, "version": "1.4.0", "plugins_used": []}"#, false),
            (
                r#"{"check_id": "a", "results": {"failed_checks": [{"check_id": "CKV_1"}]}}"#,
                false,
            ),
            (r#"{"results": [], "version": "1"}"#, false),
            (r#"[{"check_id": "a"}]"#, false),
            ("", false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}
