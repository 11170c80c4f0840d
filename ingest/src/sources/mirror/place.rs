//! Where a mirror is, and what its keys mean.

use domain::identity::RepositoryName;
use domain::mirror::scope;

use crate::error::{Error, Result};

/// The convention of keys where none is configured.
pub const DEFAULT_TEMPLATE: &str = "{owner}/{repository}/{run_id}/{attempt}/{artifact}.zip";
/// What a template can name; `{any}` stands for text without a meaning.
const PLACEHOLDERS: &[&str] = &["owner", "repository", "run_id", "attempt", "artifact", "any"];

/// A bucket, and the part of it that mirrors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Its name.
    pub bucket: String,
    /// What keys begin with; empty, or ends in `/`.
    pub prefix: String,
    /// What stands for the bucket where a repository is wanted.
    pub(crate) scope: RepositoryName,
}

impl Location {
    /// Reads `s3://bucket` or `s3://bucket/prefix`.
    pub fn parse(text: &str) -> Result<Self> {
        let refused =
            |reason: &str| Error::Usage(format!("`{text}` is no mirror: {reason}; write `s3://bucket/prefix`"));
        let rest = text
            .strip_prefix("s3://")
            .ok_or_else(|| refused("it is no address of S3"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_bucket = (3..=63).contains(&bucket.len())
            && bucket
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
        let scope = scope(bucket).ok().filter(|_| is_bucket);
        let scope = scope.ok_or_else(|| refused("its bucket has no valid name"))?;
        let prefix = prefix.trim_end_matches('/');
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: if prefix.is_empty() {
                String::new()
            } else {
                format!("{prefix}/")
            },
            scope,
        })
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

/// What an object mirrors, as far as it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Matched {
    pub(crate) repository: Option<RepositoryName>,
    pub(crate) run_id: Option<i64>,
    pub(crate) run_attempt: Option<i32>,
    pub(crate) artifact: Option<String>,
}

/// The convention of keys below the prefix: as many parts between slashes as a key has, each with at most one
/// placeholder, which stands for one character or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTemplate {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    before: String,
    placeholder: Option<&'static str>,
    after: String,
}

impl KeyTemplate {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |reason: String| {
            Error::Usage(format!(
                "`{text}` is no template of keys: {reason}; write for example `{DEFAULT_TEMPLATE}`"
            ))
        };
        let parts: Result<Vec<Part>> = text
            .split('/')
            .map(|part| {
                let Some((before, rest)) = part.split_once('{') else {
                    let before = part.to_owned();
                    return Ok(Part {
                        before,
                        placeholder: None,
                        after: String::new(),
                    });
                };
                let (name, after) = rest
                    .split_once('}')
                    .ok_or_else(|| refused("a `{` is not closed".to_owned()))?;
                if after.contains('{') {
                    return Err(refused("two placeholders between two slashes".to_owned()));
                }
                let name = PLACEHOLDERS.iter().find(|known| **known == name);
                let name = name.ok_or_else(|| refused(format!("it can name {}", PLACEHOLDERS.join(", "))))?;
                Ok(Part {
                    before: before.to_owned(),
                    placeholder: Some(name),
                    after: after.to_owned(),
                })
            })
            .collect();
        Ok(Self { parts: parts? })
    }

    /// What a key says; nothing where it keeps to another convention.
    pub(crate) fn read(&self, key: &str) -> Option<Matched> {
        let mut matched = Matched::default();
        let (mut owner, mut name) = (None, None);
        let mut texts = key.split('/');
        for part in &self.parts {
            let text = texts.next()?.strip_prefix(part.before.as_str())?;
            let text = text.strip_suffix(part.after.as_str())?;
            let Some(placeholder) = part.placeholder else {
                if text.is_empty() {
                    continue;
                }
                return None;
            };
            if text.is_empty() {
                return None;
            }
            match placeholder {
                "owner" => owner = Some(text),
                "repository" => name = Some(text),
                "run_id" => matched.run_id = Some(number(text)?),
                "attempt" => matched.run_attempt = Some(i32::try_from(number(text)?).ok()?),
                "artifact" => matched.artifact = Some(text.to_owned()),
                _ => {}
            }
        }
        if texts.next().is_some() {
            return None;
        }
        if let (Some(owner), Some(name)) = (owner, name) {
            matched.repository = Some(RepositoryName::parse(&format!("{owner}/{name}")).ok()?);
        }
        Some(matched)
    }
}

