//! The reports of the architecture decisions, and the controls that belong to none.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use query::answer::{Asked, ControlAnswer, DecisionAnswer, Question};
use query::render_controls::{control_json, controls_csv};
use reports::words;

use crate::error::PageError;
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::pages::control::control_href;
use crate::selection::Selection;
use crate::state::State;
use crate::twin::{self, Format};
use crate::verdict::{self, VerdictView};

/// Answers `/reports` and its twins.
pub(crate) async fn reports(extract::State(state): extract::State<State>, uri: Uri) -> Result<Response, PageError> {
    let (_, format) = Format::split(uri.path());
    let selection = Selection::parse(uri.query())?;
    let question = state.question(&selection)?;
    let answers = state.engine.controls(None, &question).await?;
    match format {
        Format::Json => twin::json(&answers.iter().map(control_json).collect::<Vec<_>>()),
        Format::Csv => Ok(twin::csv("controls", controls_csv(&answers))),
        Format::Html => {
            let decisions = decisions(&state, &question).await?;
            twin::html(&ReportsPage::new(selection, &decisions, &answers))
        }
    }
}

async fn decisions(state: &State, question: &Question) -> Result<Vec<DecisionAnswer>, PageError> {
    let mut answers = Vec::new();
    for decision in state.engine.catalog().decisions() {
        answers.push(state.engine.decision(&decision.id, question).await?);
    }
    Ok(answers)
}

/// The reports.
#[derive(Debug, Template)]
#[template(path = "pages/reports.html")]
pub(crate) struct ReportsPage {
    frame: Frame,
    decisions: Vec<DecisionView>,
    others: Vec<ControlLine>,
    n_controls: usize,
    n_computed: usize,
    ingest_command: &'static str,
}

/// A decision as a card.
#[derive(Debug)]
struct DecisionView {
    title: String,
    reading: String,
    href: String,
    status: VerdictView,
    share: String,
    counts: String,
    n: usize,
}

/// A control as a row.
#[derive(Debug)]
pub(crate) struct ControlLine {
    pub(crate) id: String,
    pub(crate) clause: String,
    pub(crate) href: String,
    pub(crate) status: VerdictView,
    pub(crate) reason: String,
}

impl ControlLine {
    pub(crate) fn new(frame: &Frame, answer: &ControlAnswer) -> Self {
        Self {
            id: answer.control.id.clone(),
            clause: answer.control.clause.clone(),
            href: frame.href(&control_href(&answer.control)),
            status: verdict::status(answer.status),
            reason: words::summary(answer),
        }
    }
}

impl ReportsPage {
    fn new(selection: Selection, decisions: &[DecisionAnswer], answers: &[ControlAnswer]) -> Self {
        let asked: Option<&Asked> = answers.first().map(|answer| &answer.asked);
        let mut frame = Frame::new("Compliance reports", Section::Reports, "/reports", selection)
            .filtering(names(answers))
            .with_twins("/reports", &["json", "csv"]);
        if let Some(asked) = asked {
            frame = frame.answering(asked);
        }
        let is_of_none =
            |answer: &&ControlAnswer| answer.control.adr.is_empty() && answer.control.definition().is_some();
        let decision = |answer: &DecisionAnswer| {
            let count = answer.count();
            DecisionView {
                title: answer.decision.title.clone(),
                reading: answer.decision.reading.clone(),
                href: frame.href(&format!("/reports/{}", answer.decision.id)),
                status: verdict::status(answer.status),
                share: words::share(&count),
                counts: words::counts(&count),
                n: answer.controls.len(),
            }
        };
        Self {
            decisions: decisions.iter().map(decision).collect(),
            others: answers
                .iter()
                .filter(is_of_none)
                .map(|answer| ControlLine::new(&frame, answer))
                .collect(),
            n_controls: answers.len(),
            n_computed: answers
                .iter()
                .filter(|answer| answer.control.definition().is_some())
                .count(),
            frame,
            ingest_command: INGEST_COMMAND,
        }
    }
}

/// The repositories that subjects lie in.
pub(crate) fn names(answers: &[ControlAnswer]) -> impl Iterator<Item = &str> {
    let rows = answers.iter().flat_map(|answer| &answer.rows);
    rows.filter_map(|row| row.repository())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, ReportsPage)> {
    use crate::sample_controls as samples;

    let nothing = samples::decision_of_nothing();
    vec![
        (
            "reports",
            ReportsPage::new(Selection::default(), &[samples::decision()], &samples::controls()),
        ),
        (
            "reports_empty",
            ReportsPage::new(Selection::default(), std::slice::from_ref(&nothing), &nothing.controls),
        ),
    ]
}
