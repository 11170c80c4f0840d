//! A control: its status, what it means, and its subjects.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use domain::control::ControlStatus;
use query::answer::{ControlAnswer, ControlCount, ControlRow};
use query::controls::Control;
use query::prose::{Prose, prose};
use query::render_controls::{control_csv, control_json};
use reports::words;

use crate::error::PageError;
use crate::format;
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::pages::list::Pages;
use crate::selection::Selection;
use crate::state::State;
use crate::table::{CellView, ColumnView, RowView, TableView};
use crate::twin::{self, Format};
use crate::verdict::{self, VerdictView};

/// Answers `/control/{id}` and its twins.
pub(crate) async fn control(
    extract::State(state): extract::State<State>,
    extract::Path(segment): extract::Path<String>,
    uri: Uri,
) -> Result<Response, PageError> {
    let (id, format) = Format::split(&segment);
    let selection = Selection::parse(uri.query())?;
    let answer = state.engine.control(id, &state.question(&selection)?).await?;
    match format {
        Format::Json => twin::json(&control_json(&answer)),
        Format::Csv => Ok(twin::csv(&answer.control.id, control_csv(&answer))),
        Format::Html => twin::html(&ControlPage::new(selection, &answer)),
    }
}

/// Where a control's page is: by its relation, else by its id.
pub(crate) fn control_href(control: &Control) -> String {
    let name = control.definition().map_or(&control.id, |definition| &definition.id);
    format!("/control/{name}")
}

/// A control.
#[derive(Debug, Template)]
#[template(path = "pages/control.html")]
pub(crate) struct ControlPage {
    frame: Frame,
    id: String,
    section: String,
    clause: String,
    status: VerdictView,
    summary: String,
    remediation: String,
    unit: String,
    severity: String,
    reports: Vec<(String, String)>,
    prose: Prose,
    explain_href: String,
    repositories: Vec<RepositoryView>,
    table: TableView,
    pages: Pages,
    ingest_command: &'static str,
}

/// The status in one repository.
#[derive(Debug)]
struct RepositoryView {
    name: String,
    href: String,
    status: VerdictView,
    counts: String,
}

impl ControlPage {
    fn new(selection: Selection, answer: &ControlAnswer) -> Self {
        let control = &answer.control;
        let path = control_href(control);
        let frame = Frame::new(&control.clause, Section::Reports, &path, selection)
            .answering(&answer.asked)
            .filtering(answer.rows.iter().filter_map(|row| row.repository()))
            .with_twins(&path, &["json", "csv"]);
        let definition = control.definition();
        let header = definition.and_then(|definition| definition.control.as_ref());
        let severity = definition.and_then(|definition| definition.severity.clone());
        let pages = Pages::new(&frame, answer.rows.len());
        let repository = |(name, count): (Option<&str>, ControlCount)| {
            let name = name?;
            Some(RepositoryView {
                name: name.to_owned(),
                href: frame.selection.of_repository(name).href(&path),
                status: verdict::status(count.status),
                counts: words::counts(&count),
            })
        };
        Self {
            id: control.id.clone(),
            section: control.section(),
            clause: control.clause.clone(),
            status: verdict::status(answer.status),
            summary: words::summary(answer),
            remediation: match answer.status {
                ControlStatus::Fail => header.map(|header| header.remediation.clone()).unwrap_or_default(),
                _ => String::new(),
            },
            unit: control.unit.clone(),
            severity: severity.unwrap_or_default(),
            reports: control
                .adr
                .iter()
                .map(|adr| (adr.clone(), frame.href(&format!("/reports/{adr}"))))
                .collect(),
            prose: definition.map(|definition| prose(definition)).unwrap_or_default(),
            explain_href: definition.map_or_else(String::new, |definition| {
                let path = format!("/explain/control/{}", definition.id);
                frame.selection.at_page(1).href(&path)
            }),
            repositories: answer.by_repository().into_iter().filter_map(repository).collect(),
            table: table(&frame, answer, pages.cut()),
            pages,
            frame,
            ingest_command: INGEST_COMMAND,
        }
    }
}

/// The subjects from a row on, at most so many.
fn table(frame: &Frame, answer: &ControlAnswer, (skip, take): (usize, usize)) -> TableView {
    let column = |name: &str, doc: &str| ColumnView {
        name: name.to_owned(),
        text: format::words(name),
        doc: doc.to_owned(),
        is_number: false,
    };
    TableView {
        caption: "Subjects, what fails first".to_owned(),
        columns: vec![
            column("status", "what the evidence says of the subject"),
            column("subject", "what is judged"),
            column("reason", "why"),
            column("observed_at", "when what decides it happened, or was observed"),
            column("evidence", "where to look"),
        ],
        rows: answer
            .rows
            .iter()
            .skip(skip)
            .take(take)
            .map(|row| subject(frame, row))
            .collect(),
    }
}

fn subject(frame: &Frame, row: &ControlRow) -> RowView {
    let plain = |class: &'static str, text: &str| CellView {
        class,
        text: text.to_owned(),
        ..CellView::default()
    };
    let href = match row.subject.strip_prefix("cicl-") {
        Some(_) => frame.href(&format!("/control/{}", row.subject)),
        None => String::new(),
    };
    let observed = row.observed_at.map_or_else(
        || plain("null", "–"),
        |at| CellView {
            datetime: format::exact(at),
            ..plain("time", &format::instant(at))
        },
    );
    RowView {
        anchor: String::new(),
        cells: vec![
            plain(badge(row.status), words::status(row.status)),
            CellView {
                href,
                ..plain("breakable", &row.subject)
            },
            plain("prose", &row.reason),
            observed,
            plain("code evidence", &row.evidence),
        ],
    }
}

/// The class of a status; the word itself is always written.
fn badge(status: ControlStatus) -> &'static str {
    match status {
        ControlStatus::Pass => "badge good",
        ControlStatus::Fail | ControlStatus::Error => "badge bad",
        ControlStatus::NoEvidence | ControlStatus::Waived => "badge warn",
        ControlStatus::NotApplicable => "badge",
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, ControlPage)> {
    use crate::sample_controls as samples;

    let controls = samples::controls();
    let page = |query, answer| ControlPage::new(Selection::parse(Some(query)).unwrap(), answer);
    let mut long = controls[0].clone();
    let row = long.rows[0].clone();
    long.rows.resize(500, row);
    vec![
        ("control", page("", &controls[0])),
        (
            "control_of_repository",
            page("repository=o/r&publication=42", &controls[0]),
        ),
        ("control_page_2", page("page=2", &long)),
        ("control_that_needs", page("", &controls[1])),
        ("control_of_controls", page("", &controls[2])),
        ("control_empty", page("", &samples::decision_of_nothing().controls[0])),
    ]
}
