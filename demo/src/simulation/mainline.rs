//! Main: pushes, what follows when it is red, nights, deployments, rules.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::America::Toronto;

use crate::chance::Chance;
use crate::simulation::plan::{ACTIONS_BOT, ADMINISTRATOR, Protected};
use crate::simulation::repository::{Act, Draft, RepositorySimulation, Theme};
use crate::simulation::runs::{NewRun, workflow};
use crate::truth::controls::deployments::Deployed;
use crate::truth::outages::FrozenDeployment;
use crate::truth::{Night, Required};
use crate::world::PersonIndex;
use crate::world::change::CommitIndex;
use crate::world::operation::Deployment;
use crate::world::repository::{RulesetVersion, Taxonomy};
use crate::world::run::{Conclusion, Event, Job, JobKind};

impl RepositorySimulation {
    /// A commit reaches main.
    pub(crate) fn push_main(&mut self, commit: CommitIndex, actor: PersonIndex) {
        let now = self.now;
        self.repository.branches[0].pushes.push((now, commit));
        self.repository.commits[commit].pushed_at = now;
        if self.profile.cancels_main {
            let last =
                self.repository.runs.iter().rposition(|run| {
                    run.event == Event::Push && run.head_branch == "main" && run.workflow == workflow::CI
                });
            if let Some(run) = last {
                self.cancel(run);
            }
        }
        self.create_run(NewRun {
            workflow: workflow::CI,
            event: Event::Push,
            head_branch: "main".to_owned(),
            head_commit: commit,
            fork: None,
            actor,
            pull_request: None,
        });
    }

    /// CI has spoken on main.
    pub(crate) fn main_checked(&mut self, run: usize, conclusion: Conclusion) {
        let commit = self.repository.runs[run].head_commit;
        match conclusion {
            Conclusion::Success if self.profile.taxonomy == Taxonomy::Service => {
                for (environment, share, from, to) in
                    [("staging", 0.5, 300, 1_800), ("production", 0.3, 3_600, 6 * 3_600)]
                {
                    if self.chance.happens(share) {
                        let span = self.chance.seconds(from, to);
                        let act = Act::Deploy {
                            commit,
                            environment,
                            is_hotfix: false,
                        };
                        self.schedule_in(span, act);
                    }
                }
            }
            Conclusion::Failure if self.no_repair_from.is_some_and(|from| self.now >= from) => {}
            Conclusion::Failure if !self.facts[commit].defects.is_empty() => self.plan_repair(),
            Conclusion::Failure if self.repository.runs[run].attempts.len() < 4 => {
                let span = if self.profile.is_careless {
                    self.chance.seconds(1_200, 3 * 3_600)
                } else {
                    self.chance.seconds(240, 3_600)
                };
                self.schedule_in(span, Act::Rerun { run, all: false });
            }
            _ => {}
        }
    }

    fn plan_repair(&mut self) {
        if self.is_repair_underway {
            return;
        }
        self.is_repair_underway = true;
        let span = match self.chance.between(0, 20) {
            0..14 => self.chance.seconds(600, 5_400),
            14..19 => self.chance.seconds(5_400, 5 * 3_600),
            _ if self.profile.is_careless => self.chance.seconds(8 * 3_600, 26 * 3_600),
            _ => self.chance.seconds(3 * 3_600, 7 * 3_600),
        };
        let theme = if self.culprit.is_some() && self.chance.happens(0.4) {
            Theme::Revert
        } else {
            Theme::Repair
        };
        let draft = Draft {
            theme,
            is_urgent: true,
            breaks: None,
            fixes: None,
        };
        self.schedule_in(span, Act::Open(draft));
        if self.profile.taxonomy == Taxonomy::Service && self.chance.happens(0.3) {
            let commit = self.main_head();
            let act = Act::Deploy {
                commit,
                environment: "production",
                is_hotfix: true,
            };
            self.schedule_in(span + TimeDelta::minutes(30), act);
        }
    }

