//! Controls about scans: what they find (CI/CL-001 §7), which tools scan (§8), and that they run (§9).

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use domain::clock::Timestamp;
use domain::control::ControlStatus;

use crate::truth::controls::jobs::{EndedJob, JobLog};
use crate::truth::controls::verdicts::{Scope, Verdicts};
use crate::truth::sla::ScanGap;
use crate::world::finding::{ScanState, Tool};
use crate::world::run::{Conclusion, JobKind};

/// GitHub has read what was uploaded after so long.
const ANALYSIS_SECONDS: i64 = 20;

/// A tool, whatever it scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Checkov,
    CodeQl,
    Gitleaks,
    Trivy,
}

impl Family {
    pub(crate) const ALL: [Self; 4] = [Self::Checkov, Self::CodeQl, Self::Gitleaks, Self::Trivy];

    /// The jobs that it runs in.
    pub(crate) fn kinds(self) -> &'static [JobKind] {
        match self {
            Self::Checkov => &[JobKind::IacScan],
            Self::CodeQl => &[JobKind::CodeQl],
            Self::Gitleaks => &[JobKind::Gitleaks],
            Self::Trivy => &[JobKind::Trivy],
        }
    }
}

/// A scan that ended, on whatever branch.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) run_id: i64,
    pub(crate) attempt: i64,
    pub(crate) tool: Tool,
    pub(crate) state: ScanState,
    pub(crate) commit: String,
    pub(crate) at: Timestamp,
    /// What it lists.
    pub(crate) n_findings: usize,
    /// Of them critical or high.
    pub(crate) n_severe: usize,
    /// A push or a schedule on main.
    pub(crate) is_default: bool,
}

impl Scanned {
    pub(crate) fn family(&self) -> Family {
        match self.tool {
            Tool::CodeQl => Family::CodeQl,
            Tool::TrivyFs | Tool::TrivyImage => Family::Trivy,
            Tool::Gitleaks => Family::Gitleaks,
            Tool::Checkov => Family::Checkov,
        }
    }

    fn is_complete(&self) -> bool {
        self.state == ScanState::Complete
    }

    /// GitHub has an analysis of main by `end` that tells of it. Those of pull requests and of the merge queue are about
    /// other references, be the commit the same.
    fn is_analysed(&self, end: Timestamp) -> bool {
        self.is_default && self.at + TimeDelta::seconds(ANALYSIS_SECONDS) <= end
    }
}

/// An alert about a secret.
#[derive(Debug)]
pub(crate) struct SecretAlert {
    pub(crate) opened_at: Timestamp,
    pub(crate) resolved_at: Option<Timestamp>,
}

/// Follows scans.
#[derive(Debug, Default)]
pub(crate) struct ScanLog {
    pub(crate) scans: Vec<Scanned>,
    /// By number.
    pub(crate) secret_alerts: BTreeMap<i64, SecretAlert>,
}

impl ScanLog {
    pub(crate) fn settle(&self, jobs: &JobLog, gaps: &[ScanGap], scope: &Scope<'_>, verdicts: &mut Verdicts) {
        self.findings("cicl-07.04", Tool::Gitleaks, gaps, scope, verdicts);
        for (number, alert) in &self.secret_alerts {
            let is_open = alert.resolved_at.is_none_or(|at| scope.window.end <= at);
            if is_open && alert.opened_at < scope.window.end {
                let within = format!("secret scanning alert {number}");
                verdicts.put("cicl-07.04", &within, ControlStatus::Fail);
            }
        }
        self.findings("cicl-07.05", Tool::CodeQl, gaps, scope, verdicts);
        self.findings("cicl-07.07", Tool::Checkov, gaps, scope, verdicts);
        self.tools(scope, verdicts);
        self.secrets_on_every_commit(jobs, scope, verdicts);
        self.code_ql(&jobs.ended, scope, verdicts);
        self.files_and_images(&jobs.ended, scope, verdicts);
    }

