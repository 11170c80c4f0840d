//! Two clocks: what had happened, and what had been seen.

use std::time::Duration;

use domain::kpi::KpiVerdict;
use query::definition::Kind;
use query::engine::Engine;
use query::trend::WEEKS;
use tests::lakes::{self, TestClock, TestRun, time};
use tests::sites::{Site, on_every_site};

fn all(answer: &query::answer::KpiAnswer) -> (i64, Option<f64>, KpiVerdict) {
    let row = answer.rows.iter().find(|row| row.repository.is_none()).unwrap();
    (row.n, row.value, row.verdict)
}

#[tokio::test]
async fn a_history_ingested_today_answers_for_last_quarter() {
    on_every_site(async |site| {
        let store = site.fresh_lake().open();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        let history: Vec<_> = [
            TestRun::new(1, "2026-09-20T10:00:00Z", &[("t1", "passed"), ("t2", "passed")]),
            TestRun::new(2, "2026-11-20T10:00:00Z", &[("t1", "passed")]),
        ]
        .iter()
        .map(|run| run.write(site.folder()))
        .collect();
        lakes::ingest(&store, &clock, &history).await.unwrap();
        let engine = lakes::engine(&store).unwrap();
        let then = engine
            .kpi("flaky_test_rate", &lakes::question("2026-10-01"))
            .await
            .unwrap();
        assert_eq!(all(&then), (2, Some(0.0), KpiVerdict::Met));
        let now = engine
            .kpi("flaky_test_rate", &lakes::question("2026-11-23"))
            .await
            .unwrap();
        assert_eq!(all(&now), (1, Some(0.0), KpiVerdict::Met));
    })
    .await;
}

#[tokio::test]
async fn a_late_file_changes_the_answer_only_for_those_who_may_know_of_it() {
    on_every_site(async |site| {
        let store = site.fresh_lake().open();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        let first = TestRun::new(1, "2026-11-20T10:00:00Z", &[("t1", "failed"), ("t2", "passed")]).write(site.folder());
        lakes::ingest(&store, &clock, &[first]).await.unwrap();
        clock.advance(Duration::from_secs(3600));
        let mut second = TestRun::new(1, "2026-11-20T11:00:00Z", &[("t1", "passed"), ("t2", "passed")]);
        second.run_attempt = 2;
        lakes::ingest(&store, &clock, &[second.write(site.folder())])
            .await
            .unwrap();
        clock.advance(Duration::from_secs(3600));
        lakes::upkeep(&store, &clock).await.unwrap();
        let engine = lakes::engine(&store).unwrap();
        let question = lakes::question("2026-11-23");
        let newest = engine.kpi("flaky_test_rate", &question).await.unwrap();
        assert_eq!(all(&newest), (2, Some(50.0), KpiVerdict::Missed));
        let mut known_before = question.clone();
        known_before.known_at = Some(time("2026-11-23T10:30:00Z"));
        let before = engine.kpi("flaky_test_rate", &known_before).await.unwrap();
        assert_eq!(all(&before), (2, Some(0.0), KpiVerdict::Met));
        let mut first_publication = question.clone();
        first_publication.publication = Some(1);
        let pinned = engine.kpi("flaky_test_rate", &first_publication).await.unwrap();
        assert_eq!(all(&pinned), all(&before));
        let mut happened_before = question;
        happened_before.as_of = time("2026-11-20T10:30:00Z");
        let earlier = engine.kpi("flaky_test_rate", &happened_before).await.unwrap();
        assert_eq!(all(&earlier), (2, Some(0.0), KpiVerdict::Met));
    })
    .await;
}

