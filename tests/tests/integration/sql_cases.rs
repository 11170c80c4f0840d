//! Every file `tests/sql/<kind>/<id>/*.case`: rows in, a relation of the catalogue, rows out. Grammar: `tests/README.md`.
//!
//! SQL is read from the folder `sql/`, so that a changed statement needs no build.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use arrow::array::{Array as _, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::csv::ReaderBuilder;
use arrow::datatypes::{DataType, Field, Schema};
use domain::clock::{Window, format_timestamp, parse_timestamp};
use domain::identity::Sha256Digest;
use domain::policy::Policy;
use lake::tables::spec::TableSpec;
use query::answer::{Cell, KpiRow, Question};
use query::catalog::Catalog;
use query::definition::Kind;
use query::engine::Engine;

use crate::tidy::tree::{root, walk};

#[tokio::test]
async fn every_sql_case_gives_the_rows_that_it_expects() {
    let catalog = Catalog::read(&root().join("sql")).unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever runs the tests says so by the environment"
    )]
    let is_update = std::env::var_os("UPDATE_EXPECT").is_some();
    let paths: Vec<_> = walk(&root().join("tests/sql"))
        .into_iter()
        .filter(|path| has_extension(path))
        .collect();
    assert!(!paths.is_empty(), "there is no case under tests/sql");
    let mut failures = Vec::new();
    for path in &paths {
        let shown = path.strip_prefix(root()).unwrap_or(path).display();
        match check(path, &catalog, is_update).await {
            Ok(None) => {}
            Ok(Some(difference)) => failures.push(format!("{shown}\n{difference}")),
            Err(error) => failures.push(format!("{shown}\n  {error:#}\n")),
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n\n{}",
        failures.len(),
        paths.len(),
        failures.join("\n")
    );
}

fn has_extension(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "case")
}

/// Runs a case; the difference where it fails.
async fn check(path: &Path, catalog: &Catalog, is_update: bool) -> Result<Option<String>> {
    let text = std::fs::read_to_string(path)?;
    let case = Case::parse(&text)?;
    let (kind, id) = relation_of(path)?;
    let mut rows = BTreeMap::new();
    for (table, body) in &case.rows {
        let spec = lake::tables::ALL.iter().find(|spec| spec.name == *table);
        let spec = spec.with_context(|| format!("there is no table `{table}`"))?;
        rows.insert(
            (*table).to_owned(),
            read_rows(spec, body).with_context(|| format!("raw.{table}"))?,
        );
    }
    let policy = case.policy.map_or_else(|| Ok(Policy::default()), Policy::parse)?;
    let question = question(&case.parameters)?;
    let engine = Engine::over_rows(rows, catalog.clone(), policy)?;
    let wanted: Vec<_> = case.expect.lines().next().unwrap_or_default().split(',').collect();
    #[expect(clippy::single_match_else, reason = "each kind of relation has its own shape")]
    let lines = match kind {
        Kind::Kpi => engine
            .kpi(&id, &question)
            .await?
            .rows
            .iter()
            .map(|row| kpi_line(row, &wanted))
            .collect(),
        _ => {
            let table = engine.relation(kind, &id, &question).await?;
            let index = |name: &&str| {
                let known = || {
                    table
                        .columns
                        .iter()
                        .map(|column| column.name.as_str())
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                let found = table.columns.iter().position(|column| column.name == **name);
                found.with_context(|| format!("there is no column `{name}`; the columns are: {}", known()))
            };
            let indexes = wanted.iter().map(index).collect::<Result<Vec<_>>>()?;
            let line = |row: &Vec<Cell>| {
                Ok(indexes
                    .iter()
                    .map(|index| quoted(&shown(&row[*index])))
                    .collect::<Vec<_>>()
                    .join(","))
            };
            table.rows.iter().map(line).collect::<Result<Vec<_>>>()
        }
    }?;
    let mut lines: Vec<String> = lines;
    let mut expected: Vec<_> = case.expect.trim_end().lines().map(str::to_owned).collect();
    if !matches!(kind, Kind::Kpi | Kind::List) {
        // Only what people read has an order of its own.
        lines.sort();
        expected.get_mut(1..).unwrap_or_default().sort();
    }
    lines.insert(0, wanted.join(","));
    let (found, expected) = (lines.join("\n"), expected.join("\n"));
    if found == expected {
        return Ok(None);
    }
    if is_update {
        let start = text.len() - case.expect.len();
        std::fs::write(path, format!("{}{found}\n", &text[..start]))?;
        return Ok(None);
    }
    Ok(Some(difference(case.title, &expected, &found)))
}

/// A case, cut at its section lines.
struct Case<'a> {
    title: &'a str,
    rows: Vec<(&'a str, &'a str)>,
    policy: Option<&'a str>,
    parameters: Vec<(&'a str, &'a str)>,
    /// The last section, to the end of the file.
    expect: &'a str,
}

