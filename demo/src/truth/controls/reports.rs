//! Controls about what jobs leave behind: coverage (CI/CL-001 §7), test reports (§9), artifacts (§16).

use std::collections::BTreeMap;

use domain::clock::Timestamp;
use domain::control::ControlStatus;

use crate::truth::controls::verdicts::{Scope, Verdicts};
use crate::world::run::{Coverage, ReportForm};

/// A job that ran the tests on main.
#[derive(Debug)]
pub(crate) struct TestedJob {
    pub(crate) run_id: i64,
    pub(crate) attempt: i64,
    pub(crate) at: Timestamp,
    /// Of a push, and required then: it owes a test report.
    pub(crate) is_owing: bool,
    /// What it left; null: nothing.
    pub(crate) left: Option<(ReportForm, Coverage)>,
}

/// An artifact that was uploaded.
#[derive(Debug)]
pub(crate) struct KeptArtifact {
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    /// For how many days it is kept.
    pub(crate) days: i64,
}

/// Follows what jobs leave behind.
#[derive(Debug, Default)]
pub(crate) struct ReportLog {
    pub(crate) tested: Vec<TestedJob>,
    pub(crate) kept: Vec<KeptArtifact>,
}

impl ReportLog {
    pub(crate) fn settle(&self, scope: &Scope<'_>, verdicts: &mut Verdicts) {
        let mut attempts: BTreeMap<(i64, i64), Vec<&TestedJob>> = BTreeMap::new();
        for job in self.tested.iter().filter(|job| scope.window.contains(&job.at)) {
            attempts.entry((job.run_id, job.attempt)).or_default().push(job);
        }
        for ((run_id, attempt), jobs) in attempts {
            let within = format!("run {run_id} attempt {attempt}");
            verdicts.put("cicl-07.03", &within, coverage(&jobs, scope));
            if let Some(status) = reports(&jobs) {
                verdicts.put("cicl-09.3.1", &within, status);
            }
        }
        verdicts.put_where_none("cicl-07.03", ControlStatus::NoEvidence);
        verdicts.put_where_none("cicl-09.3.1", ControlStatus::NoEvidence);
        self.retention(scope, verdicts);
    }

    /// Every artifact of a name is kept for as long as those of branches have to be. Nobody deletes any, and no run is of
    /// a release.
    fn retention(&self, scope: &Scope<'_>, verdicts: &mut Verdicts) {
        #[expect(clippy::cast_possible_truncation, reason = "whole days")]
        let wanted = scope.number("artifact_retention_branches") as i64;
        let mut names: BTreeMap<&str, bool> = BTreeMap::new();
        for artifact in self.kept.iter().filter(|kept| scope.window.contains(&kept.created_at)) {
            *names.entry(&artifact.name).or_insert(true) &= artifact.days == wanted;
        }
        for (name, is_kept) in names {
            let status = if is_kept {
                ControlStatus::Pass
            } else {
                ControlStatus::Fail
            };
            verdicts.put("cicl-16.1", &format!("artifact {name}"), status);
        }
        verdicts.put_where_none("cicl-16.1", ControlStatus::NotApplicable);
    }
}

/// Lines and branches of every job of an attempt. A miss stands, whatever is missing beside it.
fn coverage(jobs: &[&TestedJob], scope: &Scope<'_>) -> ControlStatus {
    let holds = |covered: i64, valid: i64, rule: &str| {
        #[expect(clippy::cast_precision_loss, reason = "lines of a repository")]
        let (covered, valid) = (covered as f64, valid as f64);
        covered * 100.0 >= scope.number(rule) * valid
    };
    let of_job = |job: &&TestedJob| match job.left {
        None => ControlStatus::NoEvidence,
        Some((_, of)) if !holds(of.lines_covered, of.lines_valid, "coverage_lines_min") => ControlStatus::Fail,
        Some((_, of)) if of.branches_valid == 0 => ControlStatus::NoEvidence,
        Some((_, of)) if !holds(of.branches_covered, of.branches_valid, "coverage_branches_min") => ControlStatus::Fail,
        Some(_) => ControlStatus::Pass,
    };
    worst(jobs.iter().map(of_job))
}

/// Whether the test reports of an attempt are there and whole. Coverage is always beside them. Null: nothing is there,
/// and nothing is owed.
fn reports(jobs: &[&TestedJob]) -> Option<ControlStatus> {
    let of_job = |job: &&TestedJob| match job.left {
        Some((ReportForm::Whole, _)) => Some(ControlStatus::Pass),
        Some((ReportForm::Truncated, _)) => Some(ControlStatus::Fail),
        // A file without a byte does not say that it is a test report.
        Some((ReportForm::Empty, _)) => Some(ControlStatus::NoEvidence),
        None => job.is_owing.then_some(ControlStatus::NoEvidence),
    };
    let all: Vec<ControlStatus> = jobs.iter().filter_map(of_job).collect();
    (!all.is_empty()).then(|| worst(all.into_iter()))
}

fn worst(all: impl Iterator<Item = ControlStatus>) -> ControlStatus {
    let rank = |status: &ControlStatus| match status {
        ControlStatus::Fail => 2,
        ControlStatus::Pass => 0,
        _ => 1,
    };
    all.max_by_key(rank).unwrap_or(ControlStatus::NoEvidence)
}
