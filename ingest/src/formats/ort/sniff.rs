//! Tells from its first bytes whether a file in JSON is ORT's.

use super::reader::STAGES;
use crate::scanner::head::{Head, Sniff};

/// Recognises the repository with its version control, which comes first; what a stage did may stand beyond the first bytes.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let is_repository = head.shows("repository", "vcs_processed") || head.shows("repository", "vcs");
    let has_stage = STAGES.iter().any(|stage| head.document[stage].is_object());
    Sniff::of(is_repository && (has_stage || head.is_cut && head.shows("repository", "config")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_repository_and_stage() {
        for (head, expected) in [
            (
                r#"{"repository": {"vcs": {}, "vcs_processed": {}, "config": {}}, "analyzer": {"start"#,
                true,
            ),
            (r#"{"repository": {"vcs": {}, "config": {"excludes": {"#, true),
            (
                r#"{"repository": {"vcs": {}}, "evaluator": null, "analyzer": null}"#,
                false,
            ),
            (r#"{"repository": {"type": "git", "url": "u"}, "scanner": {}}"#, false),
            (r#"{"repository": "a", "analyzer": {}}"#, false),
            ("", false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}
