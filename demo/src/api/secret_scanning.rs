//! Secret scanning alerts. As on GitHub, they carry the secret itself unless the client has it hidden.

use serde_json::{Value, json};

use crate::api::alerts::{self, Shown};
use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, digest, written, written_where};
use crate::api::{person, repository};
use crate::world::finding::{AlertChange, AlertKind};

const KIND: AlertKind = AlertKind::SecretScanning;

fn is_open(shown: &Shown<'_>) -> bool {
    *shown.change == AlertChange::Opened
}

fn resolution(shown: &Shown<'_>) -> Option<&'static str> {
    match shown.change {
        AlertChange::Opened => None,
        AlertChange::Fixed => Some("revoked"),
        AlertChange::Dismissed { reason, .. } => Some(reason),
        AlertChange::Resolved { resolution, .. } => Some(resolution),
    }
}

/// GitHub's word for the rule of another scanner.
fn secret_type(shown: &Shown<'_>) -> String {
    match shown.finding.rule.as_str() {
        "aws-access-token" => "aws_access_key_id".to_owned(),
        "github-pat" => "github_personal_access_token".to_owned(),
        rule => rule.replace('-', "_"),
    }
}

fn details(view: &View<'_>, shown: &Shown<'_>) -> Value {
    let home = shown.place.url(view);
    let place = shown.finding.place_at(view.now);
    let (path, line) = place.unwrap_or_else(|| (std::sync::Arc::from(""), 1));
    let commit = shown.finding.commit.or_else(|| shown.place.resolve(view, "main"));
    let held = commit.and_then(|commit| shown.place.commit(commit));
    let sha = held.map_or("", |commit| commit.sha.as_str());
    let repository = shown.place.repository;
    let blob = held
        .and_then(|commit| repository.trees.get(commit.tree))
        .and_then(|tree| tree.files.iter().find(|(held, _)| *held == path))
        .and_then(|(_, blob)| repository.blobs.get(*blob));
    let blob = blob.map_or_else(|| digest(&["blob", sha, &path]), |blob| blob.sha.clone());
    json!({
        "path": &*path,
        "start_line": line,
        "end_line": line,
        "start_column": 1,
        "end_column": 41,
        "blob_sha": blob,
        "blob_url": format!("{home}/git/blobs/{blob}"),
        "commit_sha": sha,
        "commit_url": format!("{home}/git/commits/{sha}"),
        "html_url": format!("{}/blob/{sha}/{path}#L{line}", shown.place.html(view)),
    })
}

fn document(view: &View<'_>, request: &Request, shown: &Shown<'_>) -> Value {
    let number = shown.alert.number;
    let url = format!("{}/secret-scanning/alerts/{number}", shown.place.url(view));
    let by = match shown.change {
        AlertChange::Dismissed { by, .. } | AlertChange::Resolved { by, .. } => Some(*by),
        AlertChange::Opened | AlertChange::Fixed => None,
    };
    let secret_type = secret_type(shown);
    let display: Vec<String> = secret_type.split('_').map(str::to_owned).collect();
    let resolved_at = (!is_open(shown)).then_some(shown.updated_at);
    let mut document = json!({
        "number": number,
        "created_at": written(shown.created_at),
        "updated_at": written(shown.updated_at),
        "url": url,
        "html_url": format!("{}/security/secret-scanning/{number}", shown.place.html(view)),
        "locations_url": format!("{url}/locations"),
        "state": if is_open(shown) { "open" } else { "resolved" },
        "resolution": resolution(shown),
        "resolved_at": written_where(resolved_at),
        "resolved_by": by.map(|by| person::simple(view, by)),
        "resolution_comment": null,
        "secret_type": secret_type,
        "secret_type_display_name": display.join(" "),
        "validity": if is_open(shown) { "unknown" } else { "inactive" },
        "push_protection_bypassed": false,
        "push_protection_bypassed_by": null,
        "push_protection_bypassed_at": null,
        "publicly_leaked": false,
        "multi_repo": false,
        "is_base64_encoded": false,
        "first_location_detected": details(view, shown),
        "has_more_locations": false,
    });
    if let (Value::Object(fields), true) = (&mut document, request.get("hide_secret") != Some("true")) {
        fields.insert("secret".to_owned(), json!(view.world.canary));
    }
    document
}

fn filter(request: &Request, alerts: &mut Vec<Shown<'_>>) {
    alerts.retain(|shown| {
        request.allows("state", if is_open(shown) { "open" } else { "resolved" })
            && alerts::is_among(request, "secret_type", &secret_type(shown))
            && alerts::is_among(request, "resolution", resolution(shown).unwrap_or_default())
    });
    alerts::sort(request, alerts);
}

/// `secret-scanning/alerts`.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let mut alerts = alerts::of_repository(view, place, KIND);
    filter(request, &mut alerts);
    Answer::list(view, request, &alerts, |shown| document(view, request, shown))
}

/// `/orgs/{org}/secret-scanning/alerts`.
pub(crate) fn of_organization(view: &View<'_>, request: &Request) -> Answer {
    let mut alerts = alerts::of_organization(view, KIND);
    filter(request, &mut alerts);
    Answer::list(view, request, &alerts, |shown| {
        let mut document = document(view, request, shown);
        if let Value::Object(fields) = &mut document {
            fields.insert("repository".to_owned(), repository::minimal(view, shown.place));
        }
        document
    })
}

/// `secret-scanning/alerts/{number}` and its `locations`.
pub(crate) fn show(
    view: &View<'_>,
    request: &Request,
    place: Place<'_>,
    number: &str,
    rest: &[&str],
) -> Option<Answer> {
    let shown = alerts::numbered(view, place, KIND, number)?;
    match rest {
        [] => Some(Answer::json(document(view, request, &shown))),
        ["locations"] => Some(Answer::list(
            view,
            request,
            &[shown],
            |shown| json!({"type": "commit", "details": details(view, shown)}),
        )),
        _ => None,
    }
}
