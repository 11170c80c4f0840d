//! The stages of CI/CL-001 §9 as jobs, and how one attempt of them goes.

use chrono::TimeDelta;
use domain::clock::Timestamp;

use crate::chance::Chance;
use crate::simulation::plan::Profile;
use crate::simulation::repository::Impact;
use crate::simulation::runs::workflow;
use crate::world::run::{Attempt, Conclusion, Job, JobKind};

/// A job of the CI workflow.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) kind: JobKind,
    pub(crate) needs: &'static [JobKind],
    /// The output of `detect` that it hangs on.
    pub(crate) filter: Option<&'static str>,
    pub(crate) median_seconds: i64,
    pub(crate) timeout_minutes: i64,
}

/// Why a job did not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skip {
    /// Its paths were not touched.
    Filtered,
    /// What it needs failed or was skipped.
    NeedsFailed,
}

pub(crate) fn job_name(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Detect => "detect",
        JobKind::Lint => "lint",
        JobKind::Types => "types",
        JobKind::UnitTests => "unit-tests",
        JobKind::CoverageThreshold => "coverage-threshold",
        JobKind::Build => "build",
        JobKind::CodeQl => "codeql",
        JobKind::Trivy => "trivy",
        JobKind::Gitleaks => "gitleaks",
        JobKind::IacScan => "iac-scan",
        JobKind::ContractChecks => "contract-checks",
        JobKind::SbomProvenance => "sbom-provenance",
        JobKind::Publish => "publish",
        JobKind::Compatibility => "compatibility",
        JobKind::WarmUp => "warm-up",
        JobKind::Deploy => "deploy",
    }
}

/// The stages of a repository's CI workflow, each after what it needs.
pub(crate) fn stages(profile: &Profile) -> Vec<Stage> {
    const DETECT: &[JobKind] = &[JobKind::Detect];
    let stage = |kind, needs, filter, median_seconds, timeout_minutes| Stage {
        name: job_name(kind),
        kind,
        needs,
        filter,
        median_seconds,
        timeout_minutes,
    };
    vec![
        stage(JobKind::Detect, &[], None, 9, 10),
        stage(JobKind::Lint, DETECT, Some("code"), 38, 10),
        stage(JobKind::Types, DETECT, Some("code"), 55, 10),
        stage(JobKind::UnitTests, DETECT, Some("code"), profile.unit_seconds, 10),
        stage(JobKind::CoverageThreshold, &[JobKind::UnitTests], None, 8, 10),
        stage(JobKind::CodeQl, DETECT, Some("code"), profile.codeql_seconds, 45),
        stage(JobKind::Gitleaks, DETECT, None, 24, 20),
        stage(JobKind::IacScan, DETECT, Some("infrastructure"), 48, 20),
        stage(JobKind::ContractChecks, DETECT, Some("schemas"), 42, 20),
        stage(
            JobKind::Build,
            &[JobKind::Lint, JobKind::Types, JobKind::UnitTests],
            None,
            100,
            20,
        ),
        stage(JobKind::Trivy, &[JobKind::Build], None, 62, 20),
        stage(JobKind::SbomProvenance, &[JobKind::Build], None, 48, 20),
    ]
}

/// The stages of the workflow that stands at `workflow`.
pub(crate) fn stages_of(profile: &Profile, index: usize) -> Vec<Stage> {
    let stage = |kind, median_seconds| Stage {
        name: job_name(kind),
        kind,
        needs: &[],
        filter: None,
        median_seconds,
        timeout_minutes: 20,
    };
    match index {
        workflow::NIGHTLY => {
            let mut stages = vec![
                stage(JobKind::CodeQl, profile.codeql_seconds),
                stage(JobKind::Trivy, 60),
                stage(JobKind::Gitleaks, 30),
                stage(JobKind::IacScan, 50),
                stage(JobKind::WarmUp, 120),
            ];
            if profile.tests_nightly {
                stages.push(stage(JobKind::UnitTests, profile.unit_seconds));
            }
            stages
        }
        workflow::DEPLOY => vec![stage(JobKind::Deploy, 90)],
        workflow::COMPATIBILITY => COMPATIBILITY_LEGS
            .iter()
            .map(|name| Stage {
                name,
                ..stage(JobKind::Compatibility, 140)
            })
            .collect(),
        _ => stages(profile),
    }
}

/// Names of the legs of the compatibility matrix.
const COMPATIBILITY_LEGS: [&str; 24] = [
    "compatibility (3.8, ubuntu-22.04)",
    "compatibility (3.9, ubuntu-22.04)",
    "compatibility (3.10, ubuntu-22.04)",
    "compatibility (3.11, ubuntu-22.04)",
    "compatibility (3.12, ubuntu-22.04)",
    "compatibility (3.13, ubuntu-22.04)",
    "compatibility (3.8, ubuntu-24.04)",
    "compatibility (3.9, ubuntu-24.04)",
    "compatibility (3.10, ubuntu-24.04)",
    "compatibility (3.11, ubuntu-24.04)",
    "compatibility (3.12, ubuntu-24.04)",
    "compatibility (3.13, ubuntu-24.04)",
    "compatibility (3.8, macos-14)",
    "compatibility (3.9, macos-14)",
    "compatibility (3.10, macos-14)",
    "compatibility (3.11, macos-14)",
    "compatibility (3.12, macos-14)",
    "compatibility (3.13, macos-14)",
    "compatibility (3.8, windows-2022)",
    "compatibility (3.9, windows-2022)",
    "compatibility (3.10, windows-2022)",
    "compatibility (3.11, windows-2022)",
    "compatibility (3.12, windows-2022)",
    "compatibility (3.13, windows-2022)",
];

