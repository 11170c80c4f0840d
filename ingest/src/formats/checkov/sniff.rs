//! Tells from its first bytes whether a file in JSON is a report of Checkov.

use crate::json::lexer::{Break, Lexer, Token};
use crate::json::utf8::Utf8;

/// What a file is, as far as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniff {
    /// A report, or a list of them.
    Checkov,
    /// Something else.
    Other,
}

/// Lists of a report; no other format has them in an object `results`.
pub(super) const LISTS: &[&str] = &["failed_checks", "passed_checks", "skipped_checks"];

/// Recognises a report by its lists, by its kind and results, or by the version beside its counts.
pub fn sniff(head: &[u8]) -> Sniff {
    let mut source = head;
    let mut utf8 = Utf8::new(&mut source);
    let mut lexer = Lexer::new(&mut utf8);
    let mut found = Found::default();
    // A break is expected where the first bytes end.
    let _ = found.look(&mut lexer);
    let has = |members: &[&str]| members.iter().all(|member| found.members.contains(member));
    if has(&["list"]) || has(&["check_type", "results"]) || has(&["checkov_version", "failed"]) {
        Sniff::Checkov
    } else {
        Sniff::Other
    }
}

/// Members of the first report, and `list` for one of [`LISTS`].
#[derive(Debug, Default)]
struct Found {
    members: Vec<&'static str>,
}

impl Found {
    fn look(&mut self, lexer: &mut Lexer<'_>) -> Result<(), Break> {
        let mut first = lexer.next()?;
        if first == Token::ArrayStart {
            first = lexer.next()?;
        }
        if first != Token::ObjectStart {
            return Ok(());
        }
        while lexer.next()? == Token::Key {
            let name = lexer.text().to_owned();
            let first = lexer.next()?;
            match (name.as_str(), first) {
                ("check_type", Token::Text) => self.members.push("check_type"),
                ("checkov_version", Token::Text) => self.members.push("checkov_version"),
                ("failed", Token::Number) => self.members.push("failed"),
                ("results", Token::ObjectStart) => {
                    self.members.push("results");
                    self.look_at_results(lexer)?;
                    continue;
                }
                _ => {}
            }
            lexer.skip(first)?;
        }
        Ok(())
    }

    fn look_at_results(&mut self, lexer: &mut Lexer<'_>) -> Result<(), Break> {
        while lexer.next()? == Token::Key {
            let is_list = LISTS.contains(&lexer.text());
            let first = lexer.next()?;
            if is_list && first == Token::ArrayStart {
                self.members.push("list");
            }
            lexer.skip(first)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_what_it_holds() {
        for (head, expected) in [
            (r#"{"check_type": "terraform", "results": {"pass"#, Sniff::Checkov),
            (r#"[{"check_type": "terraform", "results": {}}]"#, Sniff::Checkov),
            (r#"{"results": {"failed_checks": [{"#, Sniff::Checkov),
            (
                r#"{"passed": 0, "failed": 0, "skipped": 0, "checkov_version": "2.1.0"}"#,
                Sniff::Checkov,
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
            assert_eq!(sniff(head.as_bytes()), expected, "{head}");
            let little: Vec<u8> = head.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(sniff(&little), expected, "in UTF-16: {head}");
        }
    }
}
