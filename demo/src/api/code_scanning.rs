//! Code scanning alerts.

use serde_json::{Value, json};

use crate::api::alerts::{self, Shown};
use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, written, written_where};
use crate::api::{person, repository};
use crate::world::finding::{AlertChange, AlertKind, Severity, Tool, value_at};

const KIND: AlertKind = AlertKind::CodeScanning;
const MAIN: &str = "refs/heads/main";

/// The tool of alerts and analyses.
pub(crate) fn tool(tool: Tool) -> Value {
    let version = match tool {
        Tool::CodeQl => "2.19.3",
        Tool::TrivyFs | Tool::TrivyImage => "0.57.1",
        Tool::Gitleaks => "8.21.2",
        Tool::Checkov => "3.2.334",
    };
    json!({"name": tool.driver(), "guid": null, "version": version})
}

/// The workflow and job that upload a tool's analyses.
pub(crate) fn analysis_key(tool: Tool) -> &'static str {
    match tool {
        Tool::CodeQl => ".github/workflows/ci.yml:codeql",
        Tool::TrivyFs | Tool::TrivyImage => ".github/workflows/ci.yml:trivy",
        Tool::Gitleaks => ".github/workflows/ci.yml:gitleaks",
        Tool::Checkov => ".github/workflows/ci.yml:iac-scan",
    }
}

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

fn rule(view: &View<'_>, shown: &Shown<'_>) -> Value {
    let severity = severity(view, shown);
    let level = match severity {
        Severity::High | Severity::Critical => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    };
    let rule = &shown.finding.rule;
    json!({
        "id": rule,
        "name": rule,
        "severity": level,
        "security_severity_level": severity.as_str(),
        "description": rule,
        "full_description": format!("{rule} as {} describes it.", shown.finding.tool.driver()),
        "tags": ["security"],
        "help": null,
        "help_uri": null,
    })
}

/// The latest commit of the default branch that the tool analysed.
fn analysed_sha<'a>(view: &View<'_>, shown: &Shown<'a>) -> &'a str {
    let analyses = shown.place.repository.analyses.iter().rev();
    let mut analyses = analyses.filter(|analysis| {
        analysis.scan.tool == shown.finding.tool && analysis.reference == MAIN && analysis.created_at <= view.now
    });
    let analysed = analyses.next().map(|analysis| analysis.scan.commit);
    let commit = analysed.or_else(|| shown.place.resolve(view, "main"));
    commit.map_or("", |commit| shown.place.sha(commit))
}

fn instance(view: &View<'_>, shown: &Shown<'_>) -> Value {
    let place = shown.finding.place_at(view.now);
    let (path, line) = place.unwrap_or_else(|| (std::sync::Arc::from(""), 1));
    json!({
        "ref": MAIN,
        "analysis_key": analysis_key(shown.finding.tool),
        "environment": "{}",
        "category": shown.finding.tool.category(),
        // GitHub has no dismissed instances, only dismissed alerts.
        "state": if *shown.change == AlertChange::Fixed { "fixed" } else { "open" },
        "commit_sha": analysed_sha(view, shown),
        "message": {"text": format!("{} found here.", shown.finding.rule)},
        "location": {"path": &*path, "start_line": line, "end_line": line, "start_column": 1, "end_column": 80},
        "classifications": [],
    })
}

fn document(view: &View<'_>, shown: &Shown<'_>) -> Value {
    let number = shown.alert.number;
    let url = format!("{}/code-scanning/alerts/{number}", shown.place.url(view));
    let html = format!("{}/security/code-scanning/{number}", shown.place.html(view));
    let dismissal = match shown.change {
        AlertChange::Dismissed {
            by, reason, comment, ..
        } => Some((*by, *reason, Some(comment.as_str()))),
        AlertChange::Resolved { by, resolution } => Some((*by, *resolution, None)),
        AlertChange::Opened | AlertChange::Fixed => None,
    };
    let approver = match shown.change {
        AlertChange::Dismissed { approved_by, .. } => *approved_by,
        _ => None,
    };
    let is_fixed = *shown.change == AlertChange::Fixed;
    json!({
        "number": number,
        "created_at": written(shown.created_at),
        "updated_at": written(shown.updated_at),
        "url": url,
        "html_url": html,
        "instances_url": format!("{url}/instances"),
        "state": state(shown),
        "fixed_at": written_where(is_fixed.then_some(shown.updated_at)),
        "dismissed_by": dismissal.map(|(by, ..)| person::simple(view, by)),
        "dismissed_at": written_where(dismissal.map(|_| shown.updated_at)),
        "dismissed_reason": dismissal.map(|(_, reason, _)| reason),
        "dismissed_comment": dismissal.and_then(|(.., comment)| comment),
        "dismissal_approved_by": approver.map(|approver| person::simple(view, approver)),
        "rule": rule(view, shown),
        "tool": tool(shown.finding.tool),
        "most_recent_instance": instance(view, shown),
        "assignees": [],
    })
}

fn filter(view: &View<'_>, request: &Request, alerts: &mut Vec<Shown<'_>>) {
    alerts.retain(|shown| {
        let state = state(shown);
        request
            .get("state")
            .is_none_or(|wanted| wanted == state || (wanted == "closed" && state != "open"))
            && request.allows("tool_name", shown.finding.tool.driver())
            && request.allows("severity", severity(view, shown).as_str())
            && request.get("ref").is_none_or(|name| name == MAIN || name == "main")
    });
    alerts::sort(request, alerts);
}

/// `code-scanning/alerts`.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let mut alerts = alerts::of_repository(view, place, KIND);
    filter(view, request, &mut alerts);
    Answer::list(view, request, &alerts, |shown| document(view, shown))
}

/// `/orgs/{org}/code-scanning/alerts`.
pub(crate) fn of_organization(view: &View<'_>, request: &Request) -> Answer {
    let mut alerts = alerts::of_organization(view, KIND);
    filter(view, request, &mut alerts);
    Answer::list(view, request, &alerts, |shown| {
        let mut document = document(view, shown);
        if let Value::Object(fields) = &mut document {
            fields.insert("repository".to_owned(), repository::minimal(view, shown.place));
        }
        document
    })
}

/// `code-scanning/alerts/{number}` and its `instances`.
pub(crate) fn show(
    view: &View<'_>,
    request: &Request,
    place: Place<'_>,
    number: &str,
    rest: &[&str],
) -> Option<Answer> {
    let shown = alerts::numbered(view, place, KIND, number)?;
    match rest {
        [] => Some(Answer::json(document(view, &shown))),
        ["instances"] => Some(Answer::list(view, request, &[shown], |shown| instance(view, shown))),
        _ => None,
    }
}
