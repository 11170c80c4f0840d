//! What may show a secret in Semgrep's JSON: everything that a result about one says, traces, and what errors quote.

use std::io::{self, BufRead, Write};

use crate::scanner::judge::{self, Judge, Spot};
use crate::scanner::redaction::{is_digest, is_sha, names_a_secret};

/// Members whose texts are left out of every report: code along a flow, and how rules matched.
const DROPPED: &[&str] = &["dataflow_trace", "explanations"];
/// Members of an error that quote the code on which it stumbled.
const QUOTES: &[&str] = &["long_msg", "message", "short_msg"];
/// Members of a result about a secret whose texts stay.
const KEPT: &[&str] = &["check_id", "engine_kind", "path", "severity", "validation_state"];
/// Members whose names are those of a rule or of code.
const BAGS: &[&str] = &["extra_extra", "metadata", "metavars", "sca_info"];
/// Weaknesses of passwords, keys and credentials that are written into code.
const WEAKNESSES: &[&str] = &["259", "321", "798"];

/// Copies `input` to `output`; returns how many places were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    judge::copy(input, output, &mut Semgrep::default())
}

#[derive(Debug, Default)]
struct Semgrep {
    /// The rule of the held result.
    rule: Option<String>,
    is_weakness: bool,
    is_validated: bool,
}

impl Judge for Semgrep {
    fn is_held(&mut self, array: &str) -> bool {
        *self = Self::default();
        array == "results"
    }

    fn notice(&mut self, spot: Spot<'_>, text: &str) {
        match (spot.parent, spot.member) {
            ("", "check_id") => self.rule = Some(text.to_owned()),
            (_, "cwe") => {
                let number = text.strip_prefix("CWE-").and_then(|rest| rest.split(':').next());
                self.is_weakness |= number.is_some_and(|number| WEAKNESSES.contains(&number.trim()));
            }
            // Only what looks for secrets asks whether they are valid.
            (_, "validation_state") => self.is_validated |= text != "NO_VALIDATOR",
            _ => {}
        }
    }

    fn is_about_a_secret(&self) -> bool {
        let is_named = self.rule.as_deref().is_none_or(names_a_secret);
        is_named || self.is_weakness || self.is_validated
    }

    fn is_dropped(&self, spot: Spot<'_>) -> bool {
        DROPPED.contains(&spot.member) || spot.parent == "errors" && QUOTES.contains(&spot.member)
    }

    fn is_bag(&self, member: &str) -> bool {
        BAGS.contains(&member)
    }

    fn is_kept(&self, spot: Spot<'_>, text: &str) -> bool {
        match spot.member {
            "fingerprint" => is_digest(text),
            "git_commit" => is_sha(text),
            member => KEPT.contains(&member),
        }
    }
}
