//! The GitHub source against the simulated organization: what the lake holds is what happened.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use demo::api::server::{Options, Origin, Server};
use demo::simulation::{self, simulate};
use demo::truth::Truth;
use demo::world::World;
use demo::world::finding::{AlertChange, AlertKind};
use demo::world::repository::Repository;
use demo::world::run::{Artifact, Content, Job};
use domain::clock::{Clock, Timestamp, format_timestamp};
use domain::identity::RepositoryName;
use ingest::sources::github::access::{Access, Credential};
use ingest::sources::github::pull::{self, Pulled, Scope};
use lake::store::{Store, StoreOptions};
use lake::writer::Writer;
use query::answer::Cell;
use tests::lakes::{self, TestClock};

/// A world, its API, and a lake.
pub(crate) struct Stage {
    world: Arc<World>,
    truth: Truth,
    server: Server,
    access: Access,
    pub(crate) store: Store,
    clock: Arc<TestClock>,
    folder: tempfile::TempDir,
}

const TOKEN: &str = "ghs_0123456789abcdefghijABCDEFGHIJ012345";

impl Stage {
    pub(crate) async fn new(days: u32, change: impl FnOnce(&mut Options)) -> Self {
        Self::over(simulate(simulation::Options { seed: 5, days }), change).await
    }

    pub(crate) async fn over((world, truth): (World, Truth), change: impl FnOnce(&mut Options)) -> Self {
        let world = Arc::new(world);
        let mut options = Options::at(world.end);
        options.token = Some(TOKEN.to_owned());
        change(&mut options);
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = Server::start(Arc::clone(&world), options, listen).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("file://{}", folder.path().join("lake").display());
        Self {
            access: Access::new(&server.api_url(), Credential::Token(TOKEN.to_owned())).unwrap(),
            store: Store::open(&url, &StoreOptions::default()).unwrap(),
            clock: TestClock::at("2026-05-01T00:00:00Z"),
            world,
            truth,
            server,
            folder,
        }
    }

    pub(crate) async fn pull_all(&self, scope: &Scope) -> ingest::error::Result<Pulled> {
        let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(&self.clock);
        let mut writer = Writer::open(&self.store, clock, "test", Duration::ZERO).await?;
        let pulled = pull::pull(&mut writer, &self.access, scope, &|_| {}).await;
        writer.close().await?;
        pulled
    }

    /// The sets of required checks are those that held, each from its instant on where the source keeps a history.
    async fn assert_required(&self, repository: &str, truth: &[(Timestamp, Vec<String>)]) {
        let statement = format!(
            "select origin, effective_at, context from stg.required_checks
            where repository = '{repository}' and origin <> 'rules'"
        );
        let found = lakes::sql(&self.store, &statement).await.unwrap();
        let mut sets: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for row in &found.rows {
            let [Cell::Text(origin), Cell::Time(at), context] = row.as_slice() else {
                panic!("{row:?}");
            };
            let set = sets.entry((origin.clone(), format_timestamp(*at))).or_default();
            if let Cell::Text(context) = context {
                set.push(context.clone());
            }
            set.sort();
        }
        let sorted = |checks: &[String]| {
            let mut checks = checks.to_vec();
            checks.sort();
            checks
        };
        let of_ruleset: Vec<_> = sets.iter().filter(|((origin, _), _)| origin == "ruleset").collect();
        let last = sorted(truth.last().map_or(&[][..], |(_, checks)| checks));
        // What holds now is the union of both sources.
        let protected = sets
            .iter()
            .filter(|((origin, _), _)| origin == "protection")
            .map(|(_, set)| set.clone());
        let latest = of_ruleset.last().map(|(_, set)| (*set).clone());
        let mut now: Vec<String> = protected.chain(latest).flatten().collect();
        now.sort();
        now.dedup();
        assert_eq!(now, last, "{repository}");
    }

