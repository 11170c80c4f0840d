//! One `<testcase>` while it is being read, and which executions its elements tell of.

use domain::clock::Timestamp;
use domain::test_result::{Outcome, RetryEvidence};

use super::window::{Identity, Row, Span};

/// What an element inside a case says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Error,
    Failure,
    Skipped,
    /// A failed execution of a test that passed in the end.
    FlakyError,
    FlakyFailure,
    /// A further failed execution of a test that failed.
    RerunError,
    RerunFailure,
}

impl Verdict {
    /// Recognises the element.
    pub(super) fn of(element: &str) -> Option<Self> {
        Some(match element {
            "error" => Self::Error,
            "failure" => Self::Failure,
            "skipped" | "disabled" | "ignored" => Self::Skipped,
            "flakyError" => Self::FlakyError,
            "flakyFailure" => Self::FlakyFailure,
            "rerunError" => Self::RerunError,
            "rerunFailure" => Self::RerunFailure,
            _ => return None,
        })
    }

    fn outcome(self) -> Outcome {
        match self {
            Self::Error | Self::FlakyError | Self::RerunError => Outcome::Error,
            Self::Failure | Self::FlakyFailure | Self::RerunFailure => Outcome::Failed,
            Self::Skipped => Outcome::Skipped,
        }
    }
}

/// One element inside a case that says how an execution ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Child {
    pub(super) verdict: Verdict,
    pub(super) failure_type: Span,
    pub(super) message: Span,
    pub(super) duration_ms: Option<i64>,
    pub(super) reported_at: Option<Timestamp>,
    /// nextest's `type="flaky failure"`: says that the run fails for the flakiness, not that an execution failed.
    pub(super) is_flaky_marker: bool,
}

/// The case being read. One value serves for all cases of a report.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) identity: Identity,
    pub(super) duration_ms: Option<i64>,
    pub(super) reported_at: Option<Timestamp>,
    /// What the attributes `status` and `result` say, where no element says anything.
    pub(super) status: Option<Outcome>,
    pub(super) children: Vec<Child>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            identity: Identity {
                class_name: Span::ABSENT,
                name: Span::ABSENT,
                file: Span::ABSENT,
                ticket: Span::ABSENT,
                is_quarantined: false,
                is_bare: true,
            },
            duration_ms: None,
            reported_at: None,
            status: None,
            children: Vec::new(),
        }
    }
}

impl Case {
    /// How the case ended, taken as a whole: error, failure, skipped, in this order of weight.
    pub(super) fn outcome(&self) -> Outcome {
        if self.is_flaky_by_marker() {
            return Outcome::Passed;
        }
        match self.decisive() {
            Some(child) => child.verdict.outcome(),
            None => self.status.unwrap_or(Outcome::Passed),
        }
    }

    /// Calls `push` for each execution in the order in which they took place; returns their number.
    ///
    /// `is_each_failure_one`: the producer repeats `<failure>` for each retry, not for each assertion.
    pub(super) fn executions(&self, is_each_failure_one: bool, mut push: impl FnMut(Row)) -> usize {
        if self.children.is_empty() {
            push(self.last_row(RetryEvidence::None));
            return 1;
        }
        let outcome = self.outcome();
        let has_failed = matches!(outcome, Outcome::Failed | Outcome::Error);
        let is_flaky = |child: &&Child| matches!(child.verdict, Verdict::FlakyError | Verdict::FlakyFailure);
        let is_rerun = |child: &&Child| matches!(child.verdict, Verdict::RerunError | Verdict::RerunFailure);
        let is_failure = |child: &&Child| matches!(child.verdict, Verdict::Error | Verdict::Failure);
        let n_mains = match self.children.iter().filter(is_failure).count() {
            n if is_each_failure_one && has_failed && n > 1 => n,
            _ => 1,
        };
        let n = n_mains
            + self
                .children
                .iter()
                .filter(|child| is_flaky(child) || is_rerun(child))
                .count();
        let evidence = if n > 1 {
            RetryEvidence::RerunElement
        } else {
            RetryEvidence::None
        };

        let mut execution = 0;
        let mut push = |row: Row| {
            push(Row { execution, ..row });
            execution += 1;
        };
        for child in self.children.iter().filter(is_flaky) {
            push(self.row_of(child, evidence));
        }
        if !has_failed {
            // Reruns without a failure that they repeat: they came before the end that the case tells.
            for child in self.children.iter().filter(is_rerun) {
                push(self.row_of(child, evidence));
            }
        }
        if n_mains > 1 {
            for (at, child) in self.children.iter().filter(is_failure).enumerate() {
                let is_last = at + 1 == n_mains;
                // The time of the case is that of all its tries; none has its own.
                let duration_ms = child.duration_ms.or(self.duration_ms.filter(|_| is_last));
                push(Row {
                    duration_ms,
                    ..self.row_of(child, evidence)
                });
            }
        } else {
            push(self.last_row(evidence));
        }
        if has_failed {
            for child in self.children.iter().filter(is_rerun) {
                push(self.row_of(child, evidence));
            }
        }
        n
    }

