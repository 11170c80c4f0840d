//! Runs: how they are created, run again, cancelled, and what is written down when their jobs end.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::chance::Chance;
use crate::simulation::pipeline::{self, Order};
use crate::simulation::repository::{Act, RepositorySimulation};
use crate::simulation::suite::{self, Execution};
use crate::world::PersonIndex;
use crate::world::change::CommitIndex;
use crate::world::run::{Attempt, Conclusion, Draw, Event, JobKind, PullRequestReference, ReportForm, Run};

/// The workflows of a repository, by index.
pub(crate) mod workflow {
    pub(crate) const CI: usize = 0;
    pub(crate) const NIGHTLY: usize = 1;
    pub(crate) const DEPLOY: usize = 2;
    pub(crate) const COMPATIBILITY: usize = 3;
}

/// What a run is created from.
#[derive(Debug, Clone)]
pub(crate) struct NewRun {
    pub(crate) workflow: usize,
    pub(crate) event: Event,
    pub(crate) head_branch: String,
    pub(crate) head_commit: CommitIndex,
    pub(crate) fork: Option<usize>,
    pub(crate) actor: PersonIndex,
    pub(crate) pull_request: Option<usize>,
}

/// What the simulation remembers of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunState {
    pub(crate) pull_request: Option<usize>,
    /// Nothing by chance goes wrong in it.
    pub(crate) is_calm: bool,
}

impl RepositorySimulation {
    /// Creates a run with its first attempt.
    pub(crate) fn create_run(&mut self, new: NewRun) -> usize {
        let id = self.id("run");
        let number = self.run_numbers.entry(new.workflow).or_insert(0);
        *number += 1;
        let number = *number;
        let pull_requests = self.references(&new);
        let is_calm = new
            .pull_request
            .is_some_and(|pull_request| self.pull_request_states[pull_request].draft.is_urgent);
        self.note_run(&new, id);
        self.repository.runs.push(Run {
            id,
            number,
            workflow: new.workflow,
            event: new.event,
            head_branch: new.head_branch,
            head_commit: new.head_commit,
            fork: new.fork,
            actor: new.actor,
            created_at: self.now,
            pull_requests,
            attempts: vec![],
            deleted_at: None,
        });
        self.run_states.push(RunState {
            pull_request: new.pull_request,
            is_calm,
        });
        self.truth.counts.runs += 1;
        let run = self.repository.runs.len() - 1;
        self.start_attempt(run, new.actor, false);
        run
    }

    /// The pull requests that GitHub lists with a run.
    fn references(&mut self, new: &NewRun) -> Vec<PullRequestReference> {
        let mut references = vec![];
        // GitHub empties the list of forks' runs, and of some others.
        if let Some(pull_request) = new.pull_request
            && new.fork.is_none()
            && !self.chance.happens(0.08)
        {
            references.push(PullRequestReference {
                number: self.repository.pull_requests[pull_request].number,
                fork: None,
            });
        }
        let is_mirrored = !self.repository.forks.is_empty() && new.fork.is_none() && self.chance.happens(0.14);
        if is_mirrored {
            references.push(PullRequestReference {
                number: self.chance.between(1, 40),
                fork: Some(self.chance.index(self.repository.forks.len())),
            });
            self.truth.trap(
                9,
                "a pull request of a fork is listed with a run of this repository",
                format!("run of {}", self.now),
            );
        }
        references
    }

