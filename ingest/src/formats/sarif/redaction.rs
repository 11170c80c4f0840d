//! What may show a secret in SARIF: scanners write what they found into snippets and messages.
//!
//! A result about a secret keeps what names and places it. Source code that is embedded as a whole, environments and
//! requests are left out of every file.

use std::io::{self, BufRead, Write};

use crate::scanner::class::{family, is_secret_scanner};
use crate::scanner::judge::{self, Judge, Spot};
use crate::scanner::redaction::{is_digest, is_sha, names_a_secret};

/// Members of a result about a secret whose texts stay: they name the rule and the place.
const KEPT: &[&str] = &[
    "baselineState",
    "fullyQualifiedName",
    "guid",
    "id",
    "kind",
    "level",
    "ruleId",
    "state",
    "status",
    "uri",
    "uriBaseId",
];
/// Members whose texts are left out of every file.
const DROPPED: &[&str] = &[
    "contents",
    "environmentVariables",
    "webRequest",
    "webRequests",
    "webResponse",
    "webResponses",
];

/// Copies `input` to `output`; returns how many results and texts were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    judge::copy(input, output, &mut Sarif::default())
}

#[derive(Debug, Default)]
struct Sarif {
    /// The tool of the run, once it is known.
    family: Option<String>,
    /// The rule of the held result.
    rule: Option<String>,
}

impl Judge for Sarif {
    fn is_held(&mut self, array: &str) -> bool {
        if array == "runs" {
            self.family = None;
        }
        self.rule = None;
        array == "results"
    }

    fn notice(&mut self, spot: Spot<'_>, text: &str) {
        match (spot.is_held, spot.parent, spot.member) {
            (false, "driver", "name") => self.family = Some(family(text)),
            (true, "", "ruleId") | (true, "rule", "id") => {
                self.rule.get_or_insert_with(|| text.to_owned());
            }
            _ => {}
        }
    }

    fn is_about_a_secret(&self) -> bool {
        let (Some(family), Some(rule)) = (&self.family, &self.rule) else {
            return true;
        };
        family == "unknown" || is_secret_scanner(family) || names_a_secret(rule)
    }

    fn is_dropped(&self, spot: Spot<'_>) -> bool {
        DROPPED.contains(&spot.member) || spot.member == "snippet" && !spot.is_held
    }

    fn is_bag(&self, member: &str) -> bool {
        member == "properties"
    }

    fn is_kept(&self, spot: Spot<'_>, text: &str) -> bool {
        if matches!(spot.parent, "fingerprints" | "partialFingerprints") {
            // A digest of the line tells nothing of a long secret; a scanner's own might be the secret.
            let is_scanner = self.family.as_deref().is_none_or(is_secret_scanner);
            return spot.member == "commitSha" && is_sha(text) || !is_scanner && is_digest(text);
        }
        KEPT.contains(&spot.member)
    }
}
