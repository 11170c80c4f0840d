//! The first page: is it well, in words; then the numbers; then what they do not know.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use domain::kpi::KpiVerdict;
use query::answer::{KpiAnswer, Table};
use query::definition::Kind;

use crate::chart::{IntervalBar, Sparkline, ceiling};
use crate::error::PageError;
use crate::format::{self, Moment};
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::pages::kpi::{TREND_WEEKS, trend_of};
use crate::selection::Selection;
use crate::state::State;
use crate::table::rows;
use crate::twin::{self, Format};
use crate::verdict::{self, VerdictView};

/// Answers `/`, `/overview.json` and `/overview.csv`.
pub(crate) async fn overview(extract::State(state): extract::State<State>, uri: Uri) -> Result<Response, PageError> {
    let selection = Selection::parse(uri.query())?;
    let mut question = selection.question(state.clock.now())?;
    let definitions: Vec<_> = state.engine.catalog().of_kind(Kind::Kpi).collect();
    let mut answers = Vec::with_capacity(definitions.len());
    for definition in definitions {
        let answer = state.engine.kpi(&definition.id, &question).await?;
        // What is published meanwhile must not mix two publications on one page.
        question.publication = Some(answer.asked.publication).filter(|number| *number > 0);
        answers.push(answer);
    }
    match Format::split(uri.path()).1 {
        Format::Json => {
            let rows: Vec<_> = answers.iter().flat_map(query::render::kpi_json).collect();
            return twin::json(&rows);
        }
        Format::Csv => return Ok(twin::csv("overview", query::render::kpis_csv(&answers))),
        Format::Html => {}
    }
    let mut kpis = Vec::with_capacity(answers.len());
    for answer in answers {
        let trend = state
            .engine
            .kpi_trend(&answer.definition.id, &question, TREND_WEEKS)
            .await?;
        kpis.push((answer, trend));
    }
    let sources = state.engine.list("sources", &question).await?;
    let audits = state.engine.audits(&question).await?;
    twin::html(&OverviewPage::new(selection, &kpis, &sources, &audits))
}

/// The overview.
#[derive(Debug, Template)]
#[template(path = "pages/overview.html")]
pub(crate) struct OverviewPage {
    frame: Frame,
    headline: String,
    verdict: VerdictView,
    cards: Vec<Card>,
    repositories: Vec<RepositoryRow>,
    ingested: Ingested,
    command: &'static str,
}

/// A KPI at a glance.
#[derive(Debug)]
struct Card {
    title: String,
    href: String,
    explain_href: String,
    value: String,
    verdict: VerdictView,
    target: Option<String>,
    interval: Option<String>,
    n: String,
    gaps: String,
    sparkline: Option<String>,
    weeks: usize,
}

/// A repository with each KPI.
#[derive(Debug)]
struct RepositoryRow {
    name: String,
    href: String,
    cells: Vec<Option<RepositoryCell>>,
}

/// What one KPI is in one repository.
#[derive(Debug)]
struct RepositoryCell {
    value: String,
    verdict: VerdictView,
    interval: Option<String>,
    bar: String,
    n: String,
}

/// What was read, and what of it was lost.
#[derive(Debug)]
struct Ingested {
    n_complete: String,
    n_partial: String,
    n_refused: String,
    has_losses: bool,
    newest: Option<Moment>,
    published: Option<Moment>,
    unhealthy: Vec<String>,
}

impl OverviewPage {
    pub(crate) fn new(
        selection: Selection,
        kpis: &[(KpiAnswer, Vec<KpiAnswer>)],
        sources: &Table,
        audits: &[Table],
    ) -> Self {
        let (headline, verdict) = headline(kpis);
        let names = kpis
            .iter()
            .flat_map(|(answer, _)| &answer.rows)
            .filter_map(|row| row.repository.as_deref());
        let frame = Frame::new(&headline, Section::Overview, "/", selection)
            .answering(kpis.first().map_or(&sources.asked, |(answer, _)| &answer.asked))
            .filtering(names)
            .with_twins("/overview", &["json", "csv"]);
        Self {
            cards: kpis
                .iter()
                .filter_map(|(answer, trend)| card(&frame, answer, trend))
                .collect(),
            repositories: repositories(&frame, kpis),
            ingested: ingested(sources, audits),
            frame,
            headline,
            verdict,
            command: INGEST_COMMAND,
        }
    }

    fn titles(&self) -> impl Iterator<Item = &Card> {
        self.cards.iter()
    }
}

