//! What linters say of a place in a file, in whatever format, and the finding that it is.

use domain::finding::Finding;
use domain::severity::assess;

use crate::json::member::{cut, is_text};
use crate::scanner::class::{class, family};
use crate::scanner::identity::{Named, identity};
use crate::scanner::path::of_uri;
use crate::scanner::reading::finding_of;

/// What a linter says of a place; empty where it does not tell.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Id of the rule.
    pub(crate) rule_id: &'a str,
    /// The tool's own word for how bad it is.
    pub(crate) word: &'a str,
    /// As the tool writes it: a path, or an address of a file.
    pub(crate) path: &'a str,
    /// First and last line, from 1.
    pub(crate) start_line: Option<i64>,
    pub(crate) end_line: Option<i64>,
    /// What stands there: an operation of an API, a resource.
    pub(crate) resource: Option<&'a str>,
    pub(crate) message: &'a str,
}

impl Entry<'_> {
    /// The finding that it is, of a tool, at a position of the report and of a level of SARIF.
    ///
    /// Its identity is that of SARIF without fingerprints and code, which is what these tools write.
    pub(crate) fn finding(&self, tool: &str, level: &str, result: i32) -> Finding {
        let tool_family = family(tool);
        let rule_id = cut(self.rule_id, 200);
        let class = class(&tool_family, &rule_id, "", &[], false);
        let path = of_uri(self.path).map(|path| cut(&path, 4_000));
        let resource = self.resource.filter(|resource| is_text(resource));
        let resource = resource.map(|resource| cut(resource, 1_000));
        let identity = identity(&Named {
            class,
            tool_family: &tool_family,
            rule_id: &rule_id,
            path: path.as_deref(),
            image: None,
            package: None,
            vulnerability: None,
            start_line: self.start_line,
            commit_sha: None,
            fingerprint: None,
            resource: resource.as_deref(),
            snippet: None,
        });
        Finding {
            result,
            rule_id,
            message: is_text(self.message).then(|| cut(self.message, 1_000)),
            level: level.to_owned(),
            tool_severity: is_text(self.word).then(|| cut(self.word, 50)),
            path,
            start_line: self.start_line,
            end_line: self.end_line,
            logical_location: resource,
            ..finding_of(&tool_family, identity, assess(false, None, None, level))
        }
    }
}
