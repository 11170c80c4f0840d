//! The quarantine board: what is overdue, what is due, what was released and whether it was proven.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use query::answer::Table;

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

/// The list behind the board.
pub(crate) const LIST: &str = "quarantines";

const STATES: [GroupState; 4] = [
    GroupState {
        word: "overdue",
        title: "overdue",
        class: "missed",
        shape: "missed",
    },
    GroupState {
        word: "active",
        title: "in quarantine, in time",
        class: "running",
        shape: "met",
    },
    GroupState {
        word: "released_unproven",
        title: "released without proof",
        class: "undetermined",
        shape: "undetermined",
    },
    GroupState {
        word: "released_proven",
        title: "released with proof",
        class: "met",
        shape: "met",
    },
];

/// Answers `/quarantine` and its twins.
pub(crate) async fn quarantine(extract::State(state): extract::State<State>, uri: Uri) -> Result<Response, PageError> {
    let selection = Selection::parse(uri.query())?;
    let question = state.question(&selection)?;
    let table = state.list_if_any(LIST, &question).await?;
    match (Format::split(uri.path()).1, &table) {
        (Format::Html, _) => twin::html(&QuarantinePage::new(selection, table.as_ref())),
        (_, None) => Err(PageError::not_found("Quarantines are not collected yet.")),
        (Format::Json, Some(table)) => twin::json(&query::render::table_json(table)),
        (Format::Csv, Some(table)) => Ok(twin::csv("quarantine", query::render::table_csv(table))),
    }
}

/// The board.
#[derive(Debug, Template)]
#[template(path = "pages/quarantine.html")]
pub(crate) struct QuarantinePage {
    frame: Frame,
    headline: String,
    class: &'static str,
    is_collected: bool,
    groups: Vec<Group<Quarantine>>,
    charts: Vec<String>,
    command: &'static str,
}

