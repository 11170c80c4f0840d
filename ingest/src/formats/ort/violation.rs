//! One violation, and the finding that it is.

use domain::finding::{Finding, FindingClass};
use domain::severity::assess;
use serde_json::Value;

use crate::json::member::{cut, owned, text};
use crate::scanner::class::{class, family};
use crate::scanner::identity::{Named, identity};
use crate::scanner::reading::finding_of;

/// The tool's name.
pub(super) const TOOL: &str = "ORT";

/// Makes a finding of a violation at a position. Rules of one's own may be about anything; their package and licence
/// tell what is named.
pub(super) fn finding(value: &Value, position: i32) -> Finding {
    let tool_family = family(TOOL);
    let rule_id = text(value, "/rule").map(|rule| cut(rule, 200)).unwrap_or_default();
    let class = class(&tool_family, &rule_id, "", &[], false);
    debug_assert_eq!(class, FindingClass::License);
    let written = text(value, "/pkg").map(|package| cut(package, 500));
    // Type, namespace, name and version by colons; the version names no finding.
    let split = written.as_deref().and_then(|package| package.rsplit_once(':'));
    let (package, version) = match split {
        Some((package, version)) => (Some(package), Some(version).filter(|version| !version.is_empty())),
        None => (written.as_deref(), None),
    };
    let license = text(value, "/license").map(|license| cut(license, 500));
    let identity = identity(&Named {
        class,
        tool_family: &tool_family,
        rule_id: &rule_id,
        // One package may violate a rule by several licences.
        path: license.as_deref(),
        image: None,
        package,
        vulnerability: None,
        start_line: None,
        commit_sha: None,
        fingerprint: None,
        resource: None,
        snippet: None,
    });
    let word = owned(value, "/severity");
    let level = match word.as_deref().map(str::to_uppercase).as_deref() {
        Some("WARNING") => "warning",
        Some("HINT") => "note",
        _ => "error",
    };
    Finding {
        result: position,
        rule_id,
        message: text(value, "/message").map(|message| cut(message, 1_000)),
        level: level.to_owned(),
        tool_severity: word.map(|word| cut(&word, 50)),
        logical_location: license,
        package: package.map(str::to_owned),
        installed_version: version.map(str::to_owned),
        ..finding_of(&tool_family, identity, assess(false, None, None, level))
    }
}
