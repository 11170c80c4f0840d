//! What is written down for the controls, in the moment in which it happens.

use domain::change::GUARDED_FOLDERS;
use domain::clock::Timestamp;

use crate::simulation::repository::RepositorySimulation;
use crate::simulation::runs::NewRun;
use crate::truth::controls::changes::ClosedPullRequest;
use crate::truth::controls::jobs::{DeclaredJob, EndedJob, Push};
use crate::truth::controls::reports::{KeptArtifact, TestedJob};
use crate::truth::controls::scans::{Scanned, SecretAlert};
use crate::truth::controls::stays::MainReport;
use crate::truth::controls::supply::LeftBill;
use crate::truth::flaky::SuiteRan;
use crate::world::finding::{Alert, AlertChange, AlertKind, Scan, Severity, value_at};
use crate::world::run::{Content, Coverage, Event, JobKind, ReportForm};

/// The branch that everything is merged into.
const MAIN: &str = "main";

impl RepositorySimulation {
    /// A run is created.
    pub(crate) fn note_run(&mut self, new: &NewRun, run_id: i64) {
        let (at, commit) = (self.now, &self.repository.commits[new.head_commit].sha);
        let controls = &mut self.truth.controls;
        controls.deployments.first_runs.entry(commit.clone()).or_insert(at);
        match new.event {
            Event::PullRequest => {
                controls.changes.checked.insert(commit.clone());
            }
            Event::Schedule => controls.scheduled.push((at, run_id)),
            Event::Push if new.head_branch == MAIN => {
                controls.jobs.pushes.insert(commit.clone(), Push { run_id, at });
            }
            _ => {}
        }
    }

    /// A job ended, in whatever way.
    pub(crate) fn note_job(&mut self, run: usize, attempt: usize, index: usize) {
        let of = &self.repository.runs[run];
        let number = of.attempts[attempt].number;
        let job = &of.attempts[attempt].jobs[index];
        let Some(conclusion) = job.conclusion else { return };
        let path = self.repository.workflows[of.workflow].path;
        let base = job.name.split(" (").next().unwrap_or_default();
        // Revisions of a file differ in the releases of actions alone.
        let file = self.truth.workflows.iter().find(|file| file.path == path);
        let declared = file.and_then(|file| {
            let declared = file.jobs.iter().find(|declared| declared.id == base)?;
            Some(DeclaredJob {
                path,
                cancels_always: file.cancels_always,
                timeout_minutes: declared.timeout_minutes,
                writes_all: declared.permissions.unwrap_or(file.permissions) == "write-all",
                fetches_history: declared.fetches_history,
            })
        });
        let seconds = job
            .started_at
            .zip(job.completed_at)
            .map_or(0, |(from, to)| to.timestamp() - from.timestamp());
        self.truth.controls.jobs.ended.push(EndedJob {
            run_id: of.id,
            attempt: number,
            name: job.name.clone(),
            kind: job.kind,
            conclusion,
            began_at: job.started_at.map_or(job.created_at, |at| at.max(job.created_at)),
            at: self.now,
            commit: self.repository.commits[of.head_commit].sha.clone(),
            event: of.event,
            is_main: of.head_branch == MAIN && of.fork.is_none(),
            has_begun: job.first_step_at.is_some(),
            seconds,
            declared,
        });
    }