impl<'a> Case<'a> {
    fn parse(text: &'a str) -> Result<Self> {
        let (title, mut rest) = text.split_once("//- ").context("there is no section `//- …`")?;
        let mut case = Self {
            title: title.trim(),
            rows: Vec::new(),
            policy: None,
            parameters: Vec::new(),
            expect: "",
        };
        ensure!(
            !case.title.is_empty(),
            "the first line says in a sentence what must hold"
        );
        loop {
            let (name, body) = rest.split_once('\n').context("a section line ends with a line break")?;
            let (body, next) = match body.split_once("//- ") {
                Some((body, next)) => (body, Some(next)),
                None => (body, None),
            };
            match name.trim() {
                "policy" => case.policy = Some(body),
                "parameters" => {
                    for word in body.split_whitespace() {
                        case.parameters.push(
                            word.split_once('=')
                                .with_context(|| format!("`{word}` is not name=value"))?,
                        );
                    }
                }
                "expect" => case.expect = body,
                other => match other.strip_prefix("raw.") {
                    Some(table) => case.rows.push((table, body)),
                    None => bail!("there is no section `{other}`"),
                },
            }
            match next {
                Some(next) => rest = next,
                None if name.trim() == "expect" => return Ok(case),
                None => bail!("the last section is `//- expect`"),
            }
        }
    }
}

