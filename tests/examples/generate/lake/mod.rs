//! A lake as years of CI leave it: every day executes the same tests again, so history grows and tests stay.
//!
//! Eight repositories of 100 to 4,000 tests, with four pull requests of two head commits, their four merges and a nightly
//! run each day: about 146,000 results a day. Rows go through the writer of ingest, one batch a day, and upkeep; no
//! payload lands, so nothing can be read again from it.

mod evidence;

use std::io::Write as _;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use domain::change::{PullRequest, PullRequestCommit};
use domain::check::RequiredCheck;
use domain::clock::{Clock, Timestamp, parse_timestamp};
use domain::collection::Repository;
use domain::finding::Finding;
use domain::identity::{GitSha, RepositoryName, Sha256Digest};
use domain::job::{Job, Step};
use domain::quarantine::QuarantineEntry;
use domain::run::Run;
use domain::scan::Scan;
use domain::source::Source;
use lake::intent::Deed;
use lake::store::{Store, StoreOptions};
use lake::tables;
use lake::tables::report::Reported;
use lake::tables::rows::{Observed, RowTable};
use lake::writer::{Batch, Writer};
use tests::lakes::{TestClock, upkeep};

use super::{Random, SEED, Suite, suite};

/// Where history ends, however long it is.
const END: &str = "2026-11-01T00:00:00Z";
const OWNER: &str = "neurocipher";
const REPOSITORIES: &[(&str, usize)] = &[
    ("ingest-api", 4_000),
    ("console", 2_000),
    ("policy-engine", 1_000),
    ("vault-sync", 800),
    ("billing", 500),
    ("gateway", 400),
    ("docs-site", 200),
    ("tooling", 100),
];
const PULL_REQUESTS_OF_A_DAY: i64 = 4;
const CHECKS: &[&str] = &[
    "lint",
    "types",
    "unit-tests",
    "coverage-threshold",
    "codeql",
    "trivy",
    "gitleaks",
    "iac-scan",
    "contract-checks",
    "sbom-provenance",
];

pub(crate) fn write(location: &str, n_days: i64) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(write_days(location, n_days))
}

async fn write_days(location: &str, n_days: i64) -> anyhow::Result<()> {
    let store = Store::open(location, &StoreOptions::default())?;
    let end = parse_timestamp(END)?;
    let clock = TestClock::at(END);
    let repositories: Vec<Place> = (0..).zip(REPOSITORIES).map(Place::new).collect::<Result<_, _>>()?;
    let dynamic: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
    let mut writer = Writer::open(&store, dynamic, "generate", std::time::Duration::ZERO).await?;
    let mut n_results = 0;
    for day in 0..n_days {
        let mut batch = writer.begin()?;
        let first = end - Duration::days(n_days - day);
        for place in &repositories {
            let mut rows = Day::new(place, first, n_days - day);
            if day == 0 {
                rows.begin();
            }
            rows.fill(&mut batch)?;
            n_results += rows.write(&mut batch)?;
        }
        writer.commit(batch, Deed::Ingest { sources: Vec::new() }).await?;
    }
    writer.close().await?;
    // A day later every day is closed.
    clock.advance(std::time::Duration::from_hours(48));
    upkeep(&store, &clock).await?;
    writeln!(std::io::stdout(), "{n_results} test results")?;
    Ok(())
}

/// A repository with its tests.
struct Place {
    number: i64,
    name: RepositoryName,
    suite: Suite,
}

impl Place {
    fn new((number, (name, n_tests)): (i64, &(&str, usize))) -> anyhow::Result<Self> {
        Ok(Self {
            number,
            name: RepositoryName::parse(&format!("{OWNER}/{name}"))?,
            suite: suite(*n_tests),
        })
    }

    /// Whether a test is in quarantine so many days before the end: now and then, up to twice as long as it may.
    fn is_quarantined(&self, index: usize, days_left: i64) -> bool {
        let mut random = Random(SEED ^ (self.number.unsigned_abs() << 32) ^ index as u64);
        let (phase, length) = (random.below(120), 3 + random.below(25));
        index % 100 == 5 && (days_left.unsigned_abs() + phase) % 120 < length
    }
}

/// A run attempt in the making.
#[derive(Clone, Copy)]
struct Attempt<'a> {
    run_id: i64,
    number: i32,
    event: &'static str,
    branch: &'a str,
    head: &'a str,
    tree: &'a str,
    created_at: Timestamp,
}

