//! A KPI: its value and verdict, its trend, its repositories, what was left out, the rows behind.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use domain::kpi::{KpiVerdict, exclusion};
use query::answer::{KpiAnswer, KpiRow, Table};
use query::prose::{Prose, prose};

use crate::chart::{IntervalBar, NARROW, Point, Trend, TrendChart, WIDE, ceiling};
use crate::error::PageError;
use crate::format::{self, Moment};
use crate::frame::{Frame, INGEST_COMMAND, Section, is_partial};
use crate::selection::Selection;
use crate::state::State;
use crate::table::TableView;
use crate::twin::{self, Format};
use crate::verdict::{self, VerdictView};

/// Rows of the list behind a KPI that its own page shows.
const ROWS_BEHIND: usize = 20;

/// Answers `/kpi/{id}` and its twins.
pub(crate) async fn kpi(
    extract::State(state): extract::State<State>,
    extract::Path(segment): extract::Path<String>,
    uri: Uri,
) -> Result<Response, PageError> {
    let (id, format) = Format::split(&segment);
    let selection = Selection::parse(uri.query())?;
    let mut question = state.question(&selection)?;
    let answer = state.engine.kpi(id, &question).await?;
    match format {
        Format::Json => return twin::json(&query::render::kpi_json(&answer)),
        Format::Csv => return Ok(twin::csv(id, query::render::kpi_csv(&answer))),
        Format::Html => {}
    }
    // What is published meanwhile must not mix two publications on one page.
    question.publication = Some(answer.asked.publication).filter(|number| *number > 0);
    let trend = state.engine.kpi_trend(id, &question).await?;
    let behind = match &answer.definition.list {
        Some(list) => Some(state.engine.list(list, &question).await?),
        None => None,
    };
    twin::html(&KpiPage::new(selection, &answer, &trend, behind.as_ref()))
}

/// A KPI.
#[derive(Debug, Template)]
#[template(path = "pages/kpi.html")]
pub(crate) struct KpiPage {
    frame: Frame,
    title: String,
    spec: String,
    owner: String,
    id: String,
    version: u32,
    explain_href: String,
    prose: Prose,
    all: Option<RowView>,
    sentence: String,
    gaps: String,
    basis: String,
    trend: Trend,
    /// Intervals exist for proportions only.
    has_intervals: bool,
    charts: Vec<String>,
    rows: Vec<RowView>,
    excluded: Vec<ExcludedView>,
    companions: Vec<(String, String)>,
    behind: Option<Behind>,
    command: &'static str,
}

/// The KPI in one repository or in all.
#[derive(Debug)]
struct RowView {
    name: String,
    href: String,
    is_all: bool,
    value: String,
    verdict: VerdictView,
    target: String,
    interval: String,
    low: String,
    high: String,
    n: String,
    n_excluded: String,
    bar: String,
}

/// A reason with what it means.
#[derive(Debug)]
struct ExcludedView {
    reason: String,
    n: String,
    counts: &'static str,
    because: &'static str,
    is_gap: bool,
}

/// The first rows of the list behind.
#[derive(Debug)]
struct Behind {
    title: String,
    href: String,
    n: String,
    n_shown: usize,
    is_whole: bool,
    table: TableView,
}

impl KpiPage {
    pub(crate) fn new(selection: Selection, answer: &KpiAnswer, trend: &[KpiAnswer], behind: Option<&Table>) -> Self {
        let definition = &answer.definition;
        let path = format!("/kpi/{}", definition.id);
        let all = answer.rows.iter().find(|row| row.repository.is_none());
        let sentence = all.map(|row| verdict::sentence(answer, row)).unwrap_or_default();
        let names = answer.rows.iter().filter_map(|row| row.repository.as_deref());
        let frame = Frame::new(&sentence, Section::None, &path, selection)
            .answering(&answer.asked)
            .filtering(names)
            .with_twins(&path, &["json", "csv"]);
        let trend = trend_of(trend);
        let top = ceiling(&answer.rows);
        let view = |row: &KpiRow| row_view(&frame, &path, answer, row, top);
        Self {
            title: definition.title.clone(),
            spec: definition.spec.clone(),
            owner: definition.owner.clone(),
            id: definition.id.clone(),
            version: definition.since,
            explain_href: frame.href(&format!("/explain/kpi/{}", definition.id)),
            prose: prose(definition),
            all: all.map(view),
            sentence,
            gaps: all.map(verdict::gaps).unwrap_or_default(),
            basis: all.and_then(|row| row.basis.clone()).unwrap_or_default(),
            charts: match trend.points.len() {
                0 => vec![],
                _ => [WIDE, NARROW]
                    .map(|size| TrendChart::new(&trend, size).to_string())
                    .to_vec(),
            },
            trend,
            has_intervals: answer.rows.iter().any(|row| row.low.is_some()),
            rows: answer.rows.iter().map(view).collect(),
            excluded: all.map(excluded).unwrap_or_default(),
            companions: all.map(|row| companions(answer, row)).unwrap_or_default(),
            behind: behind.map(|table| behind_view(&frame, table)),
            frame,
            command: INGEST_COMMAND,
        }
    }
}

