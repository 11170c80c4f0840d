//! Every number of CI/CL-001 once, with its clause and the time during which it holds. No other module holds one.

use serde::Deserialize;

use crate::clock::{InvalidTimestamp, Timestamp, parse_timestamp};

/// Smallest score that is critical. Fixed with the parsers, because a row keeps what it was judged as.
///
/// GitHub's text says "over 9.0" and its example 9.0; here 9.0 is critical (CI/CL-001 §7 leaves it open).
pub const SEVERITY_CRITICAL_SCORE_MIN: f64 = 9.0;
/// Smallest score that is high.
pub const SEVERITY_HIGH_SCORE_MIN: f64 = 7.0;
/// Smallest score that is medium; what is lower and not 0 is low.
pub const SEVERITY_MEDIUM_SCORE_MIN: f64 = 4.0;
/// Largest score of CVSS.
pub const SEVERITY_SCORE_MAX: f64 = 10.0;

/// Who set a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// CI/CL-001 states it.
    Spec,
    /// CI/CL-001 leaves it open; Plumbline's decision, printed beside a verdict.
    House,
}

impl Basis {
    /// The word in the relation `policy`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::House => "house",
        }
    }
}

/// One number during one span of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name, by which SQL headers and relations refer to it.
    pub name: String,
    /// The number.
    pub value: f64,
    /// What it counts: `percent`, `minutes`, `hours`, `days`, `count`, `hour_of_day`, `minor_version`.
    pub unit: String,
    /// Who set it.
    pub basis: Basis,
    /// Where it stands, as `CI/CL-001 §21`.
    pub clause: String,
    /// First instant at which it holds; null: since ever.
    pub valid_from: Option<Timestamp>,
    /// First instant at which it holds no more; null: still.
    pub valid_to: Option<Timestamp>,
}

impl Rule {
    /// The number in another unit; null where the two have nothing in common.
    pub fn value_in(&self, unit: &str) -> Option<f64> {
        let seconds = |unit: &str| match unit {
            "seconds" => Some(1.0),
            "minutes" => Some(60.0),
            "hours" => Some(3600.0),
            "days" => Some(86_400.0),
            _ => None,
        };
        if self.unit == unit {
            return Some(self.value);
        }
        Some(self.value * seconds(&self.unit)? / seconds(unit)?)
    }
}

/// The numbers that hold, each over time. A clock is judged by the number that held when the clock started.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    rules: Vec<Rule>,
}

