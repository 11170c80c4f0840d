//! The control about nights (CI/CL-001 §5).

use chrono::TimeDelta;
use chrono_tz::America::Toronto;
use domain::clock::Timestamp;
use domain::control::ControlStatus;

use crate::truth::controls::jobs::EndedJob;
use crate::truth::controls::scans::{Family, Scanned};
use crate::truth::controls::verdicts::{Scope, Verdicts};
use crate::world::finding::ScanState;

/// Creation and id of every scheduled run.
pub(crate) type ScheduledRuns = Vec<(Timestamp, i64)>;

/// What one scanner shows of a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Complete,
    /// It executed, and left nothing that could be read.
    Nothing,
    /// It did not end well, or did not execute.
    Failed,
}

/// Judges each night that is over: in time, and with a complete scan by each scanner that the repository has.
pub(crate) fn settle(
    scheduled: &[(Timestamp, i64)],
    jobs: &[EndedJob],
    scans: &[Scanned],
    scope: &Scope<'_>,
    verdicts: &mut Verdicts,
) {
    let late = scope.span("nightly_late_max", TimeDelta::minutes(1));
    #[expect(clippy::cast_possible_truncation, reason = "an hour of the day")]
    let hour = scope.number("nightly_hour") as i64;
    let families: Vec<Family> = Family::ALL
        .into_iter()
        .filter(|family| {
            let mut of_family = scans.iter().filter(|scan| scan.is_default && scan.family() == *family);
            of_family.any(|scan| scan.state == ScanState::Complete)
        })
        .collect();
    let mut date = (scope.window.start - TimeDelta::days(1)).date_naive();
    while date <= scope.window.end.date_naive() {
        let begins_at = domain::calendar::night(date, hour, Toronto);
        let ends_at = begins_at + late;
        if scope.window.contains(&begins_at) && ends_at <= scope.window.end {
            let run = scheduled.iter().find(|(at, _)| (begins_at..ends_at).contains(at));
            let shown = run.map(|(_, run_id)| {
                let shown = families.iter().map(|family| shown(*family, *run_id, jobs, scans));
                shown.max()
            });
            let status = match shown {
                None | Some(Some(Shown::Failed)) => ControlStatus::Fail,
                Some(Some(Shown::Complete)) => ControlStatus::Pass,
                Some(Some(Shown::Nothing) | None) => ControlStatus::NoEvidence,
            };
            verdicts.put("cicl-05.5", &format!("night {date}"), status);
        }
        date += TimeDelta::days(1);
    }
    verdicts.put_where_none("cicl-05.5", ControlStatus::NoEvidence);
}

fn shown(family: Family, run_id: i64, jobs: &[EndedJob], scans: &[Scanned]) -> Shown {
    let left: Vec<&Scanned> = scans
        .iter()
        .filter(|scan| scan.run_id == run_id && scan.family() == family && scan.state != ScanState::Empty)
        .collect();
    let has_run = |job: &&EndedJob| job.run_id == run_id && family.kinds().contains(&job.kind);
    let has_executed = jobs.iter().filter(has_run).any(EndedJob::has_come_through);
    if left.iter().any(|scan| scan.state == ScanState::Complete) {
        Shown::Complete
    } else if left.is_empty() && has_executed {
        Shown::Nothing
    } else {
        Shown::Failed
    }
}
