//! Controls of CI/CL-001: the status of one subject, and how subjects roll up to a control, and controls to a report.

use std::fmt;

/// What the evidence says of one subject, or of a control over all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlStatus {
    /// The evidence shows that the clause is kept.
    Pass,
    /// The evidence shows that it is not.
    Fail,
    /// The evidence shows that the clause has no object here. Never for want of evidence.
    NotApplicable,
    /// Nothing shows either. Never a pass.
    NoEvidence,
    /// It could not be computed.
    Error,
    /// It fails, and somebody who may has accepted that for a while. Never a pass.
    Waived,
}

impl ControlStatus {
    /// Every status, in the order in which they are told.
    pub const ALL: [Self; 6] = [
        Self::Fail,
        Self::Error,
        Self::NoEvidence,
        Self::Waived,
        Self::Pass,
        Self::NotApplicable,
    ];

    /// The word in SQL, JSON and CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not_applicable",
            Self::NoEvidence => "no_evidence",
            Self::Error => "error",
            Self::Waived => "waived",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

impl fmt::Display for ControlStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Rolls the subjects of a control up.
///
/// One failure fails it: what is missing excuses nothing. Then whatever is unknown leaves it without evidence, and so does
/// a population of nobody, unless it is shown that the clause has no object. A waiver is shown and passes nothing.
pub fn roll_up(subjects: impl IntoIterator<Item = ControlStatus>) -> ControlStatus {
    let mut seen = Seen::default();
    subjects.into_iter().for_each(|status| seen.add(status));
    match seen {
        Seen { fails: true, .. } => ControlStatus::Fail,
        Seen { is_unknown: true, .. } => ControlStatus::NoEvidence,
        Seen { is_waived: true, .. } => ControlStatus::Waived,
        Seen { passes: true, .. } => ControlStatus::Pass,
        Seen {
            is_out_of_scope: true, ..
        } => ControlStatus::NotApplicable,
        _ => ControlStatus::NoEvidence,
    }
}

/// Rolls the controls of an architecture decision up (CI/CL-001 §17). As [`roll_up`], but a report is about something:
/// where no control has an object, nothing is shown.
pub fn roll_up_report(controls: impl IntoIterator<Item = ControlStatus>) -> ControlStatus {
    match roll_up(controls) {
        ControlStatus::NotApplicable => ControlStatus::NoEvidence,
        status => status,
    }
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each status")]
struct Seen {
    fails: bool,
    is_unknown: bool,
    is_waived: bool,
    passes: bool,
    is_out_of_scope: bool,
}

impl Seen {
    fn add(&mut self, status: ControlStatus) {
        match status {
            ControlStatus::Fail => self.fails = true,
            ControlStatus::NoEvidence | ControlStatus::Error => self.is_unknown = true,
            ControlStatus::Waived => self.is_waived = true,
            ControlStatus::Pass => self.passes = true,
            ControlStatus::NotApplicable => self.is_out_of_scope = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ControlStatus::{Error, Fail, NoEvidence, NotApplicable, Pass, Waived};
    use super::*;

    #[test]
    fn a_failure_fails_a_control_whatever_else_is_missing() {
        for others in [vec![], vec![Pass], vec![NoEvidence], vec![Error, Waived, NotApplicable]] {
            assert_eq!(roll_up(others.into_iter().chain([Fail])), Fail);
        }
    }

    #[test]
    fn what_is_unknown_leaves_a_control_without_evidence() {
        for unknown in [NoEvidence, Error] {
            assert_eq!(roll_up([Pass, unknown, Pass]), NoEvidence);
            assert_eq!(roll_up([Waived, unknown]), NoEvidence);
            assert_eq!(roll_up([NotApplicable, unknown]), NoEvidence);
        }
    }

    #[test]
    fn nobody_is_no_evidence_and_a_proven_absence_is_not_applicable() {
        assert_eq!(roll_up([]), NoEvidence);
        assert_eq!(roll_up([NotApplicable, NotApplicable]), NotApplicable);
        assert_eq!(roll_up([NotApplicable, Pass]), Pass);
    }

    #[test]
    fn a_waiver_is_shown_and_passes_nothing() {
        assert_eq!(roll_up([Waived]), Waived);
        assert_eq!(roll_up([Pass, Waived, NotApplicable]), Waived);
        assert_eq!(roll_up([Waived, Fail]), Fail);
    }

    #[test]
    fn a_report_needs_a_control_that_passes() {
        assert_eq!(roll_up_report([NotApplicable]), NoEvidence);
        assert_eq!(roll_up_report([]), NoEvidence);
        assert_eq!(roll_up_report([NotApplicable, Pass]), Pass);
        assert_eq!(roll_up_report([Pass, Fail, NoEvidence]), Fail);
    }

    #[test]
    fn every_status_has_a_word_of_its_own() {
        for status in ControlStatus::ALL {
            assert_eq!(ControlStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(ControlStatus::parse("passed"), None);
    }
}
