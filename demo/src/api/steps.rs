//! The steps of a job, derived from what it does and its instants.

use chrono::TimeDelta;
use domain::clock::Timestamp;
use serde_json::{Value, json};

use crate::api::view::{View, written_where};
use crate::world::run::{Conclusion, Job, JobKind};

/// A step at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) name: &'static str,
    /// When it started; null: not yet.
    pub(crate) started_at: Option<Timestamp>,
    /// When it ended; null: not yet.
    pub(crate) completed_at: Option<Timestamp>,
    /// How it ended; null: not yet.
    pub(crate) conclusion: Option<&'static str>,
}

impl Step {
    /// `queued`, `in_progress`, `completed`.
    pub(crate) fn status(&self) -> &'static str {
        match (self.started_at, self.completed_at) {
            (_, Some(_)) => "completed",
            (Some(_), None) => "in_progress",
            (None, None) => "queued",
        }
    }
}

/// Names and shares of the steps between checkout and clean-up; the second value is the one that fails.
fn plan(kind: JobKind) -> (&'static [(&'static str, i32)], &'static str) {
    match kind {
        JobKind::Detect => (&[("Detect changed paths", 4)], "Detect changed paths"),
        JobKind::Lint => (
            &[
                ("Set up Python", 3),
                ("Restore cache", 2),
                ("Run Ruff", 6),
                ("Run Black", 4),
                ("Run ShellCheck", 1),
                ("Run yamllint", 1),
            ],
            "Run Ruff",
        ),
        JobKind::Types => (
            &[("Set up Python", 3), ("Restore cache", 2), ("Run MyPy", 20)],
            "Run MyPy",
        ),
        JobKind::UnitTests => (
            &[
                ("Set up Python", 3),
                ("Restore cache", 3),
                ("Install dependencies", 6),
                ("Run pytest", 60),
                ("Upload unit artifacts", 2),
            ],
            "Run pytest",
        ),
        JobKind::CoverageThreshold => (
            &[("Download unit artifacts", 3), ("Check coverage threshold", 2)],
            "Check coverage threshold",
        ),
        JobKind::Build => (
            &[
                ("Set up Docker Buildx", 4),
                ("Build", 40),
                ("Upload build artifacts", 3),
            ],
            "Build",
        ),
        JobKind::CodeQl => (
            &[
                ("Initialize CodeQL", 8),
                ("Autobuild", 4),
                ("Perform CodeQL Analysis", 60),
            ],
            "Perform CodeQL Analysis",
        ),
        JobKind::Trivy => (
            &[("Run Trivy", 20), ("Upload SARIF", 2), ("Upload security artifacts", 2)],
            "Run Trivy",
        ),
        JobKind::Gitleaks => (
            &[
                ("Run Gitleaks", 10),
                ("Upload SARIF", 2),
                ("Upload security artifacts", 2),
            ],
            "Run Gitleaks",
        ),
        JobKind::IacScan => (
            &[
                ("Run Checkov", 15),
                ("Upload SARIF", 2),
                ("Upload security artifacts", 2),
            ],
            "Run Checkov",
        ),
        JobKind::ContractChecks => (&[("Run Spectral", 6), ("Compare contracts", 6)], "Compare contracts"),
        JobKind::SbomProvenance => (
            &[("Generate SBOM", 8), ("Sign artifacts", 3), ("Attest provenance", 3)],
            "Sign artifacts",
        ),
        JobKind::Publish => (
            &[("Log in to registry", 1), ("Publish", 10), ("Mirror to S3", 4)],
            "Publish",
        ),
        JobKind::Compatibility => (
            &[("Set up Python", 3), ("Install dependencies", 8), ("Run pytest", 50)],
            "Run pytest",
        ),
        JobKind::WarmUp => (
            &[("Set up Python", 3), ("Install dependencies", 20), ("Save cache", 6)],
            "Install dependencies",
        ),
        JobKind::Deploy => (&[("Configure credentials", 2), ("Deploy", 30), ("Verify", 6)], "Deploy"),
    }
}

/// The step that fails or is stopped.
pub(crate) fn failing(kind: JobKind) -> &'static str {
    plan(kind).1
}

/// The steps of a job as they stand at the view's instant; none where it never ran.
pub(crate) fn of(view: &View<'_>, job: &Job) -> Vec<Step> {
    let Some(first) = view.past(job.first_step_at.filter(|_| job.started_at.is_some())) else {
        return Vec::new();
    };
    let (body, failing) = plan(job.kind);
    let mut steps: Vec<(&'static str, i32)> = vec![("Set up job", 2), ("Run actions/checkout@v4", 2)];
    steps.extend(body);
    steps.extend([("Post Run actions/checkout@v4", 1), ("Complete job", 1)]);

    // A job that never ends is spread over the limit of its workflow.
    let end = job
        .completed_at
        .unwrap_or(first + TimeDelta::minutes(job.timeout_minutes));
    let broken = match job.conclusion {
        Some(Conclusion::Failure) => Some("failure"),
        Some(Conclusion::Cancelled | Conclusion::TimedOut) => Some("cancelled"),
        _ => None,
    };
    let last = steps.len() - 1;
    let stop = steps
        .iter()
        .position(|(name, _)| broken.is_some() && *name == failing)
        .unwrap_or(last);
    let ran = |position: usize| position <= stop || position == last;
    let total: i32 = steps
        .iter()
        .enumerate()
        .filter(|(position, _)| ran(*position))
        .map(|(_, (_, share))| share)
        .sum();
    let length = (end - first).max(TimeDelta::zero());
    let mut shares = 0;
    let mut at = first;
    let mut found = Vec::new();
    for (position, (name, share)) in steps.iter().enumerate() {
        let started_at = at;
        if ran(position) {
            shares += share;
            at = if position == last {
                end
            } else {
                first + length / total * shares
            };
        }
        let completed_at = view.past(Some(at)).filter(|_| job.completed_at.is_some() || at < end);
        let conclusion = match (ran(position), broken) {
            (false, _) => "skipped",
            (true, Some(broken)) if position == stop => broken,
            _ => "success",
        };
        found.push(Step {
            name,
            started_at: view.past(Some(started_at)),
            completed_at,
            conclusion: completed_at.map(|_| conclusion),
        });
    }
    found
}

/// The steps in GitHub's shape.
pub(crate) fn documents(view: &View<'_>, job: &Job) -> Vec<Value> {
    of(view, job)
        .iter()
        .zip(1_i64..)
        .map(|(step, number)| {
            json!({
                "name": step.name,
                "status": step.status(),
                "conclusion": step.conclusion,
                "number": number,
                "started_at": written_where(step.started_at),
                "completed_at": written_where(step.completed_at),
            })
        })
        .collect()
}
