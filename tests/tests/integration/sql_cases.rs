//! Every file `tests/sql/<kind>/<id>/*.case`: rows in, a relation of the catalogue, rows out. Grammar: `tests/README.md`.
//!
//! SQL is read from the folder `sql/`, so that a changed statement needs no build; `tests/mutants` names other folders.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use domain::clock::{Window, format_timestamp, parse_timestamp};
use domain::policy::Policy;
use query::answer::{Cell, ControlRow, KpiRow, Question};
use query::catalog::Catalog;
use query::definition::Kind;
use query::engine::Engine;

use crate::case_rows::{read_rows, repeated};
use crate::tidy::tree::{root, walk};

#[tokio::test]
async fn every_sql_case_gives_the_rows_that_it_expects() {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever runs the tests says so by the environment"
    )]
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let folder = |name: &str, path: &str| variable(name).unwrap_or_else(|| root().join(path));
    let is_update = variable("UPDATE_EXPECT").is_some();
    let catalog = Catalog::read(&folder("PLUMBLINE_SQL_DIR", "sql")).unwrap();
    let paths: Vec<_> = walk(&folder("PLUMBLINE_CASES_DIR", "tests/sql"))
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
    let lines = match kind {
        Kind::Kpi => engine
            .kpi(&id, &question)
            .await?
            .rows
            .iter()
            .map(|row| kpi_line(row, &wanted))
            .collect(),
        Kind::Control => engine
            .control(&id, &question)
            .await?
            .rows
            .iter()
            .map(|row| control_line(row, &wanted))
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
    if !matches!(kind, Kind::Kpi | Kind::Control | Kind::List) {
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

fn control_line(row: &ControlRow, wanted: &[&str]) -> Result<String> {
    let column = |name: &&str| -> Result<String> {
        Ok(quoted(&match *name {
            "subject" => row.subject.clone(),
            "status" => row.status.to_string(),
            "reason" => row.reason.clone(),
            "observed_at" => row.observed_at.map_or_else(String::new, format_timestamp),
            "evidence" => row.evidence.clone(),
            name => bail!("there is no column `{name}`"),
        }))
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
