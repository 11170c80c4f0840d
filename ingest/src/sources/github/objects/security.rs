//! Secret scanning alerts, without the secret, and analyses of code scanning.

use domain::alert::{Alert, AlertLocation, Analysis};
use domain::clock::{Timestamp, format_timestamp, parse_timestamp};
use lake::tables::{alert_locations, alerts, analyses};
use serde::{Deserialize, Serialize};

use super::fields::{Login, login, needed, parse, time};
use super::kinds::Reading;
use crate::report::Rows;
use crate::scanner::class;

/// The kind of alerts that are about secrets.
pub(crate) const SECRET_SCANNING: &str = "secret_scanning";

/// A secret scanning alert as lists hold it. No member for the secret, so that nothing can pass it on, and none for
/// words of people, who may quote it.
#[derive(Debug, Deserialize)]
pub(crate) struct SecretAlertObject {
    pub(crate) number: i64,
    state: Option<String>,
    resolution: Option<String>,
    resolved_by: Option<Login>,
    secret_type: Option<String>,
    validity: Option<String>,
    html_url: Option<String>,
    pub(crate) first_location_detected: Option<PlaceObject>,
    has_more_locations: Option<bool>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    resolved_at: Option<Timestamp>,
}

/// A place of an alert, as lists of places hold it.
#[derive(Debug, Deserialize)]
pub(crate) struct LocationObject {
    r#type: Option<String>,
    details: Option<PlaceObject>,
}

/// Where it is; what is not in a file has other members.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct PlaceObject {
    path: Option<String>,
    start_line: Option<i64>,
    end_line: Option<i64>,
    commit_sha: Option<String>,
}

impl SecretAlertObject {
    /// When it last changed; one that never did was opened then.
    pub(crate) fn changed_at(&self) -> Option<Timestamp> {
        self.updated_at.or(self.created_at)
    }

    /// Whether the list does not name all its places.
    pub(crate) fn has_unlisted_places(&self) -> bool {
        self.has_more_locations.unwrap_or_default() || self.first_location_detected.is_none()
    }

    /// Whether places may still be added.
    pub(crate) fn is_open(&self) -> bool {
        self.state.as_deref() == Some("open")
    }

    /// What lands of it.
    pub(crate) fn document(self, places: Vec<LocationObject>) -> AlertDocument {
        let places = if places.is_empty() {
            let first = self.first_location_detected.into_iter();
            first.map(|place| LocationDocument::of(None, Some(place))).collect()
        } else {
            let places = places.into_iter();
            places
                .map(|place| LocationDocument::of(place.r#type, place.details))
                .collect()
        };
        AlertDocument {
            kind: SECRET_SCANNING.to_owned(),
            number: self.number,
            rule_id: self.secret_type,
            state: self.state,
            resolution: self.resolution,
            validity: self.validity,
            url: self.html_url,
            resolved_by: login(self.resolved_by),
            created_at: self.created_at.map(format_timestamp),
            updated_at: self.updated_at.map(format_timestamp),
            resolved_at: self.resolved_at.map(format_timestamp),
            places,
        }
    }
}

/// What lands of an alert: the members that are known to hold no secret, in our own words.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertDocument {
    kind: String,
    number: i64,
    rule_id: Option<String>,
    state: Option<String>,
    resolution: Option<String>,
    validity: Option<String>,
    url: Option<String>,
    resolved_by: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    resolved_at: Option<String>,
    places: Vec<LocationDocument>,
}

/// One of its places.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LocationDocument {
    r#type: String,
    path: Option<String>,
    start_line: Option<i64>,
    end_line: Option<i64>,
    commit_sha: Option<String>,
}

