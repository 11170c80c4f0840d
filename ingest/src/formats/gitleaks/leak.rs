//! One secret that was found, as Gitleaks 7 and 8 write it, and the finding that it is.

use domain::finding::{Finding, FindingClass};
use domain::severity::assess;
use serde_json::Value;

use super::sniff::{Header, V7, V8};
use crate::json::member::{cut, integer, is_text, text};
use crate::scanner::class::{class, family};
use crate::scanner::identity::{Named, identity};
use crate::scanner::path::of_uri;
use crate::scanner::reading::finding_of;
use crate::scanner::redaction::is_sha;

/// What a report of another tool of this shape would be called cannot be told: it is Gitleaks.
pub(super) const TOOL: &str = "gitleaks";

/// A secret that was found, without the secret.
#[derive(Debug, Default)]
pub(super) struct Leak {
    rule_id: String,
    rule_name: Option<String>,
    file: Option<String>,
    commit_sha: Option<String>,
    start_line: Option<i64>,
    end_line: Option<i64>,
}

impl Leak {
    /// Reads an object.
    pub(super) fn of_json(value: &Value) -> Self {
        let member = |name: &str| text(value, &format!("/{name}"));
        let line = |name: &str| integer(value, &format!("/{name}"), 1);
        // A v8 report names the file that a link stands for, as its SARIF does.
        let file = member(V8.link).or_else(|| member(V8.file)).or_else(|| member(V7.file));
        Self {
            rule_id: member(V8.rule)
                .or_else(|| member(V7.rule))
                .unwrap_or_default()
                .to_owned(),
            rule_name: member("Description").map(|description| cut(description, 200)),
            file: file.map(str::to_owned),
            commit_sha: member(V8.commit).or_else(|| member(V7.commit)).and_then(sha),
            start_line: line(V8.start_line).or_else(|| line(V7.start_line)),
            end_line: line(V8.end_line),
        }
    }

    /// Reads a record.
    pub(super) fn of_csv(header: &Header, fields: &[String]) -> Self {
        let member = |name: &str| {
            let position = header.columns.iter().position(|column| column == name)?;
            fields.get(position).map(String::as_str).filter(|text| is_text(text))
        };
        let names = header.names;
        let line = |name: &str| member(name)?.parse().ok().filter(|line| *line >= 1);
        Self {
            rule_id: member(names.rule).unwrap_or_default().to_owned(),
            rule_name: None,
            file: member(names.link).or_else(|| member(names.file)).map(str::to_owned),
            commit_sha: member(names.commit).and_then(sha),
            start_line: line(names.start_line),
            end_line: line(names.end_line),
        }
    }

    /// The finding, which is critical: a secret has no severity of its own.
    pub(super) fn finding(self, result: i32) -> Finding {
        let tool_family = family(TOOL);
        let path = self.file.as_deref().and_then(of_uri);
        let class = class(&tool_family, &self.rule_id, "", &[], false);
        let identity = identity(&Named {
            class,
            tool_family: &tool_family,
            rule_id: &self.rule_id,
            path: path.as_deref(),
            image: None,
            package: None,
            vulnerability: None,
            start_line: self.start_line,
            commit_sha: self.commit_sha.as_deref(),
            fingerprint: None,
            resource: None,
            snippet: None,
        });
        let assessment = assess(class == FindingClass::Secret, None, None, "warning");
        Finding {
            result,
            rule_id: self.rule_id,
            rule_name: self.rule_name,
            path,
            start_line: self.start_line,
            end_line: self.end_line,
            commit_sha: self.commit_sha,
            ..finding_of(&tool_family, identity, assessment)
        }
    }
}

/// What is no digest of a commit is taken out before it lands, and names nothing here either.
fn sha(text: &str) -> Option<String> {
    is_sha(text).then(|| text.to_owned())
}
