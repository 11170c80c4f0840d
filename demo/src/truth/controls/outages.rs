//! Controls about outages of main (CI/CL-001 §15 and §21), the clocks of findings and the organization's numbers (§21).

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::clock::format_timestamp;
use domain::control::ControlStatus;

use crate::truth::Kpi;
use crate::truth::controls::scans::touches;
use crate::truth::controls::verdicts::{Controls, Scope, Verdicts};
use crate::truth::outages::OutageLog;
use crate::truth::sla::SlaClocks;

/// An outage in the window is fixed in time, and told by an issue. Nobody in this organization opens one when main turns
/// red, and no job does: every outage that is old enough fails.
pub(crate) fn settle(log: &OutageLog, scope: &Scope<'_>, verdicts: &mut Verdicts) {
    let told_within = scope.span("ci_fail_issue_within", TimeDelta::minutes(1));
    let fixed_within = scope.span("fix_main_max", TimeDelta::hours(1));
    let end = scope.window.end;
    for outage in &log.outages {
        let within = format!("outage {}", format_timestamp(outage.opened_at));
        if scope.window.contains(&outage.opened_at) && outage.opened_at + told_within <= end {
            verdicts.put("cicl-15.1", &within, ControlStatus::Fail);
        }
        let closed_at = outage.closed_at.filter(|at| *at < end);
        if closed_at.is_some_and(|at| at < scope.window.start) {
            continue;
        }
        let lasted = closed_at.unwrap_or(end) - outage.opened_at;
        let status = match closed_at {
            _ if fixed_within <= lasted => ControlStatus::Fail,
            None => ControlStatus::NoEvidence,
            Some(_) => ControlStatus::Pass,
        };
        verdicts.put("cicl-21.3", &within, status);
    }
    let otherwise = if log.n_judged(scope.window.start, end) > 0 {
        ControlStatus::NotApplicable
    } else {
        ControlStatus::NoEvidence
    };
    verdicts.put_where_none("cicl-15.1", otherwise);
    verdicts.put_where_none("cicl-21.3", otherwise);
}

/// Each clock that was due in the window, or before and runs on.
pub(crate) fn clocks(sla: &SlaClocks, is_scanned: bool, scope: &Scope<'_>, verdicts: &mut Verdicts) {
    let due = sla.episodes.iter().filter(|episode| {
        let is_open = episode.fixed_at.is_none_or(|at| scope.window.end <= at);
        episode.due_at < scope.window.end && (scope.window.start <= episode.due_at || is_open)
    });
    let mut seen: Vec<String> = Vec::new();
    for episode in due {
        let within = format!("{} since {}", episode.item, format_timestamp(episode.started_at));
        seen.push(within.clone());
        let nth = seen.iter().filter(|known| **known == within).count();
        let numbered = if nth > 1 { format!("{within} no. {nth}") } else { within };
        let status = if episode.state == "met" {
            ControlStatus::Pass
        } else {
            ControlStatus::Fail
        };
        verdicts.put("cicl-21.4", &numbered, status);
    }
    if !is_scanned || sla.gaps.iter().any(|gap| touches(gap, scope)) {
        verdicts.put_repository("cicl-21.4", ControlStatus::NoEvidence);
    }
    verdicts.put_where_none("cicl-21.4", ControlStatus::NotApplicable);
}

/// What the organization's numbers come to.
pub(crate) fn organization(kpis: &[Kpi], scope: &Scope<'_>) -> Controls {
    let of = |id: &str| kpis.iter().find(|kpi| kpi.id == id && kpi.repository.is_none());
    let mut controls = Controls::new();
    let mut put = |control: &'static str, status: ControlStatus| {
        let subject = ("all repositories".to_owned(), status.as_str());
        controls.insert(control, BTreeMap::from([subject]));
    };
    if let Some(kpi) = of("median_ci_duration_per_pull_request") {
        #[expect(clippy::cast_possible_truncation, reason = "a count")]
        let enough = scope.number("median_n_min") as i64;
        let status = match kpi.value {
            None => ControlStatus::NotApplicable,
            Some(_) if kpi.n < enough => ControlStatus::NoEvidence,
            Some(seconds) if scope.number("ci_duration_max") * 60.0 <= seconds => ControlStatus::Fail,
            Some(_) => ControlStatus::Pass,
        };
        put("cicl-21.1", status);
    }
    if let Some(kpi) = of("flaky_test_rate") {
        let lost = ["report_missing", "report_partial", "report_refused"];
        let status = match kpi.value {
            None => ControlStatus::NoEvidence,
            Some(percent) if scope.number("flaky_rate_max") <= percent => ControlStatus::Fail,
            Some(_) if lost.iter().any(|reason| kpi.excluded.contains_key(reason)) => ControlStatus::NoEvidence,
            Some(_) => ControlStatus::Pass,
        };
        put("cicl-21.2", status);
    }
    controls
}
