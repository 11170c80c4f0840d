//! Tells from its first bytes whether a file in JSON is Licensee's.

use crate::scanner::head::{Head, Sniff};

/// Recognises licences with what Licensee knows of them, or the files beside them; its first licence may fill the first
/// bytes.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let is_license = head.has_array("licenses") && head.shows("licenses", "spdx_id");
    let is_file =
        head.has_array("matched_files") && (head.shows("matched_files", "filename") || head.has_array("licenses"));
    Sniff::of(is_file || is_license && head.is_cut && !head.has("matched_files") && head.shows("licenses", "key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_what_it_holds() {
        for (head, expected) in [
            (r#"{"licenses": [{"key": "mit", "spdx_id": "MIT", "meta": {"#, true),
            (r#"{"licenses": [], "matched_files": []}"#, true),
            (r#"{"matched_files": [{"filename": "LICENSE"}]}"#, true),
            (r#"{"licenses": [{"key": "mit", "spdx_id": "MIT"}], "total": 1}"#, false),
            (r#"{"licenses": [{"license": "MIT"}]}"#, false),
            ("{}", false),
            ("", false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}
