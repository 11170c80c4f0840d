//! An item with its target and its artifact: class, severity, path, and what names it.

use domain::finding::{Finding, FindingClass};
use domain::severity::assess;

use super::item::{Item, Kind};
use super::place::{self, OS_PACKAGES};
use crate::scanner::class::class;
use crate::scanner::identity::{Named, identity};
use crate::scanner::package::ids;
use crate::scanner::path::of_path;
use crate::scanner::reading::finding_of;

/// The tool's name without version.
pub(super) const FAMILY: &str = "trivy";

/// What the items of one result have in common.
#[derive(Debug, Default, Clone)]
pub(super) struct Target {
    pub(super) name: Option<String>,
    pub(super) class: Option<String>,
}

/// An object of a cluster.
#[derive(Debug, Default, Clone)]
pub(super) struct Resource {
    /// Namespace, kind and name.
    pub(super) name: String,
    /// The only image that it runs.
    pub(super) image: Option<String>,
}

/// Makes a finding of an item; `image` is the one that was scanned.
pub(super) fn resolve(item: Item, target: &Target, resource: Option<&Resource>, image: Option<&str>) -> Finding {
    let name = target.name.as_deref().unwrap_or_default();
    let is_system = match target.class.as_deref() {
        Some(class) => class == OS_PACKAGES,
        None => item.kind == Kind::Vulnerability && place::is_system(name),
    };
    let image = image.or_else(|| resource?.image.as_deref());
    let class = class_of(&item, is_system, image.is_some());
    let written = item.package_path.as_deref().unwrap_or(name);
    let path = of_path(&if item.kind == Kind::Misconfiguration {
        place::address(name)
    } else if is_system {
        place::of_system(written)
    } else {
        written.to_owned()
    });
    let is_vulnerability = item.kind == Kind::Vulnerability;
    let ids = if is_vulnerability {
        ids(std::iter::once(item.rule_id.as_str()))
    } else {
        Vec::new()
    };
    let vulnerability_id = ids
        .first()
        .or(Some(&item.rule_id))
        .filter(|id| is_vulnerability && !id.is_empty())
        .cloned();
    let identity = identity(&Named {
        class,
        tool_family: FAMILY,
        rule_id: &item.rule_id,
        path: path.as_deref(),
        image,
        // The SARIF of a licence does not tell its package apart from its rule.
        package: item.package.as_deref().filter(|_| is_vulnerability),
        vulnerability: vulnerability_id.as_deref(),
        start_line: item.start_line,
        commit_sha: None,
        fingerprint: None,
        // Trivy's SARIF has no resource, and no report about a cluster.
        resource: resource.map(|resource| resource.name.as_str()),
        snippet: None,
    });
    let word = item.word.as_deref();
    let assessment = assess(
        class == FindingClass::Secret,
        item.score.as_deref(),
        // What nobody judged must not pass a gate.
        Some(word.unwrap_or("UNKNOWN")),
        level(word),
    );
    let level = level(word).to_owned();
    Finding {
        result: item.position,
        rule_id: item.rule_id,
        rule_name: item.rule_name,
        message: item.message,
        level,
        security_severity: item.score,
        tool_severity: item.word,
        path,
        start_line: item.start_line,
        end_line: item.end_line,
        logical_location: item.location.or_else(|| Some(resource?.name.clone())),
        package: item.package,
        purl: item.purl,
        installed_version: item.version,
        vulnerability_id,
        vulnerability_ids: (!ids.is_empty()).then(|| ids.join(",")),
        suppression: item.suppression,
        suppression_kind: item.suppression.map(|_| "external".to_owned()),
        suppression_justification: item.suppression_justification,
        ..finding_of(FAMILY, identity, assessment)
    }
}

/// The class by the names and tags that the rule has in Trivy's SARIF.
fn class_of(item: &Item, is_system: bool, is_image: bool) -> FindingClass {
    let rule_name = match item.kind {
        Kind::Vulnerability if is_system => "OsPackageVulnerability",
        _ => "",
    };
    let tags = [item.kind.tag().to_owned()];
    class(FAMILY, &item.rule_id, rule_name, &tags, is_image)
}

/// The level that Trivy's SARIF gives to a severity.
fn level(word: Option<&str>) -> &'static str {
    match word {
        Some("CRITICAL" | "HIGH") => "error",
        Some("MEDIUM") => "warning",
        _ => "note",
    }
}
