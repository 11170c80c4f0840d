//! Names of packages and vulnerabilities, as the tools of every format write them.

use std::sync::LazyLock;

use regex::Regex;

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:CVE-[0-9]{4}-[0-9]{4,19}|GHSA(?:-[0-9a-z]{4}){3})").expect("the expression is well-formed")
});

/// Every id of a vulnerability in some texts, CVE first, then GHSA, each in order; empty where there is none.
pub(crate) fn ids<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut ids: Vec<_> = texts
        .flat_map(|text| ID.find_iter(text).map(|found| found.as_str().to_owned()))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A package URL without version, qualifiers and subpath; and the version.
pub(crate) fn of_purl(purl: &str) -> (&str, Option<&str>) {
    split_version(purl.split(['?', '#']).next().unwrap_or(purl))
}

/// `name@version`; the `@` of an npm scope is none of a version.
pub(crate) fn split_version(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() && !name.ends_with('/') && !version.is_empty() => {
            (name, Some(version))
        }
        _ => (text, None),
    }
}