/// What a repository's CI left behind in a day.
struct Day<'a> {
    place: &'a Place,
    first: DateTime<Utc>,
    days_left: i64,
    random: Random,
    repositories: Vec<Observed<Repository>>,
    required_checks: Vec<Observed<RequiredCheck>>,
    runs: Vec<Observed<Run>>,
    jobs: Vec<Observed<Job>>,
    steps: Vec<Observed<Step>>,
    pull_requests: Vec<Observed<PullRequest>>,
    commits: Vec<Observed<PullRequestCommit>>,
    entries: Vec<Observed<QuarantineEntry>>,
    scans: Vec<Reported<Scan>>,
    findings: Vec<Reported<Finding>>,
    sources: Vec<Source>,
    n_results: usize,
}

impl<'a> Day<'a> {
    fn new(place: &'a Place, first: DateTime<Utc>, days_left: i64) -> Self {
        // Of the day before the end, not of the first: a longer history holds a shorter one.
        let seed = SEED ^ (days_left.unsigned_abs() << 8) ^ place.number.unsigned_abs();
        Self {
            place,
            first,
            days_left,
            random: Random(seed),
            repositories: Vec::new(),
            required_checks: Vec::new(),
            runs: Vec::new(),
            jobs: Vec::new(),
            steps: Vec::new(),
            pull_requests: Vec::new(),
            commits: Vec::new(),
            entries: Vec::new(),
            scans: Vec::new(),
            findings: Vec::new(),
            sources: Vec::new(),
            n_results: 0,
        }
    }

    fn write(self, batch: &mut Batch) -> anyhow::Result<usize> {
        fn put<R>(batch: &mut Batch, table: &'static RowTable<R>, rows: &[R]) -> anyhow::Result<()> {
            let rows = table.batch(batch.stamp(), rows.iter())?;
            Ok(batch.write(&table.spec, &rows)?)
        }
        put(batch, &tables::repositories::TABLE, &self.repositories)?;
        put(batch, &tables::required_checks::TABLE, &self.required_checks)?;
        put(batch, &tables::runs::TABLE, &self.runs)?;
        put(batch, &tables::jobs::TABLE, &self.jobs)?;
        put(batch, &tables::steps::TABLE, &self.steps)?;
        put(batch, &tables::pull_requests::TABLE, &self.pull_requests)?;
        put(batch, &tables::pull_request_commits::TABLE, &self.commits)?;
        put(batch, &tables::quarantine_entries::TABLE, &self.entries)?;
        put(batch, &tables::scans::TABLE, &self.scans)?;
        put(batch, &tables::findings::TABLE, &self.findings)?;
        put(batch, &tables::sources::TABLE, &self.sources)?;
        Ok(self.n_results)
    }

    /// What was there before the first run.
    fn begin(&mut self) {
        let repository = &self.place.name;
        let created_at = self.first - Duration::days(1);
        let source_sha256 = self.source("github_repository", None, created_at);
        self.repositories.push(Observed {
            row: Repository {
                repository: repository.clone(),
                repository_id: self.place.number + 1,
                default_branch: "main".to_owned(),
                visibility: Some("private".to_owned()),
                is_archived: false,
                created_at,
                updated_at: Some(created_at),
                pushed_at: Some(created_at),
            },
            source_sha256,
        });
        self.required_checks = CHECKS
            .iter()
            .map(|context| Observed {
                row: RequiredCheck {
                    repository: repository.clone(),
                    branch: "main".to_owned(),
                    origin: "ruleset".to_owned(),
                    ruleset_id: Some(1),
                    version_id: Some(1),
                    enforcement: "active".to_owned(),
                    context: Some((*context).to_owned()),
                    app_id: None,
                    effective_at: created_at,
                },
                source_sha256,
            })
            .collect();
    }

    fn fill(&mut self, batch: &mut Batch) -> anyhow::Result<()> {
        for slot in 0..PULL_REQUESTS_OF_A_DAY {
            self.pull_request(batch, slot)?;
        }
        let (head, tree) = (
            self.sha("merge", PULL_REQUESTS_OF_A_DAY - 1),
            self.sha("tree", PULL_REQUESTS_OF_A_DAY - 1),
        );
        let nightly = Attempt {
            run_id: self.id(99),
            number: 1,
            event: "schedule",
            branch: "main",
            head: &head,
            tree: &tree,
            created_at: self.first + Duration::hours(23),
        };
        self.run(batch, nightly)?;
        if self.days_left % 7 == 0 {
            self.quarantine_list(&head);
        }
        Ok(())
    }