#[tokio::test]
async fn a_trend_that_was_kept_is_what_a_fresh_engine_computes() {
    let site = Site::local();
    let store = site.fresh_lake().open();
    let clock = TestClock::at("2026-11-23T10:00:00Z");
    let kept = lakes::engine(&store).unwrap();
    let mut late = TestRun::new(1, "2026-11-10T11:00:00Z", &[("t1", "passed"), ("t2", "passed")]);
    late.run_attempt = 2;
    let runs = [
        TestRun::new(1, "2026-11-10T10:00:00Z", &[("t1", "failed"), ("t2", "passed")]),
        TestRun::new(2, "2026-11-20T10:00:00Z", &[("t3", "passed")]),
        late,
    ];
    let mut weeks = Vec::new();
    for run in &runs {
        lakes::ingest(&store, &clock, &[run.write(site.folder())])
            .await
            .unwrap();
        clock.advance(Duration::from_secs(3600));
        let fresh = lakes::engine(&store).unwrap();
        for as_of in ["2026-11-23T12:00:00Z", "2026-11-23T12:05:00Z"] {
            let trend = kept
                .kpi_trend("flaky_test_rate", &lakes::question(as_of))
                .await
                .unwrap();
            assert_eq!(trend.len(), WEEKS);
            let week = trend
                .iter()
                .find(|point| point.asked.as_of == time("2026-11-16"))
                .unwrap();
            for (point, at) in [(week, "2026-11-16"), (trend.last().unwrap(), as_of)] {
                let alone = fresh.kpi("flaky_test_rate", &lakes::question(at)).await.unwrap();
                assert_eq!(point.rows, alone.rows, "{at}");
            }
            weeks.push(all(week));
        }
    }
    // The week that ended on the 16th is the same until a late attempt tells something about it.
    let before = (2, Some(0.0), KpiVerdict::Met);
    let after = (2, Some(50.0), KpiVerdict::Missed);
    assert_eq!(weeks, [before, before, before, before, after, after]);
}

#[tokio::test]
async fn what_was_answered_about_the_past_is_not_computed_again_for_what_comes_later() {
    on_every_site(async |site| {
        let store = site.fresh_lake().open();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        let engine = lakes::engine(&store).unwrap();
        let first = TestRun::new(1, "2026-11-10T10:00:00Z", &[("t1", "passed")]).write(site.folder());
        lakes::ingest(&store, &clock, &[first]).await.unwrap();
        let past = lakes::question("2026-11-16");
        let answer = engine.kpi("flaky_test_rate", &past).await.unwrap();
        let files = store.list("tables/test_results").await.unwrap();
        let second = TestRun::new(2, "2026-11-20T10:00:00Z", &[("t1", "passed")]).write(site.folder());
        lakes::ingest(&store, &clock, &[second]).await.unwrap();
        for file in files.iter().filter(|file| file.location.extension() == Some("parquet")) {
            store.delete(&file.location).await.unwrap();
        }
        let again = engine.kpi("flaky_test_rate", &past).await.unwrap();
        assert_eq!((again.asked.publication, all(&again)), (2, all(&answer)));
        let fresh = lakes::engine(&store).unwrap().kpi("flaky_test_rate", &past).await;
        assert!(fresh.is_err(), "without its files it can only have been kept");
    })
    .await;
}

#[tokio::test]
async fn a_month_that_was_computed_is_not_computed_again_while_its_files_stay() {
    let site = Site::local();
    let store = site.fresh_lake().open();
    let clock = TestClock::at("2026-11-23T10:00:00Z");
    let engine = lakes::engine(&store).unwrap();
    let tests = async |engine: &Engine, as_of: &str| {
        let table = engine.relation(Kind::Mart, "tests", &lakes::question(as_of)).await?;
        Ok::<_, query::error::Error>(table.rows.len())
    };
    let october = TestRun::new(1, "2026-10-10T10:00:00Z", &[("t1", "passed")]).write(site.folder());
    lakes::ingest(&store, &clock, &[october]).await.unwrap();
    assert_eq!(tests(&engine, "2026-11-23").await.unwrap(), 1);
    let files = store.list("tables/test_results").await.unwrap();
    let november = TestRun::new(2, "2026-11-20T10:00:00Z", &[("t2", "passed")]).write(site.folder());
    lakes::ingest(&store, &clock, &[november]).await.unwrap();
    let files = files.iter().filter(|file| file.location.extension() == Some("parquet"));
    for file in files {
        store.delete(&file.location).await.unwrap();
    }
    assert_eq!(tests(&engine, "2026-11-24").await.unwrap(), 2);
    assert_eq!(tests(&engine, "2026-10-31").await.unwrap(), 1);
    let fresh = tests(&lakes::engine(&store).unwrap(), "2026-11-24").await;
    assert!(fresh.is_err(), "without its files it can only have been kept");
}
