//! Which of a tool's fingerprints names a result.

use std::collections::BTreeMap;

use serde_json::Value;

/// Keys that tell of a commit, an author or a whole file, and not of the result.
const DENIED: &[&str] = &[
    "author",
    "commitMessage",
    "commitSha",
    "date",
    "email",
    "primaryLocationStartColumnFingerprint",
    "scanFileHash",
    "scanTagsHash",
];

/// The key by which GitHub compares results; before any other.
const PREFERRED: &str = "primaryLocationLineHash";

/// Fingerprints of a result that may name it, with their keys as written.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Fingerprints(BTreeMap<String, String>);

impl Fingerprints {
    /// Reads `fingerprints`, else `partialFingerprints`, without what names no result.
    pub(super) fn of(result: &Value) -> Self {
        let of = |member: &str| {
            let members = result.pointer(member).and_then(Value::as_object).into_iter().flatten();
            let usable = members.filter_map(|(key, value)| {
                // Black Duck writes objects.
                let value = value.as_str().or_else(|| value.pointer("/value")?.as_str())?;
                let is_usable = !DENIED.contains(&split(key).0) && is_usable(value);
                is_usable.then(|| (key.clone(), value.to_owned()))
            });
            Self(usable.take(32).collect())
        };
        let whole = of("/fingerprints");
        if whole.0.is_empty() {
            of("/partialFingerprints")
        } else {
            whole
        }
    }

    /// The one that names the result: key without version, and value.
    ///
    /// SARIF 3.27.17 compares two results by the greatest version that both have. A tool adds a version before it drops
    /// an old one, so the lowest version in a file is the one that an earlier file shares.
    pub(super) fn naming(&self) -> Option<(&str, &str)> {
        let entries = self.0.iter().map(|(key, value)| {
            let (base, version) = split(key);
            ((base != PREFERRED, base, version), value.as_str())
        });
        entries.min().map(|((_, base, _), value)| (base, value))
    }

    /// All of them as JSON, for comparisons by other versions.
    pub(super) fn json(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        serde_json::to_string(&self.0).ok()
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        self.0.iter().map(|(key, value)| key.len() + value.len() + 96).sum()
    }
}

/// Splits a versioned hierarchical string (SARIF 3.5.4.2): `contextHash/v2` into its base and 2.
fn split(key: &str) -> (&str, u32) {
    let versioned = key.rsplit_once('/').and_then(|(base, version)| {
        let version = version.strip_prefix('v').unwrap_or(version);
        Some((base, version.parse().ok()?))
    });
    versioned.unwrap_or((key, 0))
}

/// Not a placeholder: Semgrep without a login writes `requires login`.
fn is_usable(value: &str) -> bool {
    value.len() >= 8 && value.len() <= 4_096 && !value.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_lowest_version_of_the_best_key_names_a_result() {
        for (result, expected) in [
            (
                json!({"partialFingerprints": {"contextHash/v2": "22222222", "contextHash/v1": "11111111"}}),
                Some(("contextHash", "11111111")),
            ),
            (
                json!({"partialFingerprints": {"a/v1": "aaaaaaaa", "primaryLocationLineHash": "bbbbbbbb:1"}}),
                Some(("primaryLocationLineHash", "bbbbbbbb:1")),
            ),
            (
                json!({"fingerprints": {"0": "cccccccc"}, "partialFingerprints": {"a": "aaaaaaaa"}}),
                Some(("0", "cccccccc")),
            ),
            (
                json!({"fingerprints": {"matchBasedId/v1": "requires login"}, "partialFingerprints": {"a/v9": "aaaaaaaa"}}),
                Some(("a", "aaaaaaaa")),
            ),
            (
                json!({"partialFingerprints": {"id": {"value": "dddddddd"}}}),
                Some(("id", "dddddddd")),
            ),
            (
                json!({"partialFingerprints": {
                    "commitSha": "0123456789", "email": "a@example.org", "author": "somebody", "date": "2026-01-01",
                    "commitMessage": "a:message", "primaryLocationStartColumnFingerprint": "12345678",
                }}),
                None,
            ),
            (json!({"partialFingerprints": 7}), None),
        ] {
            assert_eq!(Fingerprints::of(&result).naming(), expected, "{result}");
        }
    }
}
