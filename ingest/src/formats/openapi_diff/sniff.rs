//! Tells from its first bytes whether a file is output of openapi-diff.

use super::reader::{CHANGES, NO_CHANGES};
use crate::scanner::head::{Head, Sniff};
use crate::scanner::lines::first_lines;

/// Recognises what the first line says, or the lists of a document without one.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let is_document = head.has_array("breakingDifferences") || head.has_array("nonBreakingDifferences");
    let first = first_lines(head.bytes, 1);
    let is_text = first.first().is_some_and(|line| {
        let line = line.trim();
        line == NO_CHANGES || CHANGES.contains(&line)
    });
    Sniff::of(is_document || is_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_known_by_what_it_says_first() {
        for (head, expected) in [
            ("No changes found between the two specifications\n", true),
            (
                "Breaking changes found between the two specifications:\n{\n    \"breaking",
                true,
            ),
            ("Non breaking changes found between the two specifications:\n{}", true),
            (r#"{"breakingDifferences": [], "breakingDifferencesFound": false"#, true),
            ("Breaking changes found between the two schemas.\n", false),
            (r#"{"breakingDifferencesFound": false}"#, false),
            ("", false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}
