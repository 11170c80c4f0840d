//! One run while it is read (SARIF 3.14), and the scan that it was.

use domain::clock::Timestamp;
use domain::scan::{Completeness, Scan};
use serde_json::Value;

use super::result::Result as Held;
use super::tool::Tool;
use crate::json::member::{cut, elements, integer, text};
use crate::scanner::class::family;
use crate::scanner::path::of_image;

/// What is held of a run's results before they go out; about 100,000 of them.
pub(super) const MAX_HELD_BYTES: usize = 64 << 20;
/// Exit codes that say that a scan ran: 0, and 1 with findings (Gitleaks, Trivy, Checkov, Semgrep).
const EXIT_CODES: std::ops::RangeInclusive<i64> = 0..=1;

/// A run.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) scan: i32,
    pub(super) tool: Tool,
    pub(super) has_tool: bool,
    pub(super) family: String,
    pub(super) image: Option<String>,
    pub(super) held: Vec<Held>,
    pub(super) held_bytes: usize,
    /// Elements of `results` so far; null where there is no such array.
    pub(super) n_results: Option<i64>,
    pub(super) n_findings: i64,
    pub(super) artifacts: Vec<Option<String>>,
    category: Option<String>,
    revision: Option<String>,
    branch: Option<String>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    execution_successful: Option<bool>,
    exit_code: Option<i64>,
    complaint: Option<String>,
    is_truncated: bool,
}

impl Run {
    pub(super) fn new(scan: i32) -> Self {
        Self {
            scan,
            family: family(""),
            ..Self::default()
        }
    }

    pub(super) fn set_tool(&mut self, tool: Tool) {
        self.family = family(tool.driver.name.as_deref().unwrap_or_default());
        self.tool = tool;
        self.has_tool = true;
    }

    /// The URI of an artifact (SARIF 3.14.15) that a result names by its position.
    pub(super) fn artifact(&self, index: usize) -> Option<&str> {
        self.artifacts.get(index)?.as_deref()
    }

    /// Takes a member that is small enough to be read as a whole.
    pub(super) fn set(&mut self, name: &str, value: &Value) {
        match name {
            "automationDetails" => self.category = text(value, "/id").and_then(category),
            "versionControlProvenance" => {
                self.revision = text(value, "/0/revisionId").map(|revision| cut(revision, 200));
                self.branch = text(value, "/0/branch").map(|branch| cut(branch, 200));
            }
            // Trivy's name for what it looked at.
            "properties" => self.image = text(value, "/imageName").map(of_image),
            "invocations" => self.invocations(value),
            _ => {}
        }
    }

    fn invocations(&mut self, value: &Value) {
        for invocation in elements(value, "") {
            let time = |pointer| text(invocation, pointer).and_then(instant);
            let started_at = time("/startTimeUtc");
            self.started_at = self.started_at.into_iter().chain(started_at).min();
            self.ended_at = self.ended_at.max(time("/endTimeUtc"));
            let successful = invocation.pointer("/executionSuccessful").and_then(Value::as_bool);
            self.execution_successful = match (self.execution_successful, successful) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (before, now) => now.or(before),
            };
            self.exit_code = integer(invocation, "/exitCode", i64::MIN).or(self.exit_code);
            for notification in elements(invocation, "/toolExecutionNotifications") {
                let message = text(notification, "/message/text").unwrap_or_default();
                let id = text(notification, "/descriptor/id").unwrap_or_default();
                if [message, id]
                    .iter()
                    .any(|text| text.to_lowercase().contains("truncated"))
                {
                    self.is_truncated = true;
                }
                if text(notification, "/level") == Some("error") && self.complaint.is_none() {
                    self.complaint = Some(format!("notification: {}", cut(&format!("{id} {message}"), 200)));
                }
            }
        }
    }

    /// What the scan was; `broken` tells how the file breaks off in it.
    pub(super) fn scan(&self, broken: Option<&str>) -> Scan {
        let (completeness, reason) = self.completeness(broken);
        Scan {
            scan: self.scan,
            tool: self.tool.driver.name.clone().unwrap_or_default(),
            tool_family: self.family.clone(),
            tool_version: self.tool.driver.version.clone(),
            rules_sha256: self.tool.rules_sha256(),
            category: self.category.clone(),
            image: self.image.clone(),
            started_at: self.started_at,
            ended_at: self.ended_at,
            execution_successful: self.execution_successful,
            exit_code: self.exit_code,
            completeness,
            reason,
            is_truncated: self.is_truncated || broken.is_some(),
            n_results: self.n_results,
            n_findings: self.n_findings,
            revision: self.revision.clone(),
            branch: self.branch.clone(),
        }
    }

    /// Nothing but a complete scan proves an absence, so that every doubt counts.
    fn completeness(&self, broken: Option<&str>) -> (Completeness, Option<String>) {
        if self.execution_successful == Some(false) {
            return (Completeness::Failed, Some("executionSuccessful: false".to_owned()));
        }
        let odd_exit = self.exit_code.filter(|code| !EXIT_CODES.contains(code));
        if let (None, Some(code)) = (self.execution_successful, odd_exit) {
            return (Completeness::Failed, Some(format!("exitCode: {code}")));
        }
        if let Some(broken) = broken {
            return (Completeness::Partial, Some(broken.to_owned()));
        }
        if self.n_results.is_none() {
            return (Completeness::Unknown, Some("results: absent or null".to_owned()));
        }
        if self.is_truncated {
            return (
                Completeness::Partial,
                Some("truncated: a notification says so".to_owned()),
            );
        }
        match &self.complaint {
            Some(complaint) => (Completeness::Partial, Some(complaint.clone())),
            None => (Completeness::Complete, None),
        }
    }
}

/// The category is what stands before the last `/`; without one the id names a run only (SARIF 3.17.3).
fn category(id: &str) -> Option<String> {
    let (category, _) = id.rsplit_once('/')?;
    (!category.is_empty()).then(|| cut(category, 500))
}

/// An instant of SARIF 3.9; without a zone it is UTC.
fn instant(text: &str) -> Option<Timestamp> {
    domain::clock::parse_timestamp(text)
        .or_else(|_| domain::clock::parse_timestamp(&format!("{text}Z")))
        .ok()
}