/// A test in quarantine.
#[derive(Debug)]
pub(crate) struct Quarantine {
    pub(crate) repository: String,
    pub(crate) class_name: String,
    pub(crate) name: String,
    /// The test's page; empty where the tag names no test that was seen.
    pub(crate) href: String,
    pub(crate) clock: DeadlineView,
    ticket: String,
    ticket_href: String,
    owner: String,
    reason: String,
    tagged_by: &'static str,
    /// Words with their class.
    tags: Vec<(String, &'static str)>,
    /// Clean runs so far, of how many that are needed.
    proof: String,
}

/// A row of the list; null where it has no clock.
pub(crate) fn quarantined(frame: &Frame, row: Row<'_>, as_of: domain::clock::Timestamp) -> Option<Quarantine> {
    let state = row.text("state");
    let clock = DeadlineView::new(Clock {
        started_at: row.time("started_at")?,
        due_at: row.time("due_at")?,
        ended_at: row.time("released_at"),
        as_of,
        is_missed: row.is("is_breached"),
    });
    let ticket = row.text("ticket");
    let is_address = ticket.starts_with("https://");
    let mut tags = Vec::new();
    if ticket.is_empty() {
        tags.push(("no ticket".to_owned(), "badge bad"));
    }
    if row.is("is_extended") {
        let by = match row.text("approved_by") {
            "" => "extended, nobody approved".to_owned(),
            by => format!("extended, approved by {by}"),
        };
        tags.push((by, "badge warn"));
    }
    if state.starts_with("released") && row.is("is_breached") {
        tags.push(("released late".to_owned(), "badge bad"));
    }
    let (n_clean, needed) = (row.integer("n_clean"), row.integer("n_clean_needed"));
    Some(Quarantine {
        repository: row.text("repository").to_owned(),
        class_name: row.text("class_name").to_owned(),
        name: row.text("name").to_owned(),
        href: match row.text("test_id") {
            "" => String::new(),
            id => frame.test_href(id),
        },
        clock,
        ticket: ticket_name(ticket),
        ticket_href: if is_address { ticket.to_owned() } else { String::new() },
        owner: row.text("owner").to_owned(),
        reason: row.text("reason").to_owned(),
        tagged_by: match row.text("tagged_by") {
            "property" => "property in its report",
            "name" => "its name",
            "list" => ".quarantine.toml",
            "issue" => "issue",
            _ => "",
        },
        tags,
        proof: format!("{} of {} clean runs", format::count(n_clean), format::count(needed)),
    })
}

/// The end of a ticket's address, which people know it by.
fn ticket_name(ticket: &str) -> String {
    match ticket.rsplit_once("/issues/") {
        Some((_, number)) if ticket.starts_with("https://") => format!("#{number}"),
        _ => ticket.to_owned(),
    }
}

/// What the board says, in a sentence, with its class.
pub(crate) fn headline(table: &Table) -> (String, &'static str) {
    let count = |state: &str| rows(table).filter(|row| row.text("state") == state).count();
    let (n_overdue, n_active) = (count("overdue"), count("active"));
    let running = format::counted(n_overdue + n_active, "quarantine");
    match (n_overdue, n_active) {
        (0, 0) => ("No test is in quarantine.".to_owned(), "met"),
        (0, _) => (format!("No quarantine is overdue; {running} in time."), "met"),
        (1, _) => (
            format!("1 quarantine is overdue, of {} running.", n_overdue + n_active),
            "missed",
        ),
        _ => (
            format!(
                "{n_overdue} quarantines are overdue, of {} running.",
                n_overdue + n_active
            ),
            "missed",
        ),
    }
}

impl QuarantinePage {
    pub(crate) fn new(selection: Selection, table: Option<&Table>) -> Self {
        let (headline, class) = match table {
            Some(table) if table.asked.publication == 0 => ("Nothing has been ingested yet.".to_owned(), "no-data"),
            Some(table) => headline(table),
            None => ("Quarantines are not collected yet.".to_owned(), "no-data"),
        };
        let mut frame = Frame::new(&headline, Section::Quarantine, "/quarantine", selection);
        let Some(table) = table else {
            return Self {
                frame,
                headline,
                class,
                is_collected: false,
                groups: vec![],
                charts: vec![],
                command: INGEST_COMMAND,
            };
        };
        frame = frame
            .answering(&table.asked)
            .filtering(rows(table).map(|row| row.text("repository")))
            .with_twins("/quarantine", &["json", "csv"]);
        let as_of = table.asked.as_of;
        let groups = groups(table, &STATES, |row| quarantined(&frame, row, as_of));
        let due = |row: Row<'_>| {
            let item = quarantined(&frame, row, as_of).filter(|item| item.clock.ended.is_none())?;
            Some(Mark {
                due_at: row.time("due_at")?,
                class: item.clock.class,
                label: format!("{}: {}, {}", item.repository, item.name, item.clock.words),
            })
        };
        let dues: Vec<Mark> = rows(table).filter_map(due).collect();
        let chart = |size| DueChart::new("Quarantines by the day they are due", &dues, as_of, size);
        Self {
            charts: [WIDE, NARROW]
                .into_iter()
                .filter_map(|size| chart(size).map(|chart| chart.to_string()))
                .collect(),
            groups,
            frame,
            headline,
            class,
            is_collected: true,
            command: INGEST_COMMAND,
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, QuarantinePage)> {
    use crate::{sample_lists, samples};

    let table = sample_lists::quarantines();
    let page = |table| QuarantinePage::new(Selection::parse(Some("publication=42")).unwrap(), table);
    let none = sample_lists::emptied(&table);
    let mut empty = none.clone();
    empty.asked = samples::asked_of_nothing();
    vec![
        ("quarantine", page(Some(&table))),
        ("quarantine_none", page(Some(&none))),
        ("quarantine_not_collected", page(None)),
        ("quarantine_empty", page(Some(&empty))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_lists;

    #[test]
    fn what_is_overdue_stands_first_and_is_counted() {
        let (_, page) = samples().remove(0);
        assert_eq!(page.headline, "1 quarantine is overdue, of 3 running.");
        let counts: Vec<_> = page.groups.iter().map(|group| (group.id, group.n.as_str())).collect();
        let expected = [
            ("overdue", "1"),
            ("active", "2"),
            ("released_unproven", "1"),
            ("released_proven", "1"),
        ];
        assert_eq!(counts, expected);
        let without = sample_lists::only(&sample_lists::quarantines(), "state", "active");
        assert_eq!(headline(&without).1, "met");
    }

    #[test]
    fn only_an_address_becomes_a_link() {
        let page = &samples()[0].1;
        let items = page.groups.iter().flat_map(|group| &group.items);
        let links: Vec<_> = items
            .map(|item| (item.ticket.as_str(), item.ticket_href.as_str()))
            .collect();
        assert!(
            links.contains(&("#812", "https://github.com/neurocipher/console/issues/812")),
            "{links:?}"
        );
        assert!(links.contains(&("javascript:alert(1)", "")), "{links:?}");
    }
}
