//! What scanners find: findings, scans, analyses and alerts.

use std::sync::Arc;

use domain::clock::Timestamp;

use crate::world::PersonIndex;
use crate::world::change::CommitIndex;

/// A scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// SAST.
    CodeQl,
    /// Vulnerabilities of the file system.
    TrivyFs,
    /// Vulnerabilities of the image.
    TrivyImage,
    /// Secrets.
    Gitleaks,
    /// Misconfigurations.
    Checkov,
}

impl Tool {
    /// The name of the driver in SARIF.
    pub fn driver(self) -> &'static str {
        match self {
            Self::CodeQl => "CodeQL",
            Self::TrivyFs | Self::TrivyImage => "Trivy",
            Self::Gitleaks => "gitleaks",
            Self::Checkov => "Checkov",
        }
    }

    /// The file that its job leaves in `security-artifacts`.
    pub fn file(self) -> &'static str {
        match self {
            Self::CodeQl => "codeql.sarif",
            Self::TrivyFs => "trivy.sarif",
            Self::TrivyImage => "trivy-image.sarif",
            Self::Gitleaks => "gitleaks.sarif",
            Self::Checkov => "checkov.sarif",
        }
    }

    /// GitHub's category of its analyses.
    pub fn category(self) -> &'static str {
        match self {
            Self::CodeQl => "/language:python",
            Self::TrivyFs => "trivy-fs",
            Self::TrivyImage => "trivy-image",
            Self::Gitleaks => "gitleaks",
            Self::Checkov => "checkov",
        }
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Reported only.
    Low,
    /// Reported only.
    Medium,
    /// 3 days.
    High,
    /// 24 hours.
    Critical,
}

impl Severity {
    /// GitHub's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One thing that a scanner can see, for as long as its identity stays.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which scanner sees it.
    pub tool: Tool,
    /// Rule id as the tool writes it: `py/sql-injection`, `CVE-2026-10001`, `aws-access-token`, `CKV_AWS_20`.
    pub rule: String,
    /// Package name of a vulnerability.
    pub package: Option<String>,
    /// Installed version of the package over time, the first one at the beginning.
    pub versions: Vec<(Timestamp, String)>,
    /// Resource address of a misconfiguration.
    pub resource: Option<String>,
    /// Path and line over time: a finding moves when code above it changes, or its file is renamed.
    pub places: Vec<(Timestamp, Arc<str>, i64)>,
    /// The severity that its tool gives it over time.
    pub severities: Vec<(Timestamp, Severity)>,
    /// A secret: the commit that it was found in, which stays in the history.
    pub commit: Option<CommitIndex>,
}

/// The value of a history at an instant; the first one before it begins.
pub fn value_at<T: Clone>(history: &[(Timestamp, T)], instant: Timestamp) -> Option<T> {
    let held = history
        .iter()
        .rev()
        .find(|(at, _)| *at <= instant)
        .or(history.first())?;
    Some(held.1.clone())
}

impl Finding {
    /// Path and line at `instant`.
    pub fn place_at(&self, instant: Timestamp) -> Option<(Arc<str>, i64)> {
        let held = self
            .places
            .iter()
            .rev()
            .find(|(at, ..)| *at <= instant)
            .or(self.places.first())?;
        Some((Arc::clone(&held.1), held.2))
    }
}

/// How a scan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanState {
    /// It saw everything.
    Complete,
    /// `executionSuccessful: false`; what it lists is no proof of absence.
    Failed,
    /// The file has no byte.
    Empty,
    /// `results` is absent: nothing was computed.
    WithoutResults,
}

/// One scan by one tool.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Which.
    pub tool: Tool,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended; tools that write no end (Gitleaks, Checkov) leave it to the job's completion.
    pub completed_at: Timestamp,
    /// The commit that was scanned.
    pub commit: CommitIndex,
    /// How it ended.
    pub state: ScanState,
    /// What it saw: indexes into the findings of the repository.
    pub findings: Vec<usize>,
}

/// A code scanning analysis: what GitHub keeps of an uploaded scan.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// GitHub's id.
    pub id: i64,
    /// The run attempt's job that uploaded it.
    pub job_id: i64,
    /// `refs/heads/main`, `refs/pull/7/merge`.
    pub reference: String,
    /// When GitHub had read it.
    pub created_at: Timestamp,
    /// What GitHub says was wrong; empty: nothing.
    pub error: &'static str,
    /// The scan.
    pub scan: Scan,
}

/// Which list an alert stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertKind {
    /// `code-scanning/alerts`.
    CodeScanning,
    /// `dependabot/alerts`.
    Dependabot,
    /// `secret-scanning/alerts`.
    SecretScanning,
}

/// What an alert became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertChange {
    /// It is there (again).
    Opened,
    /// A later analysis did not see it.
    Fixed,
    /// Somebody put it away, with GitHub's reason and a comment.
    Dismissed {
        /// Who.
        by: PersonIndex,
        /// GitHub's reason: `won't fix`, `false positive`, `tolerable_risk`, …
        reason: &'static str,
        /// Their words.
        comment: String,
        /// Who had to agree, and did.
        approved_by: Option<PersonIndex>,
    },
    /// A secret was resolved, with GitHub's resolution: `revoked`, `wont_fix`, …
    Resolved {
        /// Who.
        by: PersonIndex,
        /// GitHub's resolution.
        resolution: &'static str,
    },
}

/// An alert of one of the three kinds.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Which list.
    pub kind: AlertKind,
    /// Counts the alerts of its kind in the repository.
    pub number: i64,
    /// Index into the findings of the repository.
    pub finding: usize,
    /// What became of it, in order of time; the first is `Opened`.
    pub changes: Vec<(Timestamp, AlertChange)>,
}

impl Alert {
    /// What it was at `instant`, and since when; null before it was opened.
    pub fn at(&self, instant: Timestamp) -> Option<&(Timestamp, AlertChange)> {
        self.changes.iter().rev().find(|(at, _)| *at <= instant)
    }
}
