//! The controls about required checks (CI/CL-001 §10).

use chrono::TimeDelta;
use domain::clock::Timestamp;
use domain::control::ControlStatus;

use crate::truth::Required;
use crate::truth::controls::jobs::EndedJob;
use crate::truth::controls::verdicts::{Scope, Verdicts};

/// Each check with the control about it.
const CHECKS: [(&str, &str); 10] = [
    ("cicl-10.1.01", "lint"),
    ("cicl-10.1.02", "types"),
    ("cicl-10.1.03", "unit-tests"),
    ("cicl-10.1.04", "coverage-threshold"),
    ("cicl-10.1.05", "codeql"),
    ("cicl-10.1.06", "trivy"),
    ("cicl-10.1.07", "gitleaks"),
    ("cicl-10.1.08", "iac-scan"),
    ("cicl-10.1.09", "contract-checks"),
    ("cicl-10.1.10", "sbom-provenance"),
];

/// Judges the sets of required checks. Classic protection has no history: of it only what holds at a pull is known, from
/// then until the next one.
pub(crate) fn settle(
    required: &[Required],
    has_history: bool,
    jobs: &[EndedJob],
    scope: &Scope<'_>,
    verdicts: &mut Verdicts,
) {
    let at = |instant: Timestamp| required.iter().rev().find(|set| set.valid_from <= instant);
    let known: Vec<(Timestamp, &Required)> = if has_history {
        required.iter().map(|set| (set.valid_from, set)).collect()
    } else {
        let pulled = scope.pulls.iter();
        pulled.filter_map(|pull| Some((*pull, at(*pull)?))).collect()
    };
    let since = scope.window.end - scope.span("check_reported_within", TimeDelta::days(1));
    let reported: Vec<&str> = jobs
        .iter()
        .filter(|job| (since..scope.window.end).contains(&job.at))
        .map(|job| job.name.as_str())
        .collect();
    for (control, check) in CHECKS {
        let stands_for = |context: &str| {
            let leg = context.strip_prefix(check);
            leg.is_some_and(|leg| leg.is_empty() || leg.starts_with(" ("))
        };
        let status = match known.first() {
            Some((known_from, _)) if *known_from < scope.window.end => {
                let ends = known.iter().skip(1).map(|(at, _)| *at).chain([scope.window.end]);
                let is_absent = known.iter().zip(ends).any(|((from, set), to)| {
                    (*from).max(scope.window.start) < to && !set.checks.iter().any(|context| stands_for(context))
                });
                if is_absent {
                    ControlStatus::Fail
                } else if scope.window.start < *known_from {
                    ControlStatus::NoEvidence
                } else if reported.iter().any(|name| stands_for(name)) {
                    ControlStatus::Pass
                } else if reported.is_empty() {
                    ControlStatus::NoEvidence
                } else {
                    ControlStatus::Fail
                }
            }
            _ => ControlStatus::NoEvidence,
        };
        verdicts.put_repository(control, status);
    }
}
