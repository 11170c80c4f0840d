//! One check of one resource that failed or was skipped, and the finding that it is.

use domain::finding::{Finding, FindingClass, Suppression};
use domain::severity::{Severity, assess};
use serde_json::Value;

use crate::json::member::{cut, elements, integer, owned, scalar, text};
use crate::scanner::class::{class, family};
use crate::scanner::identity::{Named, identity};
use crate::scanner::path::of_path;
use crate::scanner::reading::finding_of;
use crate::scanner::redaction::names_a_secret;
use crate::scanner::sieve::code_digest;
use crate::scanner::snippet;

/// The name of the driver in its SARIF.
pub(super) const TOOL: &str = "Checkov";
/// Kinds of reports whose checks are packages and licences.
const PACKAGES: &[&str] = &["sca_image", "sca_package"];
/// The kind of reports whose checks are secrets.
const SECRETS: &str = "secrets";
/// Longest message that is kept, as of SARIF.
const MAX_MESSAGE_CHARACTERS: usize = 1_000;

/// Whether a check is about a secret, or may be one.
pub(super) fn is_about_a_secret(check_type: Option<&str>, check_id: Option<&str>) -> bool {
    check_type.is_none_or(|kind| kind == SECRETS) || check_id.is_none_or(names_a_secret)
}

/// A package or a licence, where a check is about one.
#[derive(Debug, Default)]
struct Package {
    name: Option<String>,
    version: Option<String>,
    /// The vulnerability, else the licence.
    vulnerability: Option<String>,
    license: Option<String>,
    score: Option<String>,
    severity: Option<String>,
}

impl Package {
    fn of(value: &Value) -> Self {
        let member = |name: &str| format!("/vulnerability_details/{name}");
        let vulnerability = owned(value, &member("id"));
        Self {
            name: owned(value, &member("package_name")),
            version: owned(value, &member("package_version")),
            license: owned(value, &member("license")).filter(|_| vulnerability.is_none()),
            vulnerability,
            score: scalar(value, &member("cvss")),
            severity: owned(value, &member("severity")),
        }
    }
}

/// Makes a finding of a check at a position among those that failed or were skipped.
pub(super) fn finding(check_type: Option<&str>, value: &Value, is_skipped: bool, result: i32) -> Finding {
    let tool_family = family(TOOL);
    let check_id = text(value, "/check_id");
    let is_package = check_type.is_some_and(|kind| PACKAGES.contains(&kind));
    let package = if is_package {
        Package::of(value)
    } else {
        Package::default()
    };
    let known_as = package.license.as_ref().or(package.vulnerability.as_ref());
    let rule_id = known_as.map_or(check_id.unwrap_or_default(), String::as_str).to_owned();
    let name = text(value, "/short_description").or_else(|| text(value, "/check_name"));
    let class = if check_type == Some(SECRETS) {
        FindingClass::Secret
    } else if package.license.is_some() {
        FindingClass::License
    } else if is_package {
        FindingClass::Sca
    } else {
        class(&tool_family, &rule_id, "", &[], false)
    };
    let is_secret = class == FindingClass::Secret;
    let tool_severity = owned(value, "/severity").or(package.severity);
    let level = level(tool_severity.as_deref());
    let path = path(value);
    let snippet = code(value).filter(|_| !is_secret && !is_about_a_secret(check_type, check_id));
    let line = |pointer: &str| integer(value, pointer, 0).map(|line| line.max(1));
    let start_line = line("/file_line_range/0");
    let identity = identity(&Named {
        class,
        tool_family: &tool_family,
        rule_id: &rule_id,
        path: path.as_deref(),
        image: None,
        package: package.name.as_deref(),
        vulnerability: package.vulnerability.as_deref(),
        start_line,
        commit_sha: None,
        fingerprint: None,
        // No place of its SARIF tells the resource, by which another identity would come out.
        resource: None,
        snippet: snippet.as_deref(),
    });
    let assessment = assess(is_secret, package.score.as_deref(), tool_severity.as_deref(), level);
    Finding {
        result,
        rule_id,
        rule_name: name.map(|name| cut(name, 200)),
        message: name
            .filter(|_| !is_secret)
            .map(|name| cut(name, MAX_MESSAGE_CHARACTERS)),
        level: level.to_owned(),
        security_severity: package.score,
        tool_severity,
        path,
        start_line,
        end_line: line("/file_line_range/1"),
        logical_location: text(value, "/resource")
            .filter(|_| !is_about_a_secret(check_type, check_id))
            .map(|resource| cut(resource, MAX_MESSAGE_CHARACTERS)),
        package: package.name,
        installed_version: package.version,
        vulnerability_ids: package.vulnerability.clone(),
        vulnerability_id: package.vulnerability,
        suppression: is_skipped.then_some(Suppression::Suppressed),
        suppression_kind: is_skipped.then(|| if is_package { "external" } else { "inSource" }.to_owned()),
        suppression_justification: text(value, "/check_result/suppress_comment")
            .filter(|_| is_skipped && !is_about_a_secret(check_type, check_id))
            .map(|comment| cut(comment, 500)),
        ..finding_of(&tool_family, identity, assessment)
    }
}

/// The level that its SARIF has; without a severity the worst, also of what was skipped.
fn level(severity: Option<&str>) -> &'static str {
    match severity.and_then(Severity::of_word) {
        Some(Severity::Medium) => "warning",
        Some(Severity::Low) => "note",
        Some(Severity::None) => "none",
        Some(Severity::Critical | Severity::High | Severity::Unknown) | None => "error",
    }
}

/// The path below the repository, as its SARIF has it.
fn path(value: &Value) -> Option<String> {
    let path = text(value, "/repo_file_path").or_else(|| text(value, "/file_path"))?;
    of_path(path.trim_start_matches('/'))
}

/// The digest of its code.
fn code(value: &Value) -> Option<String> {
    if let Some(mark) = text(value, "/code_block") {
        return code_digest(mark).map(str::to_owned);
    }
    let lines = elements(value, "/code_block")
        .iter()
        .filter_map(|line| line.pointer("/1")?.as_str());
    snippet::digest(snippet::first(&lines.collect::<String>()))
}
