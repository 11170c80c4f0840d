//! Tells from its first bytes whether a file is output of MyPy.

use super::text::{Said, said};
use crate::scanner::head::{Head, Sniff};
use crate::scanner::lines::first_lines;

/// Files that MyPy checks.
const SUFFIXES: &[&str] = &[".ipynb", ".py", ".pyi"];

/// Recognises the members of the first error in JSON, or the first line of a text: a summary, or something about a
/// file in Python.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let document = &head.document;
    if document["file"].is_string() && document["line"].is_number() && document["column"].is_number() {
        let is_error = document.get("hint").is_some() || document["severity"].is_string();
        return Sniff::of(is_error && document["message"].is_string());
    }
    let first = first_lines(head.bytes, 1);
    Sniff::of(first.first().is_some_and(|line| match said(line) {
        Said::Summary(_) => true,
        Said::Entry(entry) => SUFFIXES.iter().any(|suffix| entry.path.ends_with(suffix)),
        Said::Other => false,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_known_by_its_first_line() {
        for (head, expected) in [
            ("Success: no issues found in 12 source files\n", true),
            (
                "\n\u{1B}[1m\u{1B}[32mSuccess: no issues found in 1 source file\u{1B}[0m\n",
                true,
            ),
            ("Found 3 errors in 2 files (checked 12 source files)", true),
            ("src/a.py:5: error: Bad  [assignment]\nFound", true),
            ("src/a.pyi:5:1: note: See\n", true),
            (
                r#"{"file": "a.py", "line": 5, "column": 9, "message": "m", "hint": null, "code": "x"}"#,
                true,
            ),
            ("src/a.c:5:1: error: expected ';'\n", false),
            ("src/a.py:5:1: E501 line too long\n", false),
            (r#"{"file": "a.py", "line": 5, "column": 9}"#, false),
            ("All checks passed!\n", false),
            ("", false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}
