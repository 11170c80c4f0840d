//! Workflow runs, their attempts, jobs and artifacts.

use chrono::TimeDelta;
use domain::clock::Timestamp;
use domain::identity::Sha256Digest;

use crate::world::PersonIndex;
use crate::world::change::CommitIndex;
use crate::world::finding::Scan;

/// What triggered a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// A push to a branch.
    Push,
    /// A pull request was opened or its head moved.
    PullRequest,
    /// A schedule.
    Schedule,
    /// Somebody pressed the button.
    WorkflowDispatch,
    /// The merge queue.
    MergeGroup,
    /// Another run ended; the head commit is the default branch's, whatever that run was about.
    WorkflowRun,
}

impl Event {
    /// GitHub's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::PullRequest => "pull_request",
            Self::Schedule => "schedule",
            Self::WorkflowDispatch => "workflow_dispatch",
            Self::MergeGroup => "merge_group",
            Self::WorkflowRun => "workflow_run",
        }
    }
}

/// How a job or an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conclusion {
    /// It held.
    Success,
    /// It did not.
    Failure,
    /// It was stopped; decides nothing.
    Cancelled,
    /// It did not run.
    Skipped,
    /// It ran into its limit.
    TimedOut,
    /// It says neither.
    Neutral,
    /// It waits for a person, as the first run of a new contributor does.
    ActionRequired,
    /// The workflow file did not parse.
    StartupFailure,
    /// GitHub gave up on it.
    Stale,
}

impl Conclusion {
    /// GitHub's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::TimedOut => "timed_out",
            Self::Neutral => "neutral",
            Self::ActionRequired => "action_required",
            Self::StartupFailure => "startup_failure",
            Self::Stale => "stale",
        }
    }
}

/// Where something stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Created, not started.
    Queued,
    /// Started, not ended.
    InProgress,
    /// Ended.
    Completed,
}

impl Status {
    /// GitHub's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
        }
    }

    /// Where something that started and ended then stands at `instant`.
    pub fn at(instant: Timestamp, started_at: Option<Timestamp>, completed_at: Option<Timestamp>) -> Self {
        if completed_at.is_some_and(|at| at <= instant) {
            Self::Completed
        } else if started_at.is_some_and(|at| at <= instant) {
            Self::InProgress
        } else {
            Self::Queued
        }
    }
}

/// A pull request as a run lists it: GitHub lists those of the whole fork network that have the run's head commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullRequestReference {
    /// Its number in the repository that it belongs to.
    pub number: i64,
    /// That repository: null is the run's own; else an index into its forks.
    pub fork: Option<usize>,
}

/// A workflow run with all its attempts.
#[derive(Debug, Clone)]
pub struct Run {
    /// GitHub's id.
    pub id: i64,
    /// Counts the runs of its workflow.
    pub number: i64,
    /// Index into the workflows of the repository.
    pub workflow: usize,
    /// What triggered it.
    pub event: Event,
    /// Branch of the head commit.
    pub head_branch: String,
    /// The commit under test.
    pub head_commit: CommitIndex,
    /// Index into the forks of the repository: where the head commit lives; null: the repository itself.
    pub fork: Option<usize>,
    /// Who triggered it first.
    pub actor: PersonIndex,
    /// When it was created; a new attempt does not move it.
    pub created_at: Timestamp,
    /// The list that GitHub shows with it; empty for pull requests from forks.
    pub pull_requests: Vec<PullRequestReference>,
    /// In order of their numbers; never empty.
    pub attempts: Vec<Attempt>,
    /// When somebody deleted it; from then on GitHub answers 404.
    pub deleted_at: Option<Timestamp>,
}

impl Run {
    /// The latest attempt that had started by `instant`.
    pub fn attempt_at(&self, instant: Timestamp) -> Option<&Attempt> {
        self.attempts.iter().rev().find(|attempt| attempt.started_at <= instant)
    }
}

/// One attempt of a run.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// From 1.
    pub number: i64,
    /// Who triggered this attempt.
    pub triggering_actor: PersonIndex,
    /// GitHub's `run_started_at`; the first attempt's is the run's creation.
    pub started_at: Timestamp,
    /// Its jobs; of a later attempt also the copies of those that were not run again.
    pub jobs: Vec<Job>,
    /// When it ended; null: it never does.
    pub completed_at: Option<Timestamp>,
    /// How it ended; null: it never does.
    pub conclusion: Option<Conclusion>,
    /// Something touched the run later (an annotation, a deployment), which moves GitHub's `updated_at`.
    pub touched_at: Option<Timestamp>,
    /// What its jobs uploaded.
    pub artifacts: Vec<Artifact>,
}

impl Attempt {
    /// Where it stands at `instant`.
    pub fn status_at(&self, instant: Timestamp) -> Status {
        Status::at(instant, Some(self.started_at), self.completed_at)
    }
}

