//! Executions of tests, as they are drawn, and the verdicts over them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::clock::Timestamp;
use serde::Serialize;

use crate::simulation::suite::shows_reruns;
use crate::truth::as_text;
use crate::world::repository::{Producer, Suite};
use crate::world::run::{Draw, ReportForm};

/// A test that failed at least once on some code.
#[derive(Debug, Clone, Serialize)]
pub struct FlakyTest {
    /// `classname` in the report.
    pub class_name: String,
    /// `name` in the report.
    pub name: String,
    /// Workflow.
    pub workflow: &'static str,
    /// Matrix leg.
    pub leg: String,
    /// `tree <sha>` or `pull_request <sha>`.
    pub code: String,
    /// `flaky`, `failed`, `unclassified`.
    pub verdict: &'static str,
    /// Of a flaky one: `A`, `B`, `C`.
    pub grade: Option<&'static str>,
    /// Failing results, reruns inside a run among them where the report shows them.
    pub n_failed: i64,
    /// Passing results.
    pub n_passed: i64,
    /// When its last deciding result completed.
    #[serde(serialize_with = "as_text")]
    pub verdict_at: Timestamp,
    #[serde(skip)]
    pub(crate) test: usize,
}

/// Why an execution does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Population {
    In,
    Fork,
    OtherBranch,
}

/// One execution of a suite.
#[derive(Debug)]
pub(crate) struct SuiteRan {
    pub(crate) code: String,
    /// Grade of evidence across runs of this code.
    pub(crate) grade: &'static str,
    pub(crate) workflow: &'static str,
    pub(crate) leg: String,
    pub(crate) run_id: i64,
    pub(crate) attempt: i64,
    pub(crate) population: Population,
    pub(crate) is_infrastructure_event: bool,
    /// A push or a schedule on main.
    pub(crate) is_default_branch: bool,
    /// When its run was created.
    pub(crate) created_at: Timestamp,
    pub(crate) completed_at: Timestamp,
    pub(crate) commit_at: Timestamp,
    pub(crate) draws: BTreeMap<usize, Draw>,
    pub(crate) form: ReportForm,
    pub(crate) quarantined: BTreeSet<usize>,
}

