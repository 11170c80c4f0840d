//! Pull requests: opened, pushed to, looked at when CI has spoken, merged.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate, TimeDelta, Weekday};

use crate::simulation::merges::BYPASS;
use crate::simulation::plan::{DEPENDABOT, OUTSIDERS};
use crate::simulation::repository::{Act, Defects, Draft, PullRequestState, RepositorySimulation, Theme};
use crate::simulation::runs::{NewRun, workflow};
use crate::world::PersonIndex;
use crate::world::change::{Branch, CommitIndex, PullRequest};
use crate::world::run::{Conclusion, Event, JobKind};

impl RepositorySimulation {
    /// Draws the pull requests of a day, most of them in the working hours of Toronto.
    pub(crate) fn begin_day(&mut self, date: NaiveDate) {
        let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc();
        let is_weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        let mean = self.profile.pull_requests_per_week * if is_weekend { 0.04 } else { 0.184 };
        // A binomial draw with the wanted mean.
        let n = (0..12).filter(|_| self.chance.happens(mean / 12.0)).count();
        for _ in 0..n {
            let offset = if self.chance.happens(0.14) {
                self.chance.seconds(0, 4 * 3600)
            } else {
                self.chance.seconds(13 * 3600, 22 * 3600)
            };
            let theme = match self.chance.between(0, 100) {
                0..62 => Theme::Feature,
                62..72 => Theme::Documentation,
                72..79 => Theme::Infrastructure,
                79..87 => Theme::Schemas,
                87..98 => Theme::Dependencies,
                _ => Theme::Nothing,
            };
            let breaks = (theme != Theme::Documentation && self.chance.happens(0.028)).then(|| {
                let kinds = [
                    JobKind::UnitTests,
                    JobKind::Lint,
                    JobKind::Types,
                    JobKind::UnitTests,
                    JobKind::CodeQl,
                ];
                kinds[self.chance.index(kinds.len())]
            });
            self.schedule(
                midnight + offset,
                Act::Open(Draft {
                    theme,
                    is_urgent: false,
                    breaks,
                    fixes: None,
                }),
            );
        }
        self.schedule_night(date);
        if self.profile.name == "audithound-core" && date.weekday() == Weekday::Mon {
            self.schedule(midnight + TimeDelta::hours(15), Act::Compatibility);
        }
    }

    /// Opens a pull request.
    pub(crate) fn open(&mut self, draft: Draft) {
        let number = self.number();
        let is_fork = !self.repository.forks.is_empty()
            && !draft.is_urgent
            && draft.theme == Theme::Feature
            && self.chance.happens(self.profile.fork_share);
        let fork = is_fork.then(|| self.chance.index(self.repository.forks.len()));
        let author: PersonIndex = match (fork, draft.theme) {
            (Some(fork), _) => OUTSIDERS.start + fork % OUTSIDERS.len(),
            (None, Theme::Dependencies) if !draft.is_urgent => DEPENDABOT,
            _ => self.member(),
        };
        let base = self.main_head();
        let (kind, subject) = self.subject(draft.theme);
        let title = match (draft.theme, self.culprit) {
            (Theme::Revert, Some(culprit)) => {
                let message = self.repository.commits[culprit]
                    .message
                    .lines()
                    .next()
                    .unwrap_or_default();
                format!("Revert \"{message}\"")
            }
            _ => format!("{kind}: {subject}"),
        };
        let head_branch = match draft.theme {
            Theme::Dependencies if !draft.is_urgent => format!("dependabot/{subject}-{number}").replace(' ', "-"),
            Theme::Repair | Theme::Revert => format!("hotfix/{number}"),
            _ => format!("{kind}/{}-{number}", subject.replace(' ', "-")),
        };
        let is_calm = draft.is_urgent;
        let defects = self.draw_defects(draft.theme, is_calm);
        let edits = match (draft.theme, self.culprit) {
            (Theme::Revert, Some(culprit)) => self.edits_that_revert(culprit),
            (theme, _) => self.edits(theme),
        };
        let head = self.commit(base, author, title.clone(), edits, defects);
        let body = if self.profile.is_careless && self.chance.happens(0.5) {
            String::new()
        } else {
            "## Risk\nLow: covered by tests.\n\n## Test evidence\nUnit tests beside the change.\n\n## Contract summary\nNo change of a contract.\n".to_owned()
        };
        let id = self.id("pull_request");
        self.repository.pull_requests.push(PullRequest {
            id,
            number,
            title,
            body,
            author,
            head_branch: head_branch.clone(),
            fork,
            opened_at: self.now,
            ready_at: None,
            heads: vec![(self.now, head)],
            force_pushes: vec![],
            base,
            reviews: vec![],
            labels: if draft.theme == Theme::Schemas && self.chance.happens(0.2) {
                vec!["breaking-change: true"]
            } else {
                vec![]
            },
            merged: None,
            closed_at: None,
        });
        if fork.is_none() {
            self.repository.branches.push(Branch {
                name: head_branch,
                pushes: vec![(self.now, head)],
                deleted_at: None,
            });
        }
        self.truth.counts.pull_requests += 1;
        self.truth.durations.opened(number);
        let wants_more = !draft.is_urgent && self.chance.happens(0.34);
        self.pull_request_states.push(PullRequestState {
            draft,
            wants_more,
            has_merge_scheduled: false,
            queued: None,
            branch: fork.is_none().then(|| self.repository.branches.len() - 1),
            runs: vec![],
            begun_at: self.now,
            next_is_empty: false,
        });
        let pull_request = self.repository.pull_requests.len() - 1;
        self.check(pull_request, head);
        if !is_calm && self.chance.happens(0.22) {
            // The author pushes again before CI has spoken: the first run is superseded.
            let span = self.chance.seconds(60, 420);
            self.schedule_in(
                span,
                Act::Push {
                    pull_request,
                    repairs: false,
                },
            );
        }
    }

