//! What the three kinds of alerts share: where one stands at the view's instant.

use domain::clock::Timestamp;

use crate::api::request::Request;
use crate::api::view::{Place, View};
use crate::world::finding::{Alert, AlertChange, AlertKind, Finding};

/// An alert that is there, with what it is about and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// Its repository.
    pub(crate) place: Place<'a>,
    /// The alert.
    pub(crate) alert: &'a Alert,
    /// What it is about.
    pub(crate) finding: &'a Finding,
    /// When it was first opened.
    pub(crate) created_at: Timestamp,
    /// Since when it stands where it stands.
    pub(crate) updated_at: Timestamp,
    /// Where it stands.
    pub(crate) change: &'a AlertChange,
}

fn shown<'a>(view: &View<'_>, place: Place<'a>, alert: &'a Alert) -> Option<Shown<'a>> {
    let (updated_at, change) = alert.at(view.now)?;
    Some(Shown {
        place,
        alert,
        finding: place.repository.findings.get(alert.finding)?,
        created_at: alert.changes.first()?.0,
        updated_at: *updated_at,
        change,
    })
}

/// The alerts of one kind in a repository, the newest first.
pub(crate) fn of_repository<'a>(view: &View<'_>, place: Place<'a>, kind: AlertKind) -> Vec<Shown<'a>> {
    let alerts = place.repository.alerts.iter();
    let mut found: Vec<Shown<'a>> = alerts
        .filter(|alert| alert.kind == kind && place.fork.is_none())
        .filter_map(|alert| shown(view, place, alert))
        .collect();
    found.sort_by_key(|shown| std::cmp::Reverse((shown.created_at, shown.alert.number)));
    found
}

/// The alerts of one kind in the organization, the newest first.
pub(crate) fn of_organization<'a>(view: &View<'a>, kind: AlertKind) -> Vec<Shown<'a>> {
    let mut found: Vec<Shown<'a>> = view
        .repositories()
        .flat_map(|place| of_repository(view, place, kind))
        .collect();
    found.sort_by_key(|shown| std::cmp::Reverse((shown.created_at, shown.place.repository.id, shown.alert.number)));
    found
}

/// The alert of this kind and number.
pub(crate) fn numbered<'a>(view: &View<'_>, place: Place<'a>, kind: AlertKind, number: &str) -> Option<Shown<'a>> {
    let number: i64 = number.parse().ok()?;
    let mut alerts = of_repository(view, place, kind).into_iter();
    alerts.find(|shown| shown.alert.number == number)
}

/// Sorts by what the request asks for.
pub(crate) fn sort(request: &Request, alerts: &mut [Shown<'_>]) {
    if request.get("sort") == Some("updated") {
        alerts.sort_by_key(|shown| std::cmp::Reverse((shown.updated_at, shown.alert.number)));
    }
    if request.get("direction") == Some("asc") {
        alerts.reverse();
    }
}

/// Tells whether one of the values that a parameter lists, parted by commas, is this.
pub(crate) fn is_among(request: &Request, name: &str, value: &str) -> bool {
    request
        .get(name)
        .is_none_or(|wanted| wanted.split(',').any(|one| one.trim().eq_ignore_ascii_case(value)))
}
