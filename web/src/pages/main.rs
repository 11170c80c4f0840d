//! Main: which default branches are red now, and the outages of the window.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use query::answer::{KpiAnswer, Table};
use query::render::{KpiJson, TableJson};
use serde::Serialize;

use crate::card::Card;
use crate::chart::{NARROW, WIDE};
use crate::error::PageError;
use crate::format::{self, Moment};
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::pages::list::Pages;
use crate::selection::Selection;
use crate::state::State;
use crate::table::{Row, TableView, rows};
use crate::timeline::Timeline;
use crate::twin::{self, Format};
use crate::verdict;

/// The KPI of this page.
const KPI: &str = "time_to_fix_main";

/// Answers `/main` and its twins.
pub(crate) async fn main(extract::State(state): extract::State<State>, uri: Uri) -> Result<Response, PageError> {
    let selection = Selection::parse(uri.query())?;
    let mut question = state.question(&selection)?;
    let branches = state.engine.list("main_branches", &question).await?;
    let format = Format::split(uri.path()).1;
    if format == Format::Csv {
        return Ok(twin::csv("main", query::render::table_csv(&branches)));
    }
    // What is published meanwhile must not mix two publications on one page.
    question.publication = Some(branches.asked.publication).filter(|number| *number > 0);
    let outages = state.engine.list("outages", &question).await?;
    let answer = state.engine.kpi(KPI, &question).await?;
    if format == Format::Json {
        return twin::json(&MainJson {
            branches: query::render::table_json(&branches),
            outages: query::render::table_json(&outages),
            time_to_fix_main: query::render::kpi_json(&answer),
        });
    }
    let gaps = state.engine.list("gap_counts", &question).await?;
    twin::html(&MainPage::new(selection, &branches, &outages, &gaps, &answer))
}

/// The page as JSON.
#[derive(Debug, Serialize)]
struct MainJson<'a> {
    branches: TableJson<'a>,
    outages: TableJson<'a>,
    time_to_fix_main: Vec<KpiJson<'a>>,
}

/// Main.
#[derive(Debug, Template)]
#[template(path = "pages/main.html")]
pub(crate) struct MainPage {
    frame: Frame,
    headline: String,
    class: &'static str,
    branches: Vec<Branch>,
    card: Option<Card>,
    sentence: String,
    charts: Vec<String>,
    n_gaps: usize,
    table: TableView,
    pages: Pages,
    command: &'static str,
}

/// A default branch as it stands.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) repository: String,
    pub(crate) href: String,
    /// Class of the stylesheet.
    pub(crate) class: &'static str,
    /// `Red for 6 h 44 min`.
    pub(crate) state: String,
    pub(crate) is_red: bool,
    pub(crate) is_breach: bool,
    pub(crate) since: Option<Moment>,
    pub(crate) checks: String,
    pub(crate) opened_on: String,
    pub(crate) n_judged: String,
    pub(crate) last_commit: Option<Moment>,
    /// What of the repository could not be had.
    pub(crate) n_gaps: i64,
}

/// Every default branch, what is red first.
pub(crate) fn branches(frame: &Frame, table: &Table, gaps: &Table) -> Vec<Branch> {
    let branch = |row: Row<'_>| {
        let repository = row.text("repository").to_owned();
        let apart = row.float("seconds").map(format::span).unwrap_or_default();
        let (class, state) = match row.text("state") {
            "red" => ("missed", format!("Red for {apart}")),
            "green" => ("met", format!("Green for {apart}")),
            _ => ("no-data", "Never judged".to_owned()),
        };
        let of_this = rows(gaps).filter(|gap| gap.text("repository") == repository);
        Branch {
            href: frame.selection.of_repository(&repository).href("/main"),
            class,
            state,
            is_red: class == "missed",
            is_breach: row.is("is_breach"),
            since: row.time("since").map(Moment),
            checks: row.text("checks").to_owned(),
            opened_on: format::short(row.text("opened_on")),
            n_judged: format::count(row.integer("commits_judged")),
            last_commit: row.time("last_commit_at").map(Moment),
            n_gaps: of_this.map(|gap| gap.integer("n")).sum(),
            repository,
        }
    };
    rows(table).map(branch).collect()
}

