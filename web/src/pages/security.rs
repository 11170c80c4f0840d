//! Security clocks: what is past its deadline, what is about to be, and what was fixed in time.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use domain::clock::Timestamp;
use query::answer::{KpiAnswer, Table};
use query::definition::Kind;

use crate::card::Card;
use crate::chart::{NARROW, WIDE};
use crate::deadline::{Clock, DeadlineView, DueChart, Mark};
use crate::error::PageError;
use crate::format;
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::group::{Group, State as GroupState, groups};
use crate::selection::Selection;
use crate::state::State;
use crate::table::{Row, rows};
use crate::twin::{self, Format};

/// The list behind the page.
pub(crate) const LIST: &str = "security_clocks";
/// The KPIs of this page.
pub(crate) const KPIS: [&str; 2] = ["security_sla_critical", "security_sla_high"];

const STATES: [GroupState; 4] = [
    GroupState {
        word: "breached",
        title: "open past the deadline",
        class: "missed",
        shape: "missed",
    },
    GroupState {
        word: "open",
        title: "open, in time",
        class: "running",
        shape: "met",
    },
    GroupState {
        word: "late",
        title: "fixed too late",
        class: "undetermined",
        shape: "undetermined",
    },
    GroupState {
        word: "met",
        title: "fixed in time",
        class: "met",
        shape: "met",
    },
];

/// Answers `/security` and its twins.
pub(crate) async fn security(extract::State(state): extract::State<State>, uri: Uri) -> Result<Response, PageError> {
    let selection = Selection::parse(uri.query())?;
    let mut question = state.question(&selection)?;
    let table = state.list_if_any(LIST, &question).await?;
    match (Format::split(uri.path()).1, &table) {
        (Format::Html, _) => {}
        (_, None) => return Err(PageError::not_found("Security clocks are not collected yet.")),
        (Format::Json, Some(table)) => return twin::json(&query::render::table_json(table)),
        (Format::Csv, Some(table)) => return Ok(twin::csv("security", query::render::table_csv(table))),
    }
    if let Some(table) = &table {
        // What is published meanwhile must not mix two publications on one page.
        question.publication = Some(table.asked.publication).filter(|number| *number > 0);
    }
    let mut kpis = Vec::new();
    for id in KPIS {
        if state.engine.catalog().get(Kind::Kpi, id).is_some() {
            let answer = state.engine.kpi(id, &question).await?;
            kpis.push((answer, state.engine.kpi_trend(id, &question).await?));
        }
    }
    twin::html(&SecurityPage::new(selection, table.as_ref(), &kpis))
}

/// Security clocks.
#[derive(Debug, Template)]
#[template(path = "pages/security.html")]
pub(crate) struct SecurityPage {
    frame: Frame,
    headline: String,
    class: &'static str,
    is_collected: bool,
    cards: Vec<Card>,
    groups: Vec<Group<Item>>,
    charts: Vec<String>,
    command: &'static str,
}

/// A finding, or findings that are one.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) repository: String,
    /// What it is called: its rule, else its own name.
    pub(crate) title: String,
    pub(crate) severity: String,
    pub(crate) severity_class: &'static str,
    pub(crate) clock: DeadlineView,
    tool: String,
    /// Package, path, or both.
    place: String,
    is_continued: bool,
}

/// A row of the list; null where it has no clock.
pub(crate) fn item(row: Row<'_>, as_of: Timestamp) -> Option<Item> {
    let clock = DeadlineView::new(Clock {
        started_at: row.time("started_at")?,
        due_at: row.time("due_at")?,
        ended_at: row.time("fixed_at"),
        as_of,
        is_missed: matches!(row.text("state"), "late" | "breached"),
    });
    let severity = row.text("severity");
    let title = [row.text("rule_id"), row.text("item")]
        .into_iter()
        .find(|text| !text.is_empty());
    let place = [row.text("package"), row.text("path")]
        .into_iter()
        .filter(|text| !text.is_empty());
    Some(Item {
        repository: row.text("repository").to_owned(),
        title: title.unwrap_or_default().to_owned(),
        severity: severity.to_owned(),
        severity_class: if severity == "critical" {
            "badge bad"
        } else {
            "badge warn"
        },
        clock,
        tool: row.text("tool").to_owned(),
        place: place.collect::<Vec<_>>().join(" · "),
        is_continued: row.is("is_continued"),
    })
}

