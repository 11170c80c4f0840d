//! Code scanning, Dependabot and secret scanning.

use domain::clock::Timestamp;
use serde_json::{Value, json};

use crate::api::reply::Reply;
use crate::api::request::Request;
use crate::api::view::{PAGES, View, merged, sha_of, time};
use crate::world::finding::{Alert, AlertChange, AlertKind, Analysis, Finding, Severity, value_at};
use crate::world::repository::Repository;

/// An alert at the instant of the view, with its finding.
struct Held<'a> {
    alert: &'a Alert,
    finding: &'a Finding,
    since: Timestamp,
    change: &'a AlertChange,
}

impl Held<'_> {
    fn state(&self) -> &'static str {
        match (self.change, self.alert.kind) {
            (AlertChange::Opened, _) => "open",
            (_, AlertKind::SecretScanning) => "resolved",
            (AlertChange::Fixed, _) => "fixed",
            _ => "dismissed",
        }
    }

    fn created_at(&self) -> Timestamp {
        self.alert.changes.first().map_or(self.since, |(at, _)| *at)
    }
}

/// The alerts of a kind that exist, newest first.
fn held<'a>(view: &View<'_>, repository: &'a Repository, kind: AlertKind) -> Vec<Held<'a>> {
    let of_kind = repository.alerts.iter().filter(|alert| alert.kind == kind);
    let mut found: Vec<Held<'a>> = of_kind
        .filter_map(|alert| {
            let (since, change) = alert.at(view.now)?;
            let finding = repository.findings.get(alert.finding)?;
            Some(Held {
                alert,
                finding,
                since: *since,
                change,
            })
        })
        .collect();
    found.sort_by_key(|held| std::cmp::Reverse(held.alert.number));
    found
}

/// What all kinds say of an alert.
fn common(view: &View<'_>, repository: &Repository, held: &Held<'_>) -> Value {
    let folder = folder(held.alert.kind);
    json!({
        "number": held.alert.number, "state": held.state(), "created_at": time(held.created_at()),
        "updated_at": time(held.since),
        "url": format!("{}/{folder}/alerts/{}", view.url(repository), held.alert.number),
        "html_url": format!(
            "{PAGES}/{}/security/{}/{}",
            repository.full_name(),
            folder.trim_end_matches("/alerts"),
            held.alert.number
        ),
    })
}

fn folder(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::CodeScanning => "code-scanning",
        AlertKind::Dependabot => "dependabot",
        AlertKind::SecretScanning => "secret-scanning",
    }
}

/// When, by whom, why and with which words an alert was put away.
fn dismissal(view: &View<'_>, held: &Held<'_>) -> Value {
    let fixed_at = matches!(held.change, AlertChange::Fixed).then(|| time(held.since));
    match held.change {
        AlertChange::Dismissed { by, reason, comment } => json!({
            "dismissed_at": time(held.since), "dismissed_by": view.person(*by), "dismissed_reason": reason,
            "dismissed_comment": Some(*comment).filter(|text| !text.is_empty()), "fixed_at": fixed_at,
        }),
        _ => json!({
            "dismissed_at": null, "dismissed_by": null, "dismissed_reason": null, "dismissed_comment": null,
            "fixed_at": fixed_at,
        }),
    }
}

fn location(view: &View<'_>, finding: &Finding) -> Value {
    let (path, line) = finding
        .place_at(view.now)
        .map_or((String::new(), 1), |(path, line)| (path.to_string(), line));
    json!({"path": path, "start_line": line, "end_line": line, "start_column": 1, "end_column": 1})
}

fn severity(view: &View<'_>, finding: &Finding) -> Severity {
    value_at(&finding.severities, view.now).unwrap_or(Severity::Low)
}

fn code_scanning(view: &View<'_>, repository: &Repository, held: &Held<'_>) -> Value {
    let severity = severity(view, held.finding);
    let level = match severity {
        Severity::Low => "note",
        Severity::Medium => "warning",
        Severity::High | Severity::Critical => "error",
    };
    let head = repository.branches.first().and_then(|main| main.head_at(view.now));
    let tool = held.finding.tool;
    let url = format!("{}/code-scanning/alerts/{}", view.url(repository), held.alert.number);
    merged(
        merged(common(view, repository, held), dismissal(view, held)),
        json!({
            "rule": {
                "id": held.finding.rule, "name": held.finding.rule, "severity": level, "description": held.finding.rule,
                "security_severity_level": severity.as_str(), "tags": ["security"], "full_description": held.finding.rule,
            },
            "tool": {"name": tool.driver(), "guid": null, "version": null},
            "instances_url": format!("{url}/instances"), "assignees": [],
            "most_recent_instance": {
                "ref": "refs/heads/main", "analysis_key": ".github/workflows/ci.yml", "category": tool.category(),
                "environment": "{}", "state": held.state(), "classifications": [],
                "commit_sha": head.map(|head| sha_of(repository, head)), "message": {"text": held.finding.rule},
                "location": location(view, held.finding),
            },
        }),
    )
}