/// One KPI speaks for itself; of several, the counts, the worst first.
fn headline(kpis: &[(KpiAnswer, Vec<KpiAnswer>)]) -> (String, VerdictView) {
    let mut verdicts: Vec<_> = kpis
        .iter()
        .filter_map(|(answer, _)| Some((answer, answer.rows.first()?)))
        .collect();
    verdicts.sort_by_key(|(_, row)| verdict::weight(row.verdict));
    let Some((answer, row)) = verdicts.first() else {
        return (
            "There is nothing to judge yet.".to_owned(),
            verdict::view(KpiVerdict::NoData),
        );
    };
    if answer.asked.publication == 0 {
        return (
            "Nothing has been ingested yet.".to_owned(),
            verdict::view(KpiVerdict::NoData),
        );
    }
    if verdicts.len() == 1 {
        return (verdict::sentence(answer, row), verdict::view(row.verdict));
    }
    let n_met = verdicts
        .iter()
        .filter(|(_, row)| row.verdict == KpiVerdict::Met)
        .count();
    let text = if n_met == verdicts.len() {
        format!("All {n_met} KPIs meet their targets.")
    } else {
        format!(
            "{n_met} of {} KPIs meet their targets. {}",
            verdicts.len(),
            verdict::sentence(answer, row)
        )
    };
    (text, verdict::view(row.verdict))
}

fn card(frame: &Frame, answer: &KpiAnswer, trend: &[KpiAnswer]) -> Option<Card> {
    let row = answer.rows.first()?;
    let id = &answer.definition.id;
    let trend = trend_of(trend);
    Some(Card {
        title: answer.definition.title.clone(),
        href: frame.href(&format!("/kpi/{id}")),
        explain_href: frame.href(&format!("/explain/kpi/{id}")),
        value: verdict::value(answer, row),
        verdict: verdict::view(row.verdict),
        target: verdict::target(answer, row),
        interval: verdict::interval(answer, row),
        n: format::count(row.n),
        gaps: verdict::gaps(row),
        weeks: trend.points.len(),
        sparkline: (trend.points.len() > 1).then(|| Sparkline::new(&trend).to_string()),
    })
}

fn repositories(frame: &Frame, kpis: &[(KpiAnswer, Vec<KpiAnswer>)]) -> Vec<RepositoryRow> {
    let rows = kpis.iter().flat_map(|(answer, _)| &answer.rows);
    let mut names: Vec<_> = rows.filter_map(|row| row.repository.clone()).collect();
    names.sort();
    names.dedup();
    let cell = |name: &str, answer: &KpiAnswer| {
        let row = answer.rows.iter().find(|row| row.repository.as_deref() == Some(name))?;
        Some(RepositoryCell {
            value: verdict::value(answer, row),
            verdict: verdict::view(row.verdict),
            interval: verdict::interval(answer, row),
            bar: IntervalBar::new(row, ceiling(&answer.rows)).to_string(),
            n: format::count(row.n),
        })
    };
    let row = |name: String| RepositoryRow {
        href: frame.selection.of_repository(&name).href("/"),
        cells: kpis.iter().map(|(answer, _)| cell(&name, answer)).collect(),
        name,
    };
    names.into_iter().map(row).collect()
}

fn ingested(sources: &Table, audits: &[Table]) -> Ingested {
    // What is told about a run is a payload, too, but no report; other formats are no loss.
    let is_report = |format: &str| !matches!(format, "run" | "other");
    let reports = || rows(sources).filter(|row| is_report(row.text("format")));
    let count = |status: &str| reports().filter(|row| row.text("status") == status).count();
    let (n_partial, n_refused) = (count("partial"), count("refused"));
    let shown = |n: usize| format::size(n as u64);
    let title = |audit: &Table| audit.definition.as_ref().map(|definition| definition.title.clone());
    Ingested {
        n_complete: shown(count("complete")),
        n_partial: shown(n_partial),
        n_refused: shown(n_refused),
        has_losses: n_partial + n_refused > 0,
        newest: rows(sources)
            .filter_map(|row| row.time("completed_at"))
            .max()
            .map(Moment),
        published: sources.asked.published_at.map(Moment),
        unhealthy: audits
            .iter()
            .filter(|audit| !audit.rows.is_empty())
            .filter_map(title)
            .collect(),
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, OverviewPage)> {
    use crate::samples;

    let page = |answer: KpiAnswer, trend: Vec<KpiAnswer>| {
        let selection = Selection::parse(Some("repository=neurocipher/console")).unwrap();
        OverviewPage::new(
            selection,
            &[(answer, trend)],
            &samples::sources_table(),
            &samples::audits(),
        )
    };
    let mut empty = samples::sources_table();
    empty.asked = samples::asked_of_nothing();
    empty.rows.clear();
    let mut hostile = samples::kpi_answer();
    hostile.rows[1].repository = Some(samples::HOSTILE.to_owned());
    let with = samples::kpi_answer_with;
    vec![
        ("overview_met", page(samples::kpi_answer(), samples::trend())),
        ("overview_hostile", page(hostile, samples::trend())),
        (
            "overview_missed",
            page(with(Some(3.8), 1530, KpiVerdict::Missed), samples::trend()),
        ),
        (
            "overview_undetermined",
            page(with(Some(1.1), 1530, KpiVerdict::Undetermined), samples::trend()),
        ),
        ("overview_no_data", page(with(None, 0, KpiVerdict::NoData), vec![])),
        (
            "overview_empty",
            OverviewPage::new(
                Selection::default(),
                &[(samples::kpi_answer_of_nothing(), vec![])],
                &empty,
                &[],
            ),
        ),
    ]
}
