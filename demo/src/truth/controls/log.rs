//! What is written down of a repository for its controls, and what they come to once time has ended.

use domain::clock::Timestamp;

use crate::truth::Required;
use crate::truth::controls::caches::CachesKept;
use crate::truth::controls::changes::ChangeLog;
use crate::truth::controls::deployments::DeploymentLog;
use crate::truth::controls::files::{self, FileLog};
use crate::truth::controls::jobs::JobLog;
use crate::truth::controls::nights::ScheduledRuns;
use crate::truth::controls::reports::ReportLog;
use crate::truth::controls::scans::ScanLog;
use crate::truth::controls::stays::MainReport;
use crate::truth::controls::supply::SupplyLog;
use crate::truth::controls::tools::ToolLog;
use crate::truth::controls::verdicts::{Controls, Scope, Verdicts};
use crate::truth::controls::{checks, mirror, nights, outages, stays};
use crate::truth::outages::OutageLog;
use crate::truth::quarantines::Quarantine;
use crate::truth::sla::SlaClocks;
use crate::truth::workflows::WorkflowFile;
use crate::world::finding::ScanState;
use crate::world::repository::Suite;

/// Follows what controls judge.
#[derive(Debug, Default)]
pub(crate) struct ControlLog {
    pub(crate) changes: ChangeLog,
    pub(crate) files: FileLog,
    pub(crate) jobs: JobLog,
    pub(crate) deployments: DeploymentLog,
    pub(crate) caches: CachesKept,
    pub(crate) scans: ScanLog,
    pub(crate) reports: ReportLog,
    pub(crate) supply: SupplyLog,
    pub(crate) scheduled: ScheduledRuns,
    pub(crate) main_reports: Vec<MainReport>,
    /// When each test report was left that says to be one, on whatever branch.
    pub(crate) tested_at: Vec<Timestamp>,
    /// Its rules have a history, as those of a ruleset have.
    pub(crate) has_rules_history: bool,
    /// Its workflow files let tools fail without consequence, or rewrite.
    pub(crate) is_lenient: bool,
}

/// What other parts of the truth tell of a repository.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub(crate) required: &'a [Required],
    pub(crate) outages: &'a OutageLog,
    pub(crate) quarantines: &'a [Quarantine],
    pub(crate) sla: &'a SlaClocks,
    pub(crate) suite: &'a Suite,
    pub(crate) workflows: &'a [WorkflowFile],
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
        self.jobs
            .settle(&self.changes.closed, self.is_lenient, scope, &mut verdicts);
        self.scans.settle(&self.jobs, &told.sla.gaps, scope, &mut verdicts);
        self.reports.settle(scope, &mut verdicts);
        let tools = ToolLog {
            jobs: &self.jobs.ended,
            scans,
            is_lenient: self.is_lenient,
        };
        tools.settle(scope, &mut verdicts);
        self.supply.settle(&self.jobs, scope, &mut verdicts);
        nights::settle(&self.scheduled, &self.jobs.ended, scans, scope, &mut verdicts);
        checks::settle(
            told.required,
            self.has_rules_history,
            &self.jobs.ended,
            scope,
            &mut verdicts,
        );
        files::declared_jobs(&self.jobs.ended, scope, &mut verdicts);
        self.files.settle(told.workflows, &mut verdicts);
        outages::settle(told.outages, scope, &mut verdicts);
        self.caches
            .settle(&self.scheduled, &self.jobs.ended, scope, &mut verdicts);
        self.deployments
            .settle(told.outages, told.required, &self.jobs.ended, scope, &mut verdicts);
        outages::clocks(told.sla, is_scanned, scope, &mut verdicts);
        mirror::settle(&mut verdicts);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::simulation::{Options, simulate};
    use crate::truth::Truth;

    /// The statuses that a control has anywhere.
    fn statuses<'a>(truth: &'a Truth, control: &str) -> BTreeSet<&'a str> {
        let of = truth.repositories.iter().filter_map(|of| of.controls.get(control));
        of.flat_map(|subjects| subjects.values().copied()).collect()
    }

    fn status<'a>(truth: &'a Truth, control: &str, repository: &str) -> Option<&'a str> {
        let of = truth.repositories.iter().find(|of| of.repository == repository)?;
        of.controls.get(control)?.get(repository).copied()
    }

    #[test]
    fn every_repository_says_something_of_every_control() {
        let (_, truth) = simulate(Options { seed: 1, days: 30 });
        let ids: BTreeSet<&str> = truth.repositories[0].controls.keys().copied().collect();
        assert_eq!(ids.len(), 71);
        for of in &truth.repositories {
            assert_eq!(
                of.controls.keys().copied().collect::<BTreeSet<_>>(),
                ids,
                "{}",
                of.repository
            );
            for subject in of.controls.values().flat_map(|subjects| subjects.keys()) {
                assert_eq!(subject.split(' ').next(), Some(of.repository.as_str()));
            }
        }
        let whole: Vec<&str> = truth.controls.keys().copied().collect();
        assert_eq!(whole, ["cicl-21.1", "cicl-21.2"]);
    }

    #[test]
    fn some_subjects_pass_and_some_fail() {
        let (_, truth) = simulate(Options { seed: 1, days: 30 });
        for control in [
            "cicl-03.5",
            "cicl-05.4",
            "cicl-05.5",
            "cicl-07.04",
            "cicl-07.05",
            "cicl-07.07",
            "cicl-09.1.1",
            "cicl-09.3.1",
            "cicl-09.5.1",
            "cicl-09.5.2",
            "cicl-09.5.3",
            "cicl-09.7.1",
            "cicl-10.1.02",
            "cicl-10.1.09",
            "cicl-10.2",
            "cicl-11.2",
            "cicl-11.4.1",
            "cicl-12.1",
            "cicl-12.2",
            "cicl-12.3",
            "cicl-12.4",
            "cicl-13.3",
            "cicl-16.1",
            "cicl-18.1",
            "cicl-20.2",
            "cicl-20.3",
            "cicl-20.5",
            "cicl-21.3",
            "cicl-21.4",
        ] {
            let seen = statuses(&truth, control);
            assert!(seen.contains("pass") && seen.contains("fail"), "{control}: {seen:?}");
        }
    }

    #[test]
    fn what_has_no_history_is_known_from_the_first_pull_on() {
        let (careless, careful) = ("neurocipher/identity-gateway", "neurocipher/ops-runbooks");
        // Pulled at its end only.
        let (_, truth) = simulate(Options { seed: 1, days: 30 });
        assert_eq!(status(&truth, "cicl-10.1.02", careless), Some("no_evidence"));
        assert_eq!(status(&truth, "cicl-10.1.02", careful), Some("no_evidence"));
        // Pulled before the window begins.
        let (_, truth) = simulate(Options { seed: 1, days: 60 });
        assert_eq!(status(&truth, "cicl-10.1.02", careless), Some("fail"));
        assert_eq!(status(&truth, "cicl-10.1.02", careful), Some("pass"));
    }
}
