//! A repository: what it holds, how it is protected, which suites it runs.

use std::sync::Arc;

use domain::clock::Timestamp;

use crate::world::change::{Blob, Branch, Commit, CommitIndex, PullRequest, Tree};
use crate::world::finding::{Alert, Analysis, Finding};
use crate::world::operation::{Cache, Deployment, Issue, Release};
use crate::world::run::Run;
use crate::world::{ORGANIZATION, PersonIndex};

/// What a repository holds, by the taxonomy of CI/CL-001 §4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taxonomy {
    /// `services/*`.
    Service,
    /// `libs/python/*`.
    Library,
    /// `iac/*`.
    Infrastructure,
    /// `schemas/*`.
    Schemas,
    /// `ops/*`.
    Operations,
}

/// Who writes a suite's JUnit files, and so what a retry looks like in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Producer {
    /// pytest, `junit_family=xunit2`: reruns leave no trace.
    Pytest,
    /// pytest with pytest-rerunfailures 16.6.1: every rerun is one more bare `testcase`, and `tests` leaves it out.
    PytestRerunFailures,
    /// Maven Surefire 3: `flakyFailure`, `rerunFailure`.
    Surefire,
    /// cargo-nextest: the same elements, with `time` and `timestamp`.
    Nextest,
    /// gotestsum: a repeated `testcase`, ordered failed, skipped, passed.
    Gotestsum,
    /// jest-junit: retries leave no trace.
    Jest,
    /// Playwright without `includeRetries`: retries leave no trace; `hostname` is the project.
    Playwright,
}

/// One test of a suite.
#[derive(Debug, Clone)]
pub struct Test {
    /// `classname` as its producer writes it.
    pub class_name: String,
    /// `name` as its producer writes it.
    pub name: String,
    /// File that it stands in.
    pub file: Arc<str>,
    /// Usual duration.
    pub duration_ms: i64,
    /// First instant of a commit that has it.
    pub born_at: Timestamp,
    /// First instant of a commit that has it no more.
    pub died_at: Option<Timestamp>,
}

impl Test {
    /// Tells whether a commit of `instant` has it.
    pub fn exists_at(&self, instant: Timestamp) -> bool {
        self.born_at <= instant && self.died_at.is_none_or(|died_at| instant < died_at)
    }
}

/// The tests that one job runs.
#[derive(Debug)]
pub struct Suite {
    /// `testsuite/@name` where the producer writes one name for all (pytest: `pytest`).
    pub name: String,
    /// Who writes the file.
    pub producer: Producer,
    /// Its tests.
    pub tests: Vec<Test>,
}

/// A workflow file.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// GitHub's id.
    pub id: i64,
    /// `CI`.
    pub name: &'static str,
    /// `.github/workflows/ci.yml`.
    pub path: &'static str,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A fork, in somebody's own account.
#[derive(Debug, Clone)]
pub struct Fork {
    /// GitHub's id.
    pub id: i64,
    /// Whose it is; its full name is their login and the repository's name.
    pub owner: PersonIndex,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A ruleset that protects the default branch, with its versions.
#[derive(Debug, Clone)]
pub struct Ruleset {
    /// GitHub's id.
    pub id: i64,
    /// Its name.
    pub name: &'static str,
    /// In order of time.
    pub versions: Vec<RulesetVersion>,
}

/// What a ruleset required from one instant on.
#[derive(Debug, Clone)]
pub struct RulesetVersion {
    /// GitHub's id of the version.
    pub id: i64,
    /// When it was saved, by whom.
    pub updated_at: Timestamp,
    /// Who saved it.
    pub actor: PersonIndex,
    /// Contexts of the required status checks.
    pub required_checks: Vec<String>,
    /// Reviews that a merge needs.
    pub required_approvals: i64,
    /// A code owner has to be among them.
    pub requires_code_owner: bool,
    /// `active`, `evaluate`, `disabled`.
    pub enforcement: &'static str,
}

/// Classic branch protection. It has no history on GitHub: only what holds now can be read.
#[derive(Debug, Clone)]
pub struct Protection {
    /// Instant of each change and the contexts required from then on.
    pub required_checks: Vec<(Timestamp, Vec<String>)>,
    /// Administrators may merge past it.
    pub exempts_administrators: bool,
    /// Reviews that a merge needs.
    pub required_approvals: i64,
}

/// A repository of the organization.
#[derive(Debug)]
pub struct Repository {
    /// GitHub's id.
    pub id: i64,
    /// Name without its owner.
    pub name: &'static str,
    /// What it holds.
    pub taxonomy: Taxonomy,
    /// Half a sentence.
    pub description: &'static str,
    /// GitHub's main language.
    pub language: &'static str,
    /// Not public.
    pub is_private: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its forks.
    pub forks: Vec<Fork>,
    /// Its workflows.
    pub workflows: Vec<Workflow>,
    /// Its suites.
    pub suites: Vec<Suite>,
    /// Contents of files.
    pub blobs: Vec<Blob>,
    /// Trees of commits.
    pub trees: Vec<Tree>,
    /// Commits of the repository and its forks, in the order in which they were pushed.
    pub commits: Vec<Commit>,
    /// Branches; the first is `main`.
    pub branches: Vec<Branch>,
    /// Pull requests, by number.
    pub pull_requests: Vec<PullRequest>,
    /// Runs, by creation.
    pub runs: Vec<Run>,
    /// The ruleset of the default branch.
    pub ruleset: Option<Ruleset>,
    /// Its classic protection.
    pub protection: Option<Protection>,
    /// What its scanners can see.
    pub findings: Vec<Finding>,
    /// Code scanning analyses, by id.
    pub analyses: Vec<Analysis>,
    /// Alerts of the three kinds.
    pub alerts: Vec<Alert>,
    /// Issues, by number.
    pub issues: Vec<Issue>,
    /// Deployments, by creation.
    pub deployments: Vec<Deployment>,
    /// For how many days GitHub keeps a cache that nobody restores.
    pub cache_retention_days: i64,
    /// Cache entries.
    pub caches: Vec<Cache>,
    /// Releases.
    pub releases: Vec<Release>,
}

impl Repository {
    /// `neurocipher/name`.
    pub fn full_name(&self) -> String {
        format!("{ORGANIZATION}/{}", self.name)
    }

    /// The commits of the default branch, in order.
    pub fn main_commits(&self) -> impl Iterator<Item = (Timestamp, CommitIndex)> {
        self.branches
            .first()
            .into_iter()
            .flat_map(|main| main.pushes.iter().copied())
    }
}
