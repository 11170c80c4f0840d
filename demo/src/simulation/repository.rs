//! One repository while its time runs: a queue of acts, what people and machines remember, ids.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use chrono::{NaiveDate, SubsecRound as _, TimeDelta};
use domain::clock::Timestamp;

use crate::chance::Chance;
use crate::simulation::pipeline::Skip;
use crate::simulation::plan::Profile;
use crate::simulation::quarantines::Quarantining;
use crate::simulation::runs::RunState;
use crate::simulation::security::Watch;
use crate::simulation::suite::Flake;
use crate::truth::flaky::SuiteRan;
use crate::truth::recorder::Recorder;
use crate::world::PersonIndex;
use crate::world::change::CommitIndex;
use crate::world::finding::Scan;
use crate::world::repository::Repository;
use crate::world::run::{Coverage, JobKind};

/// Something that happens next. Each is handled at its instant, in order of time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    /// A day begins in UTC: its pull requests are drawn.
    Day(NaiveDate),
    /// Somebody opens a pull request.
    Open(Draft),
    /// Its author pushes: a repair of what failed, or what a reviewer asked for.
    Push { pull_request: usize, repairs: bool },
    /// Somebody merges it, after so many attempts to.
    Merge { pull_request: usize, tries: u8 },
    /// A pull request is closed and opened again, so that its head commit runs once more.
    Reopen { pull_request: usize },
    /// A job ended.
    JobEnded { run: usize, attempt: usize, job: usize },
    /// An attempt ended.
    AttemptEnded { run: usize, attempt: usize },
    /// Somebody runs the failed jobs, or all of them, again.
    Rerun { run: usize, all: bool },
    /// The nightly workflow starts.
    Nightly(NaiveDate),
    /// Somebody starts the compatibility matrix.
    Compatibility,
    /// A deployment of what main held when it was green.
    Deploy {
        commit: CommitIndex,
        environment: &'static str,
        is_hotfix: bool,
    },
    /// The ruleset is changed.
    Require { checks: Vec<&'static str> },
    /// Something about a quarantine.
    Quarantine {
        plan: usize,
        step: crate::simulation::quarantines::Step,
    },
    /// What main holds is tagged.
    Release { author: PersonIndex },
    /// Something about a finding.
    Security(crate::simulation::security::Step),
}

/// What a pull request will be about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Draft {
    pub(crate) theme: Theme,
    /// Merged as soon as it is green, past a freeze.
    pub(crate) is_urgent: bool,
    /// It carries something that breaks main once merged, although its own run is green.
    pub(crate) breaks: Option<JobKind>,
    /// The finding that it mends, by index.
    pub(crate) fixes: Option<usize>,
}

/// What a pull request touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Theme {
    Feature,
    Documentation,
    Infrastructure,
    Schemas,
    Dependencies,
    Repair,
    Revert,
    /// A commit without a change, to run CI again: the tree stays.
    Nothing,
}

/// What is wrong with a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Defects {
    pub(crate) jobs: BTreeSet<JobKind>,
    pub(crate) tests: BTreeSet<usize>,
}

impl Defects {
    pub(crate) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.tests.is_empty()
    }
}

/// What a commit touches, as the path filters of CI/CL-001 §4 see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Impact {
    pub(crate) code: bool,
    pub(crate) infrastructure: bool,
    pub(crate) schemas: bool,
}

/// What the simulation knows of a commit beside what GitHub knows.
#[derive(Debug, Clone)]
pub(crate) struct CommitFacts {
    pub(crate) defects: Defects,
    pub(crate) impact: Impact,
}

/// What the simulation remembers of a pull request.
#[derive(Debug, Clone)]
pub(crate) struct PullRequestState {
    pub(crate) draft: Draft,
    /// A reviewer will ask for one more commit.
    pub(crate) wants_more: bool,
    pub(crate) has_merge_scheduled: bool,
    /// The commit in the merge queue.
    pub(crate) queued: Option<CommitIndex>,
    /// Index into the branches of the repository; null: the branch lives in a fork.
    pub(crate) branch: Option<usize>,
    /// Runs of its head commit.
    pub(crate) runs: Vec<usize>,
    /// When the earliest commit that it proposes was made.
    pub(crate) begun_at: Timestamp,
    /// The next push changes nothing: it only runs CI again.
    pub(crate) next_is_empty: bool,
}