impl Default for KeyTemplate {
    fn default() -> Self {
        Self::parse(DEFAULT_TEMPLATE).unwrap_or(Self { parts: Vec::new() })
    }
}

/// A number from 1 in digits.
fn number(text: &str) -> Option<i64> {
    let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?;
    number.filter(|number| *number > 0)
}

/// What metadata of an object says beside its key: `x-amz-meta-repository`, `-run-id`, `-run-attempt`, `-artifact`.
/// It goes before the key; what is not of its form says nothing.
pub(crate) fn with_metadata<'a>(mut matched: Matched, metadata: impl Fn(&str) -> Option<&'a str>) -> Matched {
    let repository = metadata("repository").and_then(|text| RepositoryName::parse(text).ok());
    matched.repository = repository.or(matched.repository);
    matched.run_id = metadata("run-id").and_then(number).or(matched.run_id);
    let attempt = metadata("run-attempt").and_then(number);
    let attempt = attempt.and_then(|number| i32::try_from(number).ok());
    matched.run_attempt = attempt.or(matched.run_attempt);
    let artifact = metadata("artifact").filter(|text| !text.is_empty() && text.len() <= 1024);
    matched.artifact = artifact.map(str::to_owned).or(matched.artifact);
    matched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_bucket_and_a_prefix() {
        let location = Location::parse("s3://acme-mirror/ci").unwrap();
        assert_eq!(
            (location.bucket.as_str(), location.prefix.as_str()),
            ("acme-mirror", "ci/")
        );
        assert_eq!(location.scope.as_str(), "s3.mirror/acme-mirror");
        assert_eq!(Location::parse("s3://acme-mirror").unwrap().prefix, "");
        assert_eq!(Location::parse("s3://acme-mirror///").unwrap().prefix, "");
        for wrong in [
            "acme-mirror",
            "s3:///x",
            "s3://Acme/x",
            "https://acme-mirror/x",
            "s3://ab",
        ] {
            assert!(Location::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_of_the_convention_names_its_artifact() {
        let template = KeyTemplate::default();
        let matched = template.read("acme/api/7/2/unit.artifacts.zip").unwrap();
        assert_eq!(matched.repository.unwrap().as_str(), "acme/api");
        assert_eq!((matched.run_id, matched.run_attempt), (Some(7), Some(2)));
        assert_eq!(matched.artifact.as_deref(), Some("unit.artifacts"));
    }

    #[test]
    fn a_key_of_another_convention_names_nothing() {
        let template = KeyTemplate::default();
        for other in [
            "",
            "acme/api/7/2",
            "acme/api/7/2/x/y.zip",
            "acme/api/seven/2/x.zip",
            "acme/api/0/2/x.zip",
            "acme/api/7/99999999999/x.zip",
            "acme/api/7/2/x.tar",
            "acme/api/7/2/.zip",
            "acme/a pi/7/2/x.zip",
            "/acme/api/7/2/x.zip",
        ] {
            assert_eq!(template.read(other), None, "{other}");
        }
    }

    #[test]
    fn a_template_may_hold_text_and_what_means_nothing() {
        let template = KeyTemplate::parse("mirror/{any}/run-{run_id}/{artifact}").unwrap();
        let matched = template.read("mirror/2026-11-28/run-12/wheels").unwrap();
        assert_eq!((matched.run_id, matched.repository), (Some(12), None));
        for wrong in ["{run}", "{run_id", "{owner}{repository}/x"] {
            assert!(KeyTemplate::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn metadata_goes_before_the_key_where_it_is_of_its_form() {
        let matched = KeyTemplate::default().read("acme/api/7/2/x.zip").unwrap();
        let told = with_metadata(matched, |name| match name {
            "repository" => Some("acme/web"),
            "run-id" => Some("eight"),
            "artifact" => Some("y"),
            _ => None,
        });
        assert_eq!(told.repository.unwrap().as_str(), "acme/web");
        assert_eq!((told.run_id, told.artifact.as_deref()), (Some(7), Some("y")));
    }
}
