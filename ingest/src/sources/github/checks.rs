//! Required checks: what protects a branch, as observed, and every version of its rulesets.

use domain::check::RequiredCheck;
use domain::clock::Timestamp;
use lake::tables::required_checks;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::objects::fields::{list, needed, parse, time};
use super::objects::kinds::Reading;
use crate::report::Rows;

/// What GitHub said about a branch, which carries no time of its own: an observation of ours.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RulesDocument {
    /// `protection` or `rules`.
    pub(crate) origin: String,
    pub(crate) branch: String,
    pub(crate) observed_at: String,
    /// Null: nothing protects the branch.
    pub(crate) object: Option<Box<RawValue>>,
}

/// A required check: its context, and the only app whose report counts.
pub(crate) type Required = (Option<String>, Option<i64>);

#[derive(Debug, Deserialize)]
struct Protection {
    required_status_checks: Option<ProtectedChecks>,
}

#[derive(Debug, Deserialize)]
struct ProtectedChecks {
    #[serde(default, deserialize_with = "list")]
    checks: Vec<Check>,
    #[serde(default, deserialize_with = "list")]
    contexts: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Rule {
    r#type: String,
    ruleset_id: Option<i64>,
    parameters: Option<Parameters>,
}

#[derive(Debug, Deserialize)]
struct Parameters {
    #[serde(default, deserialize_with = "list")]
    required_status_checks: Vec<Check>,
}

#[derive(Debug, Deserialize)]
struct Check {
    context: String,
    app_id: Option<i64>,
    integration_id: Option<i64>,
}

impl Check {
    /// Any app is -1 in some answers and null in others.
    fn required(self) -> Required {
        let app = self.app_id.or(self.integration_id).filter(|id| *id > 0);
        (Some(self.context), app)
    }
}

/// What an observed object requires, with the ruleset that says so; a set without any check is one empty entry.
pub(crate) fn observed(origin: &str, object: Option<&RawValue>) -> Result<Vec<(Option<i64>, Required)>, String> {
    let mut found = Vec::new();
    match object.map(|object| object.get().as_bytes()) {
        Some(object) if origin == "protection" => {
            let checks = parse::<Protection>(object)?.required_status_checks;
            if let Some(checks) = checks {
                let named = checks.checks.into_iter().map(Check::required);
                found.extend(named.map(|required| (None, required)));
                for context in checks.contexts {
                    if !found.iter().any(|(_, (name, _))| name.as_ref() == Some(&context)) {
                        found.push((None, (Some(context), None)));
                    }
                }
            }
        }
        Some(object) => {
            for rule in parse::<Vec<Rule>>(object)? {
                found.extend(of_rule(rule));
            }
        }
        None => {}
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        found.push((None, (None, None)));
    }
    Ok(found)
}

fn of_rule(rule: Rule) -> Vec<(Option<i64>, Required)> {
    let is_checks = rule.r#type == "required_status_checks";
    let checks = rule
        .parameters
        .filter(|_| is_checks)
        .map(|rule| rule.required_status_checks);
    checks
        .into_iter()
        .flatten()
        .map(|check| (rule.ruleset_id, check.required()))
        .collect()
}

/// Rows of an observation.
pub(crate) fn read_observed(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: RulesDocument = parse(object)?;
    let effective_at = domain::clock::parse_timestamp(&document.observed_at).map_err(|error| error.to_string())?;
    let rows =
        observed(&document.origin, document.object.as_deref())?
            .into_iter()
            .map(|(ruleset_id, (context, app_id))| RequiredCheck {
                repository: reading.context.repository.clone(),
                branch: document.branch.clone(),
                origin: document.origin.clone(),
                ruleset_id,
                version_id: None,
                enforcement: "active".to_owned(),
                context,
                app_id,
                effective_at,
            });
    Ok(vec![reading.rows(&required_checks::TABLE, rows.collect())?])
}

/// A version of a ruleset, as its history holds it.
#[derive(Debug, Deserialize)]
struct Version {
    #[serde(rename = "version_id")]
    id: i64,
    #[serde(default, deserialize_with = "time")]
    updated_at: Option<Timestamp>,
    state: Option<State>,
}

#[derive(Debug, Deserialize)]
struct State {
    id: i64,
    target: Option<String>,
    enforcement: Option<String>,
    conditions: Option<Conditions>,
    #[serde(default, deserialize_with = "list")]
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
struct Conditions {
    ref_name: Option<ReferenceName>,
}

#[derive(Debug, Deserialize)]
struct ReferenceName {
    #[serde(default, deserialize_with = "list")]
    include: Vec<String>,
}

/// Rows of a version: each check on each pattern of branches that it includes.
pub(crate) fn read_version(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let version: Version = parse(object)?;
    let effective_at = needed(version.updated_at, "updated_at")?;
    let state = needed(version.state, "state")?;
    let mut rows = Vec::new();
    if state.target.as_deref().is_none_or(|target| target == "branch") {
        let reference = state.conditions.and_then(|conditions| conditions.ref_name);
        let mut checks: Vec<Required> = state
            .rules
            .into_iter()
            .flat_map(of_rule)
            .map(|(_, required)| required)
            .collect();
        checks.sort();
        checks.dedup();
        if checks.is_empty() {
            checks.push((None, None));
        }
        for branch in reference.map(|reference| reference.include).unwrap_or_default() {
            rows.extend(checks.iter().cloned().map(|(context, app_id)| RequiredCheck {
                repository: reading.context.repository.clone(),
                branch: branch.strip_prefix("refs/heads/").unwrap_or(&branch).to_owned(),
                origin: "ruleset".to_owned(),
                ruleset_id: Some(state.id),
                version_id: Some(version.id),
                enforcement: state.enforcement.clone().unwrap_or_else(|| "active".to_owned()),
                context,
                app_id,
                effective_at,
            }));
        }
    }
    Ok(vec![reading.rows(&required_checks::TABLE, rows)?])
}
