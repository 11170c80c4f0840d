//! What was read and what was lost: refused and partial sources first, then the audits of the lake.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use query::answer::Table;
use query::prose::{Prose, prose};
use query::render::TableJson;
use serde::Serialize;

use crate::error::PageError;
use crate::format;
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::pages::list::Pages;
use crate::selection::Selection;
use crate::state::State;
use crate::table::{TableView, rows};
use crate::twin::{self, Format};

/// Rows of an audit that the page shows; one that fails in more places is broken as a whole.
const AUDIT_ROWS: usize = 20;

/// Answers `/ingest` and its twins.
pub(crate) async fn ingest(extract::State(state): extract::State<State>, uri: Uri) -> Result<Response, PageError> {
    let selection = Selection::parse(uri.query())?;
    let mut question = state.question(&selection)?;
    let mut sources = state.engine.list("sources", &question).await?;
    worst_first(&mut sources);
    let format = Format::split(uri.path()).1;
    if format == Format::Csv {
        return Ok(twin::csv("ingest", query::render::table_csv(&sources)));
    }
    // What is published meanwhile must not mix two publications on one page.
    question.publication = Some(sources.asked.publication).filter(|number| *number > 0);
    let audits = state.engine.audits(&question).await?;
    let health = state.engine.list("ingest_health", &question).await?;
    let gaps = state.engine.list("gap_counts", &question).await?;
    match format {
        Format::Json => twin::json(&IngestJson {
            sources: query::render::table_json(&sources),
            health: query::render::table_json(&health),
            gaps: query::render::table_json(&gaps),
            audits: audits.iter().map(query::render::table_json).collect(),
        }),
        _ => twin::html(&IngestPage::new(selection, &sources, &audits, (&health, &gaps))),
    }
}

/// The page as JSON.
#[derive(Debug, Serialize)]
struct IngestJson<'a> {
    sources: TableJson<'a>,
    health: TableJson<'a>,
    gaps: TableJson<'a>,
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
    /// Kinds of payload, the columns of the board.
    kinds: Vec<String>,
    health: Vec<HealthRow>,
    gaps: TableView,
    n_gaps: String,
    tallies: Vec<Tally>,
    table: TableView,
    pages: Pages,
    audits: Vec<AuditView>,
    command: &'static str,
}

/// A repository with each kind of payload.
#[derive(Debug)]
struct HealthRow {
    repository: String,
    href: String,
    cells: Vec<Option<HealthCell>>,
}

/// One kind of payload of one repository.
#[derive(Debug)]
struct HealthCell {
    /// Age of the newest.
    lag: String,
    title: String,
    n: String,
    /// What was lost of them; empty: nothing.
    lost: String,
    is_silent: bool,
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
    pub(crate) fn new(
        selection: Selection,
        sources: &Table,
        audits: &[Table],
        (health, gaps): (&Table, &Table),
    ) -> Self {
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
        let n_gaps: i64 = rows(gaps).map(|gap| gap.integer("n")).sum();
        let n_silent = rows(health).filter(|row| row.is("is_silent")).count();
        if n_gaps > 0 {
            headline = format!("{headline} {} could not be had.", format::count(n_gaps));
        }
        if n_silent > 0 {
            headline = format!("{headline} Scanners of {n_silent} repositories are silent.");
        }
        let kinds = kinds(health);
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
            is_whole: n_lost == 0 && n_failing == 0 && n_gaps == 0 && n_silent == 0,
            health: health_rows(&frame, health, &kinds),
            kinds: kinds.iter().map(|kind| format::words(kind)).collect(),
            gaps: TableView::new(&frame, gaps, "Gaps by repository and reason", (0, AUDIT_ROWS), &[]),
            n_gaps: format::count(n_gaps),
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

/// Kinds in the order of their names, reports before what GitHub says of itself.
fn kinds(health: &Table) -> Vec<&str> {
    let mut kinds: Vec<&str> = rows(health).map(|row| row.text("format")).collect();
    kinds.sort_unstable_by_key(|kind| (kind.starts_with("github_"), *kind));
    kinds.dedup();
    kinds
}

fn health_rows(frame: &Frame, health: &Table, kinds: &[&str]) -> Vec<HealthRow> {
    let mut names: Vec<&str> = rows(health).map(|row| row.text("repository")).collect();
    names.sort_unstable();
    names.dedup();
    let cell = |name: &str, kind: &str| {
        let row = rows(health).find(|row| row.text("repository") == name && row.text("format") == kind)?;
        let lost = [("n_partial", "partial"), ("n_refused", "refused")]
            .into_iter()
            .map(|(column, word)| (row.integer(column), word))
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}"));
        Some(HealthCell {
            lag: row.float("lag_seconds").map(format::span).unwrap_or_default(),
            title: row.time("newest_at").map(format::instant).unwrap_or_default(),
            n: format::count(row.integer("n")),
            lost: lost.collect::<Vec<_>>().join(", "),
            is_silent: row.is("is_silent"),
        })
    };
    let row = |name: &str| HealthRow {
        repository: name.to_owned(),
        href: frame.selection.of_repository(name).href("/ingest"),
        cells: kinds.iter().map(|kind| cell(name, kind)).collect(),
    };
    names.into_iter().map(row).collect()
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
    use crate::{sample_lists, samples};

    let (health, gaps) = (sample_lists::ingest_health(), sample_lists::gap_counts());
    let (no_health, no_gaps) = (sample_lists::emptied(&health), sample_lists::emptied(&gaps));
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
            IngestPage::new(Selection::default(), &lost, &samples::audits(), (&health, &gaps)),
        ),
        (
            "ingest_filtered_to_nothing",
            IngestPage::new(narrowed, &none, &samples::audits(), (&no_health, &no_gaps)),
        ),
        (
            "ingest_empty",
            IngestPage::new(Selection::default(), &empty, &[], (&no_health, &no_gaps)),
        ),
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
