//! Every number of CI/CL-001 once, with its clause and the time during which it holds. No other module holds one.

use serde::Deserialize;

use crate::clock::{InvalidTimestamp, Timestamp, parse_timestamp};

/// What the names of rules about licences begin with: `license_allowed:MIT` is 1 while MIT is allowed (CI/CL-001 §7).
const LICENSE_ALLOWED: &str = "license_allowed:";

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
    /// What it counts: `percent`, `minutes`, `hours`, `days`, `count`, `bytes`, `hour_of_day`, `minor_version`, `flag`
    /// (1: it holds).
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
    /// A list of licences allows nothing.
    #[error("a list of licences allows none; without a list nothing is judged")]
    NoLicense,
    /// A licence is not one id.
    #[error("`{license}` is not the id of a licence; write expressions as their parts, each with its ` WITH …`")]
    License {
        /// The licence as written.
        license: String,
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
    #[serde(default)]
    licenses: Vec<RawLicenses>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    name: String,
    value: f64,
    valid_from: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLicenses {
    allowed: Vec<String>,
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
    ("mirror_delay_max", 48.0, "hours", Basis::House, 16),
    ("mirror_looked_at_within", 7.0, "days", Basis::House, 16),
    ("mirror_moved_bytes_min", 131_072.0, "bytes", Basis::House, 16),
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
    ("restore_drill_within", 90.0, "days", Basis::House, 23),
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
    ///
    /// Each `[[licenses]]` (`allowed`, `valid_from`) is the whole list of allowed licences from then on, until the next
    /// one. CI/CL-001 names none, so without one there is no rule about licences.
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
        policy.allow(raw.licenses)?;
        Ok(policy)
    }

    /// A rule for each licence of each list, behind the other rules of the section.
    fn allow(&mut self, raw: Vec<RawLicenses>) -> Result<(), PolicyError> {
        const CLAUSE: &str = "CI/CL-001 §7";
        let mut lists = Vec::with_capacity(raw.len());
        for RawLicenses { allowed, valid_from } in raw {
            if allowed.is_empty() {
                return Err(PolicyError::NoLicense);
            }
            if let Some(license) = allowed.iter().find(|license| !is_license(license)) {
                let license = license.clone();
                return Err(PolicyError::License { license });
            }
            match parse_timestamp(&valid_from) {
                Ok(valid_from) => lists.push((valid_from, allowed)),
                Err(source) => {
                    let name = "licenses".to_owned();
                    return Err(PolicyError::Time { name, source });
                }
            }
        }
        lists.sort_by_key(|list| list.0);
        let ends: Vec<_> = lists.iter().skip(1).map(|list| Some(list.0)).chain([None]).collect();
        let mut rules = Vec::new();
        for ((valid_from, allowed), valid_to) in lists.into_iter().zip(ends) {
            rules.extend(allowed.into_iter().map(|license| Rule {
                name: format!("{LICENSE_ALLOWED}{license}"),
                value: 1.0,
                unit: "flag".to_owned(),
                basis: Basis::House,
                clause: CLAUSE.to_owned(),
                valid_from: Some(valid_from),
                valid_to,
            }));
        }
        rules.sort_by(|one, other| (&one.name, one.valid_from).cmp(&(&other.name, other.valid_from)));
        let behind = self.rules.iter().rposition(|rule| rule.clause == CLAUSE);
        let place = behind.map_or(self.rules.len(), |index| index + 1);
        rules.extend(self.rules.split_off(place));
        self.rules.extend(rules);
        Ok(())
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

/// One id of SPDX's list or of the organization's own (`LicenseRef-…`), with the exception that belongs to it.
fn is_license(text: &str) -> bool {
    let is_id = |id: &str| {
        let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "-.+:".contains(sign);
        !id.is_empty() && id.chars().all(is_sign)
    };
    match text.split_once(" WITH ") {
        Some((license, exception)) => is_id(license) && is_id(exception),
        None => is_id(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_licences_holds_until_the_next_one() {
        let policy = Policy::parse(
            "[[licenses]]\nallowed = ['MIT']\nvalid_from = '2026-07-01'\n\
             [[licenses]]\nallowed = ['MIT', 'GPL-2.0-only WITH Classpath-exception-2.0']\nvalid_from = '2026-03-01'",
        )
        .unwrap();
        let (first, second) = (
            parse_timestamp("2026-03-01").unwrap(),
            parse_timestamp("2026-07-01").unwrap(),
        );
        let before = |instant| instant - chrono::Duration::microseconds(1);
        let holds = |license: &str, instant| policy.at(&format!("license_allowed:{license}"), instant).is_some();
        let exception = "GPL-2.0-only WITH Classpath-exception-2.0";
        assert!(!holds("MIT", before(first)) && holds("MIT", first) && holds("MIT", second));
        assert!(holds(exception, before(second)) && !holds(exception, second));
        assert_eq!(policy.rules().len(), RULES.len() + 3);
        let sections: Vec<&str> = policy.rules().iter().map(|rule| rule.clause.as_str()).collect();
        let mut sorted = sections.clone();
        sorted.dedup();
        let n_runs = sorted.len();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), n_runs, "rules stand by section: {sections:?}");
    }

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
            (
                "[[rule]]\nname = 'license_allowed:MIT'\nvalue = 1\nvalid_from = '2026-07-01'",
                "which is no rule",
            ),
            ("[[licenses]]\nallowed = []\nvalid_from = '2026-07-01'", "allows none"),
            (
                "[[licenses]]\nallowed = ['MIT OR ISC']\nvalid_from = '2026-07-01'",
                "`MIT OR ISC` is not the id",
            ),
            (
                "[[licenses]]\nallowed = ['MIT']\nvalid_from = 'soon'",
                "`soon` is not a time",
            ),
        ] {
            let error = Policy::parse(toml).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
