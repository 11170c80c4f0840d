//! What jobs leave behind: reports, coverage, scans, and what will be written down when each job ends.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use domain::clock::Timestamp;
use domain::identity::Sha256Digest;

use crate::chance::Chance;
use crate::simulation::repository::RepositorySimulation;
use crate::simulation::runs::workflow;
use crate::simulation::suite;
use crate::truth::flaky::{Population, SuiteRan};
use crate::world::change::CommitIndex;
use crate::world::finding::{Scan, ScanState, Tool};
use crate::world::run::{
    Artifact, Conclusion, Content, Coverage, Draw, Event, Job, JobKind, ReportForm, TestExecution, UnitReports,
};

impl RepositorySimulation {
    /// What an executed job uploads, and what will be written down when it ends.
    #[expect(clippy::too_many_arguments, reason = "one job in all its circumstances")]
    pub(crate) fn leave_artifacts(
        &mut self,
        run: usize,
        number: i64,
        job: &Job,
        executions: &mut BTreeMap<String, BTreeMap<usize, Draw>>,
        is_infrastructure_event: bool,
        quarantined: &BTreeSet<usize>,
        artifacts: &mut Vec<Artifact>,
        chance: &mut Chance,
    ) {
        let (Some(first_step_at), Some(completed_at)) = (job.first_step_at, job.completed_at) else {
            return;
        };
        if job.conclusion == Some(Conclusion::TimedOut) {
            let of = &self.repository.runs[run];
            if job.kind == JobKind::UnitTests && of.head_branch == "main" && of.event == Event::Push {
                self.missing_reports.insert(job.id, (of.id, number));
            }
            return;
        }
        let workflow = self.repository.runs[run].workflow;
        let commit = self.repository.runs[run].head_commit;
        let (name, content, uploaded_at) = match job.kind {
            JobKind::UnitTests => {
                let draws = executions.remove(&job.name).unwrap_or_default();
                let leg = job
                    .name
                    .split_once(" (")
                    .map_or("", |(_, leg)| leg.trim_end_matches(')'))
                    .to_owned();
                let died_early = job.conclusion == Some(Conclusion::Failure) && !suite::gates(&draws, quarantined);
                let Some(tests) = self.tests_ran(
                    run,
                    number,
                    job,
                    &leg,
                    draws,
                    is_infrastructure_event,
                    quarantined,
                    died_early,
                    chance,
                ) else {
                    return;
                };
                let coverage = self.coverage(commit, chance);
                self.pending_coverage.insert(job.id, coverage);
                let prefix = if workflow == workflow::NIGHTLY {
                    "nightly-unit-artifacts"
                } else {
                    "unit-artifacts"
                };
                let mut name = prefix.to_owned();
                if !leg.is_empty() {
                    name = format!("{name}-{leg}");
                }
                if self.profile.names_carry_attempt {
                    name = format!("{name}-{number}");
                } else if number > 1 {
                    let run_id = self.repository.runs[run].id;
                    self.truth.trap(
                        20,
                        "two attempts upload an artifact of one name",
                        format!("run {run_id}, {name}"),
                    );
                }
                let reports = UnitReports {
                    tests: Some(tests),
                    coverage: Some(coverage),
                };
                (name, Content::Unit(reports), completed_at - TimeDelta::seconds(1))
            }
            JobKind::CodeQl | JobKind::Trivy | JobKind::Gitleaks | JobKind::IacScan => {
                let scans = self.scans(run, job, first_step_at, completed_at, chance);
                (
                    format!("{}-results", job.name),
                    Content::Security(scans),
                    completed_at - TimeDelta::seconds(1),
                )
            }
            JobKind::SbomProvenance => (
                "security-artifacts".to_owned(),
                Content::Bill(self.image(commit)),
                completed_at - TimeDelta::seconds(2),
            ),
            JobKind::Build => ("dist".to_owned(), Content::Other, completed_at - TimeDelta::seconds(1)),
            _ => return,
        };
        let id = self.id("artifact");
        artifacts.push(Artifact {
            id,
            name,
            job_id: job.id,
            created_at: uploaded_at.max(first_step_at),
            expires_at: self.forgotten_at(uploaded_at),
            content,
        });
    }

    /// The digest of the image that is built of a commit, where people care of which image a bill of materials is.
    fn image(&self, commit: CommitIndex) -> Option<Sha256Digest> {
        let sha = &self.repository.commits[commit].sha;
        let built = format!("image of {} at {sha}", self.repository.full_name());
        (!self.profile.is_careless).then(|| Sha256Digest::of(built.as_bytes()))
    }

    /// When GitHub forgets what was uploaded (CI/CL-001 §16).
    fn forgotten_at(&self, uploaded_at: Timestamp) -> Timestamp {
        uploaded_at + TimeDelta::days(self.kept_days())
    }

    /// For how many days what is uploaded is kept.
    pub(crate) fn kept_days(&self) -> i64 {
        if self.profile.is_careless { 90 } else { 30 }
    }

