//! Tells from its first bytes whether a file in JSON is Grype's.

use crate::scanner::head::{Head, Sniff};

/// Recognises a scan by its first matches, or by what stands beside them.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let is_match = |list: &str| head.shows(list, "vulnerability") && head.shows(list, "artifact");
    let is_beside = head.has("descriptor") && (head.has("source") || head.has("distro"));
    Sniff::of(is_match("matches") || is_match("ignoredMatches") || head.has("matches") && is_beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_known_by_what_it_holds() {
        for (head, expected) in [
            (r#"{"matches": [{"vulnerability": {"id": "a"}, "artifact": {"na"#, true),
            (r#"{"matches": [], "source": {}, "distro": {}, "descriptor": {}}"#, true),
            (
                r#"{"descriptor": {}, "distro": {}, "ignoredMatches": [{"artifact": {}, "vulnerability": {}}], "mat"#,
                true,
            ),
            (r#"{"matches": []}"#, false),
            (r#"{"matches": [{"vulnerability": {"id": "a"}}]}"#, false),
            (
                r#"{"artifacts": [], "source": {}, "distro": {}, "descriptor": {"name": "syft"}}"#,
                false,
            ),
            (r#"[{"vulnerability": {}, "artifact": {}}]"#, false),
            ("", false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}
