//! Random lakes, what the catalogue answers about them, and the script that answers once more and compares.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::DataType;
use domain::clock::{Window, format_timestamp};
use domain::policy::Policy;
use lake::tables::spec::{ColumnType, TableSpec};
use query::answer::{Cell, KpiRow, Question};
use query::catalog::Catalog;
use query::definition::{Definition, Kind};
use query::engine::Engine;
use serde_json::{Map, Value, json};

use super::random_lake::{DAY, HOUR, MINUTE, NULL, RandomLake, instant};
use crate::case_rows::read_rows;
use crate::tidy::tree::{root, walk};

/// How many lakes a plain run compares.
const LAKES: Range<u64> = 0..200;

/// What a group of lakes is asked: `from`, `to`, `as_of`, `known_at` (null: not said), and the policy.
const QUESTIONS: [(i64, i64, i64, Option<i64>, &str); 10] = [
    (-14 * DAY, 0, 0, None, ""),
    (-30 * DAY, 0, 0, None, ""),
    (-7 * DAY, 0, DAY, None, ""),
    (-14 * DAY, -3 * DAY, 0, None, ""),
    (-14 * DAY, 0, 0, Some(-DAY), ""),
    (-14 * DAY, 0, 0, Some(10 * DAY), ""),
    (-30 * DAY, -12 * HOUR, -12 * HOUR, Some(5 * DAY), ""),
    (-10 * DAY, 0, 0, Some(10 * DAY), CHANGED),
    (-3 * DAY - 12 * HOUR, 10 * MINUTE, 10 * MINUTE, None, ""),
    (-60 * DAY, 0, 0, Some(10 * DAY), CHANGED),
];

/// Rules that change while clocks run.
const CHANGED: &str = r#"
rule = [
    { name = "fix_main_max", value = 1.0, valid_from = "2026-11-18T00:00:00Z" },
    { name = "head_commit_max", value = 2.0, valid_from = "2026-11-19T00:00:00Z" },
    { name = "infrastructure_event_share_min", value = 70.0, valid_from = "2026-11-18T00:00:00Z" },
    { name = "infrastructure_event_tests_min", value = 4.0, valid_from = "2026-11-20T00:00:00Z" },
    { name = "interval_confidence", value = 90.0, valid_from = "2026-11-20T00:00:00Z" },
    { name = "quarantine_chain", value = 3.0, valid_from = "2026-11-12T00:00:00Z" },
    { name = "quarantine_max", value = 7.0, valid_from = "2026-11-10T12:00:00Z" },
    { name = "quarantine_release_proof", value = 50.0, valid_from = "2026-11-01T00:00:00Z" },
    { name = "same_source_lookback", value = 2.0, valid_from = "2026-11-20T00:00:00Z" },
    { name = "scan_gap_max", value = 24.0, valid_from = "2026-11-15T00:00:00Z" },
    { name = "sla_critical", value = 12.0, valid_from = "2026-11-15T12:00:00Z" },
    { name = "sla_high", value = 24.5, valid_from = "2026-11-18T00:00:00Z" },
    { name = "sla_reopened_within", value = 1.0, valid_from = "2026-11-16T00:00:00Z" },
]
"#;

/// How many tests the executions are listed of.
const TESTS_ASKED: usize = 3;

const FOLDER: &str = "tests/second_opinion";

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says so by the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn relations(catalog: &Catalog) -> Vec<Arc<Definition>> {
    [Kind::Kpi, Kind::List]
        .into_iter()
        .flat_map(|kind| catalog.of_kind(kind))
        .collect()
}

