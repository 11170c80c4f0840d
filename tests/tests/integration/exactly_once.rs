//! A batch goes in exactly once or not at all, whatever happens in between.

use std::sync::atomic::AtomicI64;
use std::time::Duration;

use lake::store::Store;
use tests::faults::Fault;
use tests::lakes::{self, TestClock, TestRun};
use tests::sites::{LakeUrl, on_every_site};

fn dying(lake: &LakeUrl, changes: i64) -> Store {
    lake.open_behind(Fault::DiesAfter(AtomicI64::new(changes)))
}

fn runs() -> Vec<TestRun> {
    let mut runs = vec![
        TestRun::new(
            1,
            "2026-10-30T10:00:00Z",
            &[("t1", "failed"), ("t2", "passed"), ("t3", "skipped")],
        ),
        TestRun::new(
            1,
            "2026-10-30T10:20:00Z",
            &[("t1", "passed"), ("t2", "passed"), ("t3", "skipped")],
        ),
        TestRun::new(2, "2026-11-02T10:00:00Z", &[("t1", "passed"), ("t2", "failed")]),
        TestRun::new(3, "2026-11-03T10:00:00Z", &[("t1", "passed")]),
    ];
    runs[1].run_attempt = 2;
    runs[2].commit = 'b';
    runs[3].commit = 'c';
    runs[3].reports.push((
        "broken.xml".to_owned(),
        "<testsuite name=\"x\"><testcase name=\"t9\"/>".to_owned(),
    ));
    runs[3]
        .reports
        .push(("jacoco.xml".to_owned(), "<report name=\"x\"/>".to_owned()));
    runs
}