    /// Each artifact stands with the attempt that uploaded it, and with the job where one is named; reports always.
    async fn assert_placed(&self) {
        let statement = "select artifact_id, run_attempt, job from stg.artifacts";
        let found = lakes::sql(&self.store, statement).await.unwrap();
        let artifacts: BTreeMap<i64, (i64, &Artifact, &Job)> = self
            .world
            .repositories
            .iter()
            .flat_map(|repository| &repository.runs)
            .flat_map(|run| &run.attempts)
            .flat_map(|attempt| attempt.artifacts.iter().map(move |artifact| (attempt, artifact)))
            .filter_map(|(attempt, artifact)| {
                let job = attempt.jobs.iter().find(|job| job.id == artifact.job_id)?;
                Some((artifact.id, (attempt.number, artifact, job)))
            })
            .collect();
        for row in &found.rows {
            let [Cell::Integer(id), Cell::Integer(run_attempt), job] = row.as_slice() else {
                panic!("{row:?}");
            };
            let (number, artifact, uploader) = artifacts[id];
            assert_eq!(*run_attempt, number, "{}", artifact.name);
            match job {
                Cell::Text(job) => assert_eq!(*job, uploader.name, "{}", artifact.name),
                _ => assert!(
                    !matches!(artifact.content, Content::Unit(_)),
                    "{} {}",
                    artifact.name,
                    uploader.name
                ),
            }
        }
    }

    /// The rows of a relation, without what differs because two servers have two addresses.
    async fn rows(&self, relation: &str) -> Vec<String> {
        let found = lakes::sql(&self.store, &format!("select * from stg.{relation}"))
            .await
            .unwrap();
        let mut rows: Vec<String> = found.rows.iter().map(|row| format!("{row:?}")).collect();
        rows.sort();
        rows
    }

    /// The first column of the only row.
    pub(crate) async fn count(&self, statement: &str) -> i64 {
        let found = lakes::sql(&self.store, statement).await.unwrap();
        match found.rows[0][0] {
            Cell::Integer(n) => n,
            ref other => panic!("{statement}: {other:?}"),
        }
    }
}

fn organization() -> Scope {
    Scope {
        organization: Some("neurocipher".to_owned()),
        ..Scope::default()
    }
}

pub(crate) fn of_repository(name: &str) -> Scope {
    Scope {
        repositories: vec![RepositoryName::parse(name).unwrap()],
        ..Scope::default()
    }
}

pub(crate) fn n(count: usize) -> i64 {
    i64::try_from(count).unwrap()
}

/// Jobs that ran or were skipped, each once.
const JOBS: &str = "select count(*) from stg.jobs where not is_copy and not is_placeholder and repository = '{}'";
/// Reports that were uploaded whole.
const COMPLETE_REPORTS: &str = "
    select count(*)
    from (
        select run_id, run_attempt, artifact
        from stg.sources
        where format = 'junit' and repository = '{}'
        group by run_id, run_attempt, artifact
        having bool_and(status = 'complete')
    ) as reports";

/// Results of whole reports, without reruns inside a run.
const COUNTED_RESULTS: &str = "
    select count(*)
    from stg.test_results as results
    inner join stg.sources as sources
        on results.source_sha256 = sources.source_sha256
        and results.run_id = sources.run_id
        and results.run_attempt = sources.run_attempt
        and results.artifact = sources.artifact
    where sources.status = 'complete' and results.execution = 0 and results.repository = '{}'";

