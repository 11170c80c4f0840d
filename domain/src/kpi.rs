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

/// What a value is judged by, beside its target.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Number {
    /// The value; null: there is nothing to judge.
    pub value: Option<f64>,
    /// What it is computed over.
    pub n: i64,
    /// Fewer than so many are too thin a ground; 0 where that is no question.
    pub n_min: i64,
    /// Evidence of the window is missing.
    pub has_gap: bool,
    /// What is open for longer than the target allows, and hence not in the value.
    pub open_breaches: i64,
}

/// Judges a number against `target`.
///
/// An open breach misses the target whatever was closed in time. A gap turns `met` into `undetermined`, never `missed`
/// into anything: what is missing cannot excuse what is there.
pub fn judge(number: &Number, target: Target) -> KpiVerdict {
    match number.value {
        _ if number.open_breaches > 0 => KpiVerdict::Missed,
        Some(_) if number.n == 0 => KpiVerdict::NoData,
        None => KpiVerdict::NoData,
        Some(_) if number.n < number.n_min => KpiVerdict::Undetermined,
        Some(value) if !target.comparison.holds(value, target.limit) => KpiVerdict::Missed,
        Some(_) if number.has_gap => KpiVerdict::Undetermined,
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
        reason: "evidence_missing",
        counts: "pieces of evidence",
        because: "Something that the number rests on could not be had from its source, or its number is skipped; see the gaps.",
        is_gap: true,
    },
    Exclusion {
        reason: "fixed_by_rerun_alone",
        counts: "outages",
        because: "Every red check left by a re-run of the same commit: a flake, not a fix.",
        is_gap: false,
    },
    Exclusion {
        reason: "fork",
        counts: "run attempts",
        because: "The head commit lives in a fork, where the organization does not choose what runs.",
        is_gap: false,
    },
    Exclusion {
        reason: "head_commit_not_green",
        counts: "head commits",
        because: "A gating job failed, was cancelled or did not end in the first attempt, so that its time is no full one.",
        is_gap: false,
    },
    Exclusion {
        reason: "head_commit_superseded",
        counts: "head commits",
        because: "A gating job was cancelled and a newer commit of the pull request followed.",
        is_gap: false,
    },
    Exclusion {
        reason: "head_commit_too_long",
        counts: "head commits",
        because: "A day or longer: a machine that never came, not CI.",
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
        reason: "pull_request_without_green_head",
        counts: "pull requests",
        because: "None of its head commits was green in the first attempt.",
        is_gap: false,
    },
    Exclusion {
        reason: "report_missing",
        counts: "run attempts",
        because: "A required test job of the default branch ran, and its report was not uploaded or has expired.",
        is_gap: true,
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
        reason: "scan_gap",
        counts: "spans of time",
        because: "A scanner of the default branch gave no complete scan for longer than the policy allows.",
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
            let number = Number {
                value,
                n,
                has_gap,
                ..Number::default()
            };
            assert_eq!(judge(&number, target), verdict, "{number:?}");
        }
    }

    #[test]
    fn thin_ground_is_undetermined_and_an_open_breach_missed() {
        let target = Target {
            comparison: Comparison::Less,
            limit: 2.0,
        };
        for (value, n, open_breaches, verdict) in [
            (Some(1.0), 4, 0, KpiVerdict::Undetermined),
            (Some(3.0), 4, 0, KpiVerdict::Undetermined),
            (Some(1.0), 5, 0, KpiVerdict::Met),
            (Some(1.0), 5, 1, KpiVerdict::Missed),
            (Some(1.0), 1, 1, KpiVerdict::Missed),
            (None, 0, 1, KpiVerdict::Missed),
        ] {
            let number = Number {
                value,
                n,
                n_min: 5,
                open_breaches,
                ..Number::default()
            };
            assert_eq!(judge(&number, target), verdict, "{number:?}");
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
