//! Controls about stays in quarantine (CI/CL-001 §13).

use std::collections::{BTreeMap, BTreeSet};

use domain::clock::{Timestamp, format_timestamp};
use domain::control::ControlStatus;

use crate::truth::controls::verdicts::{Scope, Verdicts};
use crate::truth::flaky::results;
use crate::truth::quarantines::Quarantine;
use crate::world::repository::Suite;
use crate::world::run::{Conclusion, Draw, ReportForm};

/// A test report of a push or a schedule on main.
#[derive(Debug)]
pub(crate) struct MainReport {
    /// When its run was created.
    pub(crate) created_at: Timestamp,
    /// When its job ended.
    pub(crate) completed_at: Timestamp,
    /// How its job ended.
    pub(crate) conclusion: Conclusion,
    pub(crate) commit_at: Timestamp,
    pub(crate) draws: BTreeMap<usize, Draw>,
    pub(crate) form: ReportForm,
}

/// The part of a stay that lies in the window; null: it does not touch it.
fn span(stay: &Quarantine, scope: &Scope<'_>) -> Option<(Timestamp, Timestamp)> {
    let from = stay.tagged_at.max(scope.window.start);
    let to = stay.released_at.unwrap_or(scope.window.end).min(scope.window.end);
    (from < to).then_some((from, to))
}

/// Whether a report was begun and ended within a stay.
fn is_within(report: &MainReport, (from, to): (Timestamp, Timestamp)) -> bool {
    from <= report.created_at && report.completed_at < to
}

/// Judges each stay: the test runs and gates nothing, and it has an open ticket and days left.
pub(crate) fn settle(
    stays: &[Quarantine],
    reports: &[MainReport],
    tested_at: &[Timestamp],
    suite: &Suite,
    scope: &Scope<'_>,
    verdicts: &mut Verdicts,
) {
    let whole: Vec<&MainReport> = reports
        .iter()
        .filter(|report| report.form == ReportForm::Whole)
        .collect();
    let held: Vec<(&Quarantine, (Timestamp, Timestamp))> = stays
        .iter()
        .filter_map(|stay| Some((stay, span(stay, scope)?)))
        .collect();
    for (stay, span) in &held {
        let since = format_timestamp(stay.tagged_at);
        let within = format!("test {}::{} since {since}", stay.class_name, stay.name);
        verdicts.put("cicl-13.2", &within, runs(stay.test, *span, &whole, &held, suite));
        let is_uncovered = stay.ticket_closed_at.is_some_and(|at| at < span.1);
        let status = if stay.is_breached || stay.ticket.is_none() || is_uncovered {
            ControlStatus::Fail
        } else {
            ControlStatus::Pass
        };
        verdicts.put("cicl-13.3", &within, status);
    }
    let otherwise = |is_known: bool| {
        if is_known {
            ControlStatus::NotApplicable
        } else {
            ControlStatus::NoEvidence
        }
    };
    let has_reports = whole.iter().any(|report| scope.window.contains(&report.completed_at));
    verdicts.put_where_none("cicl-13.2", otherwise(has_reports));
    let is_tested = tested_at.iter().any(|at| scope.window.contains(at));
    verdicts.put_where_none("cicl-13.3", otherwise(is_tested));
}

/// Whether a test in quarantine was executed, and failed no job in which nothing else had failed.
fn runs(
    test: usize,
    span: (Timestamp, Timestamp),
    whole: &[&MainReport],
    held: &[(&Quarantine, (Timestamp, Timestamp))],
    suite: &Suite,
) -> ControlStatus {
    let of_stay: Vec<&&MainReport> = whole.iter().filter(|report| is_within(report, span)).collect();
    let shown = |report: &MainReport| match report.draws.get(&test) {
        _ if !suite.tests[test].exists_at(report.commit_at) => None,
        None => Some((0, 1)),
        Some(draw) => results(*draw, suite.producer),
    };
    let is_gated = of_stay.iter().any(|report| {
        let quarantined: BTreeSet<usize> = held
            .iter()
            .filter(|(_, span)| is_within(report, *span))
            .map(|(stay, _)| stay.test)
            .collect();
        let mut failing = report
            .draws
            .iter()
            .filter(|(_, draw)| matches!(draw, Draw::Failed | Draw::Error | Draw::FailedEveryRerun(_)))
            .map(|(test, _)| *test)
            .peekable();
        let has_failed = shown(report).is_some_and(|(n_failed, _)| n_failed > 0);
        has_failed
            && report.conclusion == Conclusion::Failure
            && failing.peek().is_some()
            && failing.all(|test| quarantined.contains(&test))
    });
    if is_gated {
        ControlStatus::Fail
    } else if of_stay.iter().any(|report| shown(report).is_some()) {
        ControlStatus::Pass
    } else if of_stay.is_empty() {
        ControlStatus::NoEvidence
    } else {
        ControlStatus::Fail
    }
}
