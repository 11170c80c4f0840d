//! The suites that are open, and what they claim against what they hold.

use domain::clock::Timestamp;
use domain::test_result::Outcome;

use super::window::{Repeats, Window};
use crate::xml::remarks::Remarks;

/// What a suite says of itself, and what was counted in it.
#[derive(Debug, Default)]
pub(super) struct Suite {
    pub(super) tests: Option<i64>,
    pub(super) failures: Option<i64>,
    pub(super) errors: Option<i64>,
    /// Its own, or that of the nearest suite around it.
    pub(super) timestamp: Option<Timestamp>,
    pub(super) is_gotestsum: bool,
    is_pytest: bool,
    path_len: usize,
    own: Counts,
    /// With the suites inside.
    all: Counts,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    cases: i64,
    executions: i64,
    failed: i64,
    error: i64,
    failed_executions: i64,
    error_executions: i64,
}

/// The suites from the outermost to the innermost.
#[derive(Debug, Default)]
pub(super) struct Suites {
    open: Vec<Suite>,
    path: String,
}

impl Suites {
    /// Time of the innermost suite.
    pub(super) fn timestamp(&self) -> Option<Timestamp> {
        self.open.last().and_then(|suite| suite.timestamp)
    }

    /// Tells whether the innermost suite looks like gotestsum's.
    pub(super) fn is_gotestsum(&self) -> bool {
        self.open.last().is_some_and(|suite| suite.is_gotestsum)
    }

    /// Begins a suite; an empty name adds nothing to the path.
    pub(super) fn open(&mut self, mut suite: Suite, name: &str, repeats: Repeats, window: &mut Window) {
        suite.path_len = self.path.len();
        suite.is_pytest = repeats == Repeats::Pytest;
        if !name.is_empty() {
            if !self.path.is_empty() {
                self.path.push_str(" > ");
            }
            self.path.push_str(name);
        }
        window.open_suite(self.path.clone(), repeats);
        self.open.push(suite);
    }

    /// Counts a case of the innermost suite.
    pub(super) fn count_case(&mut self, outcome: Outcome) {
        let Some(suite) = self.open.last_mut() else { return };
        for counts in [&mut suite.own, &mut suite.all] {
            counts.cases += 1;
            counts.failed += i64::from(outcome == Outcome::Failed);
            counts.error += i64::from(outcome == Outcome::Error);
        }
    }

    /// Counts an execution of a case of the innermost suite.
    pub(super) fn count_execution(&mut self, outcome: Outcome) {
        let Some(suite) = self.open.last_mut() else { return };
        for counts in [&mut suite.own, &mut suite.all] {
            counts.executions += 1;
            counts.failed_executions += i64::from(outcome == Outcome::Failed);
            counts.error_executions += i64::from(outcome == Outcome::Error);
        }
    }

    /// Ends the innermost suite and compares its claims; false where none is open.
    pub(super) fn close(&mut self, window: &mut Window, is_complete: bool, remarks: &mut Remarks) -> bool {
        let Some(suite) = self.open.pop() else {
            return false;
        };
        let n_reruns = window.close_suite(suite.tests, is_complete, remarks);
        if is_complete {
            compare(
                &suite,
                n_reruns.filter(|_| suite.is_pytest).unwrap_or_default(),
                &self.path,
                remarks,
            );
        }
        self.path.truncate(suite.path_len);
        if let Some(outer) = self.open.last_mut() {
            outer.all.cases += suite.all.cases;
            outer.all.executions += suite.all.executions;
            outer.all.failed += suite.all.failed;
            outer.all.error += suite.all.error;
            outer.all.failed_executions += suite.all.failed_executions;
            outer.all.error_executions += suite.all.error_executions;
        }
        true
    }
}

/// Warns where a suite's attributes agree with no way of counting its cases.
fn compare(suite: &Suite, n_reruns: i64, path: &str, remarks: &mut Remarks) {
    let (own, all) = (suite.own, suite.all);
    if let Some(tests) = suite.tests {
        // Surefire counts reruns; some leave skipped cases out.
        let ways = [
            own.cases,
            all.cases,
            own.executions,
            all.executions,
            own.cases - n_reruns,
        ];
        if tests > 0 && all.cases == 0 {
            remarks.add("tests_without_cases", || {
                format!("`{path}` says {tests} tests and holds no case")
            });
        } else if !ways.contains(&tests) {
            remarks.add("count_mismatch", || {
                format!("`{path}` says {tests} tests and holds {} cases", all.cases)
            });
        }
    }
    // Some producers count errors as failures, Surefire counts each rerun.
    let ways = |counts: Counts, cases: i64, executions: i64| [cases, executions, counts.failed + counts.error];
    let failures = [own, all].map(|counts| ways(counts, counts.failed, counts.failed_executions));
    let errors = [own, all].map(|counts| ways(counts, counts.error, counts.error_executions));
    for (claim, ways, what, n) in [
        (suite.failures, failures, "failures", all.failed),
        (suite.errors, errors, "errors", all.error),
    ] {
        if let Some(claim) = claim.filter(|claim| !ways.concat().contains(claim)) {
            remarks.add("failures_mismatch", || {
                format!("`{path}` says {claim} {what} and holds {n}")
            });
        }
    }
}
