//! What a failed test says. A test tends to fail in the same words, so they are drawn from its own names.

use super::{Case, Context};
use crate::chance::Chance;

/// The words of a failure.
#[derive(Debug)]
pub(super) struct Failure {
    /// What was expected.
    pub(super) expected: i64,
    /// What came.
    pub(super) found: i64,
    /// Line of the assertion.
    pub(super) line: i64,
    /// What broke, where nothing was asserted.
    pub(super) cause: &'static str,
}

const CAUSES: [&str; 5] = [
    "Connection refused: \"db:5432\"",
    "timed out after 30 s waiting for <ready>",
    "No space left on device",
    "address already in use (0.0.0.0:8080)",
    "Temporary failure in name resolution: redis & cache",
];

impl Failure {
    /// The words of this test.
    pub(super) fn of(context: &Context<'_>, case: &Case<'_>) -> Self {
        let mut chance = Chance::of(
            context.seed,
            &[
                &context.repository.name,
                &case.test.class_name,
                &case.test.name,
                &"failure",
            ],
        );
        let expected = chance.between(1, 500);
        Self {
            expected,
            found: expected + chance.between(1, 9),
            line: chance.between(12, 240),
            cause: CAUSES[chance.index(CAUSES.len())],
        }
    }
}
