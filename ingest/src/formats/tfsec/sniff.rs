//! Tells from its first bytes whether a file in JSON is a report of tfsec.

use crate::json::lexer::{Break, Lexer, Token};
use crate::json::utf8::Utf8;

/// What a file is, as far as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniff {
    /// A report with at least one result.
    Tfsec,
    /// Nothing but `results` without any: a report if the file's name says so.
    Nameless,
    /// Something else.
    Other,
}

/// Recognises the members of the first result.
pub fn sniff(head: &[u8]) -> Sniff {
    let mut source = head;
    let mut utf8 = Utf8::new(&mut source);
    let mut lexer = Lexer::new(&mut utf8);
    let mut found = Found::default();
    // A break is expected where the first bytes end.
    let is_whole = found.look(&mut lexer).is_ok();
    let has = |member| found.members.contains(&member);
    if has("rule_id") && (has("location") || has("rule_provider")) {
        Sniff::Tfsec
    } else if is_whole && found.has_none && !found.has_others {
        Sniff::Nameless
    } else {
        Sniff::Other
    }
}

#[derive(Debug, Default)]
struct Found {
    /// `results` is null or an empty list.
    has_none: bool,
    has_others: bool,
    /// Members of the first result.
    members: Vec<&'static str>,
}

impl Found {
    fn look(&mut self, lexer: &mut Lexer<'_>) -> Result<(), Break> {
        if lexer.next()? != Token::ObjectStart {
            return Ok(());
        }
        while lexer.next()? == Token::Key {
            let is_results = lexer.text() == "results";
            let first = lexer.next()?;
            match first {
                Token::ArrayStart if is_results => self.look_at_results(lexer)?,
                Token::Null if is_results => self.has_none = true,
                _ => {
                    self.has_others = true;
                    lexer.skip(first)?;
                }
            }
        }
        // Nothing may follow.
        lexer.next().map(|_| ())
    }

    fn look_at_results(&mut self, lexer: &mut Lexer<'_>) -> Result<(), Break> {
        let mut is_first = true;
        loop {
            let first = lexer.next()?;
            if first == Token::ArrayEnd {
                self.has_none |= is_first;
                return Ok(());
            }
            if is_first && first == Token::ObjectStart {
                self.look_at_result(lexer)?;
            } else {
                lexer.skip(first)?;
            }
            is_first = false;
        }
    }

    fn look_at_result(&mut self, lexer: &mut Lexer<'_>) -> Result<(), Break> {
        while lexer.next()? == Token::Key {
            let name = lexer.text().to_owned();
            let first = lexer.next()?;
            match (name.as_str(), first) {
                ("rule_id", Token::Text) => self.members.push("rule_id"),
                ("location", Token::ObjectStart) => self.members.push("location"),
                ("rule_provider", Token::Text) => self.members.push("rule_provider"),
                _ => {}
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
            (r#"{"results": [{"rule_id": "a", "location": {}}]}"#, Sniff::Tfsec),
            (
                r#"{"results": [{"rule_id": "a", "long_id": "b", "rule_provider": "aws", "li"#,
                Sniff::Tfsec,
            ),
            (r#"{"results": null}"#, Sniff::Nameless),
            ("{\n\t\"results\": []\n}\n", Sniff::Nameless),
            (r#"{"results": null} 1"#, Sniff::Other),
            (r#"{"results": null, "errors": []}"#, Sniff::Other),
            (r#"{"results": [{"rule_id": "a", "path": "b"}]}"#, Sniff::Other),
            (r#"{"results": [7, {"rule_id": "a", "location": {}}]}"#, Sniff::Other),
            (r#"{"results": {"failed_checks": []}}"#, Sniff::Other),
            ("{}", Sniff::Other),
            ("[]", Sniff::Other),
            ("", Sniff::Other),
            ("<testsuite/>", Sniff::Other),
        ] {
            assert_eq!(sniff(head.as_bytes()), expected, "{head}");
            let little: Vec<u8> = head.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(sniff(&little), expected, "in UTF-16: {head}");
        }
    }
}
