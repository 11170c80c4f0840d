//! Merges: reviews, the merge queue, the squashed commit, and the state of each gate when it happens.

use chrono::TimeDelta;

use crate::simulation::pipeline::Skip;
use crate::simulation::plan::{ADMINISTRATOR, CODE_OWNER, SECOND_CODE_OWNER};
use crate::simulation::repository::{Act, Defects, RepositorySimulation, Theme};
use crate::simulation::runs::{NewRun, workflow};
use crate::truth::durations::Gate;
use crate::world::PersonIndex;
use crate::world::change::{CommitIndex, Review};
use crate::world::run::{Conclusion, Event, Job, JobKind};

/// From so many tries on a merge goes past red checks.
pub(crate) const BYPASS: u8 = 100;

impl RepositorySimulation {
    /// Merges, where nothing stands against it.
    pub(crate) fn merge(&mut self, pull_request: usize, tries: u8) {
        let of = &self.repository.pull_requests[pull_request];
        let Some(&(_, head)) = of.heads.last().filter(|_| of.closed_at.is_none()) else {
            return;
        };
        let state = &self.pull_request_states[pull_request];
        if !state.has_merge_scheduled || state.queued.is_some() {
            return;
        }
        let is_urgent = state.draft.is_urgent;
        let gates = self.gates(pull_request, head);
        let is_open = gates
            .iter()
            .all(|gate| !matches!(gate.state, "FAIL" | "PENDING" | "MISSING"));
        if !is_open && tries < BYPASS && !self.profile.is_careless {
            if gates.iter().any(|gate| gate.state == "PENDING") && tries < 20 {
                self.schedule_in(
                    TimeDelta::minutes(20),
                    Act::Merge {
                        pull_request,
                        tries: tries + 1,
                    },
                );
            } else if gates.iter().all(|gate| !matches!(gate.state, "PENDING" | "MISSING")) && tries < 6 {
                let runs = self.pull_request_states[pull_request].runs.clone();
                if let Some(run) = runs.last() {
                    self.rerun(*run, false);
                }
                self.schedule_in(
                    TimeDelta::minutes(40),
                    Act::Merge {
                        pull_request,
                        tries: tries + 1,
                    },
                );
            }
            return;
        }
        // CI/CL-001 §22: while main is red, those who keep to it wait.
        if self.truth.outages.is_red() && !self.profile.is_careless && !is_urgent && tries < 60 {
            let span = self.chance.seconds(1_800, 5_400);
            self.schedule_in(
                span,
                Act::Merge {
                    pull_request,
                    tries: tries + 1,
                },
            );
            return;
        }
        self.review(pull_request, head);
        let commit = self.squash_of(pull_request, head);
        if self.profile.has_merge_queue && !is_urgent && tries < BYPASS {
            self.enqueue(pull_request, commit);
            return;
        }
        let merger = if tries >= BYPASS { ADMINISTRATOR } else { self.member() };
        self.finish_merge(pull_request, head, commit, merger);
    }

    fn review(&mut self, pull_request: usize, head: CommitIndex) {
        let author = self.repository.pull_requests[pull_request].author;
        let touches_owned = self.facts[head].impact.infrastructure || self.facts[head].impact.schemas;
        let is_code_owner = touches_owned && !self.profile.is_careless;
        if self.profile.is_careless && self.chance.happens(0.3) {
            return;
        }
        let reviewer = (0..8)
            .map(|_| self.member())
            .find(|reviewer| *reviewer != author)
            .unwrap_or(ADMINISTRATOR);
        let id = self.id("review");
        let opened_at = self.repository.pull_requests[pull_request].opened_at;
        let submitted_at = (self.now - self.chance.seconds(120, 1_800)).max(opened_at);
        self.repository.pull_requests[pull_request].reviews.push(Review {
            id,
            author: if !is_code_owner {
                reviewer
            } else if author == CODE_OWNER {
                SECOND_CODE_OWNER
            } else {
                CODE_OWNER
            },
            state: "APPROVED",
            submitted_at,
            commit: head,
            is_code_owner,
        });
    }

    /// The commit that a merge of `head` puts on main.
    fn squash_of(&mut self, pull_request: usize, head: CommitIndex) -> CommitIndex {
        let of = &self.repository.pull_requests[pull_request];
        let (base, author) = (of.base, of.author);
        let message = format!("{} (#{})", of.title, of.number);
        let draft = self.pull_request_states[pull_request].draft.clone();
        let mut defects = self.facts[self.main_head()].defects.clone();
        if matches!(draft.theme, Theme::Repair | Theme::Revert) {
            defects = Defects::default();
        }
        // What went past red checks is red on main.
        let own = self.facts[head].defects.clone();
        defects.jobs.extend(own.jobs);
        defects.tests.extend(own.tests);
        match draft.breaks {
            Some(JobKind::UnitTests) => defects.tests.extend(self.draw_tests()),
            Some(kind) => {
                defects.jobs.insert(kind);
            }
            None => {}
        }
        self.squash(base, head, author, message, defects)
    }