    fn subject(&mut self, theme: Theme) -> (&'static str, String) {
        let module =
            crate::simulation::contents::MODULES[self.chance.index(crate::simulation::contents::MODULES.len())];
        match theme {
            Theme::Feature => ("feat", format!("{module} page through results")),
            Theme::Documentation => ("docs", format!("say how {module} is run")),
            Theme::Infrastructure => ("feat", format!("iac bucket of {module}")),
            Theme::Schemas => ("feat", format!("contract of {module}")),
            Theme::Dependencies => ("build", format!("bump {module}")),
            Theme::Repair | Theme::Revert => ("fix", format!("{module} on main")),
            Theme::Nothing => ("chore", "run CI again".to_owned()),
        }
    }

    /// Draws what is wrong with a first head commit.
    fn draw_defects(&mut self, theme: Theme, is_calm: bool) -> Defects {
        let mut defects = Defects::default();
        let share = match theme {
            Theme::Feature | Theme::Schemas => 0.2,
            Theme::Dependencies | Theme::Infrastructure => 0.12,
            _ => 0.0,
        };
        if is_calm || !self.chance.happens(share) {
            return defects;
        }
        match self.chance.between(0, 10) {
            0..2 => {
                defects.jobs.insert(JobKind::Lint);
            }
            2..4 => {
                defects.jobs.insert(JobKind::Types);
            }
            4 => {
                defects.jobs.insert(JobKind::CoverageThreshold);
            }
            5 => {
                defects.jobs.insert(JobKind::CodeQl);
            }
            6 if self.profile.is_careless => {
                // Not required anywhere: what needs it is skipped, and looks satisfied.
                defects.jobs.insert(JobKind::Build);
            }
            _ => defects.tests = self.draw_tests(),
        }
        defects
    }

    /// Draws tests that a commit breaks.
    pub(crate) fn draw_tests(&mut self) -> BTreeSet<usize> {
        let n = self.chance.between(1, 4);
        (0..n)
            .map(|_| self.chance.index(self.repository.suites[0].tests.len()))
            .filter(|test| self.repository.suites[0].tests[*test].exists_at(self.now))
            .collect()
    }

    /// Starts CI for a head commit, and cancels what ran for the one before.
    fn check(&mut self, pull_request: usize, head: CommitIndex) {
        for run in std::mem::take(&mut self.pull_request_states[pull_request].runs) {
            self.cancel(run);
        }
        let of = &self.repository.pull_requests[pull_request];
        let new = NewRun {
            workflow: workflow::CI,
            event: Event::PullRequest,
            head_branch: of.head_branch.clone(),
            head_commit: head,
            fork: of.fork,
            actor: self.repository.commits[head].author,
            pull_request: Some(pull_request),
        };
        if self.profile.runs_on_every_push && new.fork.is_none() {
            let push = NewRun {
                event: Event::Push,
                pull_request: None,
                ..new.clone()
            };
            let run = self.create_run(push);
            self.pull_request_states[pull_request].runs.push(run);
        }
        let run = self.create_run(new);
        self.pull_request_states[pull_request].runs.push(run);
    }