    fn is_flaky_by_marker(&self) -> bool {
        self.children.iter().any(|child| child.is_flaky_marker)
            && self
                .children
                .iter()
                .any(|child| matches!(child.verdict, Verdict::FlakyError | Verdict::FlakyFailure))
    }

    /// The element that tells how the case ended.
    fn decisive(&self) -> Option<&Child> {
        [Verdict::Error, Verdict::Failure, Verdict::Skipped]
            .into_iter()
            .find_map(|verdict| self.children.iter().find(|child| child.verdict == verdict))
    }

    fn last_row(&self, evidence: RetryEvidence) -> Row {
        let decisive = if self.is_flaky_by_marker() {
            None
        } else {
            self.decisive()
        };
        Row {
            failure_type: decisive.map_or(Span::ABSENT, |child| child.failure_type),
            message: decisive.map_or(Span::ABSENT, |child| child.message),
            duration_ms: self.duration_ms,
            reported_at: self.reported_at,
            outcome: self.outcome(),
            evidence,
            execution: 0,
        }
    }

    fn row_of(&self, child: &Child, evidence: RetryEvidence) -> Row {
        Row {
            failure_type: child.failure_type,
            message: child.message,
            duration_ms: child.duration_ms,
            reported_at: child.reported_at.or(self.reported_at),
            outcome: child.verdict.outcome(),
            evidence,
            execution: 0,
        }
    }
}

/// Reads the attributes `status` and `result` of a case, for producers that write no element.
///
/// `GoogleTest` writes `status="notrun" result="suppressed"`, `CTest` and `tst` write `status="disabled"`.
pub(super) fn outcome_of_status(status: &str) -> Option<Outcome> {
    let is = |words: &[&str]| words.iter().any(|word| status.eq_ignore_ascii_case(word));
    if is(&[
        "notrun",
        "not_run",
        "disabled",
        "skipped",
        "skip",
        "suppressed",
        "ignored",
        "pending",
    ]) {
        Some(Outcome::Skipped)
    } else if is(&["failed", "fail", "failure", "timedout", "timeout"]) {
        Some(Outcome::Failed)
    } else if is(&[
        "error",
        "errored",
        "broken",
        "panicked",
        "aborted",
        "interrupted",
        "crashed",
    ]) {
        Some(Outcome::Error)
    } else {
        None
    }
}

/// Tells whether `text` holds the tag `@flaky` as a word.
pub(super) fn has_flaky_tag(text: &str) -> bool {
    const TAG: &str = "@flaky";
    // Nearly no name has one, so the search for a single byte pays.
    text.as_bytes().contains(&b'@')
        && text.match_indices(TAG).any(|(at, _)| {
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '@' | '.');
            !text[..at].ends_with(is_word) && !text[at + TAG.len()..].starts_with(|c| is_word(c) && c != '.')
        })
}

/// Reads the switch of a property: its presence is enough.
pub(super) fn is_on(value: &str) -> bool {
    ["", "true", "1", "yes", "on"]
        .iter()
        .any(|word| value.trim().eq_ignore_ascii_case(word))
}

/// Tells whether a list of tags holds `flaky` or `quarantine`.
pub(super) fn is_quarantine_tag(list: &str) -> bool {
    list.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '[' | ']'))
        .map(|tag| tag.trim_start_matches('@'))
        .any(|tag| {
            ["flaky", "quarantine", "quarantined"]
                .iter()
                .any(|word| tag.eq_ignore_ascii_case(word))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_tell_executions_in_their_order() {
        for (elements, expected) in [
            (vec![], "passed0"),
            (vec!["skipped"], "skipped0"),
            (vec!["failure"], "failed0"),
            (vec!["flakyFailure", "flakyError"], "failed0 error1 passed2"),
            (vec!["failure", "rerunFailure", "rerunError"], "failed0 failed1 error2"),
            (vec!["rerunFailure", "error"], "error0 failed1"),
            (vec!["failure*", "flakyFailure"], "failed0 passed1"),
            (vec!["failure", "flakyFailure"], "failed0 failed1"),
            (
                vec!["skipped", "flakyFailure", "flakyFailure"],
                "failed0 failed1 skipped2",
            ),
            (vec!["rerunFailure", "rerunFailure"], "failed0 failed1 passed2"),
        ] {
            let mut case = Case::default();
            for element in &elements {
                case.children.push(Child {
                    verdict: Verdict::of(element.trim_end_matches('*')).unwrap(),
                    failure_type: Span::ABSENT,
                    message: Span::ABSENT,
                    duration_ms: None,
                    reported_at: None,
                    is_flaky_marker: element.ends_with('*'),
                });
            }
            let mut found: Vec<String> = Vec::new();
            case.executions(false, |row| {
                found.push(format!("{}{}", row.outcome.as_str(), row.execution));
            });
            assert_eq!(found.join(" "), expected, "{elements:?}");
        }
    }

    #[test]
    fn the_tag_is_a_word() {
        for (text, expected) in [
            ("login @flaky", true),
            ("@flaky: login", true),
            ("(@flaky)", true),
            ("login @flaky.", true),
            ("login @flaky-net", false),
            ("me@flaky.org", false),
            ("@flakyish", false),
            ("flaky", false),
        ] {
            assert_eq!(has_flaky_tag(text), expected, "{text}");
        }
    }
}