#[test]
fn every_kpi_and_list_has_a_second_opinion_and_no_other_file_stands_there() {
    let catalog = Catalog::read(&root().join("sql")).unwrap();
    let mut wanted: Vec<_> = relations(&catalog).iter().map(|it| it.path.clone()).collect();
    wanted.sort();
    let mut found = Vec::new();
    for kind in ["kpi", "list"] {
        let paths = walk(&root().join(FOLDER).join(kind));
        found.extend(paths.iter().map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            format!("{kind}/{name}")
        }));
    }
    found.sort();
    assert_eq!(
        found, wanted,
        "{FOLDER}: write the SQL of a relation once more, for DuckDB"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kpi_and_list_agrees_with_sql_written_for_duckdb() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("second_opinion");
    let _ = std::fs::remove_dir_all(&folder);
    let sql = variable("PLUMBLINE_SQL_DIR").map_or_else(|| root().join("sql"), PathBuf::from);
    let catalog = Catalog::read(&sql).unwrap();
    let lakes = variable("PLUMBLINE_LAKES").map_or(LAKES, |range| {
        let (first, end) = range.split_once("..").unwrap();
        first.parse().unwrap()..end.parse().unwrap()
    });
    let mut groups = Vec::new();
    for group in 0..QUESTIONS.len() {
        let (folder, catalog, lakes) = (folder.join(group.to_string()), catalog.clone(), lakes.clone());
        groups.push(tokio::spawn(
            async move { ask_group(group, &folder, &catalog, lakes).await },
        ));
    }
    for group in groups {
        group.await.unwrap().unwrap();
    }
    let output = Command::new(root().join(".venv/bin/python"))
        .arg(root().join(FOLDER).join("run.py"))
        .arg(&folder)
        .output()
        .expect("`.venv` is missing: run `make test`, or `tests/setup.sh`");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
}

/// Draws the lakes that are asked one question, and writes their rows and what the catalogue answers: about all of them
/// at once, which are kept apart by the names of their repositories, and, in some groups, its KPIs about one of them.
async fn ask_group(group: usize, folder: &Path, catalog: &Catalog, lakes: Range<u64>) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let (from, to, as_of, known_at, policy) = QUESTIONS[group];
    let policy = Policy::parse(policy)?;
    let lakes: Vec<_> = lakes
        .filter(|number| number % QUESTIONS.len() as u64 == group as u64)
        .map(RandomLake::draw)
        .collect();
    let mut rows = BTreeMap::new();
    for spec in lake::tables::ALL {
        let mut text = String::new();
        let mut batches = Vec::new();
        for lake in &lakes {
            let Some(body) = lake.csv(spec.name) else { continue };
            let batch = read_rows(spec, &body).with_context(|| format!("raw.{}", spec.name))?;
            let batch = with_nulls(&batch)?;
            write_rows(&mut text, &batch)?;
            batches.push(batch);
        }
        std::fs::write(folder.join(format!("{}.jsonl", spec.name)), text)?;
        rows.insert(spec.name.to_owned(), concat_batches(&spec.schema(), &batches)?);
    }
    let engine = Engine::over_rows(rows, catalog.clone(), policy.clone())?;
    let everything = Question {
        as_of: instant(as_of),
        known_at: known_at.map(instant),
        publication: None,
        window: Some(Window {
            from: instant(from),
            to: instant(to),
        }),
        repositories: Vec::new(),
        arguments: BTreeMap::new(),
    };
    let mut answers = String::new();
    for definition in relations(catalog) {
        for arguments in arguments(&definition, &lakes) {
            let question = Question {
                arguments,
                ..everything.clone()
            };
            answers.push_str(&answer(&engine, &definition, &question).await?);
        }
    }
    // A lake by itself is asked about in a third of the groups: it takes as long as all of them.
    let alone = lakes.first().filter(|_| group.is_multiple_of(3));
    for (lake, definition) in alone
        .iter()
        .flat_map(|lake| catalog.of_kind(Kind::Kpi).map(move |it| (lake, it)))
    {
        let question = Question {
            repositories: lake.repositories.clone(),
            ..everything.clone()
        };
        answers.push_str(&answer(&engine, &definition, &question).await?);
    }
    std::fs::write(folder.join("answers.jsonl"), answers)?;
    std::fs::write(folder.join("asked.json"), asked(group, &policy)?.to_string())?;
    Ok(())
}

