//! An architecture decision: its controls by repositories, and how to take the evidence away.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use query::answer::{ControlCount, DecisionAnswer};
use query::render_controls::{control_json, controls_csv};
use reports::matrix::Matrix;
use reports::words;

use crate::error::PageError;
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::pages::control::control_href;
use crate::pages::reports::{ControlLine, names};
use crate::selection::Selection;
use crate::state::State;
use crate::twin::{self, Format};
use crate::verdict::{self, VerdictView};

/// Answers `/reports/{id}` and its twins.
pub(crate) async fn report(
    extract::State(state): extract::State<State>,
    extract::Path(segment): extract::Path<String>,
    uri: Uri,
) -> Result<Response, PageError> {
    let (id, format) = Format::split(&segment);
    let selection = Selection::parse(uri.query())?;
    let answer = state.engine.decision(id, &state.question(&selection)?).await?;
    match format {
        Format::Json => twin::json(&answer.controls.iter().map(control_json).collect::<Vec<_>>()),
        Format::Csv => Ok(twin::csv(id, controls_csv(&answer.controls))),
        Format::Html => twin::html(&ReportPage::new(selection, &answer)),
    }
}

/// A report.
#[derive(Debug, Template)]
#[template(path = "pages/report.html")]
pub(crate) struct ReportPage {
    frame: Frame,
    title: String,
    reading: String,
    status: VerdictView,
    counts: String,
    n_computed: usize,
    columns: Vec<Column>,
    lines: Vec<Line>,
    uncollected: Vec<ControlLine>,
    command: String,
    ingest_command: &'static str,
}

/// A repository of the matrix.
#[derive(Debug)]
struct Column {
    /// Without the owner that all share.
    name: String,
    href: String,
}

/// A control of the matrix.
#[derive(Debug)]
struct Line {
    id: String,
    clause: String,
    href: String,
    all: Cell,
    cells: Vec<Option<Cell>>,
}

/// What a control says of a repository.
#[derive(Debug)]
struct Cell {
    status: VerdictView,
    share: String,
    counts: String,
    href: String,
}

impl Cell {
    fn new(count: &ControlCount, href: String) -> Self {
        Self {
            status: verdict::status(count.status),
            share: words::share(count),
            counts: words::counts(count),
            href,
        }
    }
}

impl ReportPage {
    fn new(selection: Selection, answer: &DecisionAnswer) -> Self {
        let decision = &answer.decision;
        let path = format!("/reports/{}", decision.id);
        let frame = Frame::new(&decision.title, Section::Reports, &path, selection)
            .answering(&answer.asked)
            .filtering(names(&answer.controls))
            .with_twins(&path, &["json", "csv"]);
        let matrix = Matrix::of(&answer.controls);
        let line = |line: &reports::matrix::Line<'_>| {
            let path = control_href(&line.answer.control);
            let of = |(repository, count): (&&str, &Option<ControlCount>)| {
                let href = frame.selection.of_repository(repository).href(&path);
                count.as_ref().map(|count| Cell::new(count, href))
            };
            Line {
                id: line.answer.control.id.clone(),
                clause: line.answer.control.clause.clone(),
                href: frame.href(&path),
                all: Cell {
                    counts: words::summary(line.answer),
                    ..Cell::new(&line.all, frame.href(&path))
                },
                cells: matrix.repositories.iter().zip(&line.cells).map(of).collect(),
            }
        };
        let column = |name: &&str| Column {
            name: name.strip_prefix(matrix.owner).unwrap_or(name).to_owned(),
            href: frame.selection.of_repository(name).href(&frame.path),
        };
        Self {
            title: decision.title.clone(),
            reading: decision.reading.clone(),
            status: verdict::status(answer.status),
            counts: words::counts(&answer.count()),
            n_computed: matrix.lines.len(),
            columns: matrix.repositories.iter().map(column).collect(),
            lines: matrix.lines.iter().map(line).collect(),
            uncollected: matrix
                .uncollected
                .iter()
                .map(|answer| ControlLine::new(&frame, answer))
                .collect(),
            command: reports::report::command(&decision.id, &answer.asked, &decision.id),
            frame,
            ingest_command: INGEST_COMMAND,
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, ReportPage)> {
    use crate::sample_controls as samples;

    let selection = Selection::parse(Some("as_of=2026-11-24&publication=42&repository=o/r")).unwrap();
    vec![
        ("report", ReportPage::new(Selection::default(), &samples::decision())),
        ("report_pinned", ReportPage::new(selection, &samples::decision())),
        (
            "report_empty",
            ReportPage::new(Selection::default(), &samples::decision_of_nothing()),
        ),
    ]
}
