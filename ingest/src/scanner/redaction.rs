//! What copies without secrets have in common, and what tells a text that may be one.
//!
//! [`sieve`](super::sieve) takes out everything but what a format vouches for: for reports whose every record quotes code or
//! a secret. [`judge`](super::judge) takes out what a format names, and of a record about a secret everything but what
//! names and places it: for reports whose records are mostly harmless and may be of any tool, and for those whose texts
//! are wanted. Both copy everything else byte for byte; what stands behind a break of the format cannot be told apart and
//! is left out.

use std::io::{self, BufRead, Read as _, Write};

use crate::json::lexer::{Break, Lexer};
use crate::json::member::MARK;
use crate::json::utf8::Utf8;

/// Words in the id of a rule about secrets; Bandit's three for passwords have none, nor have Ruff's.
const WORDS: &[&str] = &[
    "apikey",
    "cleartext",
    "credential",
    "hardcode",
    "hardcoded",
    "password",
    "passwd",
    "privatekey",
    "secret",
    "token",
];
const RULES: &[&str] = &["B105", "B106", "B107", "S105", "S106", "S107"];

/// Copies `input` to `output` by `walk`, which copies a document and tells how many changes that took, and whether it
/// breaks off; returns that many, and one more for what stands behind a break.
pub(crate) fn copy(
    input: &mut dyn BufRead,
    output: &mut dyn Write,
    walk: impl FnOnce(Lexer<'_>, &mut dyn Write) -> io::Result<(i64, bool)>,
) -> io::Result<i64> {
    let mut input = Utf8::new(input);
    let (n, is_broken) = walk(Lexer::new(&mut input).keep_raw(), output)?;
    let n_behind = if is_broken { copy_behind(&mut input, output)? } else { 0 };
    Ok(n + i64::from(n_behind > 0))
}

/// Copies one byte behind a break, so that it shows in the copy, too; tells how many are left out.
fn copy_behind(input: &mut Utf8<'_>, output: &mut dyn Write) -> io::Result<u64> {
    let mut first = [0];
    match input.read(&mut first) {
        Ok(1) => output.write_all(&first)?,
        Ok(_) => return Ok(0),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(0),
        Err(error) => return Err(error),
    }
    io::copy(input, &mut io::sink())
}

/// Whether a document broke off; fails where its source did.
pub(crate) fn is_broken(end: Result<(), Break>) -> io::Result<bool> {
    match end {
        Ok(()) => Ok(false),
        Err(Break::Broken(_)) => Ok(true),
        Err(Break::Source(error)) => Err(error),
    }
}

/// Leaves of the bytes behind the last token, after a break, only what stands before a text; tells whether that was more
/// than its quote.
pub(crate) fn cut_text(raw: &mut Vec<u8>) -> bool {
    let Some(quote) = raw.iter().position(|byte| *byte == b'"') else {
        return false;
    };
    let has_text = raw.len() > quote + 1;
    raw.truncate(quote);
    has_text
}

/// Where in the bytes of a value the value begins.
pub(crate) fn value_start(raw: &[u8]) -> usize {
    let is_start = |byte: &u8| matches!(byte, b'"' | b'{' | b'[' | b'-') || byte.is_ascii_digit();
    raw.iter().position(is_start).unwrap_or(0)
}

/// The mark as a text of JSON.
pub(crate) fn quoted_mark() -> String {
    format!("\"{MARK}\"")
}

/// Whether a rule looks for secrets, by its id.
pub(crate) fn names_a_secret(rule_id: &str) -> bool {
    let letters = rule_id.to_lowercase().replace(['-', '_', '.', ' '], "");
    WORDS.iter().any(|word| letters.contains(word)) || RULES.contains(&rule_id)
}

/// Whether an address says who logs in, with a password or, over HTTP, with what is likely one.
pub(crate) fn has_login(address: &str) -> bool {
    let mut places = address.match_indices("://");
    places.any(|(at, mark)| {
        let authority = address[at + mark.len()..]
            .split(['/', '?', '#'])
            .next()
            .unwrap_or_default();
        let Some((login, _)) = authority.rsplit_once('@') else {
            return false;
        };
        let is_http = address[..at].ends_with("http") || address[..at].ends_with("https");
        is_http && !login.is_empty() || login.split_once(':').is_some_and(|(_, password)| !password.is_empty())
    })
}

/// Hexadecimal digits, and what GitHub and Semgrep add to tell equal lines apart: `4fd1:2`, `4fd1_0`.
pub(crate) fn is_digest(text: &str) -> bool {
    let (digits, number) = text.split_once([':', '_']).unwrap_or((text, ""));
    (8..=128).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole digest of a commit.
pub(crate) fn is_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_login_is_told_from_one_without() {
        for (address, expected) in [
            ("https://somebody:what@example.org/a", true),
            ("git::https://what@example.org/a?ref=v1", true),
            ("ssh://somebody:what@example.org", true),
            ("ssh://git@example.org/a.git", false),
            ("git@example.org:a.git", false),
            ("https://example.org/a@b", false),
            ("https://example.org?mail=a@example.org", false),
            ("https://@example.org", false),
            ("a", false),
        ] {
            assert_eq!(has_login(address), expected, "{address}");
        }
    }

    #[test]
    fn a_rule_about_secrets_is_told_by_its_id() {
        for rule in [
            "generic.secrets.a",
            "hardcoded-password",
            "AWS_Access_Token",
            "B105",
            "detect-private-key",
        ] {
            assert!(names_a_secret(rule), "{rule}");
        }
        for rule in ["python.lang.eval", "B101", ""] {
            assert!(!names_a_secret(rule), "{rule}");
        }
    }
}
