//! Controls about jobs: runners (CI/CL-001 §3), static checks (§9), matrices (§11), time-outs (§12).

use std::collections::{BTreeMap, BTreeSet};

use domain::clock::Timestamp;
use domain::control::ControlStatus;

use crate::truth::controls::changes::ClosedPullRequest;
use crate::truth::controls::verdicts::{Scope, Verdicts};
use crate::world::run::{Conclusion, Event, JobKind};

/// A job that ended, skipped ones among them; no copies.
#[derive(Debug)]
pub(crate) struct EndedJob {
    pub(crate) run_id: i64,
    pub(crate) attempt: i64,
    pub(crate) name: String,
    pub(crate) kind: JobKind,
    pub(crate) conclusion: Conclusion,
    /// When it started; GitHub sometimes tells of days before it was made.
    pub(crate) began_at: Timestamp,
    pub(crate) at: Timestamp,
    pub(crate) commit: String,
    pub(crate) event: Event,
    /// Of the branch `main` of the repository itself.
    pub(crate) is_main: bool,
    /// Its first step had begun.
    pub(crate) has_begun: bool,
    /// Whole seconds from its start to its end.
    pub(crate) seconds: i64,
    /// What its workflow file declares of it.
    pub(crate) declared: Option<DeclaredJob>,
}

/// What the workflow file of a run's commit declares of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeclaredJob {
    /// The file.
    pub(crate) path: &'static str,
    /// A newer run of the ref cancels one of any branch; null: `concurrency` is not set.
    pub(crate) cancels_always: Option<bool>,
    /// `timeout-minutes`; null: none is set.
    pub(crate) timeout_minutes: Option<i64>,
    /// It may write everything.
    pub(crate) writes_all: bool,
    /// Every checkout fetches the whole history.
    pub(crate) fetches_history: bool,
}

impl EndedJob {
    /// A push, a schedule or a dispatch on main.
    pub(crate) fn is_default_branch(&self) -> bool {
        self.is_main && matches!(self.event, Event::Push | Event::Schedule | Event::WorkflowDispatch)
    }

    /// It ran to an end of its own.
    pub(crate) fn is_decided(&self) -> bool {
        matches!(
            self.conclusion,
            Conclusion::Success | Conclusion::Failure | Conclusion::TimedOut
        )
    }

    /// It ended by itself: one that timed out did not end well.
    pub(crate) fn has_come_through(&self) -> bool {
        matches!(self.conclusion, Conclusion::Success | Conclusion::Failure)
    }

    /// Its name without the leg of its matrix, and the leg.
    pub(crate) fn parts(&self) -> (&str, Option<&str>) {
        match self.name.split_once(" (") {
            Some((base, leg)) => (base, Some(leg.trim_end_matches(')'))),
            None => (&self.name, None),
        }
    }
}

/// The run of a push to main.
#[derive(Debug)]
pub(crate) struct Push {
    pub(crate) run_id: i64,
    pub(crate) at: Timestamp,
}

/// Follows jobs and the attempts that they belong to.
#[derive(Debug, Default)]
pub(crate) struct JobLog {
    /// By commit.
    pub(crate) pushes: BTreeMap<String, Push>,
    pub(crate) ended: Vec<EndedJob>,
    /// By run and attempt how it ended; null: it goes on.
    pub(crate) attempts: BTreeMap<(i64, i64), Option<Conclusion>>,
}

