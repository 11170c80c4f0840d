//! What may show a secret in Trivy's JSON: matches and code, how an image was built, and what its modules add.

use std::io::{self, BufRead, Write};

use crate::scanner::judge::{self, Judge, Spot};
use crate::scanner::redaction::has_login;

/// Members whose texts are left out of every report, wherever they stand.
const DROPPED: &[&str] = &["Code", "CreatedBy", "Match", "RenderedCause", "Traces"];
/// The same by the member that holds them: environments and commands, and data of a module.
const DROPPED_OF: &[(&str, &str)] = &[
    ("CustomResources", "Data"),
    ("ImageConfig", "config"),
    ("ImageConfig", "container_config"),
    ("ImageConfig", "history"),
];
/// Addresses, which may hold who logs in.
const ADDRESSES: &[&str] = &["ArtifactName", "RepoURL", "Target"];
/// Members of what was found about a secret whose texts stay.
const KEPT: &[&str] = &["Category", "RuleID", "Severity", "Status", "Type"];
/// What a changed finding is about, where it is not about a secret.
const OTHERS: &[&str] = &["license", "misconfiguration", "vulnerability"];

/// Copies `input` to `output`; returns how many places were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    judge::copy(input, output, &mut Trivy::default())
}

#[derive(Debug, Default)]
struct Trivy {
    is_changed_finding: bool,
    /// What it is about.
    kind: Option<String>,
}

impl Judge for Trivy {
    fn is_held(&mut self, array: &str) -> bool {
        self.is_changed_finding = array == "ExperimentalModifiedFindings";
        self.kind = None;
        self.is_changed_finding || array == "Secrets"
    }

    fn notice(&mut self, spot: Spot<'_>, text: &str) {
        if spot.is_held && (spot.parent, spot.member) == ("", "Type") {
            self.kind = Some(text.to_owned());
        }
    }

    fn is_about_a_secret(&self) -> bool {
        let is_other = self.kind.as_deref().is_some_and(|kind| OTHERS.contains(&kind));
        !(self.is_changed_finding && is_other)
    }

    fn is_dropped(&self, spot: Spot<'_>) -> bool {
        DROPPED.contains(&spot.member) || DROPPED_OF.contains(&(spot.parent, spot.member))
    }

    fn is_secret(&self, spot: Spot<'_>, text: &str) -> bool {
        ADDRESSES.contains(&spot.member) && has_login(text)
    }

    fn is_bag(&self, _: &str) -> bool {
        false
    }

    fn is_kept(&self, spot: Spot<'_>, _: &str) -> bool {
        KEPT.contains(&spot.member)
    }
}
