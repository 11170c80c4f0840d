//! What may show a secret in Grype's JSON: how an image was built, and how registries are logged into.

use std::io::{self, BufRead, Write};

use crate::scanner::judge::{self, Judge, Spot};
use crate::scanner::redaction::{has_login, names_a_secret};

/// Members whose texts are left out of every report, by the member that holds them. Configuration and manifest of an
/// image are JSON in Base64, in which no filter finds anything.
const DROPPED: &[(&str, &str)] = &[
    ("configuration", "registry"),
    ("target", "annotations"),
    ("target", "config"),
    ("target", "labels"),
    ("target", "manifest"),
];

/// Copies `input` to `output`; returns how many places were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    judge::copy(input, output, &mut Grype)
}

#[derive(Debug)]
struct Grype;

impl Judge for Grype {
    fn is_held(&mut self, _: &str) -> bool {
        false
    }

    fn notice(&mut self, _: Spot<'_>, _: &str) {}

    fn is_about_a_secret(&self) -> bool {
        true
    }

    fn is_dropped(&self, spot: Spot<'_>) -> bool {
        DROPPED.contains(&(spot.parent, spot.member)) || names_a_secret(spot.member)
    }

    fn is_secret(&self, spot: Spot<'_>, text: &str) -> bool {
        spot.member == "update-url" && has_login(text)
    }

    fn is_bag(&self, _: &str) -> bool {
        false
    }

    fn is_kept(&self, _: Spot<'_>, _: &str) -> bool {
        false
    }
}