    /// Pushes another commit to a pull request.
    pub(crate) fn push(&mut self, pull_request: usize, repairs: bool) {
        let of = &self.repository.pull_requests[pull_request];
        if of.closed_at.is_some() || self.pull_request_states[pull_request].queued.is_some() {
            return;
        }
        let Some(&(_, last)) = of.heads.last() else { return };
        let (author, base, head_branch) = (of.author, of.base, of.head_branch.clone());
        let is_empty = std::mem::take(&mut self.pull_request_states[pull_request].next_is_empty);
        let theme = if is_empty {
            Theme::Nothing
        } else {
            self.pull_request_states[pull_request].draft.theme
        };
        let defects = if repairs {
            Defects::default()
        } else {
            self.facts[last].defects.clone()
        };
        let is_rewritten = !is_empty && self.chance.happens(0.15);
        let edits = self.edits(theme);
        let message = if repairs {
            "fix: what CI found"
        } else {
            "refactor: as reviewed"
        };
        let parent = if is_rewritten { base } else { last };
        let head = self.commit(parent, author, message.to_owned(), edits, defects);
        // A later commit touches what the earlier ones of the branch touch.
        let earlier = self.facts[last].impact;
        let impact = &mut self.facts[head].impact;
        impact.code |= earlier.code;
        impact.infrastructure |= earlier.infrastructure;
        impact.schemas |= earlier.schemas;
        let of = &mut self.repository.pull_requests[pull_request];
        of.heads.push((self.now, head));
        if is_rewritten {
            of.force_pushes.push(of.heads.len() - 1);
            self.pull_request_states[pull_request].begun_at = self.now;
        }
        self.pull_request_states[pull_request].has_merge_scheduled = false;
        if let Some(branch) = self.pull_request_states[pull_request].branch {
            debug_assert_eq!(self.repository.branches[branch].name, head_branch);
            self.repository.branches[branch].pushes.push((self.now, head));
        }
        self.check(pull_request, head);
    }

    /// CI has spoken on a pull request: its author looks at it.
    pub(crate) fn pull_request_checked(&mut self, run: usize, conclusion: Conclusion) {
        let Some(pull_request) = self.run_states[run].pull_request else {
            return;
        };
        let head = self.repository.runs[run].head_commit;
        let of = &self.repository.pull_requests[pull_request];
        if of.closed_at.is_some() || of.heads.last().is_none_or(|(_, last)| *last != head) {
            return;
        }
        let state = &mut self.pull_request_states[pull_request];
        if state.has_merge_scheduled {
            return;
        }
        let is_urgent = state.draft.is_urgent;
        match conclusion {
            Conclusion::Success if std::mem::take(&mut state.wants_more) => {
                let span = self.chance.seconds(1_800, 5 * 3_600);
                self.schedule_in(
                    span,
                    Act::Push {
                        pull_request,
                        repairs: false,
                    },
                );
            }
            Conclusion::Success => {
                state.has_merge_scheduled = true;
                let span = if is_urgent {
                    self.chance.seconds(120, 400)
                } else {
                    self.chance.seconds(900, 20 * 3_600)
                };
                self.schedule_in(span, Act::Merge { pull_request, tries: 0 });
                if !is_urgent && self.chance.happens(0.12) {
                    self.schedule_in(span / 2, Act::Reopen { pull_request });
                }
            }
            Conclusion::Failure if self.profile.is_careless && self.chance.happens(0.09) => {
                self.pull_request_states[pull_request].has_merge_scheduled = true;
                let span = self.chance.seconds(600, 3 * 3_600);
                self.schedule_in(
                    span,
                    Act::Merge {
                        pull_request,
                        tries: BYPASS,
                    },
                );
            }
            Conclusion::Failure if !self.facts[head].defects.is_empty() => {
                let span = self.chance.seconds(480, 2 * 3_600);
                self.schedule_in(
                    span,
                    Act::Push {
                        pull_request,
                        repairs: true,
                    },
                );
            }
            Conclusion::Failure if self.repository.runs[run].attempts.len() < 4 && !self.chance.happens(0.1) => {
                let span = self.chance.seconds(240, 3_600);
                let all = self.chance.happens(0.15);
                self.schedule_in(span, Act::Rerun { run, all });
            }
            Conclusion::Failure => {
                self.pull_request_states[pull_request].next_is_empty = true;
                let span = self.chance.seconds(240, 3_600);
                self.schedule_in(
                    span,
                    Act::Push {
                        pull_request,
                        repairs: true,
                    },
                );
            }
            _ => {}
        }
    }

    /// Closes and opens a pull request again: its head commit runs once more.
    pub(crate) fn reopen(&mut self, pull_request: usize) {
        let of = &self.repository.pull_requests[pull_request];
        let Some(&(_, head)) = of.heads.last().filter(|_| of.closed_at.is_none()) else {
            return;
        };
        let new = NewRun {
            workflow: workflow::CI,
            event: Event::PullRequest,
            head_branch: of.head_branch.clone(),
            head_commit: head,
            fork: of.fork,
            actor: of.author,
            pull_request: Some(pull_request),
        };
        let run = self.create_run(new);
        self.pull_request_states[pull_request].runs.push(run);
    }
}
