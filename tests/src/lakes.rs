//! Lakes, runs and reports for whole-flow tests, made as small as their property.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::clock::{Clock, Timestamp, parse_timestamp};
use domain::identity::{GitSha, RepositoryName};
use domain::policy::Policy;
use domain::run::Run;
use ingest::pipeline;
use ingest::sources::directory::{RunDirectory, StatedRun};
use ingest::tally::Tally;
use lake::store::Store;
use lake::writer::Writer;
use query::answer::{Question, Table};
use query::catalog::Catalog;
use query::engine::Engine;

/// A clock that a test moves.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Starts at an instant.
    pub fn at(text: &str) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(time(text).timestamp_millis())))
    }

    /// Moves on.
    pub fn advance(&self, by: Duration) {
        self.0
            .fetch_add(i64::try_from(by.as_millis()).unwrap_or_default(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        chrono::DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

/// Reads an instant.
#[expect(clippy::expect_used, reason = "a test's own literal")]
pub fn time(text: &str) -> Timestamp {
    parse_timestamp(text).expect("a time")
}

/// One run and its reports, in a folder that is made for it.
#[derive(Debug, Clone)]
pub struct TestRun {
    /// Id of the run.
    pub run_id: i64,
    /// Attempt.
    pub run_attempt: i32,
    /// Repository.
    pub repository: &'static str,
    /// Commit and tree: a letter stands for forty.
    pub commit: char,
    /// When it completed.
    pub completed_at: &'static str,
    /// File name and content of each report.
    pub reports: Vec<(String, String)>,
}

impl TestRun {
    /// A run on main with one report.
    pub fn new(run_id: i64, completed_at: &'static str, cases: &[(&str, &str)]) -> Self {
        Self {
            run_id,
            run_attempt: 1,
            repository: "neurocipher/ingest-api",
            commit: 'a',
            completed_at,
            reports: vec![("junit.xml".to_owned(), report(cases))],
        }
    }

    /// Writes the reports below `root` and tells the run.
    #[expect(clippy::expect_used, reason = "tests have a writable folder")]
    pub fn write(&self, root: &Path) -> RunDirectory {
        let folder = root.join(format!("{}-{}", self.run_id, self.run_attempt));
        std::fs::create_dir_all(&folder).expect("a folder");
        for (name, content) in &self.reports {
            std::fs::write(folder.join(name), content).expect("a file");
        }
        let sha = GitSha::parse(&self.commit.to_string().repeat(40)).expect("a SHA");
        let repository = RepositoryName::parse(self.repository).expect("a repository");
        let completed_at = time(self.completed_at);
        let run = Run {
            head_repository: Some(repository.clone()),
            repository,
            run_id: self.run_id,
            run_attempt: self.run_attempt,
            workflow: Some("ci.yml".to_owned()),
            event: "push".to_owned(),
            head_branch: Some("main".to_owned()),
            default_branch: Some("main".to_owned()),
            head_sha: sha.clone(),
            tree_sha: Some(sha),
            status: "completed".to_owned(),
            conclusion: None,
            created_at: completed_at,
            started_at: None,
            completed_at: None,
            updated_at: None,
            workflow_id: None,
            workflow_path: None,
            run_number: None,
            actor: None,
            triggering_actor: None,
            pull_requests: None,
            repository_id: None,
        };
        let run = StatedRun {
            run,
            started_at: None,
            completed_at: Some(completed_at),
        };
        RunDirectory {
            path: folder,
            run,
            job: Some("unit-tests".to_owned()),
        }
    }
}

/// A JUnit report of cases, each with a name and `passed`, `failed` or `skipped`.
pub fn report(cases: &[(&str, &str)]) -> String {
    let mut text = String::from("<testsuite name=\"unit\">\n");
    for (name, outcome) in cases {
        let child = match *outcome {
            "failed" => "<failure message=\"no\"/>",
            "skipped" => "<skipped/>",
            _ => "",
        };
        let _ = writeln!(
            text,
            "<testcase classname=\"tests.unit\" name=\"{name}\" time=\"0.01\">{child}</testcase>"
        );
    }
    text + "</testsuite>\n"
}

/// Ingests directories as the command does, from the writer's opening to the release of its lease.
pub async fn ingest(store: &Store, clock: &Arc<TestClock>, directories: &[RunDirectory]) -> anyhow::Result<Tally> {
    let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(clock);
    let mut writer = Writer::open(store, clock, "test", Duration::ZERO).await?;
    let tally = pipeline::ingest(&mut writer, directories, &|_| {}).await?;
    writer.close().await?;
    Ok(tally)
}

/// Runs upkeep as the command does.
pub async fn upkeep(store: &Store, clock: &Arc<TestClock>) -> anyhow::Result<lake::upkeep::Upkeep> {
    let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(clock);
    let mut writer = Writer::open(store, clock, "test", Duration::ZERO).await?;
    pipeline::resume(&mut writer, &|_| {}).await?;
    let done = lake::upkeep::run(&mut writer).await?;
    writer.close().await?;
    Ok(done)
}

/// Opens the engine.
pub fn engine(store: &Store) -> anyhow::Result<Engine> {
    Ok(Engine::open(store.clone(), Catalog::embedded()?, Policy::default())?)
}

/// A question at an instant.
pub fn question(as_of: &str) -> Question {
    Question {
        as_of: time(as_of),
        known_at: None,
        publication: None,
        window: None,
        repositories: Vec::new(),
        arguments: std::collections::BTreeMap::new(),
    }
}

/// Free SQL.
pub async fn sql(store: &Store, statement: &str) -> anyhow::Result<Table> {
    Ok(engine(store)?.sql(statement, &question("2030-01-01")).await?)
}

/// Every published row of every table, without what depends on the order of arrival.
pub async fn published_rows(store: &Store) -> anyhow::Result<Vec<String>> {
    let mut rows = Vec::new();
    for table in lake::tables::ALL {
        let columns = table.columns.iter().map(|column| column.name);
        let columns: Vec<_> = columns.filter(|name| !matches!(*name, "known_at" | "batch")).collect();
        let statement = format!("select {} from raw.{}", columns.join(", "), table.name);
        let found = sql(store, &statement).await?;
        rows.extend(found.rows.iter().map(|row| format!("{} {row:?}", table.name)));
    }
    rows.sort();
    Ok(rows)
}

/// Fails where `verify --deep` finds something.
pub async fn assert_verified(store: &Store) -> anyhow::Result<()> {
    let found = lake::verify::verify(store, true, &|_| {}).await?;
    anyhow::ensure!(found.failures.is_empty(), "{:?}", found.failures);
    Ok(())
}
