//! Tells from its first bytes whether a file in JSON is Buf's.

use crate::scanner::head::{Head, Sniff};

/// Recognises the members of the first violation, whose rule is in capitals.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let is_rule = |rule: &str| rule.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && rule.len() > 2;
    let is_placed = head.has("start_line") && head.has("end_column");
    Sniff::of(is_placed && head.text("message").is_some() && head.text("type").is_some_and(is_rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_its_first_violation() {
        let place = r#""path":"a.proto","start_line":1,"start_column":1,"end_line":1,"end_column":2"#;
        for (head, expected) in [
            (
                format!("{{{place},\"type\":\"FIELD_NO_DELETE\",\"message\":\"m\"}}\n{{\"path\""),
                true,
            ),
            (format!("{{{place},\"type\":\"error\",\"message\":\"m\"}}\n"), false),
            (
                format!("[{{{place},\"type\":\"FIELD_NO_DELETE\",\"message\":\"m\"}}]"),
                false,
            ),
            ("{\"type\":\"FIELD_NO_DELETE\",\"message\":\"m\"}".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}
