//! Names that rows are joined by: repositories, commits, digests, tests.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Why a text is not the identifier that it should be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not {expected}")]
pub struct InvalidIdentifier {
    text: String,
    expected: &'static str,
}

/// `owner/name`, as GitHub spells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName(String);

impl RepositoryName {
    /// Accepts `owner/name` of letters, digits, `-`, `_` and `.`.
    pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
        let is_part = |part: &str| {
            !part.is_empty()
                && part.len() <= 100
                && !matches!(part, "." | "..")
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        match text.split_once('/') {
            Some((owner, name)) if is_part(owner) && is_part(name) => Ok(Self(text.to_owned())),
            _ => Err(InvalidIdentifier {
                text: text.to_owned(),
                expected: "a repository: write `owner/name`",
            }),
        }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A Git object name: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitSha(String);

impl GitSha {
    /// Accepts a full object name in either case; an abbreviated one could mean two commits.
    pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
        if matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        Err(InvalidIdentifier {
            text: text.to_owned(),
            expected: "a full commit or tree SHA (40 or 64 hexadecimal digits)",
        })
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The SHA-256 of some bytes: the links of the chain from a page to what CI wrote.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256Digest([u8; 32]);

impl Sha256Digest {
    /// Computes the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Takes a digest that a streaming hasher computed.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
        let invalid = || InvalidIdentifier {
            text: text.to_owned(),
            expected: "a SHA-256 (64 hexadecimal digits)",
        };
        if text.len() != 64 || !text.is_ascii() {
            return Err(invalid());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| invalid())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| invalid())?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256Digest({self})")
    }
}

/// Names a test for as long as its suite, class and name stay: 12 characters of base 32, 60 bits of a SHA-256.
///
/// Twelve, because an Arrow string view holds twelve bytes without a pointer. At a million tests the chance of any
/// collision is 4 in 10 million; the audit `test_ids_name_one_test` would show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestId([u8; 12]);

/// RFC 4648 base 32 in lower case.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

impl TestId {
    /// Derives the id of the test `name` of `class_name` in `suite` of `repository`.
    pub fn of(repository: &str, suite: &str, class_name: &str, name: &str) -> Self {
        let mut hasher = Sha256::new();
        for part in [repository, suite, class_name, name] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        let digest = hasher.finalize();
        let mut bits = digest
            .iter()
            .take(8)
            .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let mut id = [0; 12];
        for character in &mut id {
            *character = BASE32[(bits >> 59) as usize];
            bits <<= 5;
        }
        Self(id)
    }

    /// The twelve characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for TestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_checked_where_they_enter() {
        assert!(RepositoryName::parse("neurocipher/ingest-api").is_ok());
        for text in ["", "api", "a/b/c", "a/..", "/b", "a/", "a b/c"] {
            assert!(RepositoryName::parse(text).is_err(), "{text}");
        }
        assert!(GitSha::parse(&"A1".repeat(20)).is_ok_and(|sha| sha.as_str() == "a1".repeat(20)));
        assert!(GitSha::parse("abc123").is_err());
    }

    #[test]
    fn a_digest_survives_its_text() {
        let digest = Sha256Digest::of(b"");
        assert_eq!(
            digest.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(Sha256Digest::parse(&digest.to_string()), Ok(digest));
        assert!(Sha256Digest::parse(&"é".repeat(32)).is_err());
    }

    #[test]
    fn a_test_id_depends_on_where_one_part_ends() {
        let id = TestId::of("o/r", "s", "c", "name");
        assert_eq!(id.as_str().len(), 12);
        assert_eq!(id, TestId::of("o/r", "s", "c", "name"));
        assert_ne!(id, TestId::of("o/r", "s", "cn", "ame"));
    }
}