/// Workflow, leg and code: what results are brought together by.
type Source = (&'static str, String, String);

/// Follows the suite of a repository.
#[derive(Debug, Default)]
pub(crate) struct FlakyLog {
    executions: HashMap<Source, Vec<SuiteRan>>,
    /// By test: when it was last executed, and last only skipped.
    executed_at: BTreeMap<usize, Timestamp>,
    skipped_at: BTreeMap<usize, Timestamp>,
    excluded: Vec<(Timestamp, &'static str, i64, i64)>,
    pub(crate) quarantined_at: BTreeMap<usize, Timestamp>,
}

/// What the flaky test rate counts.
#[derive(Debug, Default)]
pub(crate) struct FlakyCounts {
    pub(crate) n: i64,
    pub(crate) n_flaky: i64,
    pub(crate) n_without_quarantined: i64,
    pub(crate) n_flaky_without_quarantined: i64,
    pub(crate) excluded: BTreeMap<&'static str, i64>,
}

impl FlakyLog {
    /// A job that tests ended, and its report was uploaded.
    pub(crate) fn suite_ran(&mut self, suite: &Suite, ran: SuiteRan) {
        let reason = match ran.population {
            Population::Fork => Some("fork"),
            Population::OtherBranch => Some("other_branch"),
            Population::In if ran.is_infrastructure_event => Some("infrastructure_event"),
            Population::In => None,
        };
        if let Some(reason) = reason {
            // An empty report held nothing that could be left out.
            if ran.form != ReportForm::Empty {
                self.excluded.push((ran.completed_at, reason, ran.run_id, ran.attempt));
            }
            return;
        }
        let lost = match ran.form {
            ReportForm::Whole => None,
            ReportForm::Truncated => Some("report_partial"),
            ReportForm::Empty => Some("report_refused"),
        };
        if let Some(reason) = lost {
            self.excluded
                .push((ran.completed_at, reason, ran.run_id, -1 - ran.attempt));
        }
        // What a lost report held is unknown; other executions of these tests speak for them.
        if lost.is_some() {
            return;
        }
        for (index, test) in suite.tests.iter().enumerate() {
            if test.exists_at(ran.commit_at) {
                let seen = if ran.draws.get(&index) == Some(&Draw::Skipped) {
                    &mut self.skipped_at
                } else {
                    &mut self.executed_at
                };
                let at = seen.entry(index).or_insert(ran.completed_at);
                *at = ran.completed_at.max(*at);
                if ran.quarantined.contains(&index) {
                    let at = self.quarantined_at.entry(index).or_insert(ran.completed_at);
                    *at = ran.completed_at.max(*at);
                }
            }
        }
        let source = (ran.workflow, ran.leg.clone(), ran.code.clone());
        self.executions.entry(source).or_default().push(ran);
    }

    /// A job that tests on main ended and left no report: evidence is missing.
    pub(crate) fn report_missing(&mut self, run_id: i64, attempt: i64, at: Timestamp) {
        self.excluded.push((at, "report_missing", run_id, attempt));
    }

    /// Verdicts over every test that failed, over the whole timeline.
    pub(crate) fn verdicts(&self, suite: &Suite) -> Vec<FlakyTest> {
        let mut verdicts = Vec::new();
        for ((workflow, leg, code), executions) in &self.executions {
            let failing: BTreeSet<usize> = executions
                .iter()
                .flat_map(|ran| ran.draws.iter())
                .filter(|(_, draw)| results(**draw, suite.producer).is_some_and(|(n_failed, _)| n_failed > 0))
                .map(|(test, _)| *test)
                .collect();
            for test in failing {
                let mut by_run: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
                let mut verdict_at = None;
                for ran in executions
                    .iter()
                    .filter(|ran| suite.tests[test].exists_at(ran.commit_at))
                {
                    let counted = match ran.draws.get(&test) {
                        None => Some((0, 1)),
                        Some(draw) => results(*draw, suite.producer),
                    };
                    if let Some((n_failed, n_passed)) = counted {
                        let run = by_run.entry(ran.run_id).or_default();
                        run.0 += n_failed;
                        run.1 += n_passed;
                        verdict_at = verdict_at.max(Some(ran.completed_at));
                    }
                }
                let n_failed: i64 = by_run.values().map(|run| run.0).sum();
                let n_passed: i64 = by_run.values().map(|run| run.1).sum();
                let Some(verdict_at) = verdict_at else { continue };
                let is_flaky_in_a_run = by_run.values().any(|run| run.0 > 0 && run.1 > 0);
                verdicts.push(FlakyTest {
                    class_name: suite.tests[test].class_name.clone(),
                    name: suite.tests[test].name.clone(),
                    workflow,
                    leg: leg.clone(),
                    code: code.clone(),
                    verdict: match (n_passed, n_failed) {
                        (1.., _) => "flaky",
                        (_, 1) => "unclassified",
                        _ => "failed",
                    },
                    grade: (n_passed > 0).then_some(if is_flaky_in_a_run { "A" } else { executions[0].grade }),
                    n_failed,
                    n_passed,
                    verdict_at,
                    test,
                });
            }
        }
        verdicts.sort_by(|a, b| (a.verdict_at, a.test, &a.leg, &a.code).cmp(&(b.verdict_at, b.test, &b.leg, &b.code)));
        verdicts
    }

    /// What the rate counts in `[from, to)`.
    pub(crate) fn counts(&self, verdicts: &[FlakyTest], from: Timestamp, to: Timestamp) -> FlakyCounts {
        let window = from..to;
        let flaky: BTreeSet<usize> = verdicts
            .iter()
            .filter(|verdict| verdict.verdict == "flaky" && window.contains(&verdict.verdict_at))
            .map(|verdict| verdict.test)
            .collect();
        let mut counts = FlakyCounts::default();
        for (test, _) in self.executed_at.iter().filter(|(_, at)| window.contains(at)) {
            let is_quarantined = self.quarantined_at.get(test).is_some_and(|at| window.contains(at));
            counts.n += 1;
            counts.n_flaky += i64::from(flaky.contains(test));
            if !is_quarantined {
                counts.n_without_quarantined += 1;
                counts.n_flaky_without_quarantined += i64::from(flaky.contains(test));
            }
        }
        let only_skipped = self
            .skipped_at
            .iter()
            .filter(|(test, at)| {
                window.contains(at) && !self.executed_at.get(test).is_some_and(|at| window.contains(at))
            })
            .count();
        if only_skipped > 0 {
            counts
                .excluded
                .insert("skipped", i64::try_from(only_skipped).unwrap_or(i64::MAX));
        }
        // Run attempts and reports are counted once, however many legs they have.
        let attempts: BTreeSet<_> = self
            .excluded
            .iter()
            .filter(|(at, ..)| window.contains(at))
            .map(|(_, reason, run_id, attempt)| (*reason, *run_id, *attempt))
            .collect();
        for (reason, ..) in attempts {
            *counts.excluded.entry(reason).or_default() += 1;
        }
        counts
    }
}

/// Failing and passing results that a report shows of a draw; null: not executed.
pub(crate) fn results(draw: Draw, producer: Producer) -> Option<(i64, i64)> {
    let shows = shows_reruns(producer);
    match draw {
        Draw::Skipped => None,
        Draw::Failed | Draw::Error => Some((1, 0)),
        Draw::PassedOnRerun(n_failed) if shows => Some((i64::from(n_failed), 1)),
        Draw::PassedOnRerun(_) => Some((0, 1)),
        Draw::FailedEveryRerun(n_reruns) if shows => Some((i64::from(n_reruns) + 1, 0)),
        Draw::FailedEveryRerun(_) => Some((1, 0)),
    }
}
