//! A held result with its rule and its run: severity, class, package, and what names it.

use domain::finding::{Finding, FindingClass};
use domain::severity::assess;

use super::package::{Package, vulnerability_ids};
use super::result::Result as Held;
use super::run::Run;
use super::tool::Rule;
use crate::json::member::cut;
use crate::scanner::class::class;
use crate::scanner::identity::{Named, Occurrences, identity};
use crate::scanner::path::of_uri;

/// Makes findings of the held results of a run, in the order of the file.
pub(super) fn resolve(run: &Run, held: Vec<Held>, occurrences: &mut Occurrences) -> Vec<Finding> {
    let mut findings: Vec<_> = held.into_iter().filter_map(|held| finding(run, held)).collect();
    occurrences.number(&mut findings);
    findings
}

/// The level with the defaults of SARIF 3.27.10.
fn level<'v>(held: &'v Held, rule: Option<&'v Rule>) -> &'v str {
    if held.kind.as_deref().is_some_and(|kind| kind != "fail") {
        return "none";
    }
    held.level
        .as_deref()
        .or_else(|| rule.and_then(|rule| rule.level.as_deref()))
        .unwrap_or("warning")
}

fn finding(run: &Run, mut held: Held) -> Option<Finding> {
    let rule = run.tool.rule(&held.rule);
    let level = level(&held, rule).to_owned();
    if !held.is_finding(&level) {
        return None;
    }
    let rule_id = held
        .rule
        .id
        .clone()
        .or_else(|| rule.map(|rule| rule.id.clone()))
        .unwrap_or_default();
    let rule_name = rule.and_then(|rule| rule.name.as_deref()).unwrap_or_default();
    let tags = rule.map_or(&[][..], |rule| &rule.tags);
    let class = class(&run.family, &rule_id, rule_name, tags, run.image.is_some());
    let security_severity = held.score.take().or_else(|| rule.and_then(|rule| rule.score.clone()));
    let message = message(&held, rule);
    let of_message = message
        .as_deref()
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("Severity: ")));
    let tool_severity = held
        .word
        .take()
        // Trivy's message is about this package; the rule's tag about the first one that it met.
        .or_else(|| of_message.filter(|_| run.family == "trivy").map(str::to_owned))
        .or_else(|| rule.and_then(Rule::severity_word).map(str::to_owned));
    let assessment = assess(
        class == FindingClass::Secret,
        security_severity.as_deref(),
        tool_severity.as_deref(),
        &level,
    );
    held.message = message;
    let uri = held.uri.as_deref().or_else(|| run.artifact(held.artifact?));
    let path = uri.and_then(of_uri);
    let is_vulnerability = matches!(class, FindingClass::Sca | FindingClass::Image);
    let is_packaged = is_vulnerability || class == FindingClass::License;
    let package = if is_packaged {
        Package::of(&held, rule)
    } else {
        Package::default()
    };
    let ids = if is_vulnerability {
        vulnerability_ids(&rule_id, rule)
    } else {
        Vec::new()
    };
    let vulnerability_id = ids
        .first()
        .cloned()
        .or_else(|| is_vulnerability.then(|| rule_id.clone()));
    let known_as = rule.and_then(|rule| rule.deprecated_id.as_deref()).unwrap_or(&rule_id);
    let identity = identity(&Named {
        class,
        tool_family: &run.family,
        rule_id: known_as,
        path: path.as_deref(),
        image: run.image.as_deref(),
        package: package.name.as_deref(),
        vulnerability: vulnerability_id.as_deref(),
        start_line: held.start_line,
        commit_sha: held.commit_sha.as_deref(),
        fingerprint: held.fingerprints.naming(),
        resource: held.logical_location.as_deref(),
        snippet: held.snippet.as_deref(),
    });
    Some(Finding {
        scan: run.scan,
        result: held.position,
        identity,
        occurrence: 0,
        tool_family: run.family.clone(),
        rule_name: rule.and_then(|rule| rule.title.clone().or_else(|| rule.name.clone())),
        rule_id,
        message: held.message,
        assessment,
        level,
        security_severity,
        tool_severity,
        path,
        start_line: held.start_line,
        end_line: held.end_line,
        logical_location: held.logical_location,
        package: package.name,
        purl: package.purl,
        installed_version: package.version,
        vulnerability_id,
        vulnerability_ids: (!ids.is_empty()).then(|| ids.join(",")),
        commit_sha: held.commit_sha,
        fingerprints: held.fingerprints.json(),
        baseline_state: held.baseline_state,
        suppression: held.suppression,
        suppression_kind: held.suppression_kind,
        suppression_justification: held.suppression_justification,
    })
}

/// The message with its arguments (SARIF 3.11.5), or the rule's text that it names.
fn message(held: &Held, rule: Option<&Rule>) -> Option<String> {
    let of_rule = || rule?.messages.get(held.message_id.as_deref()?).cloned();
    let mut text = held.message.clone().or_else(of_rule)?;
    for (number, argument) in held.arguments.iter().enumerate() {
        let place = format!("{{{number}}}");
        if text.contains(&place) {
            text = cut(&text.replace(&place, argument), 1_000);
        }
    }
    Some(text)
}