fn dependabot(view: &View<'_>, repository: &Repository, held: &Held<'_>) -> Value {
    let finding = held.finding;
    let severity = severity(view, finding).as_str();
    let path = finding.place_at(view.now).map(|(path, _)| path.to_string());
    let package = json!({"ecosystem": "pip", "name": finding.package});
    let version = value_at(&finding.versions, view.now);
    let vulnerability = json!({
        "package": package, "severity": severity, "first_patched_version": null,
        "vulnerable_version_range": version.map_or_else(|| ">= 0".to_owned(), |version| format!("<= {version}")),
    });
    merged(
        merged(common(view, repository, held), dismissal(view, held)),
        json!({
            "dependency": {
                "package": package, "manifest_path": path, "scope": "runtime", "relationship": "direct",
            },
            "security_advisory": {
                "ghsa_id": format!("GHSA-demo-{:04}", held.alert.number), "cve_id": finding.rule, "summary": finding.rule,
                "description": finding.rule, "severity": severity, "identifiers": [{"type": "CVE", "value": finding.rule}],
                "references": [], "vulnerabilities": [vulnerability], "cwes": [], "withdrawn_at": null,
                "cvss": {"score": 0.0, "vector_string": null}, "published_at": time(held.created_at()),
                "updated_at": time(held.created_at()),
            },
            "security_vulnerability": vulnerability, "auto_dismissed_at": null,
        }),
    )
}

fn secret(view: &View<'_>, repository: &Repository, held: &Held<'_>) -> Value {
    let (resolution, by) = match held.change {
        AlertChange::Resolved { by, resolution } => (Some(*resolution), view.person(*by)),
        AlertChange::Dismissed { by, reason, .. } => (Some(*reason), view.person(*by)),
        AlertChange::Fixed => (Some("revoked"), Value::Null),
        AlertChange::Opened => (None, Value::Null),
    };
    let url = format!("{}/secret-scanning/alerts/{}", view.url(repository), held.alert.number);
    let kind = held.finding.rule.replace('-', "_");
    merged(
        common(view, repository, held),
        json!({
            "secret_type": kind, "secret_type_display_name": held.finding.rule, "secret": view.world.canary,
            "resolution": resolution, "resolved_by": by, "resolved_at": resolution.map(|_| time(held.since)),
            "resolution_comment": null, "locations_url": format!("{url}/locations"), "validity": "unknown",
            "push_protection_bypassed": false, "push_protection_bypassed_by": null, "push_protection_bypassed_at": null,
            "publicly_leaked": false, "multi_repo": false,
        }),
    )
}

/// The list of a kind of alerts.
pub(super) fn alerts(view: &View<'_>, request: &Request, repository: &Repository, kind: AlertKind) -> Reply {
    let mut found = held(view, repository, kind);
    found.retain(|held| {
        request
            .get("state")
            .is_none_or(|states| states.split(',').any(|state| state == held.state()))
    });
    if kind == AlertKind::CodeScanning {
        found.retain(|held| request.allows("tool_name", held.finding.tool.driver()));
    }
    Reply::list(view, request, found, None, |held| document(view, repository, &held))
}

fn document(view: &View<'_>, repository: &Repository, held: &Held<'_>) -> Value {
    match held.alert.kind {
        AlertKind::CodeScanning => code_scanning(view, repository, held),
        AlertKind::Dependabot => dependabot(view, repository, held),
        AlertKind::SecretScanning => secret(view, repository, held),
    }
}

/// One alert, or the places of a secret.
pub(super) fn one(
    view: &View<'_>,
    request: &Request,
    repository: &Repository,
    (kind, number): (AlertKind, &str),
    rest: &[&str],
) -> Reply {
    let all = held(view, repository, kind);
    let Some(held) = all.iter().find(|held| held.alert.number.to_string() == number) else {
        return Reply::not_found();
    };
    match (kind, rest) {
        (_, []) => Reply::json(document(view, repository, held)),
        (AlertKind::SecretScanning, ["locations"]) => {
            let sha = held.finding.commit.map_or("", |commit| sha_of(repository, commit));
            let details = merged(
                location(view, held.finding),
                json!({
                    "commit_sha": sha, "commit_url": format!("{}/git/commits/{sha}", view.url(repository)),
                    "blob_sha": "", "blob_url": "",
                }),
            );
            Reply::list(
                view,
                request,
                vec![details],
                None,
                |details| json!({"type": "commit", "details": details}),
            )
        }
        _ => Reply::not_found(),
    }
}

/// `code-scanning/analyses`.
pub(super) fn analyses(view: &View<'_>, request: &Request, repository: &Repository) -> Reply {
    let found: Vec<&Analysis> = repository
        .analyses
        .iter()
        .rev()
        .filter(|held| view.is_past(held.created_at))
        .filter(|held| request.allows("ref", &held.reference))
        .filter(|held| request.allows("tool_name", held.scan.tool.driver()))
        .collect();
    Reply::list(view, request, found, None, |held| {
        let tool = held.scan.tool;
        json!({
            "id": held.id, "ref": held.reference, "commit_sha": sha_of(repository, held.scan.commit),
            "analysis_key": ".github/workflows/ci.yml", "environment": "{}", "category": tool.category(),
            "error": held.error, "warning": "", "created_at": time(held.created_at),
            "results_count": held.scan.findings.len(), "rules_count": held.scan.findings.len(),
            "url": format!("{}/code-scanning/analyses/{}", view.url(repository), held.id),
            "sarif_id": format!("{:08x}-0000-4000-8000-{:012x}", held.id, held.job_id),
            "tool": {"name": tool.driver(), "guid": null, "version": null}, "deletable": true,
        })
    })
}