    /// Starts the next attempt of a run.
    pub(crate) fn start_attempt(&mut self, run: usize, actor: PersonIndex, keeps_successes: bool) {
        let now = self.now;
        let commit = self.repository.runs[run].head_commit;
        let (event, workflow, run_id) = {
            let run = &self.repository.runs[run];
            (run.event, run.workflow, run.id)
        };
        let number = i64::try_from(self.repository.runs[run].attempts.len() + 1).unwrap_or(i64::MAX);
        let mut chance = Chance::of(self.seed, &[&self.profile.name, &"attempt", &run_id, &number]);
        let is_calm = self.run_states[run].is_calm;
        let facts = self.facts[commit].clone();
        let keeps = keeps_successes
            .then(|| self.repository.runs[run].attempts.last().cloned())
            .flatten();
        let will_run = |name: &str| {
            keeps
                .as_ref()
                .and_then(|attempt| attempt.jobs.iter().find(|job| job.name == name))
                .is_none_or(|job| job.conclusion != Some(Conclusion::Success))
        };
        let stages = pipeline::stages_of(self.profile, workflow);
        let mut outcomes: Vec<(String, Conclusion)> = Vec::new();
        // Nightly scans report; they judge nothing.
        if workflow == workflow::CI {
            for kind in &facts.defects.jobs {
                outcomes.push((pipeline::job_name(*kind).to_owned(), Conclusion::Failure));
            }
        }
        for stage in &stages {
            if !is_calm && chance.happens(0.002) {
                let conclusion = if chance.happens(0.3) {
                    Conclusion::TimedOut
                } else {
                    Conclusion::Failure
                };
                outcomes.push((stage.name.to_owned(), conclusion));
            }
        }
        let is_infrastructure_event = !is_calm && chance.happens(0.004);
        let commit_at = self.repository.commits[commit].pushed_at;
        let quarantined = self.quarantined_at(commit_at);
        let mut executions: BTreeMap<String, BTreeMap<usize, Draw>> = BTreeMap::new();
        if stages.iter().any(|stage| stage.kind == JobKind::UnitTests) {
            let legs: Vec<String> = if self.profile.legs.is_empty() {
                vec!["unit-tests".to_owned()]
            } else {
                self.profile
                    .legs
                    .iter()
                    .map(|leg| format!("unit-tests ({leg})"))
                    .collect()
            };
            for name in legs.into_iter().filter(|name| will_run(name)) {
                let execution = Execution {
                    suite: &self.repository.suites[0],
                    flakes: if is_calm { &[] } else { &self.flakes },
                    broken: &facts.defects.tests,
                    commit_at,
                    is_infrastructure_event,
                };
                let draws = suite::execute(&execution, &mut chance);
                if suite::gates(&draws, &quarantined) {
                    outcomes.push((name.clone(), Conclusion::Failure));
                }
                executions.insert(name, draws);
            }
        }
        let impact = if workflow == workflow::CI {
            facts.impact
        } else {
            crate::simulation::repository::Impact {
                code: true,
                infrastructure: true,
                schemas: true,
            }
        };
        let order = Order {
            profile: self.profile,
            stages,
            impact,
            started_at: now,
            outcomes,
            keeps: keeps.as_ref(),
            limit: TimeDelta::minutes(10),
        };
        let mut ids = Vec::new();
        for _ in 0..40 {
            ids.push(self.id("job"));
        }
        let mut ids = ids.into_iter();
        let mut planned = pipeline::play(&order, &mut chance, || ids.next().unwrap_or_default());
        self.skips.extend(planned.skips.iter().copied());
        self.stage_oddities(run, number, &mut planned.jobs, &mut chance, ids.next());
        let (conclusion, completed_at) = pipeline::conclude(&planned.jobs, now);
        let mut artifacts = Vec::new();
        for job in planned
            .jobs
            .iter()
            .filter(|job| job.copy_of.is_none() && job.conclusion != Some(Conclusion::Skipped))
        {
            self.leave_artifacts(
                run,
                number,
                job,
                &mut executions,
                is_infrastructure_event,
                &quarantined,
                &mut artifacts,
                &mut chance,
            );
        }
        if planned.jobs.iter().any(|job| job.copy_of.is_some()) {
            self.truth.trap(
                2,
                "a new attempt lists copies of jobs that did not run again",
                format!("run {run_id} attempt {number}"),
            );
        }
        if number > 1 {
            self.truth.trap(
                1,
                "a second attempt stands in the place of the first",
                format!("run {run_id}"),
            );
        }
        self.truth.controls.jobs.attempts.insert((run_id, number), None);
        self.truth.counts.attempts += 1;
        self.truth.counts.jobs += i64::try_from(
            planned
                .jobs
                .iter()
                .filter(|job| job.copy_of.is_none() && job.completed_at.is_some())
                .count(),
        )
        .unwrap_or(0);
        for (index, job) in planned.jobs.iter().enumerate() {
            if let Some(at) = job.completed_at
                && job.copy_of.is_none()
            {
                let attempt = self.repository.runs[run].attempts.len();
                self.schedule(
                    at,
                    Act::JobEnded {
                        run,
                        attempt,
                        job: index,
                    },
                );
            }
        }
        let touched_at = chance
            .happens(0.03)
            .then(|| completed_at + chance.seconds(86_400, 20 * 86_400));
        if touched_at.is_some_and(|at| at < self.end) {
            self.truth.trap(
                10,
                "`updated_at` moved long after the run had ended",
                format!("run {run_id}"),
            );
        }
        let attempt = self.repository.runs[run].attempts.len();
        self.repository.runs[run].attempts.push(Attempt {
            number,
            triggering_actor: actor,
            started_at: now,
            jobs: planned.jobs,
            completed_at: Some(completed_at),
            conclusion: Some(conclusion),
            touched_at,
            artifacts,
        });
        self.schedule(completed_at, Act::AttemptEnded { run, attempt });
        if event == Event::PullRequest
            && number == 1
            && let Some(pull_request) = self.run_states[run].pull_request
        {
            let sha = self.repository.commits[commit].sha.clone();
            let required = self.required_checks();
            self.truth.durations.run_created(pull_request, &sha, now, required);
        }
    }

