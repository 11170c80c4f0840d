//! Every number and set of the lake beside the truth that the simulation wrote down as it acted.

mod controls;
mod quarantines;
mod security;

use std::collections::{BTreeMap, BTreeSet};

use demo::truth::{Kpi, Truth};
use domain::clock::{Timestamp, format_timestamp};
use query::answer::{Cell, KpiRow, Question, Table};
use query::definition::Kind;
use query::engine::Engine;

use crate::output;
use crate::run::Outcome;

/// Differences that are shown of each kind; all are counted.
const SHOWN: usize = 10;

/// What was compared under one name.
#[derive(Debug, Default)]
struct Compared {
    n: usize,
    /// What it consists of; empty: nothing more to say.
    note: String,
    differences: Vec<String>,
}

/// Compares, prints, and says whether all is equal.
pub(super) async fn check(engine: &Engine, truth: &Truth) -> anyhow::Result<Outcome> {
    let mut found: BTreeMap<String, Compared> = BTreeMap::new();
    kpis(engine, truth, &mut found).await?;
    found.insert("list outages".to_owned(), outages(engine, truth).await?);
    found.insert(
        "list pull_request_durations".to_owned(),
        durations(engine, truth).await?,
    );
    found.insert("list flaky_tests".to_owned(), flaky(engine, truth).await?);
    found.insert("list quarantines".to_owned(), quarantines::check(engine, truth).await?);
    found.insert(
        "list security_clocks".to_owned(),
        security::clocks(engine, truth).await?,
    );
    found.insert("list sla_breaches".to_owned(), security::breaches(engine, truth).await?);
    found.insert("list main_branches".to_owned(), branches(engine, truth).await?);
    controls::check(engine, truth, &mut found).await?;
    let mut n_differences = 0;
    for (name, compared) in &found {
        n_differences += compared.differences.len();
        let verdict = match compared.differences.len() {
            0 if compared.n == 0 => "and the lake has none".to_owned(),
            0 => "equal".to_owned(),
            n => format!("{n} differ"),
        };
        let note = match compared.note.as_str() {
            "" => String::new(),
            note => format!(" ({note})"),
        };
        output::text(&format!("{name}: {} compared{note}, {verdict}", compared.n));
        for difference in compared.differences.iter().take(SHOWN) {
            output::text(&format!("  {difference}"));
        }
        if compared.differences.len() > SHOWN {
            output::text(&format!("  … and {} more", compared.differences.len() - SHOWN));
        }
    }
    Ok(if n_differences == 0 {
        Outcome::Ok
    } else {
        Outcome::Missed
    })
}

fn question(as_of: Timestamp) -> Question {
    Question {
        as_of,
        known_at: None,
        publication: None,
        window: None,
        repositories: Vec::new(),
        arguments: BTreeMap::new(),
    }
}

async fn kpis(engine: &Engine, truth: &Truth, found: &mut BTreeMap<String, Compared>) -> anyhow::Result<()> {
    let ids: BTreeSet<&str> = truth.kpis.iter().map(|kpi| kpi.id).collect();
    for id in ids {
        let compared = found.entry(format!("kpi {id}")).or_default();
        let expected = truth.kpis.iter().filter(|kpi| kpi.id == id);
        if engine.catalog().get(Kind::Kpi, id).is_none() {
            compared.n = expected.count();
            compared.differences = vec!["there is no such relation yet".to_owned()];
            continue;
        }
        let answer = engine.kpi(id, &question(truth.as_of)).await?;
        let mut rows: BTreeMap<Option<&str>, &KpiRow> =
            answer.rows.iter().map(|row| (row.repository.as_deref(), row)).collect();
        for expected in expected {
            compared.n += 1;
            let place = expected.repository.as_deref();
            match rows.remove(&place) {
                Some(row) => compared.differences.extend(differences(expected, row)),
                None => compared.differences.push(format!("{}: no row", place.unwrap_or("all"))),
            }
        }
        for place in rows.into_keys() {
            compared
                .differences
                .push(format!("{}: nothing is true of it", place.unwrap_or("all")));
        }
    }
    Ok(())
}

/// Where a row is not what is true: window, value, n, verdict, what was excluded, and the companions that both have.
fn differences(expected: &Kpi, row: &KpiRow) -> Vec<String> {
    let place = expected.repository.as_deref().unwrap_or("all");
    let mut found = Vec::new();
    let mut hold = |what: &str, truth: String, lake: String| {
        if truth != lake {
            found.push(format!("{place}: {what} is {truth}, the lake says {lake}"));
        }
    };
    hold(
        "the window",
        format!("{:?}", (expected.from, expected.to)),
        format!("{:?}", (row.window.from, row.window.to)),
    );
    hold("the value", format!("{:?}", expected.value), format!("{:?}", row.value));
    hold("n", expected.n.to_string(), row.n.to_string());
    hold(
        "the verdict",
        expected.verdict.as_str().to_owned(),
        row.verdict.as_str().to_owned(),
    );
    let excluded: BTreeMap<&str, i64> = expected.excluded.iter().map(|(reason, n)| (*reason, *n)).collect();
    let of_row: BTreeMap<&str, i64> = row
        .excluded
        .iter()
        .filter(|excluded| excluded.n > 0)
        .map(|excluded| (excluded.reason.as_str(), excluded.n))
        .collect();
    hold("what is excluded", format!("{excluded:?}"), format!("{of_row:?}"));
    for (name, value) in &expected.companions {
        if let Some(of_row) = row.companions.get(*name) {
            hold(name, format!("{:?}", Some(*value)), format!("{of_row:?}"));
        }
    }
    found
}