    /// Scans of main by `tool` that ended in the window and left something to read.
    fn left_by<'a>(&'a self, tool: Tool, scope: &'a Scope<'_>) -> impl Iterator<Item = &'a Scanned> {
        self.scans.iter().filter(move |scan| {
            let is_read = scan.tool == tool && scan.is_default && scan.state != ScanState::Empty;
            is_read && scope.window.contains(&scan.at)
        })
    }

    /// A complete scan without findings that count: of secrets and misconfigurations each one does.
    fn findings(
        &self,
        control: &'static str,
        tool: Tool,
        gaps: &[ScanGap],
        scope: &Scope<'_>,
        verdicts: &mut Verdicts,
    ) {
        // GitHub says of a failed scan of main that it could not read it; that casts doubt on every scan of the commit.
        let is_broken = |scan: &&Scanned| {
            tool == Tool::CodeQl && scan.state == ScanState::Failed && scan.is_analysed(scope.window.end)
        };
        let of_tool = self.scans.iter().filter(|scan| scan.tool == tool);
        let broken: BTreeSet<&str> = of_tool.filter(is_broken).map(|scan| scan.commit.as_str()).collect();
        let mut n_scans = 0;
        for scan in self.left_by(tool, scope) {
            n_scans += 1;
            let n = if tool == Tool::CodeQl {
                scan.n_severe
            } else {
                scan.n_findings
            };
            let status = if n > 0 {
                ControlStatus::Fail
            } else if !scan.is_complete() || broken.contains(scan.commit.as_str()) {
                ControlStatus::NoEvidence
            } else {
                ControlStatus::Pass
            };
            let (run_id, attempt) = (scan.run_id, scan.attempt);
            let stream = format!("{} {}", tool.driver().to_lowercase(), tool.file());
            verdicts.put(control, &format!("run {run_id} attempt {attempt} {stream}"), status);
        }
        let is_silent = gaps
            .iter()
            .any(|gap| gap.category == tool.category() && touches(gap, scope));
        if is_silent || n_scans == 0 {
            verdicts.put_repository(control, ControlStatus::NoEvidence);
        }
    }

    fn tools(&self, scope: &Scope<'_>, verdicts: &mut Verdicts) {
        let passes = |does: bool| {
            if does {
                ControlStatus::Pass
            } else {
                ControlStatus::NoEvidence
            }
        };
        let has_code_ql = self.left_by(Tool::CodeQl, scope).any(Scanned::is_complete);
        verdicts.put_repository("cicl-08.05", passes(has_code_ql));
        let has_gitleaks = self.left_by(Tool::Gitleaks, scope).next().is_some();
        verdicts.put_repository("cicl-08.06", passes(has_gitleaks));
    }

    /// Gitleaks on every commit of main, once the runs of its push are over.
    fn secrets_on_every_commit(&self, jobs: &JobLog, scope: &Scope<'_>, verdicts: &mut Verdicts) {
        for (commit, push) in jobs.pushes.iter().filter(|(_, push)| scope.window.contains(&push.at)) {
            let attempts = jobs.attempts.range((push.run_id, 0)..=(push.run_id, i64::MAX));
            let ends: Vec<Option<Conclusion>> = attempts.map(|(_, end)| *end).collect();
            if ends.iter().any(Option::is_none) {
                continue;
            }
            let is_of = |scan: &&Scanned| {
                let is_left = scan.is_default && scan.state != ScanState::Empty;
                is_left && scan.tool == Tool::Gitleaks && scan.commit == *commit
            };
            let left: Vec<&Scanned> = self.scans.iter().filter(is_of).collect();
            let mut scanning = jobs
                .ended
                .iter()
                .filter(|job| job.run_id == push.run_id && job.kind == JobKind::Gitleaks && job.is_decided());
            let status = if left.iter().any(|scan| scan.is_complete()) {
                ControlStatus::Pass
            } else if !left.is_empty() {
                ControlStatus::Fail
            } else if let Some(first) = scanning.next() {
                // One that timed out did not end well; of another the report is missing.
                if scanning.chain([first]).any(EndedJob::has_come_through) {
                    ControlStatus::NoEvidence
                } else {
                    ControlStatus::Fail
                }
            } else if ends.contains(&Some(Conclusion::Cancelled)) {
                ControlStatus::NoEvidence
            } else {
                ControlStatus::Fail
            };
            verdicts.put("cicl-09.5.1", &format!("commit {commit}"), status);
        }
        verdicts.put_where_none("cicl-09.5.1", ControlStatus::NoEvidence);
    }

    /// CodeQL that was initialized analyzes, and leaves a record. Its job fails in the analysis.
    fn code_ql(&self, jobs: &[EndedJob], scope: &Scope<'_>, verdicts: &mut Verdicts) {
        let begun = jobs.iter().filter(|job| {
            let is_initialized = job.kind == JobKind::CodeQl && job.has_begun;
            is_initialized && job.is_default_branch() && scope.window.contains(&job.at)
        });
        for job in begun {
            let is_recorded = self.scans.iter().any(|scan| {
                let is_own = scan.is_default && (scan.run_id, scan.attempt) == (job.run_id, job.attempt);
                let is_analysed = scan.commit == job.commit && scan.is_analysed(scope.window.end);
                scan.tool == Tool::CodeQl && scan.is_complete() && (is_own || is_analysed)
            });
            let status = match job.conclusion {
                Conclusion::Success if is_recorded => ControlStatus::Pass,
                Conclusion::Success | Conclusion::Cancelled => ControlStatus::NoEvidence,
                _ => ControlStatus::Fail,
            };
            let within = format!("run {} attempt {} job {}", job.run_id, job.attempt, job.name);
            verdicts.put("cicl-09.5.2", &within, status);
        }
        verdicts.put_where_none("cicl-09.5.2", ControlStatus::NoEvidence);
    }

    /// Trivy scans files, and the image where one was built: every build here sets Buildx up first.
    fn files_and_images(&self, jobs: &[EndedJob], scope: &Scope<'_>, verdicts: &mut Verdicts) {
        let building: BTreeSet<i64> = jobs
            .iter()
            .filter(|job| job.kind == JobKind::Build && job.has_begun)
            .map(|job| job.run_id)
            .collect();
        let mut attempts: BTreeMap<(i64, i64), Vec<&Scanned>> = BTreeMap::new();
        for tool in [Tool::TrivyFs, Tool::TrivyImage] {
            for scan in self.left_by(tool, scope) {
                attempts.entry((scan.run_id, scan.attempt)).or_default().push(scan);
            }
        }
        for ((run_id, attempt), scans) in attempts {
            let has = |tool: Tool| scans.iter().any(|scan| scan.tool == tool);
            let is_incomplete = scans.iter().any(|scan| !scan.is_complete());
            let status = if is_incomplete || !has(Tool::TrivyFs) {
                ControlStatus::Fail
            } else if has(Tool::TrivyImage) {
                ControlStatus::Pass
            } else if building.contains(&run_id) {
                ControlStatus::Fail
            } else {
                ControlStatus::NoEvidence
            };
            verdicts.put("cicl-09.5.3", &format!("run {run_id} attempt {attempt}"), status);
        }
        verdicts.put_where_none("cicl-09.5.3", ControlStatus::NoEvidence);
    }
}

/// A span without a complete scan lies in the window, at least in part.
pub(crate) fn touches(gap: &ScanGap, scope: &Scope<'_>) -> bool {
    gap.from < scope.window.end && gap.to.is_none_or(|to| scope.window.start < to)
}