#[tokio::test]
async fn a_second_identical_ingest_adds_no_row_no_file_and_no_publication() {
    on_every_site(async |site| {
        let store = site.fresh_lake().open();
        let directories: Vec<_> = runs().iter().map(|run| run.write(site.folder())).collect();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        let first = lakes::ingest(&store, &clock, &directories).await.unwrap();
        assert_eq!(
            (first.publications.len(), first.partial.len(), first.refused.len()),
            (1, 1, 1)
        );
        let objects = |listed: Vec<object_store::ObjectMeta>| {
            let ours = listed
                .into_iter()
                .filter(|object| !object.location.as_ref().starts_with("lease/"));
            ours.map(|object| (object.location, object.size)).collect::<Vec<_>>()
        };
        let before = objects(store.list("").await.unwrap());
        clock.advance(Duration::from_secs(60));
        let second = lakes::ingest(&store, &clock, &directories).await.unwrap();
        assert_eq!((second.publications.len(), second.test_results), (0, 0));
        assert_eq!(objects(store.list("").await.unwrap()), before);
        lakes::assert_verified(&store).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn any_order_of_ingests_publishes_the_same_rows() {
    on_every_site(async |site| {
        let directories: Vec<_> = runs().iter().map(|run| run.write(site.folder())).collect();
        let mut expected: Option<Vec<String>> = None;
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
            for at_once in [1, 2, 4] {
                let store = site.fresh_lake().open();
                let clock = TestClock::at("2026-11-23T10:00:00Z");
                for chunk in order.chunks(at_once) {
                    let chunk: Vec<_> = chunk.iter().map(|index| directories[*index].clone()).collect();
                    lakes::ingest(&store, &clock, &chunk).await.unwrap();
                    clock.advance(Duration::from_secs(1));
                }
                let rows = lakes::published_rows(&store).await.unwrap();
                assert_eq!(
                    expected.get_or_insert_with(|| rows.clone()),
                    &rows,
                    "{order:?} by {at_once}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_batch_cut_off_at_any_change_of_the_store_is_finished_by_the_next_start() {
    on_every_site(async |site| {
        let directories: Vec<_> = runs().iter().map(|run| run.write(site.folder())).collect();
        let undisturbed = site.fresh_lake().open();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        lakes::ingest(&undisturbed, &clock, &directories[..2]).await.unwrap();
        lakes::ingest(&undisturbed, &clock, &directories[2..]).await.unwrap();
        let expected = lakes::published_rows(&undisturbed).await.unwrap();
        let mut changes = 0;
        loop {
            let lake = site.fresh_lake();
            let clock = TestClock::at("2026-11-23T10:00:00Z");
            lakes::ingest(&lake.open(), &clock, &directories[..2]).await.unwrap();
            let cut_off = lakes::ingest(&dying(&lake, changes), &clock, &directories[2..]).await;
            clock.advance(Duration::from_secs(60));
            // The source may be gone by now: upkeep alone must finish what has an intent.
            let store = lake.open();
            lakes::upkeep(&store, &clock)
                .await
                .unwrap_or_else(|error| panic!("after {changes} changes: {error:#}"));
            lakes::ingest(&store, &clock, &directories[2..]).await.unwrap();
            assert_eq!(
                lakes::published_rows(&store).await.unwrap(),
                expected,
                "after {changes} changes"
            );
            lakes::assert_verified(&store)
                .await
                .unwrap_or_else(|error| panic!("after {changes} changes: {error:#}"));
            if cut_off.is_ok() {
                assert!(changes > 15, "the store died {changes} times only");
                return;
            }
            changes += 1;
        }
    })
    .await;
}

#[tokio::test]
async fn upkeep_cut_off_at_any_change_loses_and_doubles_nothing() {
    on_every_site(async |site| {
        let directories: Vec<_> = runs().iter().map(|run| run.write(site.folder())).collect();
        let mut changes = 0;
        loop {
            let lake = site.fresh_lake();
            let store = lake.open();
            let clock = TestClock::at("2026-11-23T10:00:00Z");
            for directory in &directories {
                lakes::ingest(&store, &clock, std::slice::from_ref(directory))
                    .await
                    .unwrap();
            }
            let expected = lakes::published_rows(&store).await.unwrap();
            let cut_off = lakes::upkeep(&dying(&lake, changes), &clock).await;
            assert_eq!(
                lakes::published_rows(&store).await.unwrap(),
                expected,
                "seen after {changes} changes"
            );
            clock.advance(Duration::from_secs(60));
            lakes::upkeep(&store, &clock)
                .await
                .unwrap_or_else(|error| panic!("after {changes} changes: {error:#}"));
            assert_eq!(
                lakes::published_rows(&store).await.unwrap(),
                expected,
                "after {changes} changes"
            );
            lakes::assert_verified(&store)
                .await
                .unwrap_or_else(|error| panic!("after {changes} changes: {error:#}"));
            if cut_off.is_ok() {
                return;
            }
            changes += 1;
        }
    })
    .await;
}

#[tokio::test]
async fn a_cut_off_batch_of_another_parser_is_taken_back_and_read_again() {
    on_every_site(async |site| {
        let directories: Vec<_> = runs().iter().map(|run| run.write(site.folder())).collect();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        // Dies when one table holds the batch already and no publication does.
        let mut changes = 0;
        let store = loop {
            let lake = site.fresh_lake();
            let cut_off = lakes::ingest(&dying(&lake, changes), &clock, &directories).await;
            assert!(cut_off.is_err(), "the batch went in with {changes} changes");
            let store = lake.open();
            if store
                .list("tables/sources")
                .await
                .unwrap()
                .iter()
                .any(|object| object.location.as_ref().contains("1.json"))
            {
                break store;
            }
            changes += 1;
        };
        let path = store.list("batches").await.unwrap()[0].location.clone();
        let text = String::from_utf8(store.get(&path).await.unwrap().to_vec()).unwrap();
        store
            .put(&path, text.replace("\"junit/1\"", "\"junit/0\"").into())
            .await
            .unwrap();
        clock.advance(Duration::from_secs(60));
        lakes::ingest(&store, &clock, &directories).await.unwrap();
        let undisturbed = site.fresh_lake().open();
        lakes::ingest(&undisturbed, &clock, &directories).await.unwrap();
        let expected = lakes::published_rows(&undisturbed).await.unwrap();
        assert_eq!(lakes::published_rows(&store).await.unwrap(), expected);
        lakes::assert_verified(&store).await.unwrap();
        let newest = lake::publication::Published::newest(&store).await.unwrap().unwrap();
        assert_eq!(
            newest.publication.number, 2,
            "one publication takes the batch back, one has it"
        );
    })
    .await;
}

#[tokio::test]
async fn a_store_that_lets_two_win_is_refused() {
    on_every_site(async |site| {
    let store = site.fresh_lake().open_behind(Fault::EverybodyWins);
    let clock = TestClock::at("2026-11-23T10:00:00Z");
    let error = lakes::ingest(&store, &clock, &[]).await.unwrap_err().to_string();
    let url = store.url();
    assert_eq!(
        error,
        format!(
            "the store `{url}` is refused: a second conditional put of one key won over the first; commits would be lost"
        )
    );
    })
    .await;
}

#[tokio::test]
async fn one_flipped_byte_is_found_and_its_object_named() {
    on_every_site(async |site| {
        let directories: Vec<_> = runs().iter().map(|run| run.write(site.folder())).collect();
        let store = site.fresh_lake().open();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        for directory in &directories {
            lakes::ingest(&store, &clock, std::slice::from_ref(directory))
                .await
                .unwrap();
        }
        lakes::upkeep(&store, &clock).await.unwrap();
        lakes::assert_verified(&store).await.unwrap();
        let mut flipped = 0;
        for object in store.list("").await.unwrap() {
            let path = object.location.to_string();
            let is_log = path.contains("/_delta_log/") || path == "publications/newest";
            if is_log
                || !["tables/", "manifests/", "publications/", "raw/"]
                    .iter()
                    .any(|folder| path.starts_with(folder))
            {
                continue;
            }
            let good = store.get(&object.location).await.unwrap();
            // First, last, and a few between: an envelope has its own weak places.
            for place in [0, 1, good.len() / 3, good.len() / 2, good.len() - 2, good.len() - 1] {
                let mut bad = good.to_vec();
                bad[place] ^= 1;
                store.put(&object.location, bad.into()).await.unwrap();
                let found = lake::verify::verify(&store, true, &|_| {}).await.unwrap();
                assert!(
                    found.failures.iter().any(|failure| failure.contains(&path)),
                    "{path} at {place}: {:?}",
                    found.failures
                );
                flipped += 1;
            }
            store.put(&object.location, good).await.unwrap();
        }
        assert!(flipped > 100, "{flipped}");
        lakes::assert_verified(&store).await.unwrap();
    })
    .await;
}