    #[expect(clippy::too_many_arguments, reason = "one execution in all its circumstances")]
    fn tests_ran(
        &mut self,
        run: usize,
        number: i64,
        job: &Job,
        leg: &str,
        draws: BTreeMap<usize, Draw>,
        is_infrastructure_event: bool,
        quarantined: &BTreeSet<usize>,
        died_early: bool,
        chance: &mut Chance,
    ) -> Option<TestExecution> {
        let completed_at = job.completed_at?;
        let of = &self.repository.runs[run];
        let commit = &self.repository.commits[of.head_commit];
        let is_main = of.head_branch == "main";
        let (code, grade) = if of.event == Event::PullRequest {
            (format!("pull_request {}", commit.sha), "C")
        } else {
            (format!("tree {}", self.repository.trees[commit.tree].sha), "B")
        };
        let population = if of.fork.is_some() {
            Population::Fork
        } else if matches!(of.event, Event::PullRequest | Event::MergeGroup) || is_main {
            Population::In
        } else {
            Population::OtherBranch
        };
        let is_quiet = draws.values().all(|draw| *draw == Draw::Skipped);
        let may_lose = self.profile.is_careless && is_main && number == 1 && is_quiet && !died_early;
        let form = match may_lose.then(|| chance.unit()) {
            Some(draw) if draw < 0.012 => ReportForm::Truncated,
            Some(draw) if draw < 0.02 => ReportForm::Empty,
            _ => ReportForm::Whole,
        };
        let is_missing = died_early || (may_lose && chance.happens(0.012));
        if is_missing {
            if is_main && of.event == Event::Push {
                self.missing_reports.insert(job.id, (of.id, number));
            }
            return None;
        }
        let commit_at = commit.pushed_at;
        let execution = TestExecution {
            suite: 0,
            leg: leg.to_owned(),
            started_at: job.first_step_at? + TimeDelta::milliseconds(1_500),
            completed_at: completed_at - TimeDelta::seconds(2),
            commit_at,
            results: draws.iter().map(|(test, draw)| (*test, *draw)).collect(),
            quarantined: self.report_tags(commit_at),
            form,
        };
        let ran = SuiteRan {
            code,
            grade,
            workflow: self.repository.workflows[of.workflow].name,
            leg: leg.to_owned(),
            run_id: of.id,
            attempt: number,
            population,
            is_infrastructure_event,
            is_default_branch: is_main && matches!(of.event, Event::Push | Event::Schedule),
            created_at: of.created_at,
            completed_at,
            commit_at,
            draws,
            form,
            quarantined: quarantined.clone(),
        };
        self.pending_tests.insert(job.id, ran);
        Some(execution)
    }

    fn coverage(&self, commit: CommitIndex, chance: &mut Chance) -> Coverage {
        let lines_valid = 1_800 + i64::try_from(self.profile.n_tests).unwrap_or(0) * 3;
        let branches_valid = if self.profile.name == "model-lab" {
            0
        } else {
            lines_valid / 4
        };
        let is_low = self.facts[commit].defects.jobs.contains(&JobKind::CoverageThreshold);
        let (lines, branches) = if is_low {
            (chance.between(76, 84), chance.between(70, 79))
        } else {
            (chance.between(87, 95), chance.between(82, 90))
        };
        Coverage {
            lines_covered: lines_valid * lines / 100,
            lines_valid,
            branches_covered: branches_valid * branches / 100,
            branches_valid,
        }
    }

    fn scans(
        &mut self,
        run: usize,
        job: &Job,
        started_at: Timestamp,
        completed_at: Timestamp,
        chance: &mut Chance,
    ) -> Vec<Scan> {
        let tools: &[Tool] = match job.kind {
            JobKind::CodeQl => &[Tool::CodeQl],
            JobKind::Trivy if self.profile.taxonomy == crate::world::repository::Taxonomy::Service => {
                &[Tool::TrivyFs, Tool::TrivyImage]
            }
            JobKind::Trivy => &[Tool::TrivyFs],
            JobKind::Gitleaks => &[Tool::Gitleaks],
            _ => &[Tool::Checkov],
        };
        let of = &self.repository.runs[run];
        let is_default = of.head_branch == "main" && matches!(of.event, Event::Push | Event::Schedule);
        let commit = of.head_commit;
        let mut scans = Vec::new();
        for (nth, tool) in tools.iter().enumerate() {
            let ended_at = match (tool, nth) {
                (Tool::TrivyFs, _) if tools.len() > 1 => started_at + (completed_at - started_at) / 2,
                (Tool::TrivyFs | Tool::TrivyImage | Tool::CodeQl, _) => completed_at - TimeDelta::seconds(4),
                _ => completed_at,
            };
            let state = match chance.unit() {
                draw if draw < 0.008 => ScanState::Failed,
                draw if draw < 0.013 => ScanState::Empty,
                draw if draw < 0.018 => ScanState::WithoutResults,
                _ => ScanState::Complete,
            };
            let findings = match state {
                ScanState::Complete => self.visible(*tool, started_at),
                ScanState::Failed => self.visible(*tool, started_at).into_iter().take(1).collect(),
                ScanState::Empty | ScanState::WithoutResults => vec![],
            };
            scans.push(Scan {
                tool: *tool,
                started_at,
                completed_at: ended_at,
                commit,
                state,
                findings,
            });
        }
        self.pending_scans.insert(job.id, (is_default, scans.clone()));
        scans
    }
}
