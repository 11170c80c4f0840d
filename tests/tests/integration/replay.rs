//! Rows are what the parsers of today make of what landed.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use bytes::Bytes;
use demo::api::server::{Options, Server};
use demo::simulation::{self, simulate};
use domain::clock::Clock;
use ingest::replay::{self, Choice, Replayed};
use ingest::sources::github::access::{Access, Credential};
use ingest::sources::github::pull::{self, Scope};
use lake::store::{Store, StoreOptions};
use lake::tables::spec::TableSpec;
use lake::tables::{runs, sources};
use lake::writer::Writer;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use query::answer::Cell;
use tests::faults::Fault;
use tests::lakes::{self, TestClock, TestRun};
use tests::sites::on_every_site;

async fn replay(store: &Store, clock: &Arc<TestClock>, choice: &Choice) -> anyhow::Result<Replayed> {
    let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(clock);
    let mut writer = Writer::open(store, clock, "test", Duration::ZERO).await?;
    let replayed = replay::replay(&mut writer, choice, &|_| {}).await?;
    writer.close().await?;
    Ok(replayed)
}

/// Every row with when it became known and in which batch.
async fn rows(store: &Store) -> Vec<String> {
    let mut rows = vec![];
    for table in lake::tables::ALL {
        let found = lakes::sql(store, &format!("select * from raw.{}", table.name))
            .await
            .unwrap();
        rows.extend(found.rows.iter().map(|row| format!("{} {row:?}", table.name)));
    }
    rows.sort();
    rows
}

fn report(run_id: i64) -> TestRun {
    let mut run = TestRun::new(run_id, "2026-10-30T10:00:00Z", &[("t1", "failed"), ("t2", "passed")]);
    run.reports.push((
        "scan.sarif".to_owned(),
        r#"{"version": "2.1.0", "runs": [{"tool"#.to_owned(),
    ));
    run.reports
        .push(("coverage.xml".to_owned(), "<coverage clover='4'>".to_owned()));
    run
}

#[tokio::test]
async fn a_whole_organization_read_again_is_the_same() {
    let (world, _) = simulate(simulation::Options { seed: 5, days: 4 });
    let options = Options::at(world.end);
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Server::start(Arc::new(world), options, listen).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("file://{}", folder.path().display()), &StoreOptions::default()).unwrap();
    let clock = TestClock::at("2026-05-01T00:00:00Z");
    let access = Access::new(&server.api_url(), Credential::Anonymous).unwrap();
    let scope = Scope {
        organization: Some("neurocipher".to_owned()),
        ..Scope::default()
    };
    let held: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
    let mut writer = Writer::open(&store, held, "test", Duration::ZERO).await.unwrap();
    pull::pull(&mut writer, &access, &scope, &|_| {}).await.unwrap();
    writer.close().await.unwrap();
    server.stop().await;
    let before = rows(&store).await;
    clock.advance(Duration::from_secs(60));
    assert_eq!(
        replay(&store, &clock, &choice_of(None, true))
            .await
            .unwrap()
            .publication,
        None
    );
    let replayed = replay(&store, &clock, &Choice::default()).await.unwrap();
    assert!(
        replayed.rows.values().all(|(before, after)| before == after),
        "{:?}",
        replayed.rows
    );
    assert_eq!(
        replayed.rows.values().map(|(before, _)| before).sum::<u64>(),
        before.len() as u64
    );
    assert_eq!(rows(&store).await, before);
    clock.advance(Duration::from_secs(48 * 60 * 60));
    lakes::upkeep(&store, &clock).await.unwrap();
    assert_eq!(rows(&store).await, before);
    lakes::assert_verified(&store).await.unwrap();
}

fn choice_of(format: Option<&str>, is_outdated: bool) -> Choice {
    Choice {
        format: format.map(str::to_owned),
        is_outdated,
        ..Choice::default()
    }
}

