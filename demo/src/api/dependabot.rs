//! Dependabot alerts.

use serde_json::{Value, json};

use crate::api::alerts::{self, Shown};
use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, digest, written, written_where};
use crate::api::{person, repository};
use crate::world::finding::{AlertChange, AlertKind, Severity, value_at};

const KIND: AlertKind = AlertKind::Dependabot;

fn state(shown: &Shown<'_>) -> &'static str {
    match shown.change {
        AlertChange::Opened => "open",
        AlertChange::Fixed => "fixed",
        AlertChange::Dismissed { .. } | AlertChange::Resolved { .. } => "dismissed",
    }
}

fn severity(view: &View<'_>, shown: &Shown<'_>) -> Severity {
    value_at(&shown.finding.severities, view.now).unwrap_or(Severity::Medium)
}

fn manifest(view: &View<'_>, shown: &Shown<'_>) -> String {
    let place = shown.finding.place_at(view.now);
    place.map_or_else(|| "poetry.lock".to_owned(), |(path, _)| path.to_string())
}

fn ecosystem(manifest: &str) -> &'static str {
    match manifest.rsplit('/').next().unwrap_or_default() {
        "package-lock.json" | "package.json" | "yarn.lock" | "pnpm-lock.yaml" => "npm",
        "Cargo.lock" | "Cargo.toml" => "rust",
        "go.mod" | "go.sum" => "go",
        "pom.xml" => "maven",
        _ => "pip",
    }
}

fn advisory_id(rule: &str) -> String {
    let letters = digest(&["advisory", rule]);
    let part = |from: usize| letters.get(from..from + 4).unwrap_or_default().to_owned();
    format!("GHSA-{}-{}-{}", part(0), part(4), part(8))
}

fn document(view: &View<'_>, shown: &Shown<'_>) -> Value {
    let finding = shown.finding;
    let number = shown.alert.number;
    let severity = severity(view, shown).as_str();
    let manifest = manifest(view, shown);
    let name = finding.package.clone().unwrap_or_else(|| finding.rule.clone());
    let package = json!({"ecosystem": ecosystem(&manifest), "name": name});
    let version = value_at(&finding.versions, view.now).unwrap_or_else(|| "0".to_owned());
    let vulnerability = json!({
        "package": package,
        "severity": severity,
        "vulnerable_version_range": format!("<= {version}"),
        "first_patched_version": null,
    });
    let is_cve = finding.rule.starts_with("CVE-");
    let advisory = if finding.rule.starts_with("GHSA-") {
        finding.rule.clone()
    } else {
        advisory_id(&finding.rule)
    };
    let mut identifiers = vec![json!({"type": "GHSA", "value": advisory})];
    if is_cve {
        identifiers.push(json!({"type": "CVE", "value": finding.rule}));
    }
    let score = match severity {
        "critical" => 9.8,
        "high" => 8.1,
        "medium" => 5.5,
        _ => 3.1,
    };
    let dismissal = match shown.change {
        AlertChange::Dismissed {
            by, reason, comment, ..
        } => Some((*by, *reason, comment.as_str())),
        AlertChange::Resolved { by, resolution } => Some((*by, *resolution, "")),
        AlertChange::Opened | AlertChange::Fixed => None,
    };
    let is_fixed = *shown.change == AlertChange::Fixed;
    json!({
        "number": number,
        "state": state(shown),
        "dependency": {
            "package": package,
            "manifest_path": manifest,
            "scope": "runtime",
            "relationship": "transitive",
        },
        "security_advisory": {
            "ghsa_id": advisory,
            "cve_id": is_cve.then_some(&finding.rule),
            "summary": format!("{} in {name}", finding.rule),
            "description": format!("{} in {name}, version {version}.", finding.rule),
            "vulnerabilities": [vulnerability],
            "severity": severity,
            "cvss": {"score": score, "vector_string": null},
            "cwes": [],
            "identifiers": identifiers,
            "references": [{"url": format!("https://github.com/advisories/{advisory}")}],
            "published_at": written(shown.created_at),
            "updated_at": written(shown.created_at),
            "withdrawn_at": null,
        },
        "security_vulnerability": vulnerability,
        "url": format!("{}/dependabot/alerts/{number}", shown.place.url(view)),
        "html_url": format!("{}/security/dependabot/{number}", shown.place.html(view)),
        "created_at": written(shown.created_at),
        "updated_at": written(shown.updated_at),
        "dismissed_at": written_where(dismissal.map(|_| shown.updated_at)),
        "dismissed_by": dismissal.map(|(by, ..)| person::simple(view, by)),
        "dismissed_reason": dismissal.map(|(_, reason, _)| reason),
        "dismissed_comment": dismissal.map(|(.., comment)| comment),
        "fixed_at": written_where(is_fixed.then_some(shown.updated_at)),
        "auto_dismissed_at": null,
    })
}

fn filter(view: &View<'_>, request: &Request, alerts: &mut Vec<Shown<'_>>) {
    alerts.retain(|shown| {
        let package = shown.finding.package.as_deref().unwrap_or(&shown.finding.rule);
        let manifest = manifest(view, shown);
        alerts::is_among(request, "state", state(shown))
            && alerts::is_among(request, "severity", severity(view, shown).as_str())
            && alerts::is_among(request, "package", package)
            && alerts::is_among(request, "manifest", &manifest)
            && alerts::is_among(request, "ecosystem", ecosystem(&manifest))
    });
    alerts::sort(request, alerts);
}

/// `dependabot/alerts`, which is walked by `after`; it has no pages.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    if request.get("page").is_some() {
        return Answer::refusal(
            400,
            "Pagination using the `page` parameter is not supported. Use cursor-based pagination.",
        );
    }
    let mut alerts = alerts::of_repository(view, place, KIND);
    filter(view, request, &mut alerts);
    Answer::walked(view, request, &alerts, |shown| document(view, shown))
}

/// `/orgs/{org}/dependabot/alerts`.
pub(crate) fn of_organization(view: &View<'_>, request: &Request) -> Answer {
    let mut alerts = alerts::of_organization(view, KIND);
    filter(view, request, &mut alerts);
    Answer::walked(view, request, &alerts, |shown| {
        let mut document = document(view, shown);
        if let Value::Object(fields) = &mut document {
            fields.insert("repository".to_owned(), repository::minimal(view, shown.place));
        }
        document
    })
}

/// `dependabot/alerts/{number}`.
pub(crate) fn show(view: &View<'_>, place: Place<'_>, number: &str) -> Option<Answer> {
    let shown = alerts::numbered(view, place, KIND, number)?;
    Some(Answer::json(document(view, &shown)))
}