    /// A job ended: what it showed is written down.
    pub(crate) fn job_ended(&mut self, run: usize, attempt: usize, index: usize) {
        let now = self.now;
        let of = &self.repository.runs[run];
        let job = &of.attempts[attempt].jobs[index];
        if job.completed_at != Some(now) {
            // It was cancelled before.
            return;
        }
        let (job_id, name, conclusion, kind) = (job.id, job.name.clone(), job.conclusion, job.kind);
        self.note_job(run, attempt, index);
        let of = &self.repository.runs[run];
        let is_cancelled = conclusion == Some(Conclusion::Cancelled);
        if of.head_branch == "main"
            && of.event == Event::Push
            && of.workflow == workflow::CI
            && let Some(conclusion) = conclusion
            && self.required_checks().contains(&name)
        {
            let commit = of.head_commit;
            let sha = self.repository.commits[commit].sha.clone();
            let order = self.repository.branches[0]
                .pushes
                .iter()
                .rposition(|push| push.1 == commit)
                .unwrap_or_default();
            if conclusion == Conclusion::Skipped && self.truth.outages.is_red() {
                self.truth.trap(
                    19,
                    "a skipped check on a red main clears nothing",
                    format!("{name} on {sha}"),
                );
            }
            self.truth.outages.check_ended(&name, order, &sha, conclusion, now);
        }
        let pending = self.pending_tests.remove(&job_id);
        let missing = self.missing_reports.remove(&job_id);
        let scans = self.pending_scans.remove(&job_id);
        let coverage = self.pending_coverage.remove(&job_id);
        if is_cancelled {
            self.truth
                .trap(4, "a cancelled job is no failed one", format!("job {job_id}"));
            return;
        }
        if conclusion == Some(Conclusion::Failure) {
            self.truth
                .trap(6, "a failed job has a word of its own", format!("job {job_id}"));
        }
        if conclusion == Some(Conclusion::Skipped) && kind != JobKind::Publish {
            self.truth
                .trap(5, "a skipped job is no failed one", format!("job {job_id}"));
        }
        self.note_reports(run, attempt, index, pending.as_ref().zip(coverage));
        if let Some((is_default, scans)) = &scans {
            self.note_scans(run, attempt, *is_default, scans);
        }
        if let Some((run_id, attempt)) = missing {
            self.truth.flaky.report_missing(run_id, attempt, now);
        }
        if let Some(ran) = pending {
            if ran.form == ReportForm::Whole {
                self.truth.counts.reports += 1;
                let suite = &self.repository.suites[0];
                let n = suite.tests.iter().filter(|test| test.exists_at(ran.commit_at)).count();
                self.truth.counts.test_results += i64::try_from(n).unwrap_or(0);
            }
            let commit = &self.repository.commits[self.repository.runs[run].head_commit].sha;
            self.truth.outcomes.suite_ran(&self.repository.suites[0], commit, &ran);
            self.shown_on_main(&ran);
            self.truth.flaky.suite_ran(&self.repository.suites[0], ran);
        }
        if let Some((is_default, scans)) = scans {
            for scan in scans {
                self.scan_ended(run, job_id, is_default, scan);
            }
        }
    }

