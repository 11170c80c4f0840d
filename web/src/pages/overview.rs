//! The first page: is it well, in words; then the numbers; then what they do not know.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use domain::kpi::KpiVerdict;
use query::answer::{KpiAnswer, Table};
use query::definition::Kind;

use crate::card::Card;
use crate::chart::{IntervalBar, ceiling};
use crate::error::PageError;
use crate::format::{self, Moment};
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::pages::main::{Branch, branches};
use crate::pages::{main, quarantine, security};
use crate::selection::Selection;
use crate::state::State;
use crate::table::rows;
use crate::twin::{self, Format};
use crate::verdict::{self, VerdictView};

/// The KPIs of CI/CL-001 §21 in the order of the page; others follow.
const ORDER: [(&str, &str); 5] = [
    ("time_to_fix_main", "Time to fix a failed main"),
    ("flaky_test_rate", "Flaky test rate"),
    (
        "median_ci_duration_per_pull_request",
        "Median CI duration per pull request",
    ),
    ("security_sla_critical", "Critical findings fixed in time"),
    ("security_sla_high", "High findings fixed in time"),
];
/// Overdue things of one kind that the page names.
const PRESSING_MAX: usize = 5;

/// Answers `/`, `/overview.json` and `/overview.csv`.
pub(crate) async fn overview(extract::State(state): extract::State<State>, uri: Uri) -> Result<Response, PageError> {
    let selection = Selection::parse(uri.query())?;
    let mut question = state.question(&selection)?;
    let mut definitions: Vec<_> = state.engine.catalog().of_kind(Kind::Kpi).collect();
    let rank = |id: &str| ORDER.iter().position(|known| known.0 == id).unwrap_or(ORDER.len());
    definitions.sort_by_key(|definition| rank(&definition.id));
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
        let trend = state.engine.kpi_trend(&answer.definition.id, &question).await?;
        kpis.push((answer, trend));
    }
    let boards = Boards {
        branches: state.engine.list("main_branches", &question).await?,
        gaps: state.engine.list("gap_counts", &question).await?,
        health: state.engine.list("ingest_health", &question).await?,
        quarantines: state.list_if_any(quarantine::LIST, &question).await?,
        clocks: state.list_if_any(security::LIST, &question).await?,
        audits: state.engine.audits(&question).await?,
    };
    twin::html(&OverviewPage::new(selection, &kpis, &boards))
}

/// What the page shows beside the KPIs; null where the catalogue has no such list.
#[derive(Debug, Clone)]
pub(crate) struct Boards {
    branches: Table,
    gaps: Table,
    health: Table,
    quarantines: Option<Table>,
    clocks: Option<Table>,
    audits: Vec<Table>,
}

/// The overview.
#[derive(Debug, Template)]
#[template(path = "pages/overview.html")]
pub(crate) struct OverviewPage {
    frame: Frame,
    statements: Vec<Statement>,
    class: &'static str,
    kpi_sentence: String,
    pressing: Vec<Pressing>,
    branches: Vec<Branch>,
    cards: Vec<Card>,
    /// Titles of KPIs that the catalogue does not have yet.
    missing: Vec<&'static str>,
    repositories: Vec<RepositoryRow>,
    ingested: Ingested,
    command: &'static str,
}

/// One clause of the verdict, with the page that it comes from.
#[derive(Debug)]
struct Statement {
    text: String,
    class: &'static str,
    href: String,
}

/// Things of one kind that are past their deadline.
#[derive(Debug)]
struct Pressing {
    title: String,
    href: String,
    n_more: String,
    rows: Vec<PressingRow>,
}

/// One of them.
#[derive(Debug)]
struct PressingRow {
    repository: String,
    what: String,
    badge: String,
    words: String,
    bar: String,
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
    n_gaps: String,
    n_silent: String,
    has_losses: bool,
    has_gaps: bool,
    has_silent: bool,
    newest: Option<Moment>,
    published: Option<Moment>,
    unhealthy: Vec<String>,
}

impl OverviewPage {
    pub(crate) fn new(selection: Selection, kpis: &[(KpiAnswer, Vec<KpiAnswer>)], boards: &Boards) -> Self {
        let names = kpis
            .iter()
            .flat_map(|(answer, _)| &answer.rows)
            .filter_map(|row| row.repository.as_deref());
        let frame = Frame::new("", Section::Overview, "/", selection)
            .answering(kpis.first().map_or(&boards.branches.asked, |(answer, _)| &answer.asked))
            .filtering(names.chain(rows(&boards.branches).map(|row| row.text("repository"))))
            .with_twins("/overview", &["json", "csv"]);
        let statements = statements(&frame, boards);
        let (kpi_sentence, verdict) = kpi_sentence(kpis);
        let class = statements
            .iter()
            .map(|statement| statement.class)
            .chain([verdict.class]);
        let class = class.min_by_key(|class| weight(class)).unwrap_or("no-data");
        let title: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
        let is_known = |id: &str| kpis.iter().any(|(answer, _)| answer.definition.id == id);
        Self {
            pressing: pressing(&frame, boards),
            branches: branches(&frame, &boards.branches, &boards.gaps),
            cards: kpis
                .iter()
                .filter_map(|(answer, trend)| Card::new(&frame, answer, trend))
                .collect(),
            missing: ORDER
                .iter()
                .filter(|(id, _)| !is_known(id))
                .map(|(_, title)| *title)
                .collect(),
            repositories: repositories(&frame, kpis),
            ingested: ingested(boards),
            frame: frame.titled(title.join(" ")),
            statements,
            class,
            kpi_sentence,
            command: INGEST_COMMAND,
        }
    }