/// What a job does, by the stages of CI/CL-001 §9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// Which paths changed.
    Detect,
    /// Ruff, Black, `ShellCheck`, yamllint.
    Lint,
    /// `MyPy`, tsc.
    Types,
    /// Tests with coverage.
    UnitTests,
    /// Reads coverage.xml and judges it.
    CoverageThreshold,
    /// Wheels or an image.
    Build,
    /// SAST.
    CodeQl,
    /// Container and file system scan.
    Trivy,
    /// Secrets scan.
    Gitleaks,
    /// Checkov.
    IacScan,
    /// Spectral and diffs.
    ContractChecks,
    /// SBOM, signature, provenance.
    SbomProvenance,
    /// Mirrors and pushes, on the default branch only.
    Publish,
    /// A leg of the weekly compatibility matrix.
    Compatibility,
    /// Warms the caches, nightly.
    WarmUp,
    /// Deploys.
    Deploy,
}

/// One job of one attempt.
#[derive(Debug, Clone)]
pub struct Job {
    /// GitHub's id; also that of its check run.
    pub id: i64,
    /// Its name, with its matrix leg in parentheses; also the context of its check.
    pub name: String,
    /// What it does.
    pub kind: JobKind,
    /// When it was created: when what it needs had ended.
    pub created_at: Timestamp,
    /// When it started; null: never.
    pub started_at: Option<Timestamp>,
    /// When its runner was ready and its first step started.
    pub first_step_at: Option<Timestamp>,
    /// When it ended; null: never.
    pub completed_at: Option<Timestamp>,
    /// How it ended; null: never.
    pub conclusion: Option<Conclusion>,
    /// Runs on the self-hosted GPU runner (CI/CL-001 §3).
    pub is_self_hosted: bool,
    /// The job of an earlier attempt that this one repeats without having run: other id, same instants.
    pub copy_of: Option<i64>,
    /// The limit that its workflow sets, in minutes; GitHub's default is 360.
    pub timeout_minutes: i64,
}

impl Job {
    /// Where it stands at `instant`.
    pub fn status_at(&self, instant: Timestamp) -> Status {
        Status::at(instant, self.started_at, self.completed_at)
    }

    /// How long it ran.
    pub fn duration(&self) -> Option<TimeDelta> {
        Some(self.completed_at? - self.started_at?)
    }
}

/// A zip that a job uploaded. It can be downloaded from `created_at` until `expires_at`.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// GitHub's id.
    pub id: i64,
    /// Its name; two attempts of one run may use one name.
    pub name: String,
    /// The job that uploaded it.
    pub job_id: i64,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// When GitHub forgets its content: listed as `expired`, its download is 410.
    pub expires_at: Timestamp,
    /// What is in it; the bytes are made on request.
    pub content: Content,
}

/// What is in an artifact.
#[derive(Debug, Clone)]
pub enum Content {
    /// `junit.xml` (or what the producer calls its reports) and `coverage.xml`.
    Unit(UnitReports),
    /// SARIF of the scanners, `sbom.spdx.json`.
    Security(Vec<Scan>),
    /// `sbom.spdx.json` of the image with this digest; null: of the folder that was checked out.
    Bill(Option<Sha256Digest>),
    /// Something that carries no evidence: wheels, a log. Never a report.
    Other,
}

/// Test reports and coverage of one job.
#[derive(Debug, Clone)]
pub struct UnitReports {
    /// One execution of the suite; null: the job broke before it wrote a report.
    pub tests: Option<TestExecution>,
    /// Null: not written.
    pub coverage: Option<Coverage>,
}

/// Line and branch coverage as coverage.py counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Lines executed.
    pub lines_covered: i64,
    /// Lines that could be.
    pub lines_valid: i64,
    /// Branches taken.
    pub branches_covered: i64,
    /// Branches that could be; 0: branches were not measured.
    pub branches_valid: i64,
}

/// One execution of a suite. Whatever test is not in `results` passed.
#[derive(Debug, Clone)]
pub struct TestExecution {
    /// Index into the suites of the repository.
    pub suite: usize,
    /// Matrix leg as in the job's name; empty where there is none.
    pub leg: String,
    /// When the first test started.
    pub started_at: Timestamp,
    /// When the last one ended.
    pub completed_at: Timestamp,
    /// Which tests exist is read at this instant (that of the commit).
    pub commit_at: Timestamp,
    /// Tests that did not simply pass, by index into the suite's tests.
    pub results: Vec<(usize, Draw)>,
    /// Tests with a quarantine property in the report, with their ticket.
    pub quarantined: Vec<(usize, Option<String>)>,
    /// What is wrong with the file.
    pub form: ReportForm,
}

/// How a test ended, where it did not simply pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// An assertion did not hold; not retried inside the run, or its producer hides retries.
    Failed,
    /// It broke outside an assertion.
    Error,
    /// It did not run.
    Skipped,
    /// It failed so many times and then passed inside the run, and the producer shows it.
    PassedOnRerun(u8),
    /// It failed at first and on every one of so many reruns inside the run, and the producer shows it.
    FailedEveryRerun(u8),
}

/// What is wrong with a report's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    /// Nothing.
    Whole,
    /// It breaks off after about two thirds of the cases; every test before the break is in it.
    Truncated,
    /// It has no byte.
    Empty,
}
