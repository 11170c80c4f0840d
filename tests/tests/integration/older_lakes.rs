//! A lake that an older program wrote: its tables have fewer columns.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use domain::clock::Clock;
use domain::identity::Sha256Digest;
use lake::intent::Deed;
use lake::store::Store;
use lake::tables::rows::Observed;
use lake::tables::runs;
use lake::tables::spec::TableSpec;
use lake::writer::Writer;
use object_store::path::Path;
use query::answer::Cell;
use serde_json::Value;
use tests::lakes::{self, TestClock, TestRun};
use tests::sites::on_every_site;

/// A column of today that the older program did not know.
const NEW: &str = "run_number";

/// The table as the older program knew it.
fn older() -> &'static TableSpec {
    let of_today = &runs::TABLE.spec;
    let columns = of_today.columns.iter().filter(|column| column.name != NEW);
    Box::leak(Box::new(TableSpec {
        name: of_today.name,
        doc: of_today.doc,
        columns: columns.copied().collect::<Vec<_>>().leak(),
        key: of_today.key,
        event_time: of_today.event_time,
        sort: of_today.sort,
        statistics: of_today.statistics,
        target_rows: of_today.target_rows,
    }))
}

/// Publishes a run as the older program would have, down to what its Delta log says of columns.
async fn write_as_before(store: &Store, clock: &Arc<TestClock>, folder: &std::path::Path) {
    let held: Arc<dyn Clock> = Arc::<TestClock>::clone(clock);
    let mut writer = Writer::open(store, held, "test", Duration::ZERO).await.unwrap();
    let mut batch = writer.begin().unwrap();
    let row = Observed {
        row: TestRun::new(1, "2026-10-30T10:00:00Z", &[]).write(folder).run.run,
        source_sha256: Sha256Digest::of(b"a run"),
    };
    let rows = runs::TABLE.batch(batch.stamp(), std::iter::once(&row)).unwrap();
    let older = older();
    let names = older.columns.iter().map(|column| column.name);
    let columns = names.map(|name| Arc::clone(rows.column_by_name(name).unwrap()));
    let rows = RecordBatch::try_new(older.write_schema(), columns.collect()).unwrap();
    batch.write(older, &rows).unwrap();
    writer.commit(batch, Deed::Ingest { sources: vec![] }).await.unwrap();
    writer.close().await.unwrap();
    forget_column(store).await;
}

/// Takes the column out of what the Delta log said when the table was made.
async fn forget_column(store: &Store) {
    let first = Path::from("tables/runs/_delta_log/00000000000000000000.json");
    let log = store.get(&first).await.unwrap();
    let lines = std::str::from_utf8(&log).unwrap().lines().map(|line| {
        let mut action: Value = serde_json::from_str(line).unwrap();
        if let Some(schema) = action.pointer_mut("/metaData/schemaString") {
            let mut held: Value = serde_json::from_str(schema.as_str().unwrap()).unwrap();
            let fields = held["fields"].as_array_mut().unwrap();
            let before = fields.len();
            fields.retain(|field| field["name"] != NEW);
            assert_eq!(fields.len(), before - 1);
            *schema = held.to_string().into();
        }
        action.to_string()
    });
    let log = lines.collect::<Vec<_>>().join("\n");
    store.put(&first, log.into()).await.unwrap();
}

/// Columns of the table by its Delta log, the newest word of it.
async fn columns_by_the_log(store: &Store) -> Vec<String> {
    let mut columns = vec![];
    for object in store.list("tables/runs/_delta_log").await.unwrap() {
        let log = store.get(&object.location).await.unwrap();
        for line in std::str::from_utf8(&log).unwrap().lines() {
            let action: Value = serde_json::from_str(line).unwrap();
            if let Some(schema) = action.pointer("/metaData/schemaString") {
                let schema: Value = serde_json::from_str(schema.as_str().unwrap()).unwrap();
                let names = schema["fields"].as_array().unwrap().iter();
                columns = names.map(|field| field["name"].as_str().unwrap().to_owned()).collect();
            }
        }
    }
    columns
}

#[tokio::test]
async fn a_column_that_came_later_is_null_in_what_was_there_before() {
    on_every_site(async |site| {
        let store = site.fresh_lake().open();
        let clock = TestClock::at("2026-11-01T10:00:00Z");
        write_as_before(&store, &clock, site.folder()).await;
        assert!(!columns_by_the_log(&store).await.contains(&NEW.to_owned()));
        let assert_read = async |expected: &[i64]| {
            let statement = format!("select run_id, {NEW} from raw.runs order by run_id");
            let found = lakes::sql(&store, &statement).await.unwrap();
            let expected: Vec<_> = expected
                .iter()
                .map(|run| vec![Cell::Integer(*run), Cell::Null])
                .collect();
            assert_eq!(found.rows, expected);
        };
        assert_read(&[1]).await;
        clock.advance(Duration::from_secs(60));
        let next = TestRun::new(2, "2026-10-31T10:00:00Z", &[("t1", "passed")]).write(site.folder());
        lakes::ingest(&store, &clock, &[next]).await.unwrap();
        let columns = columns_by_the_log(&store).await;
        assert_eq!(columns.last().map(String::as_str), Some(NEW));
        assert_read(&[1, 2]).await;
        clock.advance(Duration::from_secs(48 * 60 * 60));
        assert!(lakes::upkeep(&store, &clock).await.unwrap().files_before > 1);
        assert_read(&[1, 2]).await;
        lakes::assert_verified(&store).await.unwrap();
    })
    .await;
}
