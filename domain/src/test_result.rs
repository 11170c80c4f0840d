//! What a test report says of one execution of one test.

use crate::clock::Timestamp;

/// How one execution ended. JUnit's severity where several stand in one case: error, failure, skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It ran and held.
    Passed,
    /// An assertion did not hold.
    Failed,
    /// It broke outside an assertion.
    Error,
    /// It did not run; decides nothing.
    Skipped,
}

impl Outcome {
    /// The word in the column `outcome`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Skipped => "skipped",
        }
    }
}

/// What in the report shows that a test was executed more than once.
///
/// Source: research on JUnit dialects; the rules stand in `ingest/src/formats/junit/README.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RetryEvidence {
    /// Executed once, as far as the report can tell.
    None,
    /// `flakyFailure`, `flakyError`, `rerunFailure`, `rerunError` inside the case (Maven Surefire's schema 3.0.2).
    RerunElement,
    /// The case is repeated; document order is the order of execution.
    Duplicate,
    /// The case is repeated in an order that is not chronological (gotestsum groups by outcome).
    DuplicateUnordered,
    /// A bare repetition written by pytest-rerunfailures is a failed rerun; the suite's own count agrees.
    RepairConfirmed,
    /// The same, but the suite's own count neither confirms nor refutes it.
    RepairUnconfirmed,
}

impl RetryEvidence {
    /// The word in the column `retry_evidence`; null where there was no retry.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::RerunElement => Some("rerun_element"),
            Self::Duplicate => Some("duplicate"),
            Self::DuplicateUnordered => Some("duplicate_unordered"),
            Self::RepairConfirmed => Some("repair_confirmed"),
            Self::RepairUnconfirmed => Some("repair_unconfirmed"),
        }
    }
}

/// One execution of one test, as its report tells it. What the report cannot know (run, commit) is the source's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestResult<'a> {
    /// Names of the suites from the outermost to the innermost, joined by ` > `.
    pub suite: &'a str,
    /// `classname` of the case; empty where absent.
    pub class_name: &'a str,
    /// `name` of the case; empty where absent.
    pub name: &'a str,
    /// `file` of the case, where the producer writes it.
    pub file: Option<&'a str>,
    /// Counts the executions of this test in this report, from 0.
    pub execution: i32,
    /// How it ended.
    pub outcome: Outcome,
    /// How the report showed that this is one of several executions.
    pub retry_evidence: RetryEvidence,
    /// `time` of the case in milliseconds; null where absent or unreadable, never the suite's.
    pub duration_ms: Option<i64>,
    /// `type` of the failure or error.
    pub failure_type: Option<&'a str>,
    /// `message` of the failure, error or skip, or the first line of its text; at most 1,000 characters.
    pub message: Option<&'a str>,
    /// The report's own time of this case or its suite; without a zone it is read as UTC and counted as such.
    pub reported_at: Option<Timestamp>,
    /// The case carries the quarantine tag (CI/CL-001 §13): a property `quarantine` or `flaky`, or `@flaky` in its name.
    pub is_quarantined: bool,
    /// URL of the ticket in a property `ticket`.
    pub ticket: Option<&'a str>,
}