#[tokio::test]
async fn runs_attempts_jobs_and_test_results_of_the_organization_are_those_that_happened() {
    let stage = Stage::new(5, |_| {}).await;
    let pulled = stage.pull_all(&organization()).await.unwrap();
    assert!(pulled.gaps.is_empty(), "{:?}", pulled.gaps);
    for truth in &stage.truth.repositories {
        let of = &truth.repository;
        let counts = &truth.counts;
        let world = stage
            .world
            .repositories
            .iter()
            .find(|world| world.full_name() == *of)
            .unwrap();
        let artifacts = world
            .runs
            .iter()
            .flat_map(|run| &run.attempts)
            .flat_map(|attempt| &attempt.artifacts)
            .filter(|artifact| artifact.created_at <= stage.world.end);
        for (statement, expected) in [
            (
                "select count(distinct run_id) from stg.runs where repository = '{}'",
                counts.runs,
            ),
            ("select count(*) from stg.runs where repository = '{}'", counts.attempts),
            (JOBS, counts.jobs),
            (COMPLETE_REPORTS, counts.reports),
            (COUNTED_RESULTS, counts.test_results),
            (
                "select count(*) from stg.pull_requests where repository = '{}'",
                counts.pull_requests,
            ),
            (
                "select count(*) from stg.issues where repository = '{}'",
                n(world.issues.len()),
            ),
            (
                "select count(*) from stg.artifacts where repository = '{}'",
                n(artifacts.count()),
            ),
            ("select count(*) from stg.gaps where repository = '{}'", 0),
        ] {
            let statement = statement.replace("{}", of);
            assert_eq!(stage.count(&statement).await, expected, "{statement}");
        }
        stage
            .assert_required(
                of,
                &truth
                    .required
                    .iter()
                    .map(|set| (set.valid_from, set.checks.clone()))
                    .collect::<Vec<_>>(),
            )
            .await;
    }
    stage.assert_placed().await;
}

#[tokio::test]
async fn a_second_pull_asks_for_little_and_adds_nothing() {
    let stage = Stage::new(4, |_| {}).await;
    let first = stage.pull_all(&organization()).await.unwrap();
    let before = lakes::published_rows(&stage.store).await.unwrap();
    stage.clock.advance(Duration::from_secs(3_600));
    let second = stage.pull_all(&organization()).await.unwrap();
    assert_eq!(second.tally.publications, Vec::<u64>::new());
    assert_eq!((second.tally.objects, second.tally.test_results), (0, 0));
    assert!(
        second.requests * 4 < first.requests,
        "{} after {}",
        second.requests,
        first.requests
    );
    assert_eq!(lakes::published_rows(&stage.store).await.unwrap(), before);
    lakes::assert_verified(&stage.store).await.unwrap();
}

#[tokio::test]
async fn what_goes_on_is_asked_again_until_both_lakes_say_the_same() {
    let stage = Stage::new(4, |_| {}).await;
    let scope = of_repository("neurocipher/ingest-api");
    for hours in [30, 11, 0] {
        stage.server.set_now(stage.world.end - TimeDelta::hours(hours));
        stage.pull_all(&scope).await.unwrap();
        stage.clock.advance(Duration::from_secs(3_600));
    }
    let at_once = Stage::new(4, |_| {}).await;
    at_once.pull_all(&scope).await.unwrap();
    for relation in [
        "runs",
        "jobs where status = 'completed'",
        "steps where status = 'completed'",
        "artifacts",
        "test_results",
    ] {
        let (by_and_by, expected) = (stage.rows(relation).await, at_once.rows(relation).await);
        assert!(!expected.is_empty(), "{relation}");
        assert_eq!(by_and_by, expected, "{relation}");
    }
}

#[tokio::test]
async fn the_token_goes_to_the_api_and_nowhere_else() {
    let stage = Stage::new(3, |_| {}).await;
    stage.pull_all(&of_repository("neurocipher/schemas")).await.unwrap();
    let requests = stage.server.requests();
    let of = |origin: Origin| requests.iter().filter(move |request| request.origin == origin);
    assert_eq!(stage.server.leaks(), 0);
    assert!(of(Origin::Downloads).count() > 0);
    assert!(of(Origin::Downloads).all(|request| !request.has_authorization));
    assert!(of(Origin::Api).all(|request| request.has_authorization));
    assert!(!format!("{:?}", stage.access).contains(TOKEN));
}

#[tokio::test]
async fn refused_credentials_end_the_pull_and_say_so() {
    let mut stage = Stage::new(3, |_| {}).await;
    stage.access.credential = Credential::Token("ghs_of_somebody_else".to_owned());
    let error = stage.pull_all(&organization()).await.unwrap_err().to_string();
    assert!(
        error.contains("refuses the credentials") && !error.contains("ghs_"),
        "{error}"
    );
}

