//! What is written down of a repository for its controls, and what they come to once time has ended.

use domain::clock::Timestamp;

use crate::truth::Required;
use crate::truth::controls::changes::ChangeLog;
use crate::truth::controls::jobs::JobLog;
use crate::truth::controls::nights::ScheduledRuns;
use crate::truth::controls::reports::ReportLog;
use crate::truth::controls::scans::ScanLog;
use crate::truth::controls::stays::MainReport;
use crate::truth::controls::verdicts::{Controls, Scope, Verdicts};
use crate::truth::controls::{checks, nights, outages, stays};
use crate::truth::outages::OutageLog;
use crate::truth::quarantines::Quarantine;
use crate::truth::sla::SlaClocks;
use crate::world::finding::ScanState;
use crate::world::repository::Suite;

/// Follows what controls judge.
#[derive(Debug, Default)]
pub(crate) struct ControlLog {
    pub(crate) changes: ChangeLog,
    pub(crate) jobs: JobLog,
    pub(crate) scans: ScanLog,
    pub(crate) reports: ReportLog,
    pub(crate) scheduled: ScheduledRuns,
    pub(crate) main_reports: Vec<MainReport>,
    /// When each test report was left that says to be one, on whatever branch.
    pub(crate) tested_at: Vec<Timestamp>,
    /// Its rules have a history, as those of a ruleset have.
    pub(crate) has_rules_history: bool,
}

/// What other parts of the truth tell of a repository.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub(crate) required: &'a [Required],
    pub(crate) outages: &'a OutageLog,
    pub(crate) quarantines: &'a [Quarantine],
    pub(crate) sla: &'a SlaClocks,
    pub(crate) suite: &'a Suite,
}

impl ControlLog {
    /// What the controls have to say of the repository.
    pub(crate) fn settle(&self, repository: &str, told: &Told<'_>, scope: &Scope<'_>) -> Controls {
        let mut verdicts = Verdicts::new(repository.to_owned());
        let scans = &self.scans.scans;
        let is_scanned = scans.iter().any(|scan| {
            let is_complete = scan.is_default && scan.state == ScanState::Complete;
            is_complete && scope.window.contains(&scan.at)
        });
        self.changes.settle(scope, &mut verdicts);
        self.jobs.settle(&self.changes.closed, scope, &mut verdicts);
        self.scans.settle(&self.jobs, &told.sla.gaps, scope, &mut verdicts);
        self.reports.settle(scope, &mut verdicts);
        nights::settle(&self.scheduled, &self.jobs.ended, scans, scope, &mut verdicts);
        checks::settle(
            told.required,
            self.has_rules_history,
            &self.jobs.ended,
            scope,
            &mut verdicts,
        );
        outages::settle(told.outages, scope, &mut verdicts);
        outages::clocks(told.sla, is_scanned, scope, &mut verdicts);
        stays::settle(
            told.quarantines,
            &self.main_reports,
            &self.tested_at,
            told.suite,
            scope,
            &mut verdicts,
        );
        verdicts.controls
    }
}