/// What one attempt starts from.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) stages: Vec<Stage>,
    pub(crate) impact: Impact,
    pub(crate) started_at: Timestamp,
    /// How jobs that do not succeed end, by name; whatever is not named succeeds.
    pub(crate) outcomes: Vec<(String, Conclusion)>,
    /// The attempt before, whose successful jobs are not run again.
    pub(crate) keeps: Option<&'a Attempt>,
    pub(crate) limit: TimeDelta,
}

/// The jobs of one attempt, with the reason of each that was skipped.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    pub(crate) jobs: Vec<Job>,
    pub(crate) skips: Vec<(i64, Skip)>,
}

/// Plays one attempt.
pub(crate) fn play(order: &Order<'_>, chance: &mut Chance, mut next_id: impl FnMut() -> i64) -> Planned {
    let mut planned = Planned::default();
    for stage in &order.stages {
        let legs: Vec<String> = if stage.kind == JobKind::UnitTests && !order.profile.legs.is_empty() {
            order
                .profile
                .legs
                .iter()
                .map(|leg| format!("{} ({leg})", stage.name))
                .collect()
        } else {
            vec![stage.name.to_owned()]
        };
        let needs: Vec<&Job> = planned
            .jobs
            .iter()
            .filter(|job| stage.needs.contains(&job.kind))
            .collect();
        let ready_at = needs
            .iter()
            .filter_map(|job| job.completed_at)
            .max()
            .unwrap_or(order.started_at)
            .max(order.started_at);
        let is_ready = needs.iter().all(|job| job.conclusion == Some(Conclusion::Success));
        let were_filtered = needs.iter().any(|job| {
            planned
                .skips
                .iter()
                .any(|(id, skip)| *id == job.id && *skip == Skip::Filtered)
        });
        let needs_ran = needs.iter().any(|job| job.copy_of.is_none());
        for name in legs {
            let before = order
                .keeps
                .and_then(|attempt| attempt.jobs.iter().find(|job| job.name == name));
            if let Some(before) = before
                && (before.conclusion == Some(Conclusion::Success)
                    || (before.conclusion == Some(Conclusion::Skipped) && !needs_ran))
            {
                let mut copy = before.clone();
                copy.id = next_id();
                copy.copy_of = before.copy_of.or(Some(before.id));
                if copy.conclusion == Some(Conclusion::Skipped) {
                    planned.skips.push((copy.id, Skip::Filtered));
                }
                planned.jobs.push(copy);
                continue;
            }
            let is_touched = match stage.filter {
                Some("code") => order.impact.code,
                Some("infrastructure") => order.impact.infrastructure,
                Some("schemas") => order.impact.schemas,
                _ => true,
            };
            let id = next_id();
            let created_at = ready_at + TimeDelta::seconds(1);
            if !is_ready || !is_touched {
                let skip = if (is_ready && !is_touched) || were_filtered {
                    Skip::Filtered
                } else {
                    Skip::NeedsFailed
                };
                planned.skips.push((id, skip));
                planned.jobs.push(Job {
                    id,
                    name,
                    kind: stage.kind,
                    created_at,
                    started_at: Some(created_at),
                    first_step_at: None,
                    completed_at: Some(created_at),
                    conclusion: Some(Conclusion::Skipped),
                    is_self_hosted: false,
                    copy_of: None,
                    timeout_minutes: stage.timeout_minutes,
                });
                continue;
            }
            let conclusion = order
                .outcomes
                .iter()
                .find(|(named, _)| *named == name)
                .map_or(Conclusion::Success, |(_, conclusion)| *conclusion);
            let is_self_hosted = order.profile.name == "model-lab" && stage.kind == JobKind::UnitTests;
            let wait = if is_self_hosted || chance.happens(0.04) {
                chance.seconds(40, 300)
            } else {
                chance.seconds(2, 14)
            };
            let started_at = created_at + wait;
            let first_step_at = started_at + chance.seconds(1, 5);
            let duration = match conclusion {
                Conclusion::TimedOut => order.limit.max(TimeDelta::minutes(stage.timeout_minutes)),
                Conclusion::Failure if chance.happens(0.5) => {
                    chance.around(TimeDelta::seconds((stage.median_seconds * 2 / 3).max(6)))
                }
                _ => chance.around(TimeDelta::seconds(stage.median_seconds)),
            };
            planned.jobs.push(Job {
                id,
                name,
                kind: stage.kind,
                created_at,
                started_at: Some(started_at),
                first_step_at: Some(first_step_at),
                completed_at: Some(first_step_at + duration),
                conclusion: Some(conclusion),
                is_self_hosted,
                copy_of: None,
                timeout_minutes: if order.profile.is_careless {
                    360
                } else {
                    stage.timeout_minutes
                },
            });
        }
    }
    planned
}

/// How an attempt of `jobs` ends, and when.
pub(crate) fn conclude(jobs: &[Job], started_at: Timestamp) -> (Conclusion, Timestamp) {
    let any = |wanted: &[Conclusion]| {
        jobs.iter()
            .any(|job| job.conclusion.is_some_and(|conclusion| wanted.contains(&conclusion)))
    };
    let conclusion = if any(&[Conclusion::Failure, Conclusion::TimedOut]) {
        Conclusion::Failure
    } else if any(&[Conclusion::Cancelled]) {
        Conclusion::Cancelled
    } else {
        Conclusion::Success
    };
    let completed_at = jobs
        .iter()
        .filter_map(|job| job.completed_at)
        .max()
        .unwrap_or(started_at)
        .max(started_at);
    (conclusion, completed_at + TimeDelta::seconds(2))
}
