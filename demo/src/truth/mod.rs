//! What really happened, written down by the simulation as it acts: never read back from what the API serves, and
//! never computed by SQL.

pub mod acceptances;
pub mod controls;
pub mod durations;
pub mod flaky;
pub mod outages;
pub mod outcomes;
pub mod quarantines;
pub mod recorder;
pub mod sla;
#[cfg(test)]
mod traps;
pub mod workflows;

use std::collections::BTreeMap;

use domain::clock::Timestamp;
use domain::kpi::KpiVerdict;
use serde::{Serialize, Serializer};

use crate::truth::acceptances::Acceptance;
use crate::truth::controls::verdicts::Controls;
use crate::truth::durations::{Gate, PullRequestTruth};
use crate::truth::flaky::FlakyTest;
use crate::truth::outages::{FrozenDeployment, Outage};
use crate::truth::outcomes::{AlertCount, CommitOutcomes};
use crate::truth::quarantines::Quarantine;
use crate::truth::sla::{Episode, ScanGap};
use crate::truth::workflows::WorkflowFile;

fn as_text<S: Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&domain::clock::format_timestamp(*instant))
}

#[expect(clippy::ref_option, reason = "the shape that serde asks for")]
fn as_text_or_null<S: Serializer>(instant: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match instant {
        Some(instant) => as_text(instant, serializer),
        None => serializer.serialize_none(),
    }
}

/// What the organization's numbers really are at the end of the timeline.
#[derive(Debug, Serialize)]
pub struct Truth {
    /// The seed of the world.
    pub seed: u64,
    /// Days that it spans.
    pub days: u32,
    /// Its first instant.
    #[serde(serialize_with = "as_text")]
    pub from: Timestamp,
    /// Its end; every number is as of it.
    #[serde(serialize_with = "as_text")]
    pub as_of: Timestamp,
    /// The numbers of CI/CL-001 §21, each for every repository and once for all of them.
    pub kpis: Vec<Kpi>,
    /// What the controls say of the organization as a whole.
    pub controls: Controls,
    /// What happened in each repository.
    pub repositories: Vec<RepositoryTruth>,
    /// Where each trap of the field stands.
    pub traps: Vec<Trap>,
}

/// One number for one repository, or for all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kpi {
    /// Its id.
    pub id: &'static str,
    /// Null: the organization.
    pub repository: Option<String>,
    /// First instant of its window.
    #[serde(serialize_with = "as_text")]
    pub from: Timestamp,
    /// First instant after its window.
    #[serde(serialize_with = "as_text")]
    pub to: Timestamp,
    /// Null: nothing to judge.
    pub value: Option<f64>,
    /// `seconds` or `percent`.
    pub unit: &'static str,
    /// What it is computed over.
    pub n: i64,
    /// Whether it holds.
    #[serde(serialize_with = "verdict_word")]
    pub verdict: KpiVerdict,
    /// What was left out, and how many.
    pub excluded: BTreeMap<&'static str, i64>,
    /// Numbers beside it.
    pub companions: BTreeMap<&'static str, f64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn verdict_word<S: Serializer>(verdict: &KpiVerdict, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(verdict.as_str())
}

/// What happened in one repository.
#[derive(Debug, Serialize)]
pub struct RepositoryTruth {
    /// `neurocipher/name`.
    pub repository: String,
    /// Plain counts.
    pub counts: Counts,
    /// Alerts by kind, by where they stand at the end, and by severity.
    pub alerts: Vec<AlertCount>,
    /// Outcomes of tests, by commit.
    pub outcomes: Vec<CommitOutcomes>,
    /// The sets of required checks, each from its instant on.
    pub required: Vec<Required>,
    /// Pull requests that were merged, with their head commits.
    pub pull_requests: Vec<PullRequestTruth>,
    /// States of the required checks of merged pull requests at the merge.
    pub gates: Vec<Gate>,
    /// Tests that failed at least once, by code under test, over the whole timeline.
    pub flaky: Vec<FlakyTest>,
    /// Outages of main, which are also the freezes (CI/CL-001 §22).
    pub outages: Vec<Outage>,
    /// Deployments that were made while main was red.
    pub frozen_deployments: Vec<FrozenDeployment>,
    /// Quarantines.
    pub quarantines: Vec<Quarantine>,
    /// Findings that have a clock, by episode.
    pub episodes: Vec<Episode>,
    /// Findings that were accepted for a while.
    pub acceptances: Vec<Acceptance>,
    /// Spans without a complete scan that are longer than the policy allows.
    pub scan_gaps: Vec<ScanGap>,
    /// What became of each night.
    pub nights: Vec<Night>,
    /// Workflow files as each change left them, also on branches.
    pub workflows: Vec<WorkflowFile>,
    /// What the controls say of it, by subject.
    pub controls: Controls,
}

/// Plain counts of what was created before the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Workflow runs.
    pub runs: i64,
    /// Run attempts.
    pub attempts: i64,
    /// Jobs that were created to run: without copies, with skipped ones.
    pub jobs: i64,
    /// Attempts that ended, by conclusion.
    pub attempts_by_conclusion: BTreeMap<&'static str, i64>,
    /// Test reports that were uploaded whole.
    pub reports: i64,
    /// Executions of tests in them, skipped ones among them, reruns inside a run not.
    pub test_results: i64,
    /// Pull requests.
    pub pull_requests: i64,
    /// Alerts by kind.
    pub alerts: BTreeMap<&'static str, i64>,
}

/// A set of required checks.
#[derive(Debug, Clone, Serialize)]
pub struct Required {
    /// From when on.
    #[serde(serialize_with = "as_text")]
    pub valid_from: Timestamp,
    /// Contexts.
    pub checks: Vec<String>,
}

/// A night of CI/CL-001 §5.
#[derive(Debug, Clone, Serialize)]
pub struct Night {
    /// The local date.
    pub date: String,
    /// When it should have begun.
    #[serde(serialize_with = "as_text")]
    pub expected_at: Timestamp,
    /// When it did.
    #[serde(serialize_with = "as_text_or_null")]
    pub created_at: Option<Timestamp>,
    /// `on_time`, `early`, `late`, `missing`.
    pub state: &'static str,
}

/// A place where a tool of the field computes another number.
#[derive(Debug, Clone, Serialize)]
pub struct Trap {
    /// Its number.
    pub number: u8,
    /// What it is.
    pub title: &'static str,
    /// Where it stands.
    pub repository: String,
    /// What exactly: a run, a job, a pull request.
    pub place: String,
}

/// The interpolated median and other quantiles of `values`.
#[must_use]
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "counts of pull requests")]
    let position = sorted.len().checked_sub(1)? as f64 * q;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let below = position.floor() as usize;
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    Some(low + (high - low) * position.fract())
}