impl JobLog {
    pub(crate) fn settle(
        &self,
        closed: &[ClosedPullRequest],
        is_lenient: bool,
        scope: &Scope<'_>,
        verdicts: &mut Verdicts,
    ) {
        let in_window: Vec<&EndedJob> = self.ended.iter().filter(|job| scope.window.contains(&job.at)).collect();
        let executed: Vec<&EndedJob> = in_window
            .iter()
            .copied()
            .filter(|job| job.conclusion != Conclusion::Skipped)
            .collect();
        for job in &executed {
            // Nobody asks for another runner than `ubuntu-latest`, but for the GPU runner where models are trained.
            verdicts.put("cicl-03.3", &format!("job {}", job.parts().0), ControlStatus::Pass);
        }
        verdicts.put_where_none("cicl-03.3", ControlStatus::NoEvidence);
        versions(&executed, scope, verdicts);
        widths(&executed, scope, verdicts);
        self.time_outs(&in_window, closed, scope, verdicts);
        static_checks(&in_window, verdicts);
        self.static_errors(&in_window, is_lenient, verdicts);
    }

    /// The lenient let ShellCheck fail among the linters, and nobody masks another error; where a check found one, its
    /// job and its attempt failed.
    fn static_errors(&self, in_window: &[&EndedJob], is_lenient: bool, verdicts: &mut Verdicts) {
        let mut shown: BTreeMap<(JobKind, &str), bool> = BTreeMap::new();
        let checks = in_window.iter().filter(|job| {
            matches!(job.kind, JobKind::Lint | JobKind::Types) && job.has_begun && job.has_come_through()
        });
        for job in checks {
            let ended = self.attempts.get(&(job.run_id, job.attempt)).copied().flatten();
            *shown.entry((job.kind, job.parts().0)).or_default() |=
                job.conclusion == Conclusion::Failure && ended == Some(Conclusion::Failure);
        }
        for ((kind, name), is_shown) in shown {
            let status = if is_lenient && kind == JobKind::Lint {
                ControlStatus::Fail
            } else if is_shown {
                ControlStatus::Pass
            } else {
                ControlStatus::NoEvidence
            };
            verdicts.put("cicl-09.2.3", &format!("job {name}"), status);
        }
        verdicts.put_where_none("cicl-09.2.3", ControlStatus::NoEvidence);
    }

    /// The attempt did not succeed, and nothing was merged before the job had succeeded on the commit since.
    fn time_outs(
        &self,
        in_window: &[&EndedJob],
        closed: &[ClosedPullRequest],
        scope: &Scope<'_>,
        verdicts: &mut Verdicts,
    ) {
        for job in in_window.iter().filter(|job| job.conclusion == Conclusion::TimedOut) {
            let is_alike =
                |other: &&&EndedJob| other.commit == job.commit && other.name == job.name && job.at < other.at;
            let succeeded_at = in_window
                .iter()
                .filter(is_alike)
                .filter(|other| other.conclusion == Conclusion::Success)
                .map(|other| other.at)
                .min();
            let is_merged_past = closed.iter().any(|of| {
                let is_late = job.at <= of.closed_at && of.closed_at < scope.window.end;
                of.is_merged
                    && of.head == job.commit
                    && is_late
                    && succeeded_at.is_none_or(|succeeded_at| of.closed_at < succeeded_at)
            });
            let ended = self.attempts.get(&(job.run_id, job.attempt)).copied().flatten();
            let status = match ended {
                _ if is_merged_past => ControlStatus::Fail,
                Some(Conclusion::Success) => ControlStatus::Fail,
                None => ControlStatus::NoEvidence,
                Some(_) => ControlStatus::Pass,
            };
            let within = format!("run {} attempt {} job {}", job.run_id, job.attempt, job.name);
            verdicts.put("cicl-12.4", &within, status);
        }
        let otherwise = if in_window.is_empty() {
            ControlStatus::NoEvidence
        } else {
            ControlStatus::NotApplicable
        };
        verdicts.put_where_none("cicl-12.4", otherwise);
    }
}