impl LocationDocument {
    fn of(r#type: Option<String>, place: Option<PlaceObject>) -> Self {
        let (path, start_line, end_line, commit_sha) = place.map_or((None, None, None, None), |place| {
            (place.path, place.start_line, place.end_line, place.commit_sha)
        });
        let guessed = if commit_sha.is_some() { "commit" } else { "unknown" };
        Self {
            r#type: r#type.unwrap_or_else(|| guessed.to_owned()),
            path,
            start_line,
            end_line,
            commit_sha,
        }
    }
}

/// Rows of an alert.
pub(super) fn alert(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let alert: AlertDocument = parse(object)?;
    let repository = &reading.context.repository;
    let time = |text: Option<String>| text.and_then(|text| parse_timestamp(&text).ok());
    let created_at = needed(time(alert.created_at), "created_at")?;
    let places = (0..).zip(alert.places).map(|(location, place)| AlertLocation {
        repository: repository.clone(),
        kind: alert.kind.clone(),
        number: alert.number,
        location,
        location_type: place.r#type,
        path: place.path,
        start_line: place.start_line,
        end_line: place.end_line,
        commit_sha: place.commit_sha,
        created_at,
    });
    let places = reading.rows(&alert_locations::TABLE, places.collect())?;
    let row = Alert {
        repository: repository.clone(),
        kind: alert.kind,
        number: alert.number,
        rule_id: alert.rule_id,
        state: needed(alert.state, "state")?,
        resolution: alert.resolution,
        validity: alert.validity,
        url: alert.url,
        resolved_by: alert.resolved_by,
        created_at,
        updated_at: time(alert.updated_at).unwrap_or(created_at),
        resolved_at: time(alert.resolved_at),
    };
    Ok(vec![reading.rows(&alerts::TABLE, vec![row])?, places])
}

/// An analysis of code scanning.
#[derive(Debug, Deserialize)]
pub(crate) struct AnalysisObject {
    pub(crate) id: i64,
    r#ref: Option<String>,
    commit_sha: Option<String>,
    tool: Option<Tool>,
    category: Option<String>,
    error: Option<String>,
    warning: Option<String>,
    results_count: Option<i64>,
    #[serde(default, deserialize_with = "time")]
    pub(crate) created_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct Tool {
    name: Option<String>,
}

/// Rows of one.
pub(super) fn analysis(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let analysis: AnalysisObject = parse(object)?;
    let tool = analysis.tool.and_then(|tool| tool.name).unwrap_or_default();
    let told = |text: Option<String>| text.filter(|text| !text.is_empty());
    let row = Analysis {
        repository: reading.context.repository.clone(),
        analysis_id: analysis.id,
        reference: needed(analysis.r#ref, "ref")?,
        commit_sha: needed(analysis.commit_sha, "commit_sha")?,
        tool_family: class::family(&tool),
        tool,
        category: told(analysis.category),
        error: told(analysis.error),
        warning: told(analysis.warning),
        n_results: analysis.results_count,
        created_at: needed(analysis.created_at, "created_at")?,
    };
    Ok(vec![reading.rows(&analyses::TABLE, vec![row])?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_the_secret_is_in_what_lands() {
        let served = serde_json::json!({
            "number": 3, "state": "resolved", "resolution": "revoked", "secret_type": "aws_access_key_id",
            "secret": "hunter2", "resolution_comment": "it was hunter2", "new_member": {"of": "hunter2"},
            "created_at": "2026-03-01T10:00:00Z", "resolved_at": "2026-03-02T10:00:00Z",
            "first_location_detected": {
                "path": "a.py", "start_line": 7, "end_line": 7, "commit_sha": "c1", "snippet": "hunter2",
            },
        });
        let alert: SecretAlertObject = serde_json::from_value(served).unwrap();
        let landed = serde_json::to_string(&alert.document(vec![])).unwrap();
        assert!(!landed.contains("hunter2"), "{landed}");
        let document: AlertDocument = parse(landed.as_bytes()).unwrap();
        assert_eq!(document.resolution.as_deref(), Some("revoked"));
        assert_eq!(document.places[0].start_line, Some(7));
    }
}
