//! Tells from its first bytes whether a file in JSON is SARIF, and of a version that is read.

use crate::json::lexer::{Lexer, Token};
use crate::json::utf8::Utf8;

/// What a file is, as far as its first bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sniff {
    /// SARIF 2.
    Sarif,
    /// SARIF that is not read, and why: a stable slug, a colon, prose.
    Refused(String),
    /// Something else.
    Other,
}

/// Members of a run that no other format has together with `runs`.
const OF_A_RUN: &[&str] = &[
    "automationDetails",
    "columnKind",
    "invocations",
    "originalUriBaseIds",
    "results",
    "tool",
];

/// Recognises SARIF by `$schema`, or by `runs` with a version, or by what stands in the first run.
pub fn sniff(head: &[u8]) -> Sniff {
    let mut source = head;
    let mut utf8 = Utf8::new(&mut source);
    let mut lexer = Lexer::new(&mut utf8);
    let mut found = Found::default();
    // A break is expected where the first bytes end.
    let _ = found.look(&mut lexer);
    let is_named = found.schema.as_deref().is_some_and(|schema| schema.contains("sarif"));
    match found.version.as_deref() {
        Some(version) if !version.starts_with("2.") && (is_named || found.has_runs) => {
            let version: String = version.chars().take(16).collect();
            Sniff::Refused(format!("not SARIF 2: version `{version}`"))
        }
        Some(_) if is_named || found.has_runs => Sniff::Sarif,
        _ if is_named || found.has_run => Sniff::Sarif,
        _ => Sniff::Other,
    }
}

#[derive(Debug, Default)]
struct Found {
    schema: Option<String>,
    version: Option<String>,
    has_runs: bool,
    has_run: bool,
}

impl Found {
    fn look(&mut self, lexer: &mut Lexer<'_>) -> Result<(), crate::json::lexer::Break> {
        if lexer.next()? != Token::ObjectStart {
            return Ok(());
        }
        while lexer.next()? == Token::Key {
            let name = lexer.text().to_owned();
            let first = lexer.next()?;
            match (name.as_str(), first) {
                ("$schema", Token::Text) => self.schema = Some(lexer.text().to_lowercase()),
                ("version", Token::Text) => self.version = Some(lexer.text().to_owned()),
                ("runs", Token::ArrayStart) => {
                    self.has_runs = true;
                    self.look_at_runs(lexer)?;
                }
                _ => lexer.skip(first)?,
            }
        }
        Ok(())
    }

    fn look_at_runs(&mut self, lexer: &mut Lexer<'_>) -> Result<(), crate::json::lexer::Break> {
        loop {
            let first = lexer.next()?;
            if first == Token::ArrayEnd {
                return Ok(());
            }
            if first != Token::ObjectStart {
                lexer.skip(first)?;
                continue;
            }
            while lexer.next()? == Token::Key {
                self.has_run |= OF_A_RUN.contains(&lexer.text());
                let first = lexer.next()?;
                lexer.skip(first)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sarif_is_known_by_what_it_holds() {
        for (head, expected) in [
            (
                r#"{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "ru"#,
                "Sarif",
            ),
            (r#"{"version": "2.1.0", "runs": []}"#, "Sarif"),
            (r#"{"runs": [], "version": "2.1.0"}"#, "Sarif"),
            (r#"{"runs": [{"results": [{"ruleId": "a"#, "Sarif"),
            (r#"{"runs": [{"tool": {}}]}"#, "Sarif"),
            (
                r#"{"version": "1.0.0", "runs": [{"results": []}]}"#,
                "not SARIF 2: version `1.0.0`",
            ),
            (r#"{"runs": [{"id": 1}]}"#, "Other"),
            (r#"{"version": "2.0", "results": []}"#, "Other"),
            (r#"[{"RuleID": "x"}]"#, "Other"),
            ("null", "Other"),
            ("", "Other"),
            ("<testsuite/>", "Other"),
        ] {
            let found = match sniff(head.as_bytes()) {
                Sniff::Sarif => "Sarif".to_owned(),
                Sniff::Other => "Other".to_owned(),
                Sniff::Refused(reason) => reason,
            };
            assert_eq!(found, expected, "{head}");
        }
        let text = r#"{"version": "2.1.0", "runs": []}"#;
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(sniff(&little), Sniff::Sarif);
    }
}