/// One repository while its time runs.
#[derive(Debug)]
pub(crate) struct RepositorySimulation {
    pub(crate) profile: &'static Profile,
    pub(crate) index: usize,
    pub(crate) seed: u64,
    pub(crate) from: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) chance: Chance,
    pub(crate) repository: Repository,
    pub(crate) truth: Recorder,
    pub(crate) facts: Vec<CommitFacts>,
    pub(crate) pull_request_states: Vec<PullRequestState>,
    pub(crate) flakes: Vec<Flake>,
    pub(crate) run_states: Vec<RunState>,
    pub(crate) skips: HashMap<i64, Skip>,
    /// By job: what will be written down when it ends.
    pub(crate) pending_tests: HashMap<i64, SuiteRan>,
    pub(crate) pending_scans: HashMap<i64, (bool, Vec<Scan>)>,
    pub(crate) pending_coverage: HashMap<i64, Coverage>,
    pub(crate) missing_reports: HashMap<i64, (i64, i64)>,
    pub(crate) quarantining: Quarantining,
    pub(crate) watch: Watch,
    pub(crate) is_repair_underway: bool,
    /// The commit on main that broke it last.
    pub(crate) culprit: Option<CommitIndex>,
    /// From then on nobody repairs main: it is red when time ends.
    pub(crate) no_repair_from: Option<Timestamp>,
    pub(crate) has_stuck_job: bool,
    pub(crate) nights_off: Vec<NaiveDate>,
    queue: BinaryHeap<Reverse<(Timestamp, u64, Act)>>,
    sequence: u64,
    last_ids: HashMap<&'static str, i64>,
    pub(crate) run_numbers: HashMap<usize, i64>,
    pub(crate) last_number: i64,
}

impl RepositorySimulation {
    pub(crate) fn new(
        profile: &'static Profile,
        index: usize,
        seed: u64,
        (from, end): (Timestamp, Timestamp),
        repository: Repository,
    ) -> Self {
        let truth = Recorder::new(repository.full_name(), end);
        Self {
            profile,
            index,
            seed,
            from,
            end,
            now: from,
            chance: Chance::of(seed, &[&profile.name, &"acts"]),
            repository,
            truth,
            facts: Vec::new(),
            pull_request_states: Vec::new(),
            flakes: Vec::new(),
            run_states: Vec::new(),
            skips: HashMap::new(),
            pending_tests: HashMap::new(),
            pending_scans: HashMap::new(),
            pending_coverage: HashMap::new(),
            missing_reports: HashMap::new(),
            quarantining: Quarantining::default(),
            watch: Watch::default(),
            is_repair_underway: false,
            culprit: None,
            no_repair_from: None,
            has_stuck_job: false,
            nights_off: Vec::new(),
            queue: BinaryHeap::new(),
            sequence: 0,
            last_ids: HashMap::new(),
            run_numbers: HashMap::new(),
            last_number: 0,
        }
    }

    /// Lets `act` happen at `at`; what lies before now happens now.
    /// Acts happen at whole seconds, as GitHub tells them.
    pub(crate) fn schedule(&mut self, at: Timestamp, act: Act) {
        self.sequence += 1;
        let at = at.trunc_subsecs(0).max(self.now);
        self.queue.push(Reverse((at, self.sequence, act)));
    }

    pub(crate) fn schedule_in(&mut self, span: TimeDelta, act: Act) {
        self.schedule(self.now + span, act);
    }

    /// Lets time run to the end.
    pub(crate) fn run(&mut self) {
        while let Some(Reverse((at, _, act))) = self.queue.pop() {
            if at >= self.end {
                break;
            }
            self.now = at;
            self.act(act);
        }
        self.now = self.end;
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Day(date) => self.begin_day(date),
            Act::Open(draft) => self.open(draft),
            Act::Push { pull_request, repairs } => self.push(pull_request, repairs),
            Act::Merge { pull_request, tries } => self.merge(pull_request, tries),
            Act::Reopen { pull_request } => self.reopen(pull_request),
            Act::JobEnded { run, attempt, job } => self.job_ended(run, attempt, job),
            Act::AttemptEnded { run, attempt } => self.attempt_ended(run, attempt),
            Act::Rerun { run, all } => self.rerun(run, all),
            Act::Nightly(date) => self.nightly(date),
            Act::Compatibility => self.compatibility(),
            Act::Deploy {
                commit,
                environment,
                is_hotfix,
            } => self.deploy(commit, environment, is_hotfix),
            Act::Require { checks } => self.require(&checks),
            Act::Quarantine { plan, step } => self.quarantine(plan, step),
            Act::Release { author } => self.release(author),
            Act::Security(step) => self.secure(step),
        }
    }

    /// Draws the next id of a kind: it grows with time, and no two repositories share one.
    pub(crate) fn id(&mut self, kind: &'static str) -> i64 {
        let base = (self.now.timestamp() - 1_600_000_000).max(0) * 64;
        let last = self.last_ids.entry(kind).or_insert(0);
        *last = base.max(*last + 1);
        *last * 16 + i64::try_from(self.index).unwrap_or(0)
    }

    /// The next number of an issue or a pull request.
    pub(crate) fn number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    /// Draws somebody of the organization.
    pub(crate) fn member(&mut self) -> PersonIndex {
        let members = crate::simulation::plan::MEMBERS;
        members.start + self.chance.index(members.len())
    }

    /// The checks that a merge needs now.
    pub(crate) fn required_checks(&self) -> Vec<String> {
        self.truth.required_at(self.now)
    }

    /// The commit that main points at.
    pub(crate) fn main_head(&self) -> CommitIndex {
        self.repository.branches[0].pushes.last().map_or(0, |push| push.1)
    }
}