fn relation_of(path: &Path) -> Result<(Kind, String)> {
    let mut folders = path.parent().into_iter().flat_map(Path::components).rev();
    let mut next = || {
        folders
            .next()
            .map(|folder| folder.as_os_str().to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let (id, kind) = (next(), next());
    Ok((
        Kind::parse(&kind).with_context(|| format!("`{kind}` is no kind of relation"))?,
        id,
    ))
}

fn question(parameters: &[(&str, &str)]) -> Result<Question> {
    let value = |name: &str| {
        parameters
            .iter()
            .find(|parameter| parameter.0 == name)
            .map(|parameter| parameter.1)
    };
    let time = |name: &str| value(name).map(parse_timestamp).transpose();
    let window = match (time("from")?, time("to")?) {
        (Some(from), Some(to)) => Some(Window { from, to }),
        (None, None) => None,
        _ => bail!("`from` and `to` go together"),
    };
    let as_of = time("as_of")?
        .or(window.map(|window| window.to))
        .context("`as_of` or `to` is missing")?;
    let known = ["from", "to", "as_of", "known_at", "repository"];
    Ok(Question {
        as_of,
        known_at: time("known_at")?,
        publication: None,
        window,
        repositories: parameters
            .iter()
            .filter(|(name, _)| *name == "repository")
            .map(|(_, it)| (*it).to_owned())
            .collect(),
        arguments: parameters
            .iter()
            .filter(|(name, _)| !known.contains(name))
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    })
}

/// Reads a body in CSV as rows of a table; what the header does not name has its default.
fn read_rows(spec: &TableSpec, body: &str) -> Result<RecordBatch> {
    let mut lines = body.lines().filter(|line| !line.trim().is_empty());
    let header: Vec<_> = lines.next().context("the section is empty")?.split(',').collect();
    for name in &header {
        ensure!(spec.index(name).is_some(), "there is no column `{name}`");
    }
    let mut csv = String::new();
    lines.flat_map(repeated).for_each(|line| {
        let _ = writeln!(csv, "{line}");
    });
    let n = csv.lines().count();
    let texts = Arc::new(Schema::new(
        header
            .iter()
            .map(|name| Field::new(*name, DataType::Utf8, true))
            .collect::<Vec<_>>(),
    ));
    let mut reader = ReaderBuilder::new(texts)
        .with_batch_size(n.max(1))
        .build(csv.as_bytes())?;
    let given = reader.next().transpose()?;
    let given: Vec<Vec<Option<&str>>> = given.as_ref().map_or_else(Vec::new, |batch| {
        let columns: Vec<&StringArray> = batch.columns().iter().map(AsArray::as_string::<i32>).collect();
        (0..batch.num_rows())
            .map(|row| {
                columns
                    .iter()
                    .map(|column| column.is_valid(row).then(|| column.value(row)))
                    .collect()
            })
            .collect()
    });
    let schema = spec.schema();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for field in schema.fields() {
        let mut values: Vec<Option<String>> = Vec::with_capacity(given.len());
        for cells in &given {
            let value = |name: &str| {
                header
                    .iter()
                    .position(|other| *other == name)
                    .and_then(|index| cells[index])
            };
            let text = value(field.name()).map(str::to_owned).or_else(|| {
                let is_null =
                    field.is_nullable() && !(spec.name == "runs" && PLAIN_RUN.contains(&field.name().as_str()));
                if is_null {
                    None
                } else {
                    default(spec.name, field.name(), &value, cells)
                }
            });
            ensure!(
                text.is_some() || field.is_nullable(),
                "the column `{}` is missing or empty",
                field.name()
            );
            values.push(text);
        }
        let options = CastOptions {
            safe: false,
            ..CastOptions::default()
        };
        let column = cast_with_options(&StringArray::from(values), field.data_type(), &options);
        columns.push(column.with_context(|| format!("column `{}`", field.name()))?);
    }
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// A line with `{a..b}` stands for as many lines as there are numbers from `a` to `b`.
fn repeated(line: &str) -> Vec<String> {
    let range = line
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'))
        .map(|(range, _)| range);
    let bounds = range
        .and_then(|range| range.split_once(".."))
        .and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let (Some(range), Some((first, last))) = (range, bounds) else {
        return vec![line.to_owned()];
    };
    let mark = format!("{{{range}}}");
    (first..=last)
        .map(|number: u32| line.replace(&mark, &number.to_string()))
        .collect()
}

/// Columns that may be null in a lake, and are those of a plain run where a case leaves them out.
const PLAIN_RUN: &[&str] = &["head_branch", "default_branch", "head_repository"];

/// What a required column holds where a case leaves it out; listed in `tests/README.md`.
fn default<'a>(
    table: &str,
    column: &str,
    value: &dyn Fn(&str) -> Option<&'a str>,
    cells: &[Option<&str>],
) -> Option<String> {
    let or = |name: &str, otherwise: &str| value(name).unwrap_or(otherwise).to_owned();
    let repository = or("repository", "acme/api");
    Some(match (table, column) {
        (_, "repository") | ("runs", "head_repository") => repository,
        (_, "run_attempt" | "batch") => "1".to_owned(),
        ("sources" | "test_results", "known_at") => value("completed_at")?.to_owned(),
        (_, "known_at") => [
            "created_at",
            "started_at",
            "effective_at",
            "observed_at",
            "committed_at",
        ]
        .into_iter()
        .find_map(value)?
        .to_owned(),
        ("runs", "event") => "push".to_owned(),
        ("runs", "head_branch" | "default_branch") => "main".to_owned(),
        ("runs" | "jobs", "head_sha") => format!("c{}", value("run_id")?),
        ("runs" | "jobs" | "steps", "status") => "completed".to_owned(),
        // Two observations of one run are two payloads.
        ("runs" | "jobs" | "repositories", "source_sha256") => {
            Sha256Digest::of(format!("{cells:?}").as_bytes()).to_string()
        }
        (_, "source_sha256" | "landed_sha256") => {
            let path = match table {
                "scans" | "findings" => value("report").or(Some("trivy.sarif")),
                "coverage" | "coverage_files" => value("report").or(Some("coverage.xml")),
                _ => value("path").or_else(|| value("report")),
            };
            let path = path.unwrap_or("junit.xml");
            let names = [value("job"), value("artifact"), Some(path)]
                .map(Option::unwrap_or_default)
                .join(" ");
            let text = format!("{repository} {} {} {names}", or("run_id", ""), or("run_attempt", "1"));
            value("source_sha256").map_or_else(|| Sha256Digest::of(text.as_bytes()).to_string(), str::to_owned)
        }
        ("sources", "path") | ("test_results", "report") => "junit.xml".to_owned(),
        ("sources", "format") => "junit".to_owned(),
        ("sources", "parser") => "junit/1".to_owned(),
        ("sources", "status") => "complete".to_owned(),
        ("sources", "size_bytes" | "n_rows" | "n_warnings") | ("test_results", "execution") => "0".to_owned(),
        ("test_results", "name") => value("test_id")?.to_owned(),
        ("test_results", "suite" | "class_name") => String::new(),
        ("test_results", "outcome") => "passed".to_owned(),
        ("test_results", "is_quarantined") => "false".to_owned(),
        ("scans" | "findings", "report") => "trivy.sarif".to_owned(),
        ("scans" | "findings", "scan") | ("findings", "result" | "occurrence") => "0".to_owned(),
        ("scans", "tool") => or("tool_family", "trivy"),
        ("scans" | "findings", "tool_family") => "trivy".to_owned(),
        ("scans", "completeness") => "complete".to_owned(),
        ("scans", "is_truncated") | ("findings", "is_severity_disputed") => "false".to_owned(),
        ("scans", "n_findings") => "0".to_owned(),
        ("coverage" | "coverage_files", "report") => "coverage.xml".to_owned(),
        ("coverage", "lines_basis" | "branches_basis") => "stated".to_owned(),
        ("coverage", "is_complete") => "true".to_owned(),
        ("coverage_files", "package") => String::new(),
        ("coverage", "n_files") => "0".to_owned(),
        ("coverage", counted) if counted.ends_with("_counted") => or(counted.trim_end_matches("_counted"), "0"),
        ("coverage_files", "lines_valid" | "lines_covered" | "branches_valid" | "branches_covered") => "0".to_owned(),
        ("findings", "identity_basis") => "package".to_owned(),
        ("findings", "class") => "sca".to_owned(),
        ("findings", "rule_id") => or("vulnerability_id", value("finding_uid")?),
        ("findings", "severity") => "high".to_owned(),
        ("findings", "severity_basis") => "score".to_owned(),
        ("findings", "level") => "error".to_owned(),
        _ => return None,
    })
}

fn kpi_line(row: &KpiRow, wanted: &[&str]) -> Result<String> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:?}"));
    let column = |name: &&str| -> Result<String> {
        let text = match *name {
            "repository" => row.repository.clone().unwrap_or_default(),
            "period_start" => format_timestamp(row.window.from),
            "period_end" => format_timestamp(row.window.to),
            "value" => number(row.value),
            "n" => row.n.to_string(),
            "low" => number(row.low),
            "high" => number(row.high),
            "separable" => row
                .separable
                .map_or_else(String::new, |separable| separable.to_string()),
            "target" => row.target.map_or_else(String::new, |target| {
                format!("{} {:?}", target.comparison, target.limit)
            }),
            "basis" => row.basis.clone().unwrap_or_default(),
            "verdict" => row.verdict.as_str().to_owned(),
            "excluded" => row
                .excluded
                .iter()
                .map(|excluded| format!("{} {}", excluded.reason, excluded.n))
                .collect::<Vec<_>>()
                .join("; "),
            name => number(
                *row.companions
                    .get(name)
                    .with_context(|| format!("there is no column `{name}`"))?,
            ),
        };
        Ok(quoted(&text))
    };
    Ok(wanted.iter().map(column).collect::<Result<Vec<_>>>()?.join(","))
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(value) => value.to_string(),
        Cell::Float(value) => format!("{value:?}"),
        Cell::Boolean(value) => value.to_string(),
        Cell::Time(time) => format_timestamp(*time),
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Both texts, each line with whether it is expected, found, or both.
fn difference(title: &str, expected: &str, found: &str) -> String {
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let same = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let mut text = format!("  {title}\n");
    let marked = [
        ("  ", &expected[..same]),
        ("- ", &expected[same..]),
        ("+ ", &found[same..]),
    ];
    for (mark, lines) in marked {
        lines.iter().for_each(|line| {
            let _ = writeln!(text, "    {mark}{line}");
        });
    }
    text
}

#[test]
fn a_case_that_is_not_well_formed_is_refused() {
    for (text, says) in [
        ("A title.\n", "no section"),
        ("\n//- expect\na\n", "in a sentence"),
        ("T.\n//- rows\na\n//- expect\na\n", "no section `rows`"),
        ("T.\n//- parameters\nto=2026-11-24\n", "the last section"),
        ("T.\n//- parameters\nto\n//- expect\na\n", "not name=value"),
    ] {
        let error = Case::parse(text)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(error.contains(says), "{text}: {error}");
    }
    assert_eq!(repeated("a,t{2..4},b{2..4}"), ["a,t2,b2", "a,t3,b3", "a,t4,b4"]);
    assert_eq!(
        relation_of(&PathBuf::from("tests/sql/kpi/x/y.case")).unwrap(),
        (Kind::Kpi, "x".to_owned())
    );
}