/// What is past its deadline, in a sentence, with its class.
pub(crate) fn headline(table: &Table) -> (String, &'static str) {
    let count = |state: &str, severity: &str| {
        rows(table)
            .filter(|row| row.text("state") == state && (severity.is_empty() || row.text("severity") == severity))
            .count()
    };
    let breached: Vec<String> = ["critical", "high"]
        .into_iter()
        .map(|severity| (count("breached", severity), severity))
        .filter(|(n, _)| *n > 0)
        .map(|(n, severity)| format!("{n} {severity}"))
        .collect();
    let (n_breached, n_open) = (count("breached", ""), count("open", ""));
    let findings = if n_breached == 1 { "finding is" } else { "findings are" };
    match (n_breached, n_open) {
        (0, 0) => ("No critical or high finding is open.".to_owned(), "met"),
        (0, _) => (
            format!(
                "No finding is past its deadline; {} open in time.",
                format::counted(n_open, "finding")
            ),
            "met",
        ),
        _ => (
            format!("{} {findings} past the deadline.", breached.join(" and ")),
            "missed",
        ),
    }
}

impl SecurityPage {
    pub(crate) fn new(selection: Selection, table: Option<&Table>, kpis: &[(KpiAnswer, Vec<KpiAnswer>)]) -> Self {
        let (headline, class) = match table {
            Some(table) if table.asked.publication == 0 => ("Nothing has been ingested yet.".to_owned(), "no-data"),
            Some(table) => headline(table),
            None => ("Security clocks are not collected yet.".to_owned(), "no-data"),
        };
        let mut frame = Frame::new(&headline, Section::Security, "/security", selection);
        let Some(table) = table else {
            return Self {
                frame,
                headline,
                class,
                is_collected: false,
                cards: vec![],
                groups: vec![],
                charts: vec![],
                command: INGEST_COMMAND,
            };
        };
        frame = frame
            .answering(&table.asked)
            .filtering(rows(table).map(|row| row.text("repository")))
            .with_twins("/security", &["json", "csv"]);
        let as_of = table.asked.as_of;
        let due = |row: Row<'_>| {
            let item = item(row, as_of).filter(|item| item.clock.ended.is_none())?;
            Some(Mark {
                due_at: row.time("due_at")?,
                class: item.clock.class,
                label: format!(
                    "{}, {}: {}, {}",
                    item.repository, item.severity, item.title, item.clock.words
                ),
            })
        };
        let dues: Vec<Mark> = rows(table).filter_map(due).collect();
        let chart = |size| DueChart::new("Open findings by their deadline", &dues, as_of, size);
        let is_unsettled = kpis.iter().filter_map(|(answer, _)| answer.rows.first());
        let is_unsettled = is_unsettled
            .into_iter()
            .any(|row| row.verdict == domain::kpi::KpiVerdict::Undetermined);
        Self {
            // A scanner that is silent finds nothing.
            class: if class == "met" && is_unsettled {
                "undetermined"
            } else {
                class
            },
            cards: kpis
                .iter()
                .filter_map(|(answer, trend)| Card::new(&frame, answer, trend))
                .collect(),
            charts: [WIDE, NARROW]
                .into_iter()
                .filter_map(|size| chart(size).map(|chart| chart.to_string()))
                .collect(),
            groups: groups(table, &STATES, |row| item(row, as_of)),
            frame,
            headline,
            is_collected: true,
            command: INGEST_COMMAND,
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, SecurityPage)> {
    use crate::{sample_lists, samples};

    let table = sample_lists::security_clocks();
    let kpis = [(samples::kpi_answer(), samples::trend())];
    let page = |table| SecurityPage::new(Selection::parse(Some("publication=42")).unwrap(), table, &kpis);
    let none = sample_lists::emptied(&table);
    let mut empty = none.clone();
    empty.asked = samples::asked_of_nothing();
    vec![
        ("security", page(Some(&table))),
        ("security_none", page(Some(&none))),
        ("security_not_collected", page(None)),
        ("security_empty", page(Some(&empty))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_lists;

    #[test]
    fn what_is_past_its_deadline_is_named_by_its_severity() {
        let table = sample_lists::security_clocks();
        assert_eq!(
            headline(&table),
            (
                "1 critical and 1 high findings are past the deadline.".to_owned(),
                "missed"
            )
        );
        let open = sample_lists::only(&table, "state", "open");
        assert_eq!(headline(&open).1, "met");
        assert_eq!(
            headline(&sample_lists::emptied(&table)).0,
            "No critical or high finding is open."
        );
    }

    #[test]
    fn nothing_open_is_no_pass_while_a_scanner_is_silent() {
        use domain::kpi::KpiVerdict;
        let none = sample_lists::emptied(&sample_lists::security_clocks());
        let kpis = [(
            crate::samples::kpi_answer_with(Some(1.0), 9, KpiVerdict::Undetermined),
            vec![],
        )];
        assert_eq!(
            SecurityPage::new(Selection::default(), Some(&none), &kpis).class,
            "undetermined"
        );
    }
}
