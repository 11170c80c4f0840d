//! The control about deployments while main is red (CI/CL-001 §22).

use std::collections::BTreeMap;

use domain::clock::{Timestamp, format_timestamp};
use domain::control::ControlStatus;

use crate::truth::Required;
use crate::truth::controls::jobs::EndedJob;
use crate::truth::controls::verdicts::{Scope, Verdicts};
use crate::truth::outages::OutageLog;
use crate::world::run::Conclusion;

/// A deployment to production.
#[derive(Debug)]
pub(crate) struct Deployed {
    pub(crate) commit: String,
    /// When it was asked for, when it began, and when it ended.
    pub(crate) made_at: Timestamp,
    pub(crate) begun_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    pub(crate) has_succeeded: bool,
    /// It says to be a hotfix.
    pub(crate) is_hotfix: bool,
}

/// How a deployment looks in an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// A hotfix of a new commit, behind every gate.
    Allowed,
    /// It is not over, it failed, or a gate of the hotfix was skipped.
    Undecided,
    Forbidden,
}

/// Follows deployments to production, and when each commit first ran.
#[derive(Debug, Default)]
pub(crate) struct DeploymentLog {
    pub(crate) made: Vec<Deployed>,
    pub(crate) first_runs: BTreeMap<String, Timestamp>,
}

impl DeploymentLog {
    /// While main was red, nothing began to be deployed but hotfixes.
    pub(crate) fn settle(
        &self,
        outages: &OutageLog,
        required: &[Required],
        jobs: &[EndedJob],
        scope: &Scope<'_>,
        verdicts: &mut Verdicts,
    ) {
        let end = scope.window.end;
        for outage in &outages.outages {
            let closed_at = outage.closed_at.filter(|at| *at < end);
            if closed_at.is_some_and(|at| at < scope.window.start) {
                continue;
            }
            let span = outage.opened_at..closed_at.unwrap_or(end);
            let inside = self.made.iter().filter(|deployed| {
                // Until its first status is there, nothing but its creation is known.
                let begun_at = if deployed.begun_at <= end {
                    deployed.begun_at
                } else {
                    deployed.made_at
                };
                span.contains(&begun_at)
            });
            let worst = inside
                .map(|deployed| self.shown(deployed, outage.opened_at, required, jobs, end))
                .max();
            let status = match worst {
                Some(Shown::Forbidden) => ControlStatus::Fail,
                Some(Shown::Undecided) => ControlStatus::NoEvidence,
                // Of what is deployed elsewhere GitHub knows nothing.
                _ if self.made.is_empty() || closed_at.is_none() => ControlStatus::NoEvidence,
                _ => ControlStatus::Pass,
            };
            let within = format!("outage {}", format_timestamp(outage.opened_at));
            verdicts.put("cicl-22.1", &within, status);
        }
        let otherwise = if outages.n_judged(scope.window.start, end) > 0 {
            ControlStatus::NotApplicable
        } else {
            ControlStatus::NoEvidence
        };
        verdicts.put_where_none("cicl-22.1", otherwise);
    }

    fn shown(
        &self,
        deployed: &Deployed,
        opened_at: Timestamp,
        required: &[Required],
        jobs: &[EndedJob],
        end: Timestamp,
    ) -> Shown {
        if end < deployed.ended_at || !deployed.has_succeeded {
            return Shown::Undecided;
        }
        if !deployed.is_hotfix {
            return Shown::Forbidden;
        }
        let first_run = self.first_runs.get(&deployed.commit);
        if first_run.is_none_or(|at| *at < opened_at) {
            return Shown::Forbidden;
        }
        let held = required.iter().rev().find(|set| set.valid_from <= deployed.begun_at);
        let gates = held.map_or(&[][..], |set| set.checks.as_slice()).iter().map(|check| {
            let of_gate = jobs
                .iter()
                .filter(|job| job.commit == deployed.commit && job.name == *check && job.at < deployed.begun_at);
            match of_gate.max_by_key(|job| job.at).map(|job| job.conclusion) {
                Some(Conclusion::Success) => Shown::Allowed,
                Some(Conclusion::Skipped | Conclusion::Neutral) => Shown::Undecided,
                _ => Shown::Forbidden,
            }
        });
        gates.max().unwrap_or(Shown::Undecided)
    }
}
