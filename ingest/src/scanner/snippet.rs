//! Code that a scanner shows, as far as it names a finding: its digest, so that the code itself need not be kept.

use domain::identity::Sha256Digest;

use crate::json::lexer::MAX_TEXT_BYTES;

/// As much of some code as is kept of a text: what SARIF has in one.
pub(crate) fn first(code: &str) -> &str {
    &code[..code.floor_char_boundary(MAX_TEXT_BYTES)]
}

/// Digest of some code without its white space; none where there is no code.
pub(crate) fn digest(code: &str) -> Option<String> {
    let code: String = code.split_whitespace().collect();
    (!code.is_empty()).then(|| Sha256Digest::of(code.as_bytes()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_changes_no_digest_and_is_no_code() {
        assert_eq!(digest("a  = {\n\tb\n}"), digest("a={b}\n"));
        assert_eq!(digest(" \n"), None);
    }
}