fn row_view(frame: &Frame, path: &str, answer: &KpiAnswer, row: &KpiRow, top: f64) -> RowView {
    let limit = row.target.map(|target| target.limit);
    let shown = |value: Option<f64>| match value {
        Some(value) => format::value(value, &answer.definition.unit, limit),
        None => "–".to_owned(),
    };
    RowView {
        name: row
            .repository
            .clone()
            .unwrap_or_else(|| "All in the selection".to_owned()),
        href: row
            .repository
            .as_ref()
            .map(|name| frame.selection.of_repository(name).href(path))
            .unwrap_or_default(),
        is_all: row.repository.is_none(),
        value: shown(row.value),
        verdict: verdict::view(row.verdict),
        target: verdict::target(answer, row).unwrap_or_default(),
        interval: verdict::interval(answer, row).unwrap_or_default(),
        low: shown(row.low),
        high: shown(row.high),
        n: format::count(row.n),
        n_excluded: format::count(row.excluded.iter().map(|excluded| excluded.n).sum()),
        bar: IntervalBar::new(row, top).to_string(),
    }
}

/// The reasons, gaps first: they are what a verdict hangs on.
fn excluded(row: &KpiRow) -> Vec<ExcludedView> {
    let view = |excluded: &query::answer::Excluded| {
        let known = exclusion(&excluded.reason);
        ExcludedView {
            reason: format::words(&excluded.reason),
            n: format::count(excluded.n),
            counts: known.map_or("", |known| known.counts),
            because: known.map_or("", |known| known.because),
            is_gap: known.is_some_and(|known| known.is_gap),
        }
    };
    let mut views: Vec<_> = row.excluded.iter().map(view).collect();
    views.sort_by_key(|view| !view.is_gap);
    views
}

fn companions(answer: &KpiAnswer, row: &KpiRow) -> Vec<(String, String)> {
    let unit = |name: &str| verdict::companion_unit(name, &answer.definition.unit);
    let value = |name: &str, value: &Option<f64>| match value {
        Some(value) => format::value(*value, unit(name), None),
        None => "–".to_owned(),
    };
    row.companions
        .iter()
        .map(|(name, companion)| (format::words(name), value(name, companion)))
        .collect()
}

fn behind_view(frame: &Frame, table: &Table) -> Behind {
    let definition = table.definition.as_ref();
    let title = definition
        .map(|definition| definition.title.clone())
        .unwrap_or_default();
    let id = definition.map_or("", |definition| &definition.id);
    Behind {
        href: frame.href(&format!("/list/{id}")),
        n: format::size(table.rows.len() as u64),
        n_shown: table.rows.len().min(ROWS_BEHIND),
        is_whole: table.rows.len() <= ROWS_BEHIND,
        table: TableView::new(frame, table, &title, (0, ROWS_BEHIND), &[]),
        title,
    }
}

/// The trend of everything in the selection, one point for each answer, oldest first.
pub(crate) fn trend_of(answers: &[KpiAnswer]) -> Trend {
    let point = |answer: &KpiAnswer| {
        let row = answer.rows.iter().find(|row| row.repository.is_none())?;
        Some(Point {
            at: Moment(row.window.to),
            day: format::day(row.window.to),
            value: row.value.filter(|_| row.verdict != KpiVerdict::NoData),
            interval: row.low.zip(row.high),
            text: verdict::value(answer, row),
            interval_text: verdict::interval(answer, row).unwrap_or_default(),
            n: format::count(row.n),
            verdict: verdict::view(row.verdict),
            is_partial: is_partial(row.window, answer.asked.published_at),
        })
    };
    let newest = answers.last();
    let target = newest.and_then(|answer| {
        let row = answer.rows.iter().find(|row| row.target.is_some())?;
        let words = verdict::target(answer, row)?;
        Some((row.target?.limit, format!("target: {words}")))
    });
    let points: Vec<Point> = answers.iter().filter_map(point).collect();
    let title = newest
        .map(|answer| answer.definition.title.as_str())
        .unwrap_or_default();
    Trend {
        title: format!("{title} over the last {} weeks", points.len()),
        description: describe(&points),
        unit: newest.map(|answer| answer.definition.unit.clone()).unwrap_or_default(),
        points,
        target,
    }
}

fn describe(points: &[Point]) -> String {
    let mut known = points.iter().filter(|point| point.value.is_some());
    let (first, last) = (known.next(), known.next_back());
    let n_met = points.iter().filter(|point| point.verdict.class == "met").count();
    let n_gaps = points.iter().filter(|point| point.value.is_none()).count();
    let gaps = match n_gaps {
        0 => String::new(),
        1 => ", 1 week without data".to_owned(),
        _ => format!(", {n_gaps} weeks without data"),
    };
    let span = match (first, last) {
        (Some(first), Some(last)) => {
            format!(
                "From {} on {} to {} on {}; ",
                first.text, first.day, last.text, last.day
            )
        }
        _ => String::new(),
    };
    format!("{span}target met in {n_met} of {} weeks{gaps}.", points.len())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, KpiPage)> {
    use crate::samples;

    let page = |answer: &KpiAnswer, trend: &[KpiAnswer]| {
        let selection = Selection::parse(Some("as_of=2026-11-24&publication=42")).unwrap();
        KpiPage::new(selection, answer, trend, Some(&samples::flaky_table()))
    };
    let with = samples::kpi_answer_with;
    let mut hostile = samples::kpi_answer();
    hostile.rows[1].repository = Some(samples::HOSTILE.to_owned());
    vec![
        ("kpi_met", page(&samples::kpi_answer(), &samples::trend())),
        ("kpi_hostile", page(&hostile, &samples::trend())),
        (
            "kpi_missed",
            page(&with(Some(3.8), 1530, KpiVerdict::Missed), &samples::trend()),
        ),
        (
            "kpi_undetermined",
            page(&with(Some(1.1), 1530, KpiVerdict::Undetermined), &samples::trend()),
        ),
        ("kpi_no_data", page(&with(None, 0, KpiVerdict::NoData), &[])),
        (
            "kpi_empty",
            KpiPage::new(Selection::default(), &samples::kpi_answer_of_nothing(), &[], None),
        ),
    ]
}
