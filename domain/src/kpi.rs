//! Verdicts over numbers: what a value means against its target, and why something was left out.

use std::fmt;

/// Whether a KPI holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KpiVerdict {
    /// The value meets its target, and nothing that could change that is missing.
    Met,
    /// The value misses its target.
    Missed,
    /// The value would meet its target, but evidence is missing or too thin.
    Undetermined,
    /// There is nothing to judge. Never a pass.
    NoData,
}

impl KpiVerdict {
    /// The word in JSON, CSV and on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Undetermined => "undetermined",
            Self::NoData => "no_data",
        }
    }
}

/// How a value is compared with its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`: under.
    Less,
    /// `<=`: at most.
    LessOrEqual,
    /// `>=`: at least.
    GreaterOrEqual,
}

impl Comparison {
    /// Reads the sign in a SQL header.
    pub fn parse(sign: &str) -> Option<Self> {
        match sign {
            "<" => Some(Self::Less),
            "<=" => Some(Self::LessOrEqual),
            ">=" => Some(Self::GreaterOrEqual),
            _ => None,
        }
    }

    /// Tells whether `value` holds against `limit`.
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Less => value < limit,
            Self::LessOrEqual => value <= limit,
            Self::GreaterOrEqual => value >= limit,
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "<",
            Self::LessOrEqual => "≤",
            Self::GreaterOrEqual => "≥",
        })
    }
}

/// A limit with the way to compare with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// How.
    pub comparison: Comparison,
    /// With what, in the KPI's unit.
    pub limit: f64,
}

/// Judges `value` against `target`; `has_gap` says that evidence of the window is missing.
///
/// A gap turns `met` into `undetermined`, never `missed` into anything: what is missing cannot excuse what is there.
pub fn judge(value: Option<f64>, n: i64, target: Target, has_gap: bool) -> KpiVerdict {
    match value {
        None => KpiVerdict::NoData,
        Some(_) if n == 0 => KpiVerdict::NoData,
        Some(value) if !target.comparison.holds(value, target.limit) => KpiVerdict::Missed,
        Some(_) if has_gap => KpiVerdict::Undetermined,
        Some(_) => KpiVerdict::Met,
    }
}

/// Tells whether the interval lies on one side of the limit; null where there is no interval.
pub fn is_separable(low: Option<f64>, high: Option<f64>, limit: f64) -> Option<bool> {
    let (low, high) = (low?, high?);
    Some(high < limit || low > limit)
}

/// Why something did not enter a number: the closed list, printed in `docs/reference/exclusions.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exclusion {
    /// The word in the column `excluded`.
    pub reason: &'static str,
    /// What is counted.
    pub counts: &'static str,
    /// Why it is out, in a sentence.
    pub because: &'static str,
    /// The evidence is missing rather than out of scope: a gap in the data.
    pub is_gap: bool,
}

/// Every reason, by name.
pub const EXCLUSIONS: &[Exclusion] = &[
    Exclusion {
        reason: "fork",
        counts: "run attempts",
        because: "The head commit lives in a fork, where the organization does not choose what runs.",
        is_gap: false,
    },
    Exclusion {
        reason: "infrastructure_event",
        counts: "run attempts",
        because: "So many of its tests failed at once that the machine failed, not the tests.",
        is_gap: false,
    },
    Exclusion {
        reason: "other_branch",
        counts: "run attempts",
        because: "Neither the default branch, nor its merge queue, nor a pull request of the same repository.",
        is_gap: false,
    },
    Exclusion {
        reason: "report_partial",
        counts: "test reports",
        because: "The report breaks off; what stood behind the break is unknown.",
        is_gap: true,
    },
    Exclusion {
        reason: "report_refused",
        counts: "test reports",
        because: "The report cannot be read; what it said is unknown.",
        is_gap: true,
    },
    Exclusion {
        reason: "skipped",
        counts: "tests",
        because: "Skipped each time; a skipped test is not executed.",
        is_gap: false,
    },
];

/// Finds a reason in the closed list.
pub fn exclusion(reason: &str) -> Option<&'static Exclusion> {
    EXCLUSIONS.iter().find(|exclusion| exclusion.reason == reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_unsettles_a_pass_and_excuses_no_miss() {
        let target = Target {
            comparison: Comparison::Less,
            limit: 2.0,
        };
        for (value, n, has_gap, verdict) in [
            (Some(1.999), 1000, false, KpiVerdict::Met),
            (Some(2.0), 1000, false, KpiVerdict::Missed),
            (Some(1.999), 1000, true, KpiVerdict::Undetermined),
            (Some(2.0), 1000, true, KpiVerdict::Missed),
            (None, 0, false, KpiVerdict::NoData),
            (Some(0.0), 0, true, KpiVerdict::NoData),
        ] {
            assert_eq!(judge(value, n, target, has_gap), verdict, "{value:?} {n} {has_gap}");
        }
    }

    #[test]
    fn an_interval_that_straddles_the_limit_is_not_separable() {
        assert_eq!(is_separable(Some(0.1), Some(1.9), 2.0), Some(true));
        assert_eq!(is_separable(Some(2.1), Some(9.0), 2.0), Some(true));
        assert_eq!(is_separable(Some(1.0), Some(3.0), 2.0), Some(false));
        assert_eq!(is_separable(None, Some(3.0), 2.0), None);
    }

    #[test]
    fn reasons_are_in_the_order_of_their_names() {
        assert!(EXCLUSIONS.is_sorted_by_key(|exclusion| exclusion.reason));
    }
}