    fn titles(&self) -> impl Iterator<Item = &Card> {
        self.cards.iter()
    }
}

/// What weighs more for a reader comes first, as in `verdict::weight`.
fn weight(class: &str) -> u8 {
    match class {
        "missed" => 0,
        "undetermined" => 1,
        "no-data" => 2,
        _ => 3,
    }
}

/// Main, quarantines and security as their pages say it.
fn statements(frame: &Frame, boards: &Boards) -> Vec<Statement> {
    let statement = |(text, class): (String, &'static str), path: &str| Statement {
        text,
        class,
        href: frame.href(path),
    };
    if boards.branches.asked.publication == 0 {
        return vec![statement(
            ("Nothing has been ingested yet.".to_owned(), "no-data"),
            "/ingest",
        )];
    }
    let mut main = main::headline(&boards.branches);
    if main.1 == "met" && !boards.gaps.rows.is_empty() {
        main = (format!("{} Gaps may hide an outage.", main.0), "undetermined");
    }
    let not_yet = |what: &str| (format!("{what} are not collected yet."), "no-data");
    let quarantines = boards.quarantines.as_ref().map(quarantine::headline);
    let clocks = boards.clocks.as_ref().map(security::headline);
    vec![
        statement(main, "/main"),
        statement(quarantines.unwrap_or_else(|| not_yet("Quarantines")), "/quarantine"),
        statement(clocks.unwrap_or_else(|| not_yet("Security clocks")), "/security"),
    ]
}

/// What is past its deadline now, quarantines and findings.
fn pressing(frame: &Frame, boards: &Boards) -> Vec<Pressing> {
    let overdue = boards.quarantines.iter().flat_map(|table| {
        let of_state = rows(table).filter(|row| row.text("state") == "overdue");
        of_state.filter_map(|row| quarantine::quarantined(frame, row, table.asked.as_of))
    });
    let overdue = overdue.map(|item| PressingRow {
        repository: item.repository,
        what: item.name,
        badge: String::new(),
        words: item.clock.words,
        bar: item.clock.bar,
    });
    let breached = boards.clocks.iter().flat_map(|table| {
        let of_state = rows(table).filter(|row| row.text("state") == "breached");
        of_state.filter_map(|row| security::item(row, table.asked.as_of))
    });
    let breached = breached.map(|item| PressingRow {
        repository: item.repository,
        what: item.title,
        badge: item.severity,
        words: item.clock.words,
        bar: item.clock.bar,
    });
    let kind = |title: &str, href: String, mut rows: Vec<PressingRow>| {
        let n_more = rows.len().saturating_sub(PRESSING_MAX);
        let title = format!("{} {title}", rows.len());
        rows.truncate(PRESSING_MAX);
        Pressing {
            title,
            href,
            n_more: if n_more == 0 { String::new() } else { n_more.to_string() },
            rows,
        }
    };
    let mut kinds = vec![
        kind(
            "past their security deadline",
            format!("{}#breached", frame.href("/security")),
            breached.collect(),
        ),
        kind(
            "overdue in quarantine",
            format!("{}#overdue", frame.href("/quarantine")),
            overdue.collect(),
        ),
    ];
    kinds.retain(|kind| !kind.rows.is_empty());
    kinds
}