    /// Cancels what is not done of a run, as a newer commit on its ref does.
    pub(crate) fn cancel(&mut self, run: usize) {
        let now = self.now;
        let Some(attempt) = self.repository.runs[run].attempts.last_mut() else {
            return;
        };
        if attempt.completed_at.is_some_and(|at| at <= now) {
            return;
        }
        let number = self.repository.runs[run].attempts.len() - 1;
        let attempt = &mut self.repository.runs[run].attempts[number];
        let stopped_at = now + TimeDelta::seconds(4);
        let mut ended = Vec::new();
        for (index, job) in attempt.jobs.iter_mut().enumerate() {
            if job.copy_of.is_some() || job.completed_at.is_some_and(|at| at <= stopped_at) || job.conclusion.is_none()
            {
                continue;
            }
            job.created_at = job.created_at.min(now);
            job.started_at = Some(job.started_at.map_or(now, |at| at.min(now)));
            job.first_step_at = job.first_step_at.filter(|at| *at <= now);
            job.completed_at = Some(stopped_at);
            job.conclusion = Some(Conclusion::Cancelled);
            self.skips.remove(&job.id);
            ended.push(index);
        }
        if ended.is_empty() {
            // Every job was done; only the run itself had not been closed yet.
            return;
        }
        let stopped: Vec<i64> = ended.iter().map(|index| attempt.jobs[*index].id).collect();
        // A job that was about to end still uploads what it has.
        attempt
            .artifacts
            .retain(|artifact| artifact.created_at <= now || !stopped.contains(&artifact.job_id));
        let (conclusion, completed_at) = pipeline::conclude(&attempt.jobs, now);
        attempt.conclusion = Some(if conclusion == Conclusion::Success {
            Conclusion::Cancelled
        } else {
            conclusion
        });
        attempt.completed_at = Some(completed_at);
        attempt.touched_at = None;
        for job in ended {
            self.schedule(
                stopped_at,
                Act::JobEnded {
                    run,
                    attempt: number,
                    job,
                },
            );
        }
        self.schedule(completed_at, Act::AttemptEnded { run, attempt: number });
    }

    /// Somebody runs a run again.
    pub(crate) fn rerun(&mut self, run: usize, all: bool) {
        let now = self.now;
        let Some(last) = self.repository.runs[run].attempts.last() else {
            return;
        };
        let is_done = last.completed_at.is_some_and(|at| at <= now);
        if !is_done || self.repository.runs[run].attempts.len() >= 6 {
            return;
        }
        let actor = self.member();
        self.start_attempt(run, actor, !all);
    }

    /// An attempt ended: somebody looks at it.
    pub(crate) fn attempt_ended(&mut self, run: usize, attempt: usize) {
        let of = &self.repository.runs[run];
        let ended = &of.attempts[attempt];
        if ended.completed_at != Some(self.now) {
            return;
        }
        let Some(conclusion) = ended.conclusion else { return };
        let ending = ((of.id, ended.number), Some(conclusion));
        self.truth.controls.jobs.attempts.extend([ending]);
        *self
            .truth
            .counts
            .attempts_by_conclusion
            .entry(conclusion.as_str())
            .or_default() += 1;
        let event = of.event;
        let is_ci = of.workflow == workflow::CI;
        if event == Event::PullRequest
            && attempt == 0
            && let Some(pull_request) = self.run_states[run].pull_request
        {
            let sha = self.repository.commits[of.head_commit].sha.clone();
            let jobs = self.repository.runs[run].attempts[0].jobs.clone();
            self.truth.durations.first_attempt_ended(
                pull_request,
                &sha,
                jobs.iter()
                    // A placeholder that never started says nothing beside the job that ran in its place.
                    .filter(|job| job.started_at.is_some())
                    .map(|job| (job.name.as_str(), job.conclusion, job.completed_at)),
            );
        }
        match event {
            Event::PullRequest if is_ci => self.pull_request_checked(run, conclusion),
            Event::MergeGroup => self.queue_checked(run, conclusion),
            Event::Push if is_ci && self.repository.runs[run].head_branch == "main" => {
                self.main_checked(run, conclusion);
            }
            _ => {}
        }
    }
}
