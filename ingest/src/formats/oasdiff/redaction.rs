//! Copies a report without what a change whose id speaks of secrets says; and without addresses that log in.

use std::io::{self, BufRead, Write};

use crate::scanner::judge::{self, Judge, Spot};
use crate::scanner::redaction::{has_login, names_a_secret};

/// Members whose texts stay in any case.
const KEPT: &[&str] = &[
    "fingerprint",
    "id",
    "operation",
    "operationId",
    "path",
    "section",
    "source",
];

/// Copies `input` to `output`; returns how many places were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    judge::copy(input, output, &mut Changes::default())
}

#[derive(Debug, Default)]
struct Changes {
    id: Option<String>,
}

impl Judge for Changes {
    fn is_held(&mut self, array: &str) -> bool {
        self.id = None;
        array.is_empty()
    }

    fn notice(&mut self, spot: Spot<'_>, text: &str) {
        if (spot.parent, spot.member) == ("", "id") {
            self.id = Some(text.to_owned());
        }
    }

    fn is_about_a_secret(&self) -> bool {
        self.id.as_deref().is_some_and(names_a_secret)
    }

    fn is_dropped(&self, _spot: Spot<'_>) -> bool {
        false
    }

    fn is_secret(&self, _spot: Spot<'_>, text: &str) -> bool {
        has_login(text)
    }

    fn is_bag(&self, _member: &str) -> bool {
        false
    }

    fn is_kept(&self, spot: Spot<'_>, _text: &str) -> bool {
        KEPT.contains(&spot.member)
    }
}