    /// Schedules the night of a date: 02:00 in Toronto, or 07:00 UTC where the cron line knows no zone.
    pub(crate) fn schedule_night(&mut self, date: NaiveDate) {
        let expected_at = domain::calendar::night(date, 2, Toronto);
        let mut chance = Chance::of(self.seed, &[&self.profile.name, &"night", &date]);
        let is_off = self.nights_off.contains(&date) || chance.happens(0.01);
        if is_off || expected_at < self.from {
            if expected_at >= self.from && expected_at < self.end {
                self.truth.nights.push(Night {
                    date: date.to_string(),
                    expected_at,
                    created_at: None,
                    state: "missing",
                });
            }
            return;
        }
        let planned_at = if self.profile.is_careless {
            date.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(7)
        } else {
            expected_at
        };
        // The top of the hour is crowded: GitHub starts schedules late.
        let span = chance.seconds(40, 1_500);
        self.schedule(planned_at + span, Act::Nightly(date));
    }

    pub(crate) fn nightly(&mut self, date: NaiveDate) {
        let expected_at = domain::calendar::night(date, 2, Toronto);
        let minutes = (self.now - expected_at).num_minutes();
        let state = match minutes {
            ..0 => "early",
            0..60 => "on_time",
            60..90 => "late",
            _ => "missing",
        };
        self.truth.nights.push(Night {
            date: date.to_string(),
            expected_at,
            created_at: Some(self.now),
            state,
        });
        if domain::calendar::is_hour_missing(date, 2, Toronto) {
            self.truth
                .trap(16, "02:00 does not exist on this night", format!("night of {date}"));
        }
        self.truth.trap(
            8,
            "a scheduled run is none of main's pushes",
            format!("night of {date}"),
        );
        let head_commit = self.main_head();
        self.create_run(NewRun {
            workflow: workflow::NIGHTLY,
            event: Event::Schedule,
            head_branch: "main".to_owned(),
            head_commit,
            fork: None,
            actor: ACTIONS_BOT,
            pull_request: None,
        });
    }

    /// Starts the compatibility matrix: two dozen legs.
    pub(crate) fn compatibility(&mut self) {
        let head_commit = self.main_head();
        let actor = self.member();
        let run = self.create_run(NewRun {
            workflow: workflow::COMPATIBILITY,
            event: Event::WorkflowDispatch,
            head_branch: "main".to_owned(),
            head_commit,
            fork: None,
            actor,
            pull_request: None,
        });
        let id = self.repository.runs[run].id;
        self.truth.trap(
            7,
            "a run has more jobs than one page or one query of the field reads",
            format!("run {id}"),
        );
    }

    pub(crate) fn deploy(&mut self, commit: CommitIndex, environment: &'static str, is_hotfix: bool) {
        let is_red = self.truth.outages.is_red();
        if is_red && !is_hotfix && !self.profile.is_careless {
            // Frozen (CI/CL-001 §22).
            return;
        }
        let commit = if is_hotfix { self.main_head() } else { commit };
        let id = self.id("deployment");
        let creator = self.member();
        let mut statuses = Vec::new();
        for (seconds, state) in [
            (3, "in_progress"),
            (
                95,
                if self.chance.happens(0.05) {
                    "failure"
                } else {
                    "success"
                },
            ),
        ] {
            let id = self.id("deployment_status");
            statuses.push((id, self.now + TimeDelta::seconds(seconds), state));
        }
        if is_red {
            self.truth.frozen_deployments.push(FrozenDeployment {
                id,
                at: self.now,
                is_hotfix,
            });
        }
        if environment == "production" {
            self.truth.controls.deployments.made.push(Deployed {
                commit: self.repository.commits[commit].sha.clone(),
                made_at: self.now,
                begun_at: statuses.first().map_or(self.now, |(_, at, _)| *at),
                ended_at: statuses.last().map_or(self.now, |(_, at, _)| *at),
                has_succeeded: statuses.last().is_some_and(|(.., state)| *state == "success"),
                is_hotfix,
            });
        }
        self.repository.deployments.push(Deployment {
            id,
            commit,
            reference: "main".to_owned(),
            environment,
            creator,
            created_at: self.now,
            statuses,
            description: if is_hotfix {
                "hotfix: same gates as every change"
            } else {
                ""
            },
        });
        let head_commit = self.main_head();
        self.create_run(NewRun {
            workflow: workflow::DEPLOY,
            event: Event::WorkflowRun,
            head_branch: "main".to_owned(),
            head_commit,
            fork: None,
            actor: creator,
            pull_request: None,
        });
    }