    /// A job ended that was not cancelled: what it uploaded is there.
    pub(crate) fn note_reports(
        &mut self,
        run: usize,
        attempt: usize,
        index: usize,
        left: Option<(&SuiteRan, Coverage)>,
    ) {
        let of = &self.repository.runs[run];
        let number = of.attempts[attempt].number;
        let job = &of.attempts[attempt].jobs[index];
        let Some(conclusion) = job.conclusion else { return };
        let uploaded = of.attempts[attempt]
            .artifacts
            .iter()
            .filter(|held| held.job_id == job.id);
        let bills: Vec<LeftBill> = uploaded
            .clone()
            .filter_map(|held| {
                let is_bound = match &held.content {
                    Content::Bill(image) => image.is_some(),
                    Content::Security(_) => false,
                    _ => return None,
                };
                Some(LeftBill {
                    run_id: of.id,
                    attempt: number,
                    is_bound,
                })
            })
            .collect();
        let days = self.kept_days();
        let kept: Vec<KeptArtifact> = uploaded
            .map(|held| KeptArtifact {
                name: held.name.clone(),
                created_at: held.created_at,
                days,
            })
            .collect();
        let is_main = of.head_branch == MAIN && of.fork.is_none();
        let is_default = is_main && matches!(of.event, Event::Push | Event::Schedule);
        let has_tested = job.kind == JobKind::UnitTests && job.first_step_at.is_some();
        let tested = (has_tested && is_default).then(|| TestedJob {
            run_id: of.id,
            attempt: number,
            at: self.now,
            is_owing: of.event == Event::Push && self.required_checks().contains(&job.name),
            left: left.map(|(ran, coverage)| (ran.form, coverage)),
        });
        let controls = &mut self.truth.controls;
        controls.supply.bills.extend(bills);
        controls.reports.kept.extend(kept);
        controls.reports.tested.extend(tested);
        let Some((ran, _)) = left.filter(|(ran, _)| ran.form != ReportForm::Empty) else {
            return;
        };
        controls.tested_at.push(ran.completed_at);
        if ran.is_default_branch {
            controls.main_reports.push(MainReport {
                created_at: ran.created_at,
                completed_at: ran.completed_at,
                conclusion,
                commit_at: ran.commit_at,
                draws: ran.draws.clone(),
                form: ran.form,
            });
        }
    }

    /// Scans of a job ended.
    pub(crate) fn note_scans(&mut self, run: usize, attempt: usize, is_default: bool, scans: &[Scan]) {
        let of = &self.repository.runs[run];
        let (run_id, number) = (of.id, of.attempts[attempt].number);
        for scan in scans {
            let is_severe = |finding: &&usize| {
                let severities = &self.repository.findings[**finding].severities;
                value_at(severities, scan.completed_at).is_some_and(|severity| severity >= Severity::High)
            };
            self.truth.controls.scans.scans.push(Scanned {
                run_id,
                attempt: number,
                tool: scan.tool,
                state: scan.state,
                commit: self.repository.commits[scan.commit].sha.clone(),
                at: scan.completed_at,
                n_findings: scan.findings.len(),
                n_severe: scan.findings.iter().filter(is_severe).count(),
                is_default,
            });
        }
    }

    /// A pull request is closed.
    pub(crate) fn note_closed(&mut self, pull_request: usize, is_merged: bool) {
        let of = &self.repository.pull_requests[pull_request];
        let Some((_, head)) = of.heads.last() else { return };
        let is_guarded = self.touches_guarded(pull_request);
        self.truth.controls.changes.closed.push(ClosedPullRequest {
            number: of.number,
            head: self.repository.commits[*head].sha.clone(),
            begun_at: self.pull_request_states[pull_request].begun_at,
            closed_at: self.now,
            is_merged,
            is_guarded,
            // A later push lets no earlier review stand.
            is_approved_by_owner: of
                .reviews
                .iter()
                .any(|review| review.is_code_owner && review.commit == *head),
        });
    }

    /// Tells whether a commit that the pull request proposes changes a folder that code owners guard.
    fn touches_guarded(&self, pull_request: usize) -> bool {
        let of = &self.repository.pull_requests[pull_request];
        let mut next = of.heads.last().map(|(_, head)| *head);
        while let Some(commit) = next.filter(|commit| *commit != of.base) {
            let commit = &self.repository.commits[commit];
            let mut paths = commit.files.iter().map(|file| &file.path);
            if paths.any(|path| GUARDED_FOLDERS.iter().any(|folder| path.starts_with(folder))) {
                return true;
            }
            next = commit.parents.first().copied();
        }
        false
    }

    /// The alert about a secret changed.
    pub(crate) fn note_secret(&mut self, finding: usize, at: Timestamp, change: &AlertChange) {
        let is_it = |alert: &&Alert| alert.kind == AlertKind::SecretScanning && alert.finding == finding;
        let Some(number) = self.repository.alerts.iter().find(is_it).map(|alert| alert.number) else {
            return;
        };
        let known = self.truth.controls.scans.secret_alerts.entry(number);
        let alert = known.or_insert(SecretAlert {
            opened_at: at,
            resolved_at: None,
        });
        alert.resolved_at = match change {
            AlertChange::Opened => None,
            _ => Some(at),
        };
    }
}