/// The parameters, the policy, and the types of the columns.
fn asked(group: usize, policy: &Policy) -> Result<Value> {
    let (from, to, as_of, known_at, _) = QUESTIONS[group];
    let lookback = policy
        .at("same_source_lookback", instant(to))
        .context("there is a lookback")?;
    #[expect(clippy::cast_possible_truncation, reason = "a few days")]
    let history_from = from - (lookback.value * 86_400_000.0) as i64;
    let time = |at: i64| format_timestamp(instant(at));
    let rules: Vec<_> = policy
        .rules()
        .iter()
        .map(|rule| {
            json!({
                "name": rule.name,
                "value": rule.value,
                "valid_from": rule.valid_from.map(format_timestamp),
                "valid_to": rule.valid_to.map(format_timestamp),
            })
        })
        .collect();
    let types = |spec: &TableSpec| -> Map<String, Value> {
        spec.columns
            .iter()
            .map(|column| (column.name.to_owned(), json!(type_name(column.r#type))))
            .collect()
    };
    let tables: Map<_, _> = lake::tables::ALL
        .iter()
        .map(|spec| (spec.name.to_owned(), Value::Object(types(spec))))
        .collect();
    Ok(json!({
        "parameters": {
            "window_from": time(from),
            "window_to": time(to),
            "as_of": time(as_of),
            "known_at": time(known_at.unwrap_or(as_of)),
            "history_from": time(history_from),
        },
        "policy": rules,
        "tables": tables,
    }))
}

fn type_name(column: ColumnType) -> &'static str {
    match column {
        ColumnType::Text | ColumnType::Word => "varchar",
        ColumnType::Long => "bigint",
        ColumnType::Integer => "integer",
        ColumnType::Boolean => "boolean",
        ColumnType::Time => "timestamp",
    }
}

/// What to ask of a relation: once, or for a few of the tests.
fn arguments(definition: &Definition, lakes: &[RandomLake]) -> Vec<BTreeMap<String, String>> {
    if definition.arguments.is_empty() {
        return vec![BTreeMap::new()];
    }
    let repositories = lakes.iter().flat_map(|lake| &lake.repositories);
    let tests = repositories.flat_map(|repository| {
        [" a.B t0", "  t4[@flaky]"].map(|test| BTreeMap::from([("test_id".to_owned(), format!("{repository}{test}"))]))
    });
    tests.take(TESTS_ASKED).collect()
}

/// An answer as a line of JSON.
async fn answer(engine: &Engine, definition: &Definition, question: &Question) -> Result<String> {
    let rows: Vec<Value> = if definition.kind == Kind::Kpi {
        let answer = engine.kpi(&definition.id, question).await?;
        answer.rows.iter().map(kpi_row).collect()
    } else {
        let table = engine.list(&definition.id, question).await?;
        let names = || table.columns.iter().map(|column| column.name.clone());
        let row = |row: &Vec<Cell>| names().zip(row.iter().map(cell)).collect::<Map<_, _>>().into();
        table.rows.iter().map(row).collect()
    };
    let answer = json!({
        "relation": definition.path,
        "grain": definition.grain,
        "repositories": question.repositories,
        "arguments": question.arguments,
        "rows": rows,
    });
    Ok(format!("{answer}\n"))
}

fn kpi_row(row: &KpiRow) -> Value {
    let excluded: Vec<_> = row.excluded.iter().map(|it| json!([it.reason, it.n])).collect();
    let mut value = json!({
        "repository": row.repository,
        "period_start": format_timestamp(row.window.from),
        "period_end": format_timestamp(row.window.to),
        "value": row.value,
        "n": row.n,
        "low": row.low,
        "high": row.high,
        "excluded": excluded,
    });
    for (name, companion) in &row.companions {
        value[name] = json!(companion);
    }
    value
}

fn cell(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Integer(value) => json!(value),
        Cell::Float(value) => json!(value),
        Cell::Boolean(value) => json!(value),
        Cell::Time(time) => json!(format_timestamp(*time)),
    }
}

/// Puts nulls where the lake says so against the defaults of cases.
fn with_nulls(batch: &RecordBatch) -> Result<RecordBatch> {
    let columns = batch
        .columns()
        .iter()
        .map(|column| match column.as_string_opt::<i32>() {
            None => Arc::clone(column),
            Some(texts) => Arc::new(
                texts
                    .iter()
                    .map(|text| text.filter(|text| *text != NULL))
                    .collect::<StringArray>(),
            ),
        });
    Ok(RecordBatch::try_new(batch.schema(), columns.collect())?)
}

/// Rows as lines of JSON, every value as text; types are those of `asked.json`.
fn write_rows(text: &mut String, batch: &RecordBatch) -> Result<()> {
    let schema = batch.schema();
    let columns = batch.columns().iter().map(|column| cast(column, &DataType::Utf8));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    for row in 0..batch.num_rows() {
        let cells = schema.fields().iter().zip(&columns).map(|(field, column)| {
            let texts = column.as_string::<i32>();
            let value = texts.is_valid(row).then(|| texts.value(row));
            (field.name().clone(), json!(value))
        });
        writeln!(text, "{}", Value::Object(cells.collect()))?;
    }
    Ok(())
}