/// Puts other values into a column of a table's files, as an older parser would have.
async fn write_column(store: &Store, table: &'static TableSpec, column: &str, values: impl Fn(usize) -> ArrayRef) {
    let clock: Arc<dyn Clock> = TestClock::at("2026-11-23T11:00:00Z");
    let mut writer = Writer::open(store, clock, "test", Duration::ZERO).await.unwrap();
    let mut batch = writer.begin().unwrap();
    for file in writer.snapshot().manifest(table.name).unwrap().files.clone() {
        let path = lake::layout::data_file(table.name, &file.name);
        let bytes: Bytes = store.get(&path).await.unwrap();
        for rows in ParquetRecordBatchReaderBuilder::try_new(bytes)
            .unwrap()
            .build()
            .unwrap()
        {
            let rows = rows.unwrap();
            let schema = table.write_schema();
            let columns = table.columns.iter().map(|of| {
                if of.name == column {
                    values(rows.num_rows())
                } else {
                    Arc::clone(rows.column_by_name(of.name).unwrap())
                }
            });
            let columns = columns
                .zip(schema.fields())
                .map(|(values, field)| arrow::compute::cast(&values, field.data_type()).unwrap());
            let rows = RecordBatch::try_new(Arc::clone(&schema), columns.collect()).unwrap();
            batch.write(table, &rows).unwrap();
        }
        batch.replace(table, [file.name]);
    }
    let deed = lake::intent::Deed::Compaction { cells: vec![] };
    writer.commit(batch, deed).await.unwrap();
    writer.close().await.unwrap();
}

#[tokio::test]
async fn what_an_older_parser_left_out_is_there_after_a_replay() {
    on_every_site(async |site| {
        let store = site.fresh_lake().open();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        let directories = [report(1).write(site.folder()), report(2).write(site.folder())];
        lakes::ingest(&store, &clock, &directories).await.unwrap();
        let before = rows(&store).await;
        write_column(&store, &runs::TABLE.spec, "tree_sha", |n| {
            new_null_array(&arrow::datatypes::DataType::Utf8, n)
        })
        .await;
        let old = |n| Arc::new(StringArray::from(vec!["run/0"; n])) as ArrayRef;
        write_column(&store, &sources::TABLE.spec, "parser", old).await;
        assert_ne!(rows(&store).await, before);
        clock.advance(Duration::from_secs(7200));
        // Only what is outdated, and of that only one format.
        let replayed = replay(&store, &clock, &choice_of(Some("run"), true)).await.unwrap();
        assert_eq!((replayed.n_payloads, replayed.n_batches), (2, 1));
        assert_eq!(replayed.rows[runs::TABLE.spec.name], (2, 2));
        let parsers = "select count(distinct parser) from raw.sources";
        assert_eq!(lakes::sql(&store, parsers).await.unwrap().rows[0][0], Cell::Integer(2));
        replay(&store, &clock, &choice_of(None, true)).await.unwrap();
        assert_eq!(rows(&store).await, before);
        let publications = lake::snapshot::publications(&store).await.unwrap();
        assert_eq!(publications[0].publication.cause.as_str(), "replay");
        lakes::assert_verified(&store).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_replay_cut_off_at_any_change_of_the_store_is_finished_or_has_changed_nothing() {
    on_every_site(async |site| {
        let directories = [report(1).write(site.folder()), report(2).write(site.folder())];
        let mut changes = 0;
        loop {
            let lake = site.fresh_lake();
            let clock = TestClock::at("2026-11-23T10:00:00Z");
            let store = lake.open();
            lakes::ingest(&store, &clock, &directories[..1]).await.unwrap();
            lakes::ingest(&store, &clock, &directories[1..]).await.unwrap();
            let before = rows(&store).await;
            let dying = lake.open_behind(Fault::DiesAfter(AtomicI64::new(changes)));
            let cut_off = replay(&dying, &clock, &Choice::default()).await;
            clock.advance(Duration::from_secs(60));
            lakes::upkeep(&store, &clock)
                .await
                .unwrap_or_else(|error| panic!("after {changes} changes: {error:#}"));
            assert_eq!(rows(&store).await, before, "after {changes} changes");
            lakes::assert_verified(&store).await.unwrap();
            if cut_off.is_ok() {
                break;
            }
            changes += 1;
        }
        assert!(changes > 5, "{changes}");
    })
    .await;
}
