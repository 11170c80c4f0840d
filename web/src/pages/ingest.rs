//! What was read and what was lost: refused and partial sources first, then the audits of the lake.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use query::answer::Table;
use query::render::TableJson;
use serde::Serialize;

use crate::error::PageError;
use crate::format;
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::pages::list::Pages;
use crate::prose::{Prose, prose};
use crate::selection::Selection;
use crate::state::State;
use crate::table::{TableView, rows};
use crate::twin::{self, Format};

/// Rows of an audit that the page shows; one that fails in more places is broken as a whole.
const AUDIT_ROWS: usize = 20;

/// Answers `/ingest` and its twins.
pub(crate) async fn ingest(extract::State(state): extract::State<State>, uri: Uri) -> Result<Response, PageError> {
    let selection = Selection::parse(uri.query())?;
    let mut question = selection.question(state.clock.now())?;
    let mut sources = state.engine.list("sources", &question).await?;
    worst_first(&mut sources);
    let format = Format::split(uri.path()).1;
    if format == Format::Csv {
        return Ok(twin::csv("ingest", query::render::table_csv(&sources)));
    }
    // What is published meanwhile must not mix two publications on one page.
    question.publication = Some(sources.asked.publication).filter(|number| *number > 0);
    let audits = state.engine.audits(&question).await?;
    match format {
        Format::Json => twin::json(&IngestJson {
            sources: query::render::table_json(&sources),
            audits: audits.iter().map(query::render::table_json).collect(),
        }),
        _ => twin::html(&IngestPage::new(selection, &sources, &audits)),
    }
}

/// The page as JSON.
#[derive(Debug, Serialize)]
struct IngestJson<'a> {
    sources: TableJson<'a>,
    audits: Vec<TableJson<'a>>,
}

/// Puts refused before partial before complete; within each, the order of the list stands.
fn worst_first(sources: &mut Table) {
    let weights: Vec<u8> = rows(sources)
        .map(|row| match row.text("status") {
            "refused" => 0,
            "partial" => 1,
            _ => 2,
        })
        .collect();
    let mut weighed: Vec<_> = weights.into_iter().zip(std::mem::take(&mut sources.rows)).collect();
    weighed.sort_by_key(|(weight, _)| *weight);
    sources.rows = weighed.into_iter().map(|(_, row)| row).collect();
}

/// What was ingested.
#[derive(Debug, Template)]
#[template(path = "pages/ingest.html")]
pub(crate) struct IngestPage {
    frame: Frame,
    headline: String,
    is_whole: bool,
    tallies: Vec<Tally>,
    table: TableView,
    pages: Pages,
    audits: Vec<AuditView>,
    command: &'static str,
}

/// How many sources ended in one way.
#[derive(Debug)]
struct Tally {
    word: &'static str,
    class: &'static str,
    n: String,
    means: &'static str,
}

/// An audit with what it found.
#[derive(Debug)]
struct AuditView {
    id: String,
    title: String,
    prose: Prose,
    is_healthy: bool,
    is_warning: bool,
    n: String,
    table: TableView,
}

impl IngestPage {
    pub(crate) fn new(selection: Selection, sources: &Table, audits: &[Table]) -> Self {
        let count = |status: &str| rows(sources).filter(|row| row.text("status") == status).count();
        let n_lost = count("partial") + count("refused");
        let n_failing = audits.iter().filter(|audit| !audit.rows.is_empty()).count();
        let reports = |n: usize| {
            if n == 1 {
                "1 report was".to_owned()
            } else {
                format!("{n} reports were")
            }
        };
        let mut headline = match (sources.asked.publication, sources.rows.len(), n_lost) {
            (0, ..) => "Nothing has been ingested yet.".to_owned(),
            (_, 0, _) => "No report falls into this window.".to_owned(),
            (_, _, 0) => "Every report was read completely.".to_owned(),
            (_, _, n_lost) => format!("{} not read completely.", reports(n_lost)),
        };
        if n_failing > 0 {
            let audits = if n_failing == 1 {
                "1 audit finds".to_owned()
            } else {
                format!("{n_failing} audits find")
            };
            headline = format!("{headline} {audits} something.");
        }
        let frame = Frame::new(&headline, Section::Ingest, "/ingest", selection)
            .answering(&sources.asked)
            .filtering(
                rows(sources)
                    .map(|row| row.text("repository"))
                    .filter(|name| !name.is_empty()),
            )
            .with_twins("/ingest", &["json", "csv"]);
        let tally = |(word, status, class, means)| Tally {
            word,
            class,
            n: format::size(count(status) as u64),
            means,
        };
        let pages = Pages::new(&frame, sources.rows.len());
        Self {
            is_whole: n_lost == 0 && n_failing == 0,
            tallies: [
                (
                    "Refused",
                    "refused",
                    "missed",
                    "Could not be read; what they said is unknown.",
                ),
                (
                    "Partial",
                    "partial",
                    "undetermined",
                    "Break off; what stood behind the break is unknown.",
                ),
                ("Complete", "complete", "met", "Read to the end."),
            ]
            .map(tally)
            .into(),
            table: TableView::new(&frame, sources, "Sources, what was lost first", pages.cut(), &[]).with_first(&[
                "status",
                "reason",
                "path",
                "completed_at",
                "repository",
            ]),
            audits: audits.iter().map(|audit| audit_view(&frame, audit)).collect(),
            pages,
            frame,
            headline,
            command: INGEST_COMMAND,
        }
    }
}

fn audit_view(frame: &Frame, audit: &Table) -> AuditView {
    let definition = audit.definition.as_ref();
    let title = definition
        .map(|definition| definition.title.clone())
        .unwrap_or_default();
    AuditView {
        id: definition.map(|definition| definition.id.clone()).unwrap_or_default(),
        prose: definition.map(|definition| prose(definition)).unwrap_or_default(),
        is_healthy: audit.rows.is_empty(),
        is_warning: definition.is_some_and(|definition| definition.severity.as_deref() == Some("warn")),
        n: format::size(audit.rows.len() as u64),
        table: TableView::new(frame, audit, &title, (0, AUDIT_ROWS), &[]),
        title,
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, IngestPage)> {
    use crate::samples;

    let mut empty = samples::sources_table();
    empty.rows.clear();
    let none = empty.clone();
    empty.asked = samples::asked_of_nothing();
    let mut lost = samples::sources_table();
    worst_first(&mut lost);
    let narrowed = Selection::parse(Some("repository=o/r")).unwrap();
    vec![
        (
            "ingest",
            IngestPage::new(Selection::default(), &lost, &samples::audits()),
        ),
        (
            "ingest_filtered_to_nothing",
            IngestPage::new(narrowed, &none, &samples::audits()),
        ),
        ("ingest_empty", IngestPage::new(Selection::default(), &empty, &[])),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn what_was_lost_stands_first() {
        let mut sources = samples::sources_table();
        worst_first(&mut sources);
        let statuses: Vec<_> = rows(&sources).map(|row| row.text("status")).collect();
        assert_eq!(statuses, ["refused", "partial", "complete", "complete"]);
    }
}
