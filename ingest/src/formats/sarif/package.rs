//! Which package and which vulnerability a result is about, where its tool tells.

use super::result::Result as Held;
use super::tool::Rule;
use crate::scanner::package::{ids, of_purl, split_version};

/// A package as far as it is known.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: Option<String>,
    pub(super) purl: Option<String>,
    pub(super) version: Option<String>,
}

impl Package {
    /// Looks into package URLs, Trivy's lines, and names with versions, in this order.
    pub(super) fn of(held: &Held, rule: Option<&Rule>) -> Self {
        let logical = held.logical_location.as_deref();
        let purl = held
            .purl
            .as_deref()
            .or_else(|| rule.and_then(|rule| rule.purl.as_deref()));
        let purl = purl.or(logical).filter(|text| text.starts_with("pkg:"));
        if let Some(purl) = purl {
            let (name, version) = of_purl(purl);
            return Self {
                name: Some(name.to_owned()),
                purl: Some(purl.to_owned()),
                version: version.map(str::to_owned),
            };
        }
        let message = held.message.as_deref().unwrap_or_default();
        if let Some(name) = line(message, "Package: ") {
            return Self {
                name: Some(name.to_owned()),
                purl: None,
                version: line(message, "Installed Version: ").map(str::to_owned),
            };
        }
        if let Some((name, Some(version))) = logical.map(split_version) {
            return Self {
                name: Some(name.to_owned()),
                purl: None,
                version: Some(version.to_owned()),
            };
        }
        // Trivy before 0.17 has one rule for each package: its help is about no other.
        let package = held
            .rule
            .id
            .as_deref()
            .and_then(|id| id.split_once('/'))
            .map(|(_, package)| package);
        let help = rule.and_then(|rule| rule.help.as_deref()).unwrap_or_default();
        match package.filter(|package| line(help, "Package: ") == Some(package)) {
            Some(package) => Self {
                name: Some(package.to_owned()),
                purl: None,
                version: line(help, "Installed Version: ").map(str::to_owned),
            },
            None => Self::default(),
        }
    }
}

/// Every id of a vulnerability that a rule names, CVE first, then GHSA, each in order; empty where there is none.
pub(super) fn vulnerability_ids(rule_id: &str, rule: Option<&Rule>) -> Vec<String> {
    let deprecated = rule.and_then(|rule| rule.deprecated_id.as_deref());
    let tags = rule.into_iter().flat_map(|rule| rule.tags.iter().map(String::as_str));
    let texts = std::iter::once(rule_id).chain(deprecated).chain(tags);
    ids(texts)
}

/// The rest of the line that begins with a label.
fn line<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let rest = text.lines().find_map(|line| line.strip_prefix(label))?.trim();
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_told_by_url_by_message_or_by_name() {
        let of = |message: &str, logical: &str| {
            let held = Held {
                message: Some(message.to_owned()),
                logical_location: Some(logical.to_owned()),
                ..Held::default()
            };
            let package = Package::of(&held, None);
            (package.name.unwrap_or_default(), package.version.unwrap_or_default())
        };
        let pair = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        assert_eq!(of("", "pkg:npm/%40a/b@1.0?x=y"), pair("pkg:npm/%40a/b", "1.0"));
        assert_eq!(
            of(
                "Package: curl\nInstalled Version: 7.61.0-r0\nVulnerability CVE-2018-14618",
                ""
            ),
            pair("curl", "7.61.0-r0")
        );
        assert_eq!(of("", "lodash@4.17.4"), pair("lodash", "4.17.4"));
        assert_eq!(of("", "@scope/name"), pair("", ""));
        assert_eq!(of("A package: x", "aws_s3_bucket.a"), pair("", ""));
    }

    #[test]
    fn the_ids_of_a_vulnerability_are_found_wherever_the_rule_has_them() {
        let rule = Rule {
            tags: vec!["GHSA-aaaa-bbbb-cccc".to_owned(), "security".to_owned()],
            deprecated_id: Some("CVE-2026-10001-curl".to_owned()),
            ..Rule::default()
        };
        let ids = vulnerability_ids("GHSA-aaaa-bbbb-cccc", Some(&rule));
        assert_eq!(ids, ["CVE-2026-10001", "GHSA-aaaa-bbbb-cccc"]);
        assert!(vulnerability_ids("CKV_AWS_18", None).is_empty());
    }
}
