//! Other engines read the same rows: Python's deltalake, and DuckDB over the files that it lists, by `tests/python/engines.py`.

use std::process::Command;

use lake::snapshot::{Snapshot, publications};
use lake::store::Store;
use query::answer::{Cell, Question};
use serde_json::{Value, json};
use tests::lakes::{self, TestClock, TestRun};
use tests::sites::{LakeUrl, on_every_site};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What a folder of reports fills.
const FILLED: [&str; 9] = [
    "runs",
    "sources",
    "test_results",
    "scans",
    "findings",
    "coverage",
    "coverage_files",
    "sboms",
    "packages",
];
const SARIF: &str = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "CodeQL"}}, "results": [
  {"ruleId": "py/sql-injection", "level": "error", "message": {"text": "é"}, "locations": [{"physicalLocation":
    {"artifactLocation": {"uri": "src/a.py"}, "region": {"startLine": 3}}}]}]}]}"#;
const COBERTURA: &str = r#"<coverage line-rate="0.5" lines-valid="2" lines-covered="1" version="1"><packages>
  <package name="p"><classes><class name="a" filename="a.py"><lines><line number="1" hits="1"/><line number="2"
  hits="0"/></lines></class></classes></package></packages></coverage>"#;
const SPDX: &str =
    r#"{"spdxVersion": "SPDX-2.3", "name": "api", "packages": [{"name": "a", "licenseDeclared": "MIT"}]}"#;

/// Rows of a query over one publication, as JSON.
async fn ours(store: &Store, publication: u64, statement: &str) -> Vec<Value> {
    let question = Question {
        publication: Some(publication),
        ..lakes::question("2030-01-01")
    };
    let table = lakes::engine(store).unwrap().sql(statement, &question).await.unwrap();
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => json!(text),
        Cell::Integer(number) => json!(number),
        other => panic!("{other:?}"),
    };
    table.rows.iter().map(|row| row.iter().map(cell).collect()).collect()
}

/// What the other engines count in the Delta versions that a publication names.
async fn theirs(lake: &LakeUrl, store: &Store, publication: u64) -> Value {
    let snapshot = Snapshot::open(store, Some(publication)).await.unwrap();
    let mut command = Command::new(format!("{ROOT}/.venv/bin/python"));
    command
        .arg(format!("{ROOT}/tests/python/engines.py"))
        .arg(store.url().as_str());
    for (table, state) in &snapshot.published().unwrap().publication.tables {
        command.arg(format!("{table}={}", state.delta_version));
    }
    command.envs(lake.options());
    let output = command
        .output()
        .expect("`.venv` is missing: run `make test`, or `tests/setup.sh`");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn compare(lake: &LakeUrl, publication: u64) {
    let store = &lake.open();
    let snapshot = Snapshot::open(store, Some(publication)).await.unwrap();
    let theirs = theirs(lake, store, publication).await;
    let published = &snapshot.published().unwrap().publication.tables;
    for table in FILLED {
        assert!(published.contains_key(table), "publication {publication} lacks {table}");
    }
    for table in lake::tables::ALL
        .iter()
        .filter(|table| published.contains_key(table.name))
    {
        let place = format!("publication {publication}, {}", table.name);
        let statement = format!("select count(*) from raw.{}", table.name);
        let counted = &ours(store, publication, &statement).await[0][0];
        let found = &theirs[table.name];
        for engine in ["add_actions", "deltalake", "duckdb"] {
            assert_eq!(&found[engine], counted, "{place}: {engine}");
        }
        assert!(counted.as_i64().unwrap() > 0, "{place}");
        let manifest = snapshot.manifest(table.name).unwrap();
        assert_eq!(found["files"], json!(manifest.files.len()), "{place}");
        assert_eq!(
            (&found["reader_version"], &found["writer_version"]),
            (&json!(1), &json!(2)),
            "{place}"
        );
    }
    let statement = "select repository, outcome, count(*) as n, coalesce(sum(duration_ms), 0) as duration_ms
        from raw.test_results group by repository, outcome order by repository, outcome";
    let outcomes = ours(store, publication, statement).await;
    assert!(outcomes.len() >= 5, "{outcomes:?}");
    assert_eq!(
        theirs["test_results"]["outcomes"],
        json!(outcomes),
        "publication {publication}"
    );
}

#[tokio::test]
async fn python_deltalake_and_duckdb_count_the_same_rows_at_every_published_version() {
    on_every_site(async |site| {
        let lake = site.fresh_lake();
        let store = lake.open();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        let mut runs = [
            TestRun::new(
                1,
                "2026-09-30T23:59:59Z",
                &[("t1", "passed"), ("t2", "failed"), ("t3", "skipped")],
            ),
            TestRun::new(
                2,
                "2026-10-01T00:00:00Z",
                &[("t1", "passed"), ("t2", "passed"), ("été \"'<>", "passed")],
            ),
            TestRun {
                repository: "neurocipher/web",
                ..TestRun::new(
                    3,
                    "2026-10-02T10:00:00Z",
                    &[("t1", "failed"), ("t1", "passed"), ("t2", "passed")],
                )
            },
            TestRun::new(4, "2026-10-31T23:59:59Z", &[("t1", "passed"), ("t2", "failed")]),
        ];
        for run in &mut runs {
            run.reports.push(("scan.sarif".to_owned(), SARIF.to_owned()));
            run.reports.push(("coverage.xml".to_owned(), COBERTURA.to_owned()));
            run.reports.push(("sbom.spdx.json".to_owned(), SPDX.to_owned()));
        }
        let directories: Vec<_> = runs.iter().map(|run| run.write(site.folder())).collect();
        lakes::ingest(&store, &clock, &directories[..2]).await.unwrap();
        lakes::ingest(&store, &clock, &directories[2..]).await.unwrap();
        let upkeep = lakes::upkeep(&store, &clock).await.unwrap();
        assert!(upkeep.files_after < upkeep.files_before, "{upkeep:?}");
        let numbers: Vec<_> = publications(&store)
            .await
            .unwrap()
            .iter()
            .map(|published| published.publication.number)
            .collect();
        assert!(numbers.len() >= 3, "two ingests and what upkeep published: {numbers:?}");
        for number in numbers {
            // The first publication holds one repository: its outcomes are fewer, its counts are held all the same.
            if number > 1 {
                compare(&lake, number).await;
            }
        }
    })
    .await;
}
