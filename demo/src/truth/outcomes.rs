//! What whoever reads the API can count again: outcomes of tests by commit, and where alerts stand.

use std::collections::BTreeMap;

use domain::clock::Timestamp;
use serde::Serialize;

use crate::truth::flaky::{SuiteRan, results};
use crate::world::finding::{AlertChange, AlertKind, Severity, value_at};
use crate::world::repository::Suite;
use crate::world::run::ReportForm;

/// What the whole reports of one commit show. A test that no report shows otherwise passed in each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitOutcomes {
    /// The head commit of the runs.
    pub commit: String,
    /// Whole reports.
    pub reports: i64,
    /// Different tests in them.
    pub tests: i64,
    /// Tests that did not simply pass in every report, in the order of the suite.
    pub others: Vec<TestOutcomes>,
}

/// How one test ended on one commit, reruns inside a run among them where the report shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestOutcomes {
    /// `classname` in the report.
    pub class_name: String,
    /// `name` in the report.
    pub name: String,
    /// Executions that passed.
    pub passed: i64,
    /// Executions that failed, or broke.
    pub failed: i64,
    /// Reports that skip it.
    pub skipped: i64,
}

/// Alerts of one kind that stand alike at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertCount {
    /// `code_scanning`, `dependabot`, `secret_scanning`.
    pub kind: &'static str,
    /// GitHub's word: `open`, `fixed`, `dismissed`, `resolved`.
    pub state: &'static str,
    /// Null: secrets have none.
    pub severity: Option<&'static str>,
    /// How many.
    pub n: i64,
}

/// What the reports of one commit have shown so far.
#[derive(Debug, Default)]
struct Commit {
    n_reports: i64,
    n_tests: i64,
    /// By test: passed, failed, skipped, and the reports that these are from.
    others: BTreeMap<usize, [i64; 4]>,
}

/// Follows the reports of a repository.
#[derive(Debug, Default)]
pub(crate) struct OutcomeLog {
    commits: BTreeMap<String, Commit>,
}

impl OutcomeLog {
    /// A job that tests ended, and its report was uploaded.
    pub(crate) fn suite_ran(&mut self, suite: &Suite, commit: &str, ran: &SuiteRan) {
        if ran.form != ReportForm::Whole {
            return;
        }
        let of = self.commits.entry(commit.to_owned()).or_default();
        let exists = |index: usize| suite.tests[index].exists_at(ran.commit_at);
        of.n_reports += 1;
        of.n_tests = (0..suite.tests.len()).filter(|index| exists(*index)).map(|_| 1).sum();
        for (test, draw) in ran.draws.iter().filter(|(test, _)| exists(**test)) {
            let shown = match results(*draw, suite.producer) {
                Some((n_failed, n_passed)) => [n_passed, n_failed, 0, 1],
                None => [0, 0, 1, 1],
            };
            let sums = of.others.entry(*test).or_default();
            for (sum, n) in sums.iter_mut().zip(shown) {
                *sum += n;
            }
        }
    }

    /// What was seen, by commit.
    pub(crate) fn settle(self, suite: &Suite) -> Vec<CommitOutcomes> {
        let settled = |(commit, of): (String, Commit)| CommitOutcomes {
            commit,
            reports: of.n_reports,
            tests: of.n_tests,
            others: of
                .others
                .into_iter()
                .filter_map(|(test, [passed, failed, skipped, n_reports])| {
                    Some(TestOutcomes {
                        class_name: suite.tests.get(test)?.class_name.clone(),
                        name: suite.tests.get(test)?.name.clone(),
                        passed: passed + of.n_reports - n_reports,
                        failed,
                        skipped,
                    })
                })
                .filter(|test| test.failed + test.skipped > 0)
                .collect(),
        };
        self.commits.into_iter().map(settled).collect()
    }
}

/// Follows the alerts of a repository.
#[derive(Debug, Default)]
pub(crate) struct AlertLog {
    alerts: BTreeMap<(AlertKind, usize), Standing>,
}

/// Where one alert stood when, and how bad its finding was when.
#[derive(Debug)]
struct Standing {
    states: Vec<(Timestamp, &'static str)>,
    severities: Vec<(Timestamp, Severity)>,
}

/// GitHub's word for a kind.
pub(crate) fn kind_word(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::CodeScanning => "code_scanning",
        AlertKind::Dependabot => "dependabot",
        AlertKind::SecretScanning => "secret_scanning",
    }
}

impl AlertLog {
    /// The alert of a finding came to stand otherwise.
    pub(crate) fn changed(
        &mut self,
        (kind, finding): (AlertKind, usize),
        severities: &[(Timestamp, Severity)],
        at: Timestamp,
        change: &AlertChange,
    ) {
        let state = match change {
            AlertChange::Opened => "open",
            AlertChange::Fixed => "fixed",
            AlertChange::Dismissed { .. } => "dismissed",
            AlertChange::Resolved { .. } => "resolved",
        };
        let standing = self.alerts.entry((kind, finding)).or_insert_with(|| Standing {
            states: vec![],
            severities: severities.to_vec(),
        });
        standing.states.push((at, state));
    }

    /// How many stand alike at `end`.
    pub(crate) fn settle(&self, end: Timestamp) -> Vec<AlertCount> {
        let mut counts: BTreeMap<(&'static str, &'static str, Option<&'static str>), i64> = BTreeMap::new();
        for ((kind, _), standing) in &self.alerts {
            let Some((_, state)) = standing.states.iter().rev().find(|(at, _)| *at <= end) else {
                continue;
            };
            let severity = if *kind == AlertKind::SecretScanning {
                None
            } else {
                value_at(&standing.severities, end).map(Severity::as_str)
            };
            *counts.entry((kind_word(*kind), state, severity)).or_default() += 1;
        }
        let counted = |((kind, state, severity), n)| AlertCount {
            kind,
            state,
            severity,
            n,
        };
        counts.into_iter().map(counted).collect()
    }
}
