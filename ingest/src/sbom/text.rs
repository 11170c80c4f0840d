//! Texts of a document on their way into a row: nobody's address, and no login of a server.

use crate::json::member::MARK;
use crate::scanner::redaction::has_login;

/// The text without what logs into a server: a package URL loses its qualifiers, another text is taken out.
pub(crate) fn without_login(text: String) -> String {
    if !has_login(&text) && !has_login(&decoded(&text)) {
        return text;
    }
    let path = text.split(['?', '#']).next().unwrap_or_default();
    if path.starts_with("pkg:") && !has_login(path) && !has_login(&decoded(path)) {
        path.to_owned()
    } else {
        MARK.to_owned()
    }
}

/// The punctuation of addresses that package URLs write in percent signs.
pub(crate) fn decoded(text: &str) -> String {
    let mut decoded = text.to_owned();
    for (written, meant) in [("%3A", ":"), ("%2F", "/"), ("%40", "@")] {
        decoded = decoded.replace(written, meant).replace(&written.to_lowercase(), meant);
    }
    decoded
}

/// A name without the address behind it: `Person: Somebody (somebody@example.org)`.
pub(crate) fn without_address(text: &str) -> String {
    let mut name = text.trim();
    for (open, close) in [('(', ')'), ('<', '>')] {
        if let Some((before, address)) = name.strip_suffix(close).and_then(|rest| rest.rsplit_once(open))
            && (address.contains('@') || address.trim().is_empty())
        {
            name = before.trim_end();
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_login_and_no_address_reaches_a_row() {
        let login = ["somebody", "what"].join(":");
        for (text, expected) in [
            ("pkg:npm/a@1?b=c".to_owned(), "pkg:npm/a@1?b=c"),
            (
                format!("pkg:npm/a@1?vcs_url=git%2Bhttps%3a%2f%2F{login}%40example.org/a"),
                "pkg:npm/a@1",
            ),
            (
                format!("pkg:npm/a@1?download_url=https://{login}@example.org/a"),
                "pkg:npm/a@1",
            ),
            (format!("https://{login}@example.org/a"), MARK),
            ("https://example.org/a@1".to_owned(), "https://example.org/a@1"),
        ] {
            assert_eq!(without_login(text.clone()), expected, "{text}");
        }
        for (text, expected) in [
            ("Person: Somebody (somebody@example.org)", "Person: Somebody"),
            ("Somebody <somebody@example.org>", "Somebody"),
            ("Organization: Acme ()", "Organization: Acme"),
            ("Organization: Acme (Canada)", "Organization: Acme (Canada)"),
            ("Tool: syft-1.6.0", "Tool: syft-1.6.0"),
        ] {
            assert_eq!(without_address(text), expected, "{text}");
        }
    }
}