/// Compares two sets of lines.
fn sets(expected: BTreeSet<String>, found: &BTreeSet<String>) -> Compared {
    let n = expected.len();
    let missing = expected.difference(found).map(|line| format!("the lake lacks {line}"));
    let foreign = found.difference(&expected).map(|line| format!("not true: {line}"));
    let differences = missing.chain(foreign).collect();
    Compared {
        n,
        differences,
        ..Compared::default()
    }
}

/// The cells of some columns of each row, joined.
fn lines(table: &Table, columns: &[&str]) -> BTreeSet<String> {
    let places: Vec<Option<usize>> = columns
        .iter()
        .map(|name| table.columns.iter().position(|column| column.name == *name))
        .collect();
    let text = |cell: &Cell| match cell {
        Cell::Null => "–".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Boolean(value) => value.to_string(),
        Cell::Time(time) => format_timestamp(*time),
    };
    let line = |row: &Vec<Cell>| {
        let cells = places
            .iter()
            .map(|place| place.map_or_else(String::new, |place| text(&row[place])));
        cells.collect::<Vec<_>>().join(" | ")
    };
    table.rows.iter().map(line).collect()
}

fn or_dash<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

/// The window of a list, as the truth has it: the 30 days before the end, or that of a KPI.
fn window(truth: &Truth, id: &str) -> (Timestamp, Timestamp) {
    let of_kpi = truth.kpis.iter().find(|kpi| kpi.id == id);
    of_kpi.map_or((truth.from, truth.as_of), |kpi| (kpi.from, kpi.to))
}

async fn outages(engine: &Engine, truth: &Truth) -> anyhow::Result<Compared> {
    let table = engine.list("outages", &question(truth.as_of)).await?;
    let (from, _) = window(truth, "time_to_fix_main");
    let mut expected = BTreeSet::new();
    for of in &truth.repositories {
        for outage in &of.outages {
            if outage.closed_at.is_some_and(|closed_at| closed_at < from) {
                continue;
            }
            let checks: BTreeSet<&str> = outage.checks.iter().map(|red| red.check.as_str()).collect();
            expected.insert(format!(
                "{} | {} | {} | {} | {}",
                of.repository,
                format_timestamp(outage.opened_at),
                or_dash(outage.closed_at.map(format_timestamp)),
                outage.is_rerun_alone,
                checks.into_iter().collect::<Vec<_>>().join(", "),
            ));
        }
    }
    let columns = ["repository", "opened_at", "closed_at", "is_rerun_alone", "checks"];
    Ok(sets(expected, &lines(&table, &columns)))
}

/// Red or green, and since when: the opening of the open outage, or the closing of the last one.
async fn branches(engine: &Engine, truth: &Truth) -> anyhow::Result<Compared> {
    let table = engine.list("main_branches", &question(truth.as_of)).await?;
    let mut expected = BTreeSet::new();
    let mut never_red = BTreeSet::new();
    for of in &truth.repositories {
        let Some(last) = of.outages.last() else {
            never_red.insert(of.repository.as_str());
            continue;
        };
        let (state, since) = last
            .closed_at
            .map_or(("red", last.opened_at), |closed_at| ("green", closed_at));
        expected.insert(format!("{} | {state} | {}", of.repository, format_timestamp(since)));
    }
    // Since when a branch is green that was never red, the truth does not tell.
    let is_told = |line: &String| {
        let (repository, state) = line.split_once(" | ").unwrap_or((line, ""));
        !(never_red.contains(repository) && state.starts_with("green"))
    };
    let mut found = lines(&table, &["repository", "state", "since"]);
    found.retain(is_told);
    Ok(sets(expected, &found))
}

async fn durations(engine: &Engine, truth: &Truth) -> anyhow::Result<Compared> {
    let table = engine.list("pull_request_durations", &question(truth.as_of)).await?;
    let (from, to) = window(truth, "median_ci_duration_per_pull_request");
    let mut expected = BTreeSet::new();
    for of in &truth.repositories {
        for pull in &of.pull_requests {
            if !pull.merged_at.is_some_and(|at| (from..to).contains(&at)) {
                continue;
            }
            let count = |state: &str| pull.heads.iter().filter(|head| head.state == state).count();
            expected.insert(format!(
                "{} | {} | {} | {} | {} | {} | {} | {}",
                of.repository,
                pull.number,
                or_dash(pull.merged_at.map(format_timestamp)),
                or_dash(pull.seconds),
                count("green"),
                count("superseded"),
                count("not_green"),
                count("too_long"),
            ));
        }
    }
    let columns = [
        "repository",
        "number",
        "merged_at",
        "seconds",
        "n_green",
        "n_superseded",
        "n_not_green",
        "n_too_long",
    ];
    Ok(sets(expected, &lines(&table, &columns)))
}

async fn flaky(engine: &Engine, truth: &Truth) -> anyhow::Result<Compared> {
    let table = engine.list("flaky_tests", &question(truth.as_of)).await?;
    let (from, to) = window(truth, "flaky_test_rate");
    let mut grades: BTreeMap<(String, String, String), &str> = BTreeMap::new();
    for of in &truth.repositories {
        for test in &of.flaky {
            let Some(grade) = test.grade.filter(|_| test.verdict == "flaky") else {
                continue;
            };
            if !(from..to).contains(&test.verdict_at) {
                continue;
            }
            let key = (of.repository.clone(), test.class_name.clone(), test.name.clone());
            let best = grades.entry(key).or_insert(grade);
            *best = grade.min(best);
        }
    }
    let line = |((repository, class, name), grade): ((String, String, String), &str)| {
        format!("{repository} | {class} | {name} | {grade}")
    };
    let expected = grades.into_iter().map(line).collect();
    Ok(sets(
        expected,
        &lines(&table, &["repository", "class_name", "name", "grade"]),
    ))
}