#[tokio::test]
async fn requests_that_go_wrong_change_nothing_in_the_end() {
    let scope = of_repository("neurocipher/ops-runbooks");
    let whole = Stage::new(4, |_| {}).await;
    whole.pull_all(&scope).await.unwrap();
    let faulty = Stage::new(4, |options| options.fault_percent = 15).await;
    let pulled = faulty.pull_all(&scope).await.unwrap();
    assert!(pulled.gaps.is_empty(), "{:?}", pulled.gaps);
    assert_eq!(faulty.server.leaks(), 0);
    for table in [
        "artifacts",
        "gaps",
        "jobs",
        "pull_requests",
        "repositories",
        "required_checks",
        "runs",
        "steps",
    ] {
        assert_eq!(faulty.rows(table).await, whole.rows(table).await, "{table}");
    }
    let results = "select count(*) from stg.test_results";
    assert_eq!(faulty.count(results).await, whole.count(results).await);
}

#[tokio::test]
async fn issues_are_those_that_were_opened() {
    let stage = Stage::new(30, |_| {}).await;
    let repositories = stage
        .world
        .repositories
        .iter()
        .filter(|repository| !repository.issues.is_empty());
    let smallest = repositories.min_by_key(|repository| repository.runs.len()).unwrap();
    stage.pull_all(&of_repository(&smallest.full_name())).await.unwrap();
    assert_eq!(
        stage.count("select count(*) from stg.issues").await,
        n(smallest.issues.len())
    );
    let labelled = smallest
        .issues
        .iter()
        .filter(|issue| issue.labels.iter().any(|(_, name)| *name == "flaky-quarantine"));
    let statement = "select count(*) from stg.issues where labels like '%\"flaky-quarantine\"%'";
    assert_eq!(stage.count(statement).await, n(labelled.count()));
}

#[tokio::test]
async fn deployments_and_their_statuses_are_those_that_were_made() {
    let stage = Stage::new(30, |_| {}).await;
    let repositories = stage
        .world
        .repositories
        .iter()
        .filter(|repository| !repository.deployments.is_empty());
    let smallest = repositories.min_by_key(|repository| repository.runs.len()).unwrap();
    let scope = of_repository(&smallest.full_name());
    stage.pull_all(&scope).await.unwrap();
    let end = stage.world.end;
    let made = &smallest.deployments;
    let statuses = made.iter().flat_map(|deployment| &deployment.statuses);
    let n_statuses = statuses.filter(|(_, at, _)| *at <= end).count();
    let of_production = made.iter().filter(|deployment| deployment.environment == "production");
    let statement = "select count(*) from stg.deployments where is_production";
    assert_eq!(stage.count("select count(*) from stg.deployments").await, n(made.len()));
    assert_eq!(stage.count(statement).await, n(of_production.count()));
    let statement = "select count(*) from stg.deployment_statuses";
    assert_eq!(stage.count(statement).await, n(n_statuses));
    // What has ended and has not changed is not asked for again.
    stage.pull_all(&scope).await.unwrap();
    let statement = "select count(*) from raw.deployments";
    assert_eq!(stage.count(statement).await, n(made.len()));
}

