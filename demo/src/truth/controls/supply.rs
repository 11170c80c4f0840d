//! Controls about what is built: licences (CI/CL-001 §7), bills of materials and provenance (§7, §8, §9).

use std::collections::{BTreeMap, BTreeSet};

use domain::control::ControlStatus;

use crate::truth::controls::jobs::{EndedJob, JobLog};
use crate::truth::controls::verdicts::{Scope, Verdicts};
use crate::world::run::{Conclusion, JobKind};

/// A bill of materials that was uploaded. Syft makes all of them, as SPDX 2.3.
#[derive(Debug)]
pub(crate) struct LeftBill {
    pub(crate) run_id: i64,
    pub(crate) attempt: i64,
    /// It states the digest of the image that it describes.
    pub(crate) is_bound: bool,
}

/// Follows what is left of what is built.
#[derive(Debug, Default)]
pub(crate) struct SupplyLog {
    pub(crate) bills: Vec<LeftBill>,
}

/// What is known of one build.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Build {
    n_bills: usize,
    is_bound: bool,
    /// The job that makes the bill of materials and signs it had begun.
    has_begun: bool,
    /// It attested: its last step, which is reached only where the others succeed.
    is_attested: bool,
    /// No attempt of the run goes on.
    is_ended: bool,
}

impl SupplyLog {
    pub(crate) fn settle(&self, jobs: &JobLog, scope: &Scope<'_>, verdicts: &mut Verdicts) {
        let mut built: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        let mut in_window: BTreeSet<(i64, i64)> = BTreeSet::new();
        for job in jobs.ended.iter().filter(|job| is_build(job)) {
            built.entry(job.run_id).or_default().insert(job.attempt);
            if scope.window.contains(&job.at) {
                in_window.insert((job.run_id, job.attempt));
            }
        }
        for (run_id, attempt) in in_window {
            let next = built[&run_id].range(attempt + 1..).next().copied();
            let belongs =
                |(of, number): (i64, i64)| of == run_id && attempt <= number && next.is_none_or(|next| number < next);
            let within = format!("run {run_id} attempt {attempt}");
            Self::judge(&self.build(belongs, run_id, jobs), &within, verdicts);
        }
        for control in [
            "cicl-07.10",
            "cicl-08.10",
            "cicl-08.11",
            "cicl-09.7.1",
            "cicl-09.7.2",
            "cicl-09.7.3",
        ] {
            verdicts.put_where_none(control, ControlStatus::NoEvidence);
        }
        // Nobody has said which licences are allowed.
        verdicts.put_where_none("cicl-07.08", ControlStatus::NoEvidence);
    }

    /// What the attempts left that belong to a build.
    fn build(&self, belongs: impl Fn((i64, i64)) -> bool, run_id: i64, jobs: &JobLog) -> Build {
        let bills: Vec<&LeftBill> = self
            .bills
            .iter()
            .filter(|bill| belongs((bill.run_id, bill.attempt)))
            .collect();
        let supplying: Vec<&EndedJob> = jobs
            .ended
            .iter()
            .filter(|job| job.kind == JobKind::SbomProvenance && belongs((job.run_id, job.attempt)))
            .collect();
        Build {
            n_bills: bills.len(),
            is_bound: bills.iter().any(|bill| bill.is_bound),
            has_begun: supplying.iter().any(|job| job.has_begun),
            is_attested: supplying.iter().any(|job| job.conclusion == Conclusion::Success),
            is_ended: jobs
                .attempts
                .range((run_id, i64::MIN)..=(run_id, i64::MAX))
                .all(|(_, ended)| ended.is_some()),
        }
    }

    /// Attestations go to the registry: of those here nobody has any.
    fn judge(build: &Build, within: &str, verdicts: &mut Verdicts) {
        // What is missing is missing for good once the run has ended, unless a step left it elsewhere.
        let missing = |is_elsewhere: bool| {
            if build.is_ended && !is_elsewhere {
                ControlStatus::Fail
            } else {
                ControlStatus::NoEvidence
            }
        };
        let attested = missing(build.is_attested);
        let is_unbound = build.n_bills > 0 && !build.is_bound;
        let bound = match build.n_bills {
            _ if build.is_bound => ControlStatus::Pass,
            0 => missing(build.has_begun),
            _ => missing(false),
        };
        let listed = if build.n_bills > 0 {
            ControlStatus::Pass
        } else {
            ControlStatus::NoEvidence
        };
        let both = if is_unbound { missing(false) } else { attested };
        verdicts.put("cicl-07.10", within, both);
        verdicts.put("cicl-08.10", within, listed);
        verdicts.put("cicl-08.11", within, ControlStatus::NoEvidence);
        verdicts.put("cicl-09.7.1", within, bound);
        verdicts.put("cicl-09.7.2", within, attested);
        verdicts.put("cicl-09.7.3", within, attested);
    }
}

/// A job that built an image: it sets Buildx up first.
fn is_build(job: &EndedJob) -> bool {
    job.kind == JobKind::Build && job.is_default_branch() && job.conclusion == Conclusion::Success
}