    /// Saves another set of required checks.
    pub(crate) fn require(&mut self, checks: &[&'static str]) {
        let now = self.now;
        let checks: Vec<String> = checks
            .iter()
            .flat_map(|check| {
                if *check == "unit-tests" && !self.profile.legs.is_empty() {
                    self.profile
                        .legs
                        .iter()
                        .map(|leg| format!("unit-tests ({leg})"))
                        .collect()
                } else {
                    vec![(*check).to_owned()]
                }
            })
            .collect();
        self.truth.required.push(Required {
            valid_from: now,
            checks: checks.clone(),
        });
        self.truth.outages.required_changed(&checks, now);
        self.truth.controls.has_rules_history = self.profile.protection == Protected::ByRuleset;
        self.truth.controls.is_lenient = self.profile.is_careless;
        match self.profile.protection {
            Protected::ByRuleset => {
                let id = self.id("ruleset_version");
                if let Some(ruleset) = &mut self.repository.ruleset {
                    ruleset.versions.push(RulesetVersion {
                        id,
                        updated_at: now,
                        actor: ADMINISTRATOR,
                        required_checks: checks,
                        required_approvals: 1,
                        requires_code_owner: !self.profile.is_careless,
                        enforcement: "active",
                    });
                }
            }
            Protected::ByClassicRules => {
                if let Some(protection) = &mut self.repository.protection {
                    protection.required_checks.push((now, checks));
                }
            }
        }
    }

    /// Puts among the jobs of an attempt what GitHub sometimes leaves there.
    pub(crate) fn stage_oddities(
        &mut self,
        run: usize,
        number: i64,
        jobs: &mut Vec<Job>,
        chance: &mut Chance,
        spare_id: Option<i64>,
    ) {
        let (event, workflow, run_id) = {
            let run = &self.repository.runs[run];
            (run.event, run.workflow, run.id)
        };
        if workflow == workflow::CI
            && number == 1
            && chance.happens(0.008)
            && let Some(id) = spare_id
            && let Some(job) = jobs
                .iter()
                .find(|job| job.kind == JobKind::Lint && job.conclusion == Some(Conclusion::Success))
        {
            let placeholder = Job {
                id,
                started_at: None,
                first_step_at: None,
                completed_at: None,
                conclusion: None,
                ..job.clone()
            };
            self.truth.trap(
                12,
                "a placeholder of a job stays queued for ever",
                format!("job {id} of run {run_id}"),
            );
            jobs.push(placeholder);
        }
        if event == Event::Schedule
            && chance.happens(0.02)
            && let Some(job) = jobs.iter_mut().find(|job| job.kind == JobKind::WarmUp)
        {
            job.started_at = job.started_at.map(|at| at - TimeDelta::days(3));
            self.truth.trap(
                14,
                "a job started days before it was created",
                format!("job {} of run {run_id}", job.id),
            );
        }
        let stuck_from = self.end - TimeDelta::days(45);
        if event == Event::PullRequest
            && number == 1
            && !self.has_stuck_job
            && self.profile.is_careless
            && (stuck_from..self.end - TimeDelta::days(38)).contains(&self.now)
            && jobs
                .iter()
                .all(|job| matches!(job.conclusion, Some(Conclusion::Success | Conclusion::Skipped)))
            && let Some(job) = jobs
                .iter_mut()
                .find(|job| job.kind == JobKind::SbomProvenance && job.conclusion == Some(Conclusion::Success))
            && let Some(pull_request) = self.run_states[run].pull_request
        {
            job.completed_at = job.completed_at.map(|at| at + TimeDelta::days(30));
            self.has_stuck_job = true;
            self.truth.trap(
                11,
                "GitHub closes a stuck job a month later",
                format!("job {} of run {run_id}", job.id),
            );
            self.pull_request_states[pull_request].has_merge_scheduled = true;
            self.schedule_in(
                TimeDelta::days(20),
                Act::Merge {
                    pull_request,
                    tries: crate::simulation::merges::BYPASS,
                },
            );
        }
    }
}