    fn enqueue(&mut self, pull_request: usize, commit: CommitIndex) {
        self.pull_request_states[pull_request].queued = Some(commit);
        let number = self.repository.pull_requests[pull_request].number;
        let base = &self.repository.commits[self.main_head()].sha;
        let new = NewRun {
            workflow: workflow::CI,
            event: Event::MergeGroup,
            head_branch: format!("gh-readonly-queue/main/pr-{number}-{base}"),
            head_commit: commit,
            fork: None,
            actor: self.repository.pull_requests[pull_request].author,
            pull_request: Some(pull_request),
        };
        self.create_run(new);
    }

    /// CI has spoken on the merge queue.
    pub(crate) fn queue_checked(&mut self, run: usize, conclusion: Conclusion) {
        let Some(pull_request) = self.run_states[run].pull_request else {
            return;
        };
        let commit = self.repository.runs[run].head_commit;
        let state = &mut self.pull_request_states[pull_request];
        if state.queued != Some(commit) {
            return;
        }
        state.queued = None;
        let Some(&(_, head)) = self.repository.pull_requests[pull_request].heads.last() else {
            return;
        };
        let is_on_main = self.repository.commits[commit].parents.first() == Some(&self.main_head());
        if conclusion == Conclusion::Success && is_on_main {
            let merger = self.repository.pull_requests[pull_request].author;
            self.finish_merge(pull_request, head, commit, merger);
        } else if self.facts[commit].defects.is_empty() || !is_on_main {
            let span = self.chance.seconds(60, 1_800);
            self.schedule_in(span, Act::Merge { pull_request, tries: 1 });
        } else {
            // The queue found what the pull request breaks: its author takes it back.
            self.repository.pull_requests[pull_request].closed_at = Some(self.now);
            self.note_closed(pull_request, false);
        }
    }

    fn finish_merge(&mut self, pull_request: usize, head: CommitIndex, commit: CommitIndex, merger: PersonIndex) {
        let mut gates = self.gates(pull_request, head);
        for gate in &mut gates {
            if matches!(gate.state, "FAIL" | "PENDING" | "MISSING") {
                gate.before = Some(gate.state);
                gate.state = "BYPASSED";
            }
            if gate.state == "VACUOUS" {
                self.truth.trap(
                    17,
                    "a required check is satisfied by a skip",
                    format!("{} of pull request {}", gate.check, gate.number),
                );
            }
        }
        self.truth.gates.append(&mut gates);
        self.truth.durations.pull_requests[pull_request].merged_at = Some(self.now);
        let now = self.now;
        let of = &mut self.repository.pull_requests[pull_request];
        of.merged = Some((now, merger, commit));
        of.closed_at = Some(now);
        self.note_closed(pull_request, true);
        if let Some(branch) = self.pull_request_states[pull_request].branch {
            self.repository.branches[branch].deleted_at = Some(now);
        }
        let draft = self.pull_request_states[pull_request].draft.clone();
        if matches!(draft.theme, Theme::Repair | Theme::Revert) {
            self.is_repair_underway = false;
        }
        if draft.breaks.is_some() || !self.facts[head].defects.is_empty() {
            self.culprit = Some(commit);
        }
        if let Some(finding) = draft.fixes {
            self.mend(finding);
        }
        self.push_main(commit, merger);
    }

    /// In which state each required check of a head commit is now.
    fn gates(&self, pull_request: usize, head: CommitIndex) -> Vec<Gate> {
        let number = self.repository.pull_requests[pull_request].number;
        let sha = &self.repository.commits[head].sha;
        let jobs: Vec<&Job> = self.pull_request_states[pull_request]
            .runs
            .iter()
            .map(|run| &self.repository.runs[*run])
            .filter(|run| run.event == Event::PullRequest && run.head_commit == head)
            .flat_map(|run| &run.attempts)
            .flat_map(|attempt| &attempt.jobs)
            .filter(|job| job.started_at.is_some() || job.conclusion.is_some())
            .collect();
        let state = |check: &str| {
            let mut named = jobs.iter().filter(|job| job.name == check);
            let Some(last) = named.next_back() else {
                return "MISSING";
            };
            if last.completed_at.is_none_or(|at| at > self.now) {
                return "PENDING";
            }
            match last.conclusion {
                Some(Conclusion::Success) => {
                    let failed_before =
                        named.any(|job| matches!(job.conclusion, Some(Conclusion::Failure | Conclusion::TimedOut)));
                    if failed_before { "PASS_AFTER_RERUN" } else { "PASS" }
                }
                Some(Conclusion::Skipped) => match self.skips.get(&last.id) {
                    Some(Skip::Filtered) => "NOT_APPLICABLE",
                    _ => "VACUOUS",
                },
                Some(Conclusion::Neutral) => "NEUTRAL",
                _ => "FAIL",
            }
        };
        self.required_checks()
            .into_iter()
            .map(|check| Gate {
                number,
                sha: sha.clone(),
                state: state(&check),
                check,
                before: None,
            })
            .collect()
    }
}