/// Whether main is green, in a sentence, with its class.
pub(crate) fn headline(table: &Table) -> (String, &'static str) {
    let apart = |row: Row<'_>| row.float("seconds").map(format::span).unwrap_or_default();
    let of = |state: &str| rows(table).filter(|row| row.text("state") == state).collect::<Vec<_>>();
    let (red, green, unknown) = (of("red"), of("green"), of("unknown"));
    let n = table.rows.len();
    match (red.as_slice(), n) {
        (_, 0) => ("No default branch is known.".to_owned(), "no-data"),
        ([one], 1) => (format!("Main is red for {}.", apart(*one)), "missed"),
        ([one], _) => (
            format!(
                "Main is red in 1 of {n} repositories: {} for {}.",
                one.text("repository"),
                apart(*one)
            ),
            "missed",
        ),
        ([first, ..], _) => (
            format!(
                "Main is red in {} of {n} repositories, the longest for {}.",
                red.len(),
                apart(*first)
            ),
            "missed",
        ),
        ([], _) if green.is_empty() => ("No required check has judged main yet.".to_owned(), "no-data"),
        ([], _) if !unknown.is_empty() => (
            format!(
                "Main is green in {} of {n} repositories; the others were never judged.",
                green.len()
            ),
            "undetermined",
        ),
        ([], _) => {
            let newest = green
                .iter()
                .filter_map(|row| row.float("seconds"))
                .fold(f64::INFINITY, f64::min);
            let place = if n == 1 { "Main" } else { "Main, in every repository," };
            (format!("{place} is green for {}.", format::span(newest)), "met")
        }
    }
}

impl MainPage {
    pub(crate) fn new(selection: Selection, table: &Table, outages: &Table, gaps: &Table, answer: &KpiAnswer) -> Self {
        let (headline, class) = headline(table);
        let frame = Frame::new(&headline, Section::Main, "/main", selection)
            .answering(&table.asked)
            .filtering(rows(table).map(|row| row.text("repository")))
            .with_twins("/main", &["json", "csv"]);
        let pages = Pages::new(&frame, outages.rows.len());
        let chart = |size| Timeline::new(table, outages, outages.asked.window, size).map(|chart| chart.to_string());
        let branches = branches(&frame, table, gaps);
        let n_gaps: i64 = branches.iter().map(|branch| branch.n_gaps).sum();
        Self {
            // A gap may hide a red.
            class: if class == "met" && n_gaps > 0 {
                "undetermined"
            } else {
                class
            },
            card: Card::new(&frame, answer, &[]),
            sentence: answer
                .rows
                .first()
                .map(|row| verdict::sentence(answer, row))
                .unwrap_or_default(),
            charts: [WIDE, NARROW].into_iter().filter_map(chart).collect(),
            n_gaps: usize::try_from(n_gaps).unwrap_or(0),
            table: TableView::new(&frame, outages, "Outages, what is open first", pages.cut(), &[]),
            branches,
            pages,
            frame,
            headline,
            command: INGEST_COMMAND,
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, MainPage)> {
    use crate::{sample_lists, samples};

    let page = |table: &Table, gaps: &Table| {
        let selection = Selection::parse(Some("as_of=2026-11-24&publication=42")).unwrap();
        MainPage::new(selection, table, &sample_lists::outages(), gaps, &samples::kpi_answer())
    };
    let (table, gaps) = (sample_lists::main_branches(), sample_lists::gap_counts());
    let mut none = sample_lists::emptied(&gaps);
    none.asked = samples::asked();
    let green = sample_lists::only(&table, "state", "green");
    let mut nothing = sample_lists::emptied(&table);
    let no_rows = page(&nothing, &none);
    nothing.asked = samples::asked_of_nothing();
    vec![
        ("main", page(&table, &gaps)),
        ("main_green", page(&green, &none)),
        ("main_green_with_gaps", page(&green, &gaps)),
        ("main_filtered_to_nothing", no_rows),
        ("main_empty", page(&nothing, &none)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_lists;

    #[test]
    fn the_headline_says_what_is_red_and_never_calls_the_unknown_green() {
        let table = sample_lists::main_branches();
        let said = |table: &Table| (headline(table).0.replace('\u{a0}', " "), headline(table).1);
        let expected = "Main is red in 1 of 4 repositories: neurocipher/console for 6 h 44 min.";
        assert_eq!(said(&table), (expected.to_owned(), "missed"));
        let green = sample_lists::only(&table, "state", "green");
        let expected = "Main, in every repository, is green for 2 h.";
        assert_eq!(said(&green), (expected.to_owned(), "met"));
        let unknown = sample_lists::only(&table, "state", "unknown");
        assert_eq!(said(&unknown).1, "no-data");
        assert_eq!(said(&sample_lists::emptied(&table)).1, "no-data");
    }

    #[test]
    fn a_gap_keeps_green_from_being_a_pass() {
        let pages = samples();
        let class = |name: &str| pages.iter().find(|page| page.0 == name).map(|page| page.1.class);
        assert_eq!(class("main_green"), Some("met"));
        assert_eq!(class("main_green_with_gaps"), Some("undetermined"));
    }
}