#[tokio::test]
async fn every_merge_has_its_reviews_and_files_and_guarded_ones_the_owners_of_their_base() {
    let stage = Stage::new(10, |_| {}).await;
    let name = "neurocipher/iac-platform";
    stage.pull_all(&of_repository(name)).await.unwrap();
    let of = stage
        .world
        .repositories
        .iter()
        .find(|of| of.full_name() == name)
        .unwrap();
    let merged: Vec<_> = of.pull_requests.iter().filter(|pull| pull.merged.is_some()).collect();
    assert!(!merged.is_empty());
    let n_reviews = merged.iter().map(|pull| pull.reviews.len()).sum::<usize>();
    let listed = "select count(distinct number) from stg.pull_request_";
    let guarded = "select distinct pulls.base_sha from stg.pull_requests as pulls
        inner join stg.pull_request_files as files on pulls.number = files.number
        where regexp_like(files.path, '^(iac|schemas|security)/')";
    let unowned = format!(
        "select count(*) from ({guarded}) as bases where base_sha not in
        (select commit_sha from stg.repository_files where scope = 'code_owners' and path is not null)"
    );
    let guarded = format!("select count(*) from ({guarded}) as bases");
    assert!(stage.count(&guarded).await > 0);
    for (statement, expected) in [
        (format!("{listed}reviews"), merged.len()),
        (format!("{listed}files"), merged.len()),
        (
            "select count(review_id) from stg.pull_request_reviews".to_owned(),
            n_reviews,
        ),
        (unowned, 0),
    ] {
        assert_eq!(stage.count(&statement).await, n(expected), "{statement}");
    }
}

#[tokio::test]
async fn alerts_and_analyses_are_there_and_no_secret_is() {
    let stage = Stage::new(30, |_| {}).await;
    let end = stage.world.end;
    let secrets = |of: &Repository| -> Vec<AlertChange> {
        let secrets = of.alerts.iter().filter(|alert| alert.kind == AlertKind::SecretScanning);
        secrets.filter_map(|alert| Some(alert.at(end)?.1.clone())).collect()
    };
    let is_revoked = |change: &&AlertChange| matches!(change, AlertChange::Resolved { .. });
    let n_revoked = |of: &Repository| secrets(of).iter().filter(is_revoked).count();
    let repositories = stage.world.repositories.iter().filter(|of| n_revoked(of) > 0);
    let of = repositories.min_by_key(|of| of.runs.len()).unwrap();
    let scope = of_repository(&of.full_name());
    stage.pull_all(&scope).await.unwrap();
    let n_secrets = secrets(of).len();
    let analyses = of.analyses.iter();
    let of_main = analyses.filter(|analysis| analysis.created_at <= end && analysis.reference == "refs/heads/main");
    let revoked = "select count(*) from stg.alerts where resolution = 'revoked' and resolved_at is not null";
    let located = "select count(*) from stg.alert_locations where commit_sha is not null";
    for (statement, expected) in [
        ("select count(*) from stg.alerts", n_secrets),
        (revoked, n_revoked(of)),
        (located, n_secrets),
        ("select count(*) from stg.analyses", of_main.count()),
    ] {
        assert!(expected > 0, "{statement}");
        assert_eq!(stage.count(statement).await, n(expected), "{statement}");
    }
    let second = stage.pull_all(&scope).await.unwrap();
    assert_eq!(second.tally.publications.len(), 0);
    let canary = stage.world.canary.as_bytes();
    for (path, bytes) in crate::secrets::objects(stage.folder.path()) {
        assert!(!bytes.windows(canary.len()).any(|window| window == canary), "{path}");
    }
}

#[tokio::test]
async fn a_limit_that_outlasts_our_patience_ends_the_pull_and_the_next_goes_on() {
    let scope = of_repository("neurocipher/ingest-api");
    let whole = Stage::new(4, |_| {}).await;
    let n_requests = whole.pull_all(&scope).await.unwrap().requests;
    // Enough to begin, not enough to end.
    let stage = Stage::new(4, |options| options.rate_limit = n_requests / 2 + 5).await;
    let error = stage.pull_all(&scope).await.unwrap_err().to_string();
    assert!(error.contains("rate limit"), "{error}");
    let before = stage.count("select count(*) from stg.runs").await;
    assert!(before > 0);
    let mut n_pulls = 1;
    while stage.pull_all(&scope).await.is_err() {
        n_pulls += 1;
        assert!(n_pulls < 10);
    }
    for table in ["runs", "jobs", "artifacts", "test_results", "pull_requests"] {
        let statement = format!("select count(*) from stg.{table}");
        assert_eq!(stage.count(&statement).await, whole.count(&statement).await, "{table}");
    }
    assert_eq!(stage.count("select count(*) from stg.gaps where is_open").await, 0);
}
