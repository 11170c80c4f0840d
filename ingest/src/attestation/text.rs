//! Texts of foreign hands as rows may show them: bounded, and without what lets somebody in.
//!
//! A payload in Base64 hides its credentials from the filter before landing, so that they are taken out here.

use crate::redaction::{self, Content};
use crate::scanner::redaction::has_login;

/// What is kept of a text.
const MAX_CHARS: usize = 2048;
/// What a reason quotes of one.
const MAX_QUOTED_CHARS: usize = 64;

/// A text as a row may show it; none of an empty one.
pub(crate) fn shown(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MAX_CHARS)
        .collect();
    if text.is_empty() {
        return None;
    }
    let text = if has_login(&text) { without_login(&text) } else { text };
    let Some((redacted, _)) = redaction::redact(text.as_bytes(), Content::Text) else {
        return Some(text);
    };
    Some(String::from_utf8_lossy(&redacted).into_owned())
}

/// A name as a reason may quote it.
pub(crate) fn quoted(text: &str) -> String {
    shown(text).unwrap_or_default().chars().take(MAX_QUOTED_CHARS).collect()
}

/// An address without who logs in.
fn without_login(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// The digits of a digest of so many bytes, in lower case; none of what is no such digest.
pub(crate) fn digest(text: &str, n_bytes: usize) -> Option<String> {
    let is_digest = text.len() == 2 * n_bytes && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| text.to_ascii_lowercase())
}

/// The digits of a commit, SHA-1 or SHA-256.
pub(crate) fn commit(text: &str) -> Option<String> {
    digest(text, 20).or_else(|| digest(text, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_shows_nobody_how_to_log_in() {
        let token = ["gh", "p_", &"aB3".repeat(12)].concat();
        for (text, expected) in [
            ("", None),
            ("\u{1b}[31mx\n", Some("[31mx")),
            ("https://github.com/acme/api", Some("https://github.com/acme/api")),
            (
                "https://somebody:what@example.org/a?b#c",
                Some("https://example.org/a?b#c"),
            ),
            ("git+https://what@example.org", Some("git+https://example.org")),
            (token.as_str(), Some("[redacted github_token]")),
        ] {
            assert_eq!(shown(text).as_deref(), expected, "{text}");
        }
        assert_eq!(
            shown(&"é".repeat(5000)).map(|text| text.chars().count()),
            Some(MAX_CHARS)
        );
    }

    #[test]
    fn a_digest_has_its_length_and_its_alphabet() {
        assert_eq!(digest(&"aB".repeat(32), 32).as_deref(), Some("ab".repeat(32).as_str()));
        assert_eq!(digest(&"aG".repeat(32), 32), None);
        assert_eq!(digest(&"ab".repeat(31), 32), None);
        assert_eq!(digest(&"é".repeat(32), 32), None);
        assert!(commit(&"a".repeat(40)).is_some() && commit(&"a".repeat(64)).is_some());
        assert!(commit(&"a".repeat(41)).is_none());
    }
}
