//! Tells from its first bytes whether a file in JSON is ShellCheck's.

use serde_json::Value;

use crate::scanner::head::{Head, Sniff};

/// Recognises the members of the first comment. No comment at all is a report if the file's name says so.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let (comments, n_members) = match &head.document {
        Value::Object(members) => (members.get("comments"), members.len()),
        document => (Some(document), 1),
    };
    let Some(Value::Array(comments)) = comments else {
        return Sniff::Other;
    };
    match comments.first() {
        None if head.is_whole && n_members == 1 => Sniff::Nameless,
        None => Sniff::Other,
        Some(first) => Sniff::of(
            first["file"].is_string() && first["line"].is_number() && first["endLine"].is_number()
                || first["file"].is_string() && first["level"].is_string() && first["code"].is_number(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_its_first_comment() {
        for (head, expected) in [
            (r#"[{"file":"a.sh","line":2,"endLine":2,"column":6"#, Sniff::Recognised),
            (
                r#"{"comments":[{"file":"a.sh","line":2,"column":6,"level":"info","code":2086}]}"#,
                Sniff::Recognised,
            ),
            ("[]", Sniff::Nameless),
            (r#"{"comments":[]}"#, Sniff::Nameless),
            (r#"{"comments":[],"total":0}"#, Sniff::Other),
            (r#"{"comments":[{"id":1,"body":"a"}]}"#, Sniff::Other),
            (
                r#"[{"file": "a.py", "line": 1, "column": 0, "code": "x", "severity": "error"}]"#,
                Sniff::Other,
            ),
            ("{}", Sniff::Other),
            ("", Sniff::Other),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), expected, "{head}");
        }
    }
}