/// Every leg of a matrix of Python versions is of the one that is the default.
fn versions(executed: &[&EndedJob], scope: &Scope<'_>, verdicts: &mut Verdicts) {
    let default = format!("3.{}", scope.number("python_minor"));
    let mut is_default: BTreeMap<&str, bool> = BTreeMap::new();
    for job in executed {
        let (base, leg) = job.parts();
        let version = leg.and_then(|leg| leg.split(", ").find(|part| part.starts_with("3.")));
        if let Some(version) = version {
            *is_default.entry(base).or_insert(true) &= version == default;
        }
    }
    for (base, is_default) in is_default {
        let status = if is_default {
            ControlStatus::Pass
        } else {
            ControlStatus::Fail
        };
        verdicts.put("cicl-11.1", &format!("job {base}"), status);
    }
    verdicts.put_where_none("cicl-11.1", ControlStatus::NoEvidence);
}

/// No attempt executes more legs of a matrix than are allowed.
fn widths(executed: &[&EndedJob], scope: &Scope<'_>, verdicts: &mut Verdicts) {
    let mut legs: BTreeMap<(&str, i64, i64), BTreeSet<&str>> = BTreeMap::new();
    for job in executed {
        if let (base, Some(leg)) = job.parts() {
            legs.entry((base, job.run_id, job.attempt)).or_default().insert(leg);
        }
    }
    let mut widest: BTreeMap<&str, usize> = BTreeMap::new();
    for ((base, ..), legs) in &legs {
        let width = widest.entry(base).or_default();
        *width = legs.len().max(*width);
    }
    for (base, width) in widest {
        #[expect(clippy::cast_precision_loss, reason = "legs of a matrix")]
        let is_too_wide = width as f64 > scope.number("matrix_width_max");
        let status = if is_too_wide {
            ControlStatus::Fail
        } else {
            ControlStatus::Pass
        };
        verdicts.put("cicl-11.2", &format!("job {base}"), status);
    }
    let otherwise = if executed.is_empty() {
        ControlStatus::NoEvidence
    } else {
        ControlStatus::NotApplicable
    };
    verdicts.put_where_none("cicl-11.2", otherwise);
}

/// What the static checks of a run show, up to one of its attempts.
#[derive(Debug, Default, Clone, Copy)]
struct Static {
    /// Ruff, Black or `MyPy` executed in this attempt.
    is_judged: bool,
    /// The job that lints was there, so that its steps of `ShellCheck` and yamllint are known.
    is_listed: bool,
    /// Both executed.
    is_done: bool,
}

/// `ShellCheck` and yamllint stand behind Ruff and Black in the job that lints: where it fails, Ruff did, and they are not
/// reached. An attempt that keeps a job of an earlier one keeps what that one executed.
fn static_checks(in_window: &[&EndedJob], verdicts: &mut Verdicts) {
    let mut runs: BTreeMap<i64, BTreeMap<i64, Static>> = BTreeMap::new();
    let pushes = in_window.iter().filter(|job| job.is_main && job.event == Event::Push);
    for job in pushes.filter(|job| job.has_begun) {
        let of = runs.entry(job.run_id).or_default().entry(job.attempt).or_default();
        match job.kind {
            JobKind::Lint => {
                of.is_listed = true;
                of.is_judged |= matches!(job.conclusion, Conclusion::Success | Conclusion::Failure);
                of.is_done |= job.conclusion == Conclusion::Success;
            }
            JobKind::Types => {
                of.is_judged |= matches!(job.conclusion, Conclusion::Success | Conclusion::Failure);
            }
            _ => {}
        }
    }
    for (run_id, attempts) in runs {
        let mut so_far = Static::default();
        for (attempt, of) in attempts {
            so_far.is_listed |= of.is_listed;
            so_far.is_done |= of.is_done;
            if !of.is_judged {
                continue;
            }
            let status = if so_far.is_done {
                ControlStatus::Pass
            } else if so_far.is_listed {
                ControlStatus::NoEvidence
            } else {
                ControlStatus::Fail
            };
            verdicts.put("cicl-09.2.2", &format!("run {run_id} attempt {attempt}"), status);
        }
    }
    verdicts.put_where_none("cicl-09.2.2", ControlStatus::NoEvidence);
}