/// One KPI speaks for itself; of several, the counts, the worst first.
fn kpi_sentence(kpis: &[(KpiAnswer, Vec<KpiAnswer>)]) -> (String, VerdictView) {
    let mut verdicts: Vec<_> = kpis
        .iter()
        .filter_map(|(answer, _)| Some((answer, answer.rows.first()?)))
        .collect();
    verdicts.sort_by_key(|(_, row)| verdict::weight(row.verdict));
    let Some((answer, row)) = verdicts.first().filter(|(answer, _)| answer.asked.publication > 0) else {
        return (String::new(), verdict::view(KpiVerdict::NoData));
    };
    let n_met = verdicts
        .iter()
        .filter(|(_, row)| row.verdict == KpiVerdict::Met)
        .count();
    let sentence = verdict::sentence(answer, row);
    let text = match verdicts.len() {
        1 => sentence,
        n if n == n_met => format!("All {n} KPIs meet their targets."),
        n => format!("{n_met} of {n} KPIs meet their targets. {sentence}"),
    };
    (text, verdict::view(row.verdict))
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

fn ingested(boards: &Boards) -> Ingested {
    // What a source says of itself is a payload, too, but no report; other formats are no loss.
    let is_of_source = |format: &str| format.starts_with("github_") || format.starts_with("mirror_");
    let is_report = |format: &str| !matches!(format, "run" | "other") && !is_of_source(format);
    let reports = || rows(&boards.health).filter(|row| is_report(row.text("format")));
    let sum = |column: &str| reports().map(|row| row.integer(column)).sum::<i64>();
    let (n_partial, n_refused) = (sum("n_partial"), sum("n_refused"));
    let n_gaps: i64 = rows(&boards.gaps).map(|row| row.integer("n")).sum();
    let n_silent = rows(&boards.health).filter(|row| row.is("is_silent")).count();
    let title = |audit: &Table| audit.definition.as_ref().map(|definition| definition.title.clone());
    Ingested {
        n_complete: format::count(sum("n") - n_partial - n_refused),
        n_partial: format::count(n_partial),
        n_refused: format::count(n_refused),
        n_gaps: format::count(n_gaps),
        n_silent: format::size(n_silent as u64),
        has_losses: n_partial + n_refused > 0,
        has_gaps: n_gaps > 0,
        has_silent: n_silent > 0,
        newest: reports().filter_map(|row| row.time("newest_at")).max().map(Moment),
        published: boards.health.asked.published_at.map(Moment),
        unhealthy: boards
            .audits
            .iter()
            .filter(|audit| !audit.rows.is_empty())
            .filter_map(title)
            .collect(),
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, OverviewPage)> {
    use crate::{sample_lists, samples};

    let boards = Boards {
        branches: sample_lists::main_branches(),
        gaps: sample_lists::gap_counts(),
        health: sample_lists::ingest_health(),
        quarantines: Some(sample_lists::quarantines()),
        clocks: Some(sample_lists::security_clocks()),
        audits: samples::audits(),
    };
    let well = Boards {
        branches: sample_lists::only(&boards.branches, "state", "green"),
        gaps: sample_lists::emptied(&boards.gaps),
        quarantines: Some(sample_lists::emptied(&sample_lists::quarantines())),
        clocks: Some(sample_lists::emptied(&sample_lists::security_clocks())),
        audits: vec![],
        ..boards.clone()
    };
    let not_yet = Boards {
        quarantines: None,
        clocks: None,
        ..well.clone()
    };
    let page = |answer: KpiAnswer, trend: Vec<KpiAnswer>, boards: &Boards| {
        let selection = Selection::parse(Some("repository=neurocipher/console")).unwrap();
        OverviewPage::new(selection, &[(answer, trend)], boards)
    };
    let mut empty = not_yet.clone();
    for table in [&mut empty.branches, &mut empty.health] {
        table.asked = samples::asked_of_nothing();
        table.rows.clear();
    }
    let with = samples::kpi_answer_with;
    let trend = samples::trend;
    vec![
        ("overview_met", page(samples::kpi_answer(), trend(), &well)),
        ("overview_not_collected", page(samples::kpi_answer(), trend(), &not_yet)),
        ("overview_hostile", page(samples::kpi_answer(), trend(), &boards)),
        (
            "overview_missed",
            page(with(Some(3.8), 1530, KpiVerdict::Missed), trend(), &well),
        ),
        (
            "overview_undetermined",
            page(with(Some(1.1), 1530, KpiVerdict::Undetermined), trend(), &well),
        ),
        (
            "overview_no_data",
            page(with(None, 0, KpiVerdict::NoData), vec![], &well),
        ),
        (
            "overview_empty",
            OverviewPage::new(
                Selection::default(),
                &[(samples::kpi_answer_of_nothing(), vec![])],
                &empty,
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_all_gives_the_page_its_class() {
        for (name, page) in samples() {
            let expected = match name {
                "overview_met" => "met",
                "overview_hostile" | "overview_missed" => "missed",
                "overview_undetermined" => "undetermined",
                _ => "no-data",
            };
            assert_eq!(page.class, expected, "{name}");
        }
    }

    #[test]
    fn what_is_overdue_is_named_on_the_first_page() {
        let (_, page) = samples().into_iter().find(|page| page.0 == "overview_hostile").unwrap();
        let titles: Vec<_> = page.pressing.iter().map(|kind| kind.title.as_str()).collect();
        assert_eq!(titles, ["2 past their security deadline", "1 overdue in quarantine"]);
        assert_eq!(page.pressing[1].rows[0].words.replace('\u{a0}', " "), "9 d overdue");
    }
}