    /// A pull request with two head commits, and the push that merges it.
    fn pull_request(&mut self, batch: &mut Batch, slot: i64) -> anyhow::Result<()> {
        let created_at = self.first + Duration::minutes(300 * slot);
        let branch = format!("change-{}-{slot}", self.days_left);
        let heads = [self.sha("first", slot), self.sha("second", slot)];
        let (merge, tree) = (self.sha("merge", slot), self.sha("tree", slot));
        let merged_at = created_at + Duration::minutes(80);
        for (position, head) in (0..).zip(&heads) {
            let attempt = Attempt {
                run_id: self.id(slot * 3 + position),
                number: 1,
                event: "pull_request",
                branch: &branch,
                head,
                tree: head,
                created_at: created_at + Duration::minutes(40 * position),
            };
            self.run(batch, attempt)?;
        }
        let push = Attempt {
            run_id: self.id(slot * 3 + 2),
            number: 1,
            event: "push",
            branch: "main",
            head: &merge,
            tree: &tree,
            created_at: merged_at,
        };
        self.run(batch, push)?;
        let number = self.id(slot) - 7_000_000_000;
        let source_sha256 = self.source("github_pull_request", None, merged_at);
        self.pull_requests.push(Observed {
            row: PullRequest {
                repository: self.place.name.clone(),
                number,
                pull_request_id: self.id(slot),
                state: "closed".to_owned(),
                is_draft: false,
                title: format!("Change {number}"),
                author: Some("octavia".to_owned()),
                labels: None,
                head_branch: branch,
                head_sha: heads[1].clone(),
                head_repository: Some(self.place.name.as_str().to_owned()),
                base_branch: "main".to_owned(),
                base_sha: merge.clone(),
                merge_commit_sha: Some(merge),
                created_at,
                updated_at: merged_at,
                closed_at: Some(merged_at),
                merged_at: Some(merged_at),
            },
            source_sha256,
        });
        for sha in heads {
            self.commits.push(Observed {
                row: PullRequestCommit {
                    repository: self.place.name.clone(),
                    number,
                    tree_sha: Some(sha.clone()),
                    sha,
                    author: Some("octavia".to_owned()),
                    committed_at: created_at,
                },
                source_sha256,
            });
        }
        Ok(())
    }

    /// A run: once more in a second attempt where the first one fails.
    fn run(&mut self, batch: &mut Batch, attempt: Attempt<'_>) -> anyhow::Result<()> {
        let (completed_at, is_green) = self.attempt(batch, attempt)?;
        if !is_green {
            let again = Attempt {
                number: 2,
                created_at: completed_at + Duration::minutes(4),
                ..attempt
            };
            self.attempt(batch, again)?;
        }
        Ok(())
    }

    fn attempt(&mut self, batch: &mut Batch, attempt: Attempt<'_>) -> anyhow::Result<(Timestamp, bool)> {
        let started_at = attempt.created_at + Duration::seconds(20);
        let completed_at = started_at + Duration::seconds(300 + i64::try_from(self.random.below(420))?);
        let failed = self.tests(batch, attempt, completed_at)?;
        let mut is_green = true;
        for (position, check) in (0..).zip(CHECKS) {
            let conclusion = if *check == "unit-tests" && failed {
                "failure"
            } else {
                "success"
            };
            is_green &= conclusion == "success";
            let ended_at = match *check {
                "unit-tests" => completed_at,
                _ => started_at + Duration::seconds(40 + i64::try_from(self.random.below(250))?),
            };
            self.job(attempt, position, check, conclusion, (started_at, ended_at));
            if *check == "trivy" && attempt.branch == "main" {
                self.scan(attempt, ended_at);
            }
        }
        let source_sha256 = self.source("run", Some(attempt), completed_at);
        let conclusion = if is_green { "success" } else { "failure" };
        self.runs.push(Observed {
            row: Run {
                repository: self.place.name.clone(),
                run_id: attempt.run_id,
                run_attempt: attempt.number,
                workflow: Some("ci".to_owned()),
                event: attempt.event.to_owned(),
                head_branch: Some(attempt.branch.to_owned()),
                default_branch: None,
                head_sha: GitSha::parse(attempt.head)?,
                tree_sha: Some(GitSha::parse(attempt.tree)?),
                head_repository: Some(self.place.name.clone()),
                status: "completed".to_owned(),
                conclusion: Some(conclusion.to_owned()),
                created_at: attempt.created_at,
                started_at: Some(started_at),
                completed_at: None,
                updated_at: Some(completed_at),
                workflow_id: Some(1),
                workflow_path: Some(".github/workflows/ci.yml".to_owned()),
                run_number: None,
                actor: Some("octavia".to_owned()),
                triggering_actor: Some("octavia".to_owned()),
                pull_requests: None,
                repository_id: Some(self.place.number + 1),
            },
            source_sha256,
        });
        Ok((completed_at, is_green))
    }

    fn id(&self, number: i64) -> i64 {
        7_000_000_000 + (10_000 - self.days_left) * 1_000 + self.place.number * 100 + number
    }

    fn sha(&self, what: &str, slot: i64) -> String {
        let text = format!("{what} {} {} {slot}", self.place.number, self.days_left);
        Sha256Digest::of(text.as_bytes()).to_string()[..40].to_owned()
    }
}
