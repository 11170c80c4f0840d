//! Answers made up for tests: what the pages' `samples()` are built from. Compiled for tests only.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::clock::{Timestamp, Window, parse_timestamp};
use domain::kpi::{Comparison, KpiVerdict, Number, Target, is_separable, judge};
use query::answer::{
    Asked, Cell, Chain, Column, Excluded, Explanation, FileRef, KpiAnswer, KpiRow, PublicationRef, Subject, Table,
};
use query::definition::{Definition, Kind};

use crate::sample_definitions::{columns, definition, flaky_test_rate, flaky_tests, sources, test_executions};

/// A name that breaks every page which does not escape it.
pub(crate) const HOSTILE: &str = "<script>alert(\"x\")</script>'&amp;=cmd|' /C calc'!A0";

/// Reads an instant.
pub(crate) fn at(text: &str) -> Timestamp {
    parse_timestamp(text).unwrap_or_default()
}

/// A digest that is different for each `seed`.
pub(crate) fn digest(seed: &str) -> String {
    domain::identity::Sha256Digest::of(seed.as_bytes()).to_string()
}

/// The parameters of every sample.
pub(crate) fn asked() -> Asked {
    Asked {
        as_of: at("2026-11-24T00:00:00Z"),
        known_at: None,
        publication: 42,
        publication_sha256: digest("publication 42"),
        published_at: Some(at("2026-11-23T23:48:10Z")),
        window: Window {
            from: at("2026-11-10"),
            to: at("2026-11-24"),
        },
        repositories: vec![],
        arguments: BTreeMap::new(),
    }
}

/// The parameters while nothing is published.
pub(crate) fn asked_of_nothing() -> Asked {
    Asked {
        publication: 0,
        publication_sha256: String::new(),
        published_at: None,
        ..asked()
    }
}

const TARGET: Target = Target {
    comparison: Comparison::Less,
    limit: 2.0,
};

/// A row of the KPI judged as domain judges it.
pub(crate) fn row(repository: Option<&str>, value: Option<f64>, n: i64, interval: Option<(f64, f64)>) -> KpiRow {
    let (low, high) = (interval.map(|interval| interval.0), interval.map(|interval| interval.1));
    KpiRow {
        repository: repository.map(str::to_owned),
        window: asked().window,
        value,
        n,
        low,
        high,
        separable: is_separable(low, high, TARGET.limit),
        target: Some(TARGET),
        basis: Some("CI/CL-001 §21 (spec)".to_owned()),
        verdict: judge(
            &Number {
                value,
                n,
                ..Number::default()
            },
            TARGET,
        ),
        excluded: vec![],
        companions: BTreeMap::new(),
    }
}

fn excluded(reasons: &[(&str, i64)]) -> Vec<Excluded> {
    let own = |(reason, n): &(&str, i64)| Excluded {
        reason: (*reason).to_owned(),
        n: *n,
    };
    reasons.iter().map(own).collect()
}

/// A healthy organization with one repository over its target.
pub(crate) fn kpi_answer() -> KpiAnswer {
    let mut all = row(None, Some(1.3725), 1530, Some((0.9014, 2.0847)));
    all.excluded = excluded(&[
        ("fork", 12),
        ("infrastructure_event", 2),
        ("other_branch", 131),
        ("skipped", 44),
    ]);
    all.companions = BTreeMap::from([
        ("rate_without_quarantined".to_owned(), Some(1.1111)),
        ("share_never_retried".to_owned(), Some(18.2)),
        ("rate_by_execution".to_owned(), None),
    ]);
    KpiAnswer {
        definition: flaky_test_rate(),
        asked: asked(),
        rows: vec![
            all,
            row(Some("neurocipher/console"), Some(3.4682), 173, Some((1.6, 7.35))),
            row(Some("neurocipher/ingest-api"), Some(1.9999), 812, Some((1.21, 3.2))),
            row(Some("neurocipher/key-vault"), Some(0.0), 545, Some((0.0, 0.7))),
            row(Some("neurocipher/terraform"), None, 0, None),
        ],
    }
}

/// The same organization with every verdict that there is.
pub(crate) fn kpi_answer_with(value: Option<f64>, n: i64, verdict: KpiVerdict) -> KpiAnswer {
    let mut answer = kpi_answer();
    if let Some(all) = answer.rows.first_mut() {
        *all = row(None, value, n, value.map(|value| (value * 0.6, value * 1.5)));
        all.verdict = verdict;
        all.excluded = excluded(&[("report_partial", 3), ("report_refused", 1), ("skipped", 44)]);
    }
    answer
}

