//! Package URLs: which ecosystem they are of, and the digest that they name.

use super::text::decoded;

/// The type of a package URL; none where the text is none.
pub(crate) fn ecosystem(purl: &str) -> Option<String> {
    let (kind, rest) = purl.strip_prefix("pkg:")?.trim_start_matches('/').split_once('/')?;
    let is_of_type = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-');
    let is_type = !kind.is_empty() && kind.len() <= 64 && kind.bytes().all(is_of_type);
    (is_type && !rest.is_empty()).then(|| kind.to_ascii_lowercase())
}

/// The SHA-256 that is the version of an image: `pkg:oci/alpine@sha256%3A…`.
pub(crate) fn sha256(purl: &str) -> Option<String> {
    let path = purl.split(['?', '#']).next()?;
    sha256_of_version(&decoded(path.rsplit_once('@')?.1))
}

/// The digest that a version is: `sha256:…`.
pub(crate) fn sha256_of_version(version: &str) -> Option<String> {
    version.strip_prefix("sha256:").and_then(sha256_of_digits)
}

/// A SHA-256 in lower case; none where the text is none.
pub(crate) fn sha256_of_digits(text: &str) -> Option<String> {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_url_tells_its_ecosystem_and_its_digest() {
        let digits = "0A".repeat(32);
        let digest = digits.to_lowercase();
        for (purl, expected) in [
            ("pkg:npm/%40acme/api@1.0.0".to_owned(), (Some("npm"), None)),
            ("pkg:PyPI/a@1?b=c#d".to_owned(), (Some("pypi"), None)),
            ("pkg://deb/debian/a@1".to_owned(), (Some("deb"), None)),
            (
                format!("pkg:oci/a@sha256%3A{digits}?tag=b"),
                (Some("oci"), Some(digest.as_str())),
            ),
            (
                format!("pkg:oci/a@sha256:{digits}"),
                (Some("oci"), Some(digest.as_str())),
            ),
            (format!("pkg:oci/a@sha256:{digits}0"), (Some("oci"), None)),
            ("pkg:npm".to_owned(), (None, None)),
            ("pkg:n m/a".to_owned(), (None, None)),
            ("npm/a@1".to_owned(), (None, None)),
        ] {
            let found = (ecosystem(&purl), sha256(&purl));
            assert_eq!((found.0.as_deref(), found.1.as_deref()), expected, "{purl}");
        }
    }
}