/// Why a policy file does not hold.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file is not TOML of the expected shape.
    #[error("the policy file is not readable: {0}")]
    Toml(#[from] toml::de::Error),
    /// A rule is named that no relation uses.
    #[error("the policy file names `{name}`, which is no rule; the rules are: {known}")]
    Unknown {
        /// The name as written.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A time is not one.
    #[error("rule `{name}`: {source}")]
    Time {
        /// The rule.
        name: String,
        /// What is wrong with it.
        source: InvalidTimestamp,
    },
    /// A number is not finite or is negative.
    #[error("rule `{name}`: {value} is not a finite number of at least 0")]
    Value {
        /// The rule.
        name: String,
        /// The number as written.
        value: f64,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    #[serde(default)]
    rule: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    name: String,
    value: f64,
    valid_from: String,
}

/// `(name, value, unit, basis, section)`, by section of CI/CL-001.
const RULES: &[(&str, f64, &str, Basis, u8)] = &[
    ("nightly_hour", 2.0, "hour_of_day", Basis::Spec, 5),
    ("nightly_on_time_max", 60.0, "minutes", Basis::House, 5),
    ("nightly_late_max", 90.0, "minutes", Basis::House, 5),
    ("branch_lifetime_max", 5.0, "days", Basis::House, 6),
    ("lint_errors_max", 0.0, "count", Basis::Spec, 7),
    ("type_errors_max", 0.0, "count", Basis::Spec, 7),
    ("coverage_lines_min", 85.0, "percent", Basis::Spec, 7),
    ("coverage_branches_min", 80.0, "percent", Basis::Spec, 7),
    ("secrets_max", 0.0, "count", Basis::Spec, 7),
    ("sast_critical_high_max", 0.0, "count", Basis::Spec, 7),
    ("container_critical_high_max", 0.0, "count", Basis::Spec, 7),
    ("iac_critical_high_max", 0.0, "count", Basis::Spec, 7),
    ("unapproved_breaking_changes_max", 0.0, "count", Basis::Spec, 7),
    ("check_reported_within", 30.0, "days", Basis::House, 10),
    ("python_minor", 12.0, "minor_version", Basis::Spec, 11),
    ("matrix_width_max", 4.0, "count", Basis::House, 11),
    ("cache_ttl", 7.0, "days", Basis::Spec, 11),
    ("lint_unit_timeout", 10.0, "minutes", Basis::Spec, 12),
    ("build_scan_timeout", 20.0, "minutes", Basis::Spec, 12),
    ("codeql_timeout", 45.0, "minutes", Basis::Spec, 12),
    ("quarantine_max", 14.0, "days", Basis::Spec, 13),
    ("quarantine_chain", 30.0, "days", Basis::House, 13),
    ("quarantine_release_proof", 2.0, "percent", Basis::House, 13),
    ("ci_fail_issue_within", 15.0, "minutes", Basis::House, 15),
    ("artifact_retention_branches", 30.0, "days", Basis::Spec, 16),
    ("artifact_retention_releases", 365.0, "days", Basis::Spec, 16),
    ("mirror_standard_ia", 180.0, "days", Basis::Spec, 16),
    ("mirror_glacier", 730.0, "days", Basis::Spec, 16),
    ("ci_duration_max", 12.0, "minutes", Basis::Spec, 21),
    ("head_commit_max", 24.0, "hours", Basis::House, 21),
    ("flaky_rate_max", 2.0, "percent", Basis::Spec, 21),
    ("flaky_window", 14.0, "days", Basis::House, 21),
    ("same_source_lookback", 31.0, "days", Basis::House, 21),
    ("infrastructure_event_share_min", 80.0, "percent", Basis::House, 21),
    ("infrastructure_event_tests_min", 10.0, "count", Basis::House, 21),
    ("interval_confidence", 95.0, "percent", Basis::House, 21),
    ("median_n_min", 5.0, "count", Basis::House, 21),
    ("fix_main_max", 2.0, "hours", Basis::Spec, 21),
    ("sla_critical", 24.0, "hours", Basis::Spec, 21),
    ("sla_high", 72.0, "hours", Basis::Spec, 21),
    ("sla_met_min", 100.0, "percent", Basis::House, 21),
    ("sla_reopened_within", 7.0, "days", Basis::House, 21),
    ("scan_gap_max", 36.0, "hours", Basis::House, 21),
];

impl Default for Policy {
    /// CI/CL-001 as written, with the house's readings where it is silent.
    fn default() -> Self {
        let rules = RULES
            .iter()
            .map(|&(name, value, unit, basis, section)| Rule {
                name: name.to_owned(),
                value,
                unit: unit.to_owned(),
                basis,
                clause: format!("CI/CL-001 §{section}"),
                valid_from: None,
                valid_to: None,
            })
            .collect();
        Self { rules }
    }
}

impl Policy {
    /// Lays a policy file over the defaults: each `[[rule]]` (`name`, `value`, `valid_from`) ends its predecessor.
    ///
    /// A rule is never retroactive: it holds from `valid_from` on, and what held before stays in the relation.
    pub fn parse(toml: &str) -> Result<Self, PolicyError> {
        let raw: RawPolicy = toml::from_str(toml)?;
        let mut policy = Self::default();
        let mut changes = Vec::with_capacity(raw.rule.len());
        for RawRule {
            name,
            value,
            valid_from,
        } in raw.rule
        {
            if !value.is_finite() || value < 0.0 {
                return Err(PolicyError::Value { name, value });
            }
            match parse_timestamp(&valid_from) {
                Ok(valid_from) => changes.push((valid_from, name, value)),
                Err(source) => return Err(PolicyError::Time { name, source }),
            }
        }
        changes.sort_by_key(|change| change.0);
        for (valid_from, name, value) in changes {
            let Some(index) = policy.rules.iter().rposition(|rule| rule.name == name) else {
                let known = RULES.iter().map(|rule| rule.0).collect::<Vec<_>>().join(", ");
                return Err(PolicyError::Unknown { name, known });
            };
            let before = &mut policy.rules[index];
            before.valid_to = Some(valid_from);
            let rule = Rule {
                value,
                basis: Basis::House,
                valid_from: Some(valid_from),
                valid_to: None,
                ..before.clone()
            };
            policy.rules.insert(index + 1, rule);
        }
        Ok(policy)
    }

    /// Every rule, by section, each name's spans in the order of time.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule `name` that held at `instant`.
    pub fn at(&self, name: &str, instant: Timestamp) -> Option<&Rule> {
        self.rules.iter().find(|rule| {
            rule.name == name
                && rule.valid_from.is_none_or(|from| from <= instant)
                && rule.valid_to.is_none_or(|to| instant < to)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_rule_is_never_retroactive() {
        let policy =
            Policy::parse("[[rule]]\nname = 'flaky_rate_max'\nvalue = 1.5\nvalid_from = '2026-07-01'").unwrap();
        let change = parse_timestamp("2026-07-01").unwrap();
        let before = policy
            .at("flaky_rate_max", change - chrono::Duration::microseconds(1))
            .unwrap();
        let after = policy.at("flaky_rate_max", change).unwrap();
        assert_eq!((before.value, before.basis), (2.0, Basis::Spec));
        assert_eq!((after.value, after.basis), (1.5, Basis::House));
        assert_eq!(policy.rules().len(), RULES.len() + 1);
    }

    #[test]
    fn a_wrong_policy_file_is_named() {
        for (toml, says) in [
            (
                "[[rule]]\nname = 'flaky'\nvalue = 1\nvalid_from = '2026-07-01'",
                "`flaky`, which is no rule",
            ),
            (
                "[[rule]]\nname = 'flaky_rate_max'\nvalue = -1\nvalid_from = '2026-07-01'",
                "at least 0",
            ),
            (
                "[[rule]]\nname = 'flaky_rate_max'\nvalue = 1\nvalid_from = 'soon'",
                "`soon` is not a time",
            ),
            ("[[rules]]", "unknown field"),
        ] {
            let error = Policy::parse(toml).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
