//! Copies a report without the code, the values and the definitions that Checkov looked at, byte for byte otherwise.

use std::io::{self, BufRead, Write};

use super::check::is_about_a_secret;
use super::sniff::LISTS;
use crate::json::lexer::Token;
use crate::scanner::sieve::{self, ELEMENT, Fate, Sieve};

/// Members of a check whose texts stay: they name the rule and the place.
const TEXTS: &[&str] = &[
    "bc_category",
    "bc_check_id",
    "caller_file_path",
    "check_class",
    "check_id",
    "check_name",
    "file_abs_path",
    "file_path",
    "guideline",
    "repo_file_path",
    "severity",
    "short_description",
];
/// The same, unless the check is about a secret: there the resource is a digest of it.
const RESOURCES: &[&str] = &["resource", "resource_address"];
/// Members of a check that are two lines.
const RANGES: &[&str] = &["caller_file_line_range", "file_line_range"];
/// What stays of a package.
const PACKAGE: &[&str] = &[
    "cvss",
    "id",
    "license",
    "licenses",
    "package_name",
    "package_type",
    "package_version",
    "severity",
];

/// Copies `input` to `output`; returns how many checks and other values were changed.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<i64> {
    sieve::copy(input, output, &mut Checks::default())
}

/// What is known of the report and the check that are copied.
#[derive(Debug, Default)]
struct Checks {
    check_type: Option<String>,
    check_id: Option<String>,
}

impl Sieve for Checks {
    fn begin(&mut self, place: &[&str]) -> bool {
        match within_report(place) {
            [] => self.check_type = None,
            ["results", _, ELEMENT] => {
                self.check_id = None;
                return true;
            }
            _ => {}
        }
        false
    }

    fn fate(&mut self, place: &[&str], first: Token, text: &str) -> Fate {
        let is_kept = match (within_report(place), first) {
            ([], Token::ArrayStart) => place.is_empty(),
            ([] | ["results" | "summary"], Token::ObjectStart) => true,
            (["check_type"], Token::Text) => {
                self.check_type = Some(text.to_owned());
                true
            }
            (["results", list], Token::ArrayStart) => LISTS.contains(list) || *list == "parsing_errors",
            (["results", "parsing_errors", ELEMENT], Token::Text) => true,
            (["results", list, ELEMENT], Token::ObjectStart) => LISTS.contains(list),
            (["results", _, ELEMENT, "code_block"], Token::ArrayStart) => {
                return if self.is_about_a_secret() {
                    Fate::TakenOut
                } else {
                    Fate::Digested
                };
            }
            (["results", _, ELEMENT, member @ ..], _) => self.is_kept(member, first, text),
            // Counts.
            (["summary", _] | [_], Token::Number) => true,
            (["summary", "checkov_version"] | ["checkov_version"], Token::Text) => true,
            _ => false,
        };
        if is_kept { Fate::Kept } else { Fate::TakenOut }
    }
}

impl Checks {
    fn is_about_a_secret(&self) -> bool {
        is_about_a_secret(self.check_type.as_deref(), self.check_id.as_deref())
    }

    /// Whether a value inside of a check stays.
    fn is_kept(&mut self, member: &[&str], first: Token, text: &str) -> bool {
        match (member, first) {
            (["check_id"], Token::Text) => {
                self.check_id = Some(text.to_owned());
                true
            }
            ([name], Token::Text) => TEXTS.contains(name) || RESOURCES.contains(name) && !self.is_about_a_secret(),
            ([name], Token::ArrayStart) | ([name, ELEMENT], Token::Number) => RANGES.contains(name),
            (["check_result" | "vulnerability_details"], Token::ObjectStart) => true,
            (["check_result", "result"], Token::Text) => true,
            (["check_result", "suppress_comment"], Token::Text) => !self.is_about_a_secret(),
            (["vulnerability_details", name], Token::Text | Token::Number) => PACKAGE.contains(name),
            _ => false,
        }
    }
}

/// The place below a report, also of a list of them.
fn within_report<'p, 's>(place: &'p [&'s str]) -> &'p [&'s str] {
    match place {
        [ELEMENT, rest @ ..] => rest,
        _ => place,
    }
}
