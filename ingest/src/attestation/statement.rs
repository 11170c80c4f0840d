//! An in-toto statement: what is said, and of which artifacts.

use std::collections::BTreeMap;

use domain::attestation::Subject;
use domain::identity::Sha256Digest;
use domain::source::Warnings;
use serde_json::Value;

use super::slice::{self, Parts};
use super::text::{digest, quoted, shown};

/// Algorithms of one subject that are kept.
const MAX_ALGORITHMS: usize = 16;
/// Characters of the digest of an algorithm that nothing here knows.
const MAX_DIGEST_CHARS: usize = 160;

/// A statement as its bytes stand.
#[derive(Debug)]
pub(crate) struct Statement<'b> {
    /// `_type`.
    pub(crate) kind: Option<String>,
    pub(crate) predicate_type: Option<String>,
    /// Bytes of each subject.
    pub(crate) subjects: Vec<&'b [u8]>,
    /// What stands among them and is no object.
    pub(crate) n_misplaced: usize,
    pub(crate) predicate: Option<&'b [u8]>,
    /// Digest of the bytes.
    pub(crate) sha256: String,
}

/// Whether an object is a statement, by its members.
pub(crate) fn is_statement(members: &Parts<'_, String>) -> bool {
    let is_kind = || members.text("_type").is_some_and(|kind| is_kind(&kind));
    is_kind() || members.has("predicateType") && members.has("subject")
}

/// Whether a text is the `_type` of a statement.
pub(crate) fn is_kind(kind: &str) -> bool {
    kind.starts_with("https://in-toto.io/Statement/")
}

impl<'b> Statement<'b> {
    /// Reads the members of a statement; `sha256` is of all of its bytes.
    pub(crate) fn of(bytes: &[u8], members: &Parts<'b, String>) -> Self {
        let subjects = members.get("subject").map(slice::elements);
        let mut subjects: Vec<_> = subjects
            .into_iter()
            .flat_map(|found| {
                let n_whole = found.list.len() - usize::from(found.broken.is_some() && !found.list.is_empty());
                found.list.into_iter().map(|((), bytes)| bytes).take(n_whole)
            })
            .collect();
        let n_found = subjects.len();
        subjects.retain(|bytes| bytes.first() == Some(&b'{'));
        Self {
            kind: members.text("_type"),
            predicate_type: members.text("predicateType"),
            n_misplaced: n_found - subjects.len(),
            subjects,
            // GCB renames the member in the copy that it does not sign.
            predicate: members.get("predicate").or_else(|| members.get("slsaProvenance")),
            sha256: Sha256Digest::of(bytes).to_string(),
        }
    }
}

/// Reads one subject.
pub(crate) fn subject(bytes: &[u8], position: usize, warnings: &mut Warnings) -> Subject {
    let position = i32::try_from(position).unwrap_or(i32::MAX);
    let Some(written) = slice::value(bytes) else {
        warnings.add("subject_unreadable", || format!("subject {position}"));
        return Subject {
            position,
            ..Subject::default()
        };
    };
    let name = written.get("name").and_then(Value::as_str).and_then(shown);
    let digests: BTreeMap<_, _> = written
        .get("digest")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(algorithm, value)| Some((algorithm.as_str(), value.as_str()?)))
        .collect();
    let mut known = |algorithm: &str, n_bytes: usize| {
        let written = digests.get(algorithm)?;
        let found = digest(written, n_bytes);
        if found.is_none() {
            warnings.add("digest_unreadable", || format!("subject {position}: {algorithm}"));
        }
        found
    };
    let (sha256, sha512) = (known("sha256", 32), known("sha512", 64));
    let mut all = Vec::new();
    for (algorithm, value) in digests.iter().take(MAX_ALGORITHMS) {
        let value = match *algorithm {
            "sha256" => sha256.clone(),
            "sha512" => sha512.clone(),
            _ => token(value),
        };
        if let (Some(algorithm), Some(value)) = (token(algorithm), value) {
            all.push(format!("{algorithm}:{value}"));
        }
    }
    if digests.is_empty() {
        warnings.add("digest_missing", || {
            format!(
                "subject {position}: {}",
                name.as_deref().map(quoted).unwrap_or_default()
            )
        });
    }
    Subject {
        position,
        name,
        sha256,
        sha512,
        digests: (!all.is_empty()).then(|| all.join(",")),
    }
}

/// An artifact by a digest with its algorithm in front, as registries name images.
pub(crate) fn subject_of_image(name: Option<String>, written: &str) -> Option<Subject> {
    let (algorithm, digits) = written.split_once(':')?;
    let (sha256, sha512) = match algorithm {
        "sha256" => (Some(digest(digits, 32)?), None),
        "sha512" => (None, Some(digest(digits, 64)?)),
        _ => (None, None),
    };
    let digits = sha256.clone().or_else(|| sha512.clone());
    Some(Subject {
        position: 0,
        name: name.as_deref().and_then(shown),
        digests: digits.map(|digits| format!("{algorithm}:{digits}")),
        sha256,
        sha512,
    })
}

/// What can be a name of an algorithm, or a digest.
fn token(text: &str) -> Option<String> {
    let is_token = |letter: char| letter.is_ascii_alphanumeric() || "-_+/=.".contains(letter);
    let is_one = !text.is_empty() && text.len() <= MAX_DIGEST_CHARS && text.chars().all(is_token);
    is_one.then(|| shown(text)).flatten()
}
