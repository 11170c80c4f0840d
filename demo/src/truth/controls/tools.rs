//! Controls about the tools that steps run: linters and type checkers (CI/CL-001 §7), shell and YAML (§8), and what
//! stages execute (§9).

use std::collections::{BTreeMap, BTreeSet};

use domain::control::ControlStatus;

use crate::truth::controls::jobs::EndedJob;
use crate::truth::controls::scans::Scanned;
use crate::truth::controls::verdicts::{Scope, Verdicts};
use crate::world::finding::{ScanState, Tool};
use crate::world::run::{Conclusion, Event, JobKind};

/// What the tools of a repository say.
#[derive(Debug)]
pub(crate) struct ToolLog<'a> {
    pub(crate) jobs: &'a [EndedJob],
    pub(crate) scans: &'a [Scanned],
    /// Its workflow files let `ShellCheck` and Spectral fail without consequence, and have Black rewrite.
    pub(crate) is_lenient: bool,
}

impl ToolLog<'_> {
    pub(crate) fn settle(&self, scope: &Scope<'_>, verdicts: &mut Verdicts) {
        self.errors(scope, verdicts);
        self.static_checks(scope, verdicts);
        self.infrastructure(scope, verdicts);
        // Nobody scans for licences.
        let has_pushed = self.jobs.iter().any(|job| {
            let is_push = job.is_main && job.event == Event::Push;
            is_push && has_executed(job) && scope.window.contains(&job.at)
        });
        let status = if has_pushed {
            ControlStatus::Fail
        } else {
            ControlStatus::NoEvidence
        };
        verdicts.put_repository("cicl-09.5.5", status);
    }

    /// Of linters, type checkers and Spectral. None leaves a report, which of the last two only the report would prove.
    fn errors(&self, scope: &Scope<'_>, verdicts: &mut Verdicts) {
        let judged = self.jobs.iter().filter(|job| {
            let is_in = job.is_default_branch() && scope.window.contains(&job.at);
            is_in && job.has_begun
        });
        for job in judged {
            let within = format!("run {} attempt {}", job.run_id, job.attempt);
            let is_broken = job.conclusion == Conclusion::Failure;
            match job.kind {
                // Ruff is what fails; behind it `ShellCheck` and yamllint find nothing.
                JobKind::Lint if has_executed(job) => {
                    let status = if is_broken || self.is_lenient {
                        ControlStatus::Fail
                    } else {
                        ControlStatus::Pass
                    };
                    verdicts.put("cicl-07.01", &within, status);
                }
                JobKind::Types if has_executed(job) => {
                    let status = if is_broken {
                        ControlStatus::Fail
                    } else {
                        ControlStatus::NoEvidence
                    };
                    verdicts.put("cicl-07.02", &within, status);
                }
                // Spectral comes first and always succeeds; what fails, or is stopped, is the comparison.
                JobKind::ContractChecks => {
                    let status = if self.is_lenient {
                        ControlStatus::Fail
                    } else {
                        ControlStatus::NoEvidence
                    };
                    verdicts.put("cicl-09.6.1", &within, status);
                }
                _ => {}
            }
        }
        for control in ["cicl-07.01", "cicl-07.02", "cicl-09.6.1"] {
            verdicts.put_where_none(control, ControlStatus::NoEvidence);
        }
    }

    /// Python, shell and YAML. The job that lints runs Ruff, Black, `ShellCheck` and yamllint in this order, and only Ruff
    /// fails. A later attempt keeps what an earlier one executed.
    fn static_checks(&self, scope: &Scope<'_>, verdicts: &mut Verdicts) {
        let mut attempts: BTreeMap<(i64, i64), Vec<&EndedJob>> = BTreeMap::new();
        for job in self.jobs {
            let is_checking = matches!(job.kind, JobKind::Lint | JobKind::Types);
            let is_push = job.is_main && job.event == Event::Push && job.at < scope.window.end;
            if is_checking && is_push && job.has_begun {
                attempts.entry((job.run_id, job.attempt)).or_default().push(job);
            }
        }
        for ((run_id, attempt), own) in &attempts {
            let own: Vec<&&EndedJob> = own.iter().filter(|job| scope.window.contains(&job.at)).collect();
            if !own.iter().any(|job| has_executed(job)) {
                continue;
            }
            let so_far: Vec<&EndedJob> = attempts
                .range((*run_id, 0)..=(*run_id, *attempt))
                .flat_map(|(_, jobs)| jobs.iter().copied())
                .collect();
            let within = format!("run {run_id} attempt {attempt}");
            let is_there = |kind: JobKind| so_far.iter().any(|job| job.kind == kind);
            let has_linted = |job: &EndedJob| job.kind == JobKind::Lint && job.conclusion == Conclusion::Success;
            let is_linted = so_far.iter().any(|job| has_linted(job));
            let is_typed = so_far.iter().any(|job| job.kind == JobKind::Types && has_executed(job));
            let python = if !is_there(JobKind::Lint) || !is_there(JobKind::Types) || (is_linted && self.is_lenient) {
                ControlStatus::Fail
            } else if is_linted && is_typed {
                ControlStatus::Pass
            } else {
                ControlStatus::NoEvidence
            };
            verdicts.put("cicl-09.2.1", &within, python);
            // yamllint looks at the whole folder, and hence at the workflow.
            let yaml = if is_linted {
                ControlStatus::Pass
            } else if is_there(JobKind::Lint) {
                ControlStatus::NoEvidence
            } else {
                ControlStatus::Fail
            };
            verdicts.put("cicl-08.04", &within, yaml);
            // Nobody runs shfmt.
            if own.iter().any(|job| has_linted(job)) {
                verdicts.put("cicl-08.03", &within, ControlStatus::Fail);
            }
        }
        for control in ["cicl-08.03", "cicl-08.04", "cicl-09.2.1"] {
            verdicts.put_where_none(control, ControlStatus::NoEvidence);
        }
    }

    /// Checkov over the whole folder. A job that leaves a file without a byte leaves no scan.
    fn infrastructure(&self, scope: &Scope<'_>, verdicts: &mut Verdicts) {
        let mut attempts: BTreeSet<(i64, i64)> = BTreeSet::new();
        let mut scanned: BTreeMap<(i64, i64), bool> = BTreeMap::new();
        for job in self.jobs.iter().filter(|job| job.kind == JobKind::IacScan) {
            if job.is_default_branch() && has_executed(job) && scope.window.contains(&job.at) {
                attempts.insert((job.run_id, job.attempt));
            }
        }
        for scan in self.scans.iter().filter(|scan| scan.tool == Tool::Checkov) {
            if scan.is_default && scan.state != ScanState::Empty && scope.window.contains(&scan.at) {
                let of = (scan.run_id, scan.attempt);
                attempts.insert(of);
                *scanned.entry(of).or_insert(true) &= scan.state == ScanState::Complete;
            }
        }
        for (run_id, attempt) in attempts {
            let status = match scanned.get(&(run_id, attempt)) {
                Some(true) => ControlStatus::Pass,
                Some(false) => ControlStatus::Fail,
                None => ControlStatus::NoEvidence,
            };
            verdicts.put("cicl-09.5.4", &format!("run {run_id} attempt {attempt}"), status);
        }
        verdicts.put_where_none("cicl-09.5.4", ControlStatus::NoEvidence);
    }
}

/// The step that decides came to an end of its own.
fn has_executed(job: &EndedJob) -> bool {
    matches!(job.conclusion, Conclusion::Success | Conclusion::Failure)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::simulation::{Options, simulate};

    #[test]
    fn tools_keep_their_rules_in_some_repositories_and_break_them_in_others() {
        let (_, truth) = simulate(Options { seed: 1, days: 30 });
        let statuses = |control: &str| -> BTreeSet<&str> {
            let of = truth.repositories.iter().filter_map(|of| of.controls.get(control));
            of.flat_map(|subjects| subjects.values().copied()).collect()
        };
        for control in ["cicl-07.01", "cicl-09.2.1", "cicl-09.5.4"] {
            let seen = statuses(control);
            assert!(seen.contains("pass") && seen.contains("fail"), "{control}: {seen:?}");
        }
        for control in ["cicl-07.02", "cicl-08.03", "cicl-09.5.5", "cicl-09.6.1"] {
            assert!(statuses(control).contains("fail"), "{control}");
        }
        assert!(statuses("cicl-08.04").contains("pass"));
    }
}