/// Nothing is published.
pub(crate) fn kpi_answer_of_nothing() -> KpiAnswer {
    KpiAnswer {
        definition: flaky_test_rate(),
        asked: asked_of_nothing(),
        rows: vec![row(None, None, 0, None)],
    }
}

/// Twelve weeks with a gap in them.
pub(crate) fn trend() -> Vec<KpiAnswer> {
    let values = [2.61, 2.44, 2.9, 2.2, f64::NAN, 1.95, 1.7, 2.05, 1.8, 1.61, 1.44, 1.3725];
    let n_values = values.len();
    let point = |(index, value): (usize, f64)| {
        let back = chrono::TimeDelta::weeks(i64::try_from(n_values - 1 - index).unwrap_or(0));
        let mut answer = kpi_answer();
        let mut all = row(None, Some(value), 1530, Some((value * 0.66, value * 1.5)));
        if value.is_nan() {
            all = row(None, None, 0, None);
        }
        all.window = Window {
            from: answer.asked.window.from - back,
            to: answer.asked.window.to - back,
        };
        answer.asked.as_of -= back;
        answer.asked.window = all.window;
        answer.rows = vec![all];
        answer
    };
    values.into_iter().enumerate().map(point).collect()
}

fn table(definition: Arc<Definition>, rows: Vec<Vec<Cell>>) -> Table {
    let column = |(name, doc): &(String, String)| Column {
        name: name.clone(),
        doc: doc.clone(),
    };
    Table {
        columns: definition.columns.iter().map(column).collect(),
        definition: Some(definition),
        asked: asked(),
        rows,
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// The tests behind the KPI; the second has a hostile name.
pub(crate) fn flaky_table() -> Table {
    let row = |(repository, id, class, name, grade, n, quarantined): (&str, &str, &str, &str, &str, i64, bool)| {
        vec![
            text(repository),
            text(id),
            text("pytest"),
            text(class),
            text(name),
            text(grade),
            Cell::Integer(n),
            Cell::Integer(n + 1),
            Cell::Integer(n + 3),
            Cell::Time(at("2026-11-23T14:02:11Z")),
            Cell::Boolean(quarantined),
        ]
    };
    let rows = [
        (
            "neurocipher/console",
            "aaaabbbbcc22",
            "tests.test_session",
            "test_refresh_token_race[redis]",
            "A",
            6,
            true,
        ),
        (
            "neurocipher/console",
            "aaaabbbbcc33",
            "tests.test_form",
            HOSTILE,
            "B",
            3,
            false,
        ),
        (
            "neurocipher/ingest-api",
            "aaaabbbbcc44",
            "io.neurocipher.QueueTest",
            "drainsWithinOneSecond",
            "A",
            2,
            false,
        ),
        (
            "neurocipher/ingest-api",
            "aaaabbbbcc55",
            "io.neurocipher.ClockTest",
            "survivesLeapSecond",
            "C",
            1,
            false,
        ),
    ];
    table(flaky_tests(), rows.into_iter().map(row).collect())
}

/// Forty executions of one test, newest first.
pub(crate) fn executions_table() -> Table {
    let row = |index: i64| {
        let run = index * 2 / 3;
        let outcome = match index % 9 {
            1 => "failed",
            4 => "skipped",
            7 if index > 20 => "error",
            _ => "passed",
        };
        let is_bad = matches!(outcome, "failed" | "error");
        vec![
            text("neurocipher/console"),
            text("pytest"),
            text("tests.test_session"),
            text("test_refresh_token_race[redis]"),
            Cell::Time(at("2026-11-23T20:00:00Z") - chrono::TimeDelta::minutes(index * 400)),
            Cell::Integer(9_120_044_310 - run * 7),
            Cell::Integer(1),
            text("ci"),
            text("unit"),
            text("push"),
            text("main"),
            text("9fceb02d0ae598e95dc970b74767f19372d61af8"),
            Cell::Integer(i64::from(index % 3 != 1)),
            text(outcome),
            if index % 3 == 0 {
                text("rerun_element")
            } else {
                Cell::Null
            },
            Cell::Integer(1832 + index * 17),
            if is_bad { text("AssertionError") } else { Cell::Null },
            if is_bad { text(HOSTILE) } else { Cell::Null },
            Cell::Boolean(true),
            text("https://github.com/neurocipher/console/issues/812"),
            text(&digest("report")),
        ]
    };
    table(test_executions(), (0..40).map(row).collect())
}

/// What was ingested, with losses.
pub(crate) fn sources_table() -> Table {
    let row = |(status, reason, n_rows, warning): (&str, Option<&str>, i64, Option<&str>)| {
        vec![
            Cell::Time(at("2026-11-23T20:00:00Z")),
            text("neurocipher/console"),
            Cell::Integer(9_120_044_310),
            Cell::Integer(1),
            text("reports/unit/junit.xml"),
            text("junit"),
            text("pytest"),
            text(status),
            reason.map_or(Cell::Null, text),
            Cell::Integer(n_rows),
            Cell::Integer(i64::from(warning.is_some())),
            warning.map_or(Cell::Null, text),
            text(&digest(&format!("{status}{n_rows}"))),
        ]
    };
    let rows = [
        ("complete", None, 812, None),
        (
            "partial",
            Some("breaks off at byte 20,480"),
            117,
            Some("unclosed element `testcase`"),
        ),
        ("complete", None, 233, Some(HOSTILE)),
        ("refused", Some("not XML: begins with `<!doctype html>`"), 0, None),
    ];
    table(sources(), rows.into_iter().map(row).collect())
}

/// Two audits, one of them with an offending row.
pub(crate) fn audits() -> Vec<Table> {
    let audit = |id: &str, title: &str, severity: &str, rows: Vec<Vec<Cell>>| {
        let definition = Definition {
            severity: Some(severity.to_owned()),
            columns: columns(&[("subject", "What is wrong."), ("n", "How often.")]),
            ..definition(
                Kind::Audit,
                "audit",
                id,
                title,
                "Empty when the lake is healthy.",
                "select 1",
            )
        };
        table(Arc::new(definition), rows)
    };
    vec![
        audit("test_ids_name_one_test", "A test id names one test", "fail", vec![]),
        audit(
            "runs_have_reports",
            "Runs that completed have reports",
            "warn",
            vec![vec![text(HOSTILE), Cell::Integer(2)]],
        ),
    ]
}

/// The chain behind the KPI.
pub(crate) fn explanation() -> Explanation {
    let stg = definition(
        Kind::Stg,
        "stg",
        "test_results",
        "Test results",
        "Renames and casts.",
        "select * from raw.test_results",
    );
    let mart = definition(
        Kind::Mart,
        "mart",
        "test_verdicts",
        "Verdicts of tests",
        "One row for each test and source.",
        "select repository, test_id, verdict_at, verdict\nfrom stg.test_results\nwhere outcome <> 'skipped'",
    );
    let file = |index: u64| FileRef {
        table: "test_results".to_owned(),
        path: format!("tables/test_results/repository=neurocipher%2Fconsole/day=2026-11-{index}/part-0.parquet"),
        sha256: digest(&format!("file {index}")),
        rows: 1_200 + index * 31,
        bytes: 48_211 * index,
    };
    Explanation {
        subject: Subject::Kpi(kpi_answer()),
        chain: Chain {
            definitions: vec![Arc::new(stg), Arc::new(mart), flaky_test_rate()],
            parameters: vec![
                ("from".to_owned(), "2026-11-10T00:00:00Z".to_owned()),
                ("to".to_owned(), "2026-11-24T00:00:00Z".to_owned()),
                ("as_of".to_owned(), "2026-11-24T00:00:00Z".to_owned()),
            ],
            files: (20..24).map(file).collect(),
            manifests: vec![("test_results".to_owned(), digest("manifest"))],
            command: "plumbline kpi flaky_test_rate --publication 42 --as-of 2026-11-24T00:00:00Z".to_owned(),
        },
        sources: sources_table(),
    }
}

/// Three publications, newest first.
pub(crate) fn publications() -> Vec<PublicationRef> {
    let publication = |number: u64| PublicationRef {
        number,
        sha256: digest(&format!("publication {number}")),
        previous_sha256: (number > 40).then(|| digest(&format!("publication {}", number - 1))),
        published_at: at("2026-11-23T23:48:10Z") - chrono::TimeDelta::hours(42 - i64::try_from(number).unwrap_or(0)),
        cause: "ingest".to_owned(),
        batches: vec![digest(&format!("batch {number}"))[..16].to_owned()],
        tables: vec![
            ("sources".to_owned(), 3, 1_180, 88_001),
            ("test_results".to_owned(), 14, 412_003, 9_812_345),
        ],
    };
    (40..=42).rev().map(publication).collect()
}
