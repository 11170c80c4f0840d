//! Controls as JSON and CSV; everything else is in [`crate::render`].

use domain::clock::format_timestamp;
use serde::Serialize;

use crate::answer::{Cell, ControlAnswer, ControlRow};
use crate::csv::{Csv, optional, text};

/// A control as JSON; the order of the fields is part of the format.
#[derive(Debug, Serialize)]
pub struct ControlJson<'a> {
    id: &'a str,
    relation: Option<&'a str>,
    clause: &'a str,
    section: String,
    adr: &'a [String],
    unit: &'a str,
    severity: Option<&'a str>,
    remediation: Option<&'a str>,
    lifecycle: Option<&'a str>,
    from: String,
    to: String,
    as_of: String,
    known_at: Option<String>,
    publication: u64,
    status: &'static str,
    reason: &'a str,
    subjects: Vec<ControlRowJson<'a>>,
}

/// One subject.
#[derive(Debug, Serialize)]
struct ControlRowJson<'a> {
    subject: &'a str,
    status: &'static str,
    reason: &'a str,
    observed_at: Option<String>,
    evidence: &'a str,
}

/// The head of the controls' CSV: one line for each control.
const CONTROLS_HEAD: &str =
    "id,relation,section,adr,unit,severity,from,to,as_of,known_at,publication,status,reason\r\n";

/// A control with its subjects.
pub fn control_json(answer: &ControlAnswer) -> ControlJson<'_> {
    let definition = answer.control.definition();
    let header = definition.and_then(|definition| definition.control.as_ref());
    ControlJson {
        id: &answer.control.id,
        relation: definition.map(|definition| definition.id.as_str()),
        clause: &answer.control.clause,
        section: answer.control.section(),
        adr: &answer.control.adr,
        unit: &answer.control.unit,
        severity: definition.and_then(|definition| definition.severity.as_deref()),
        remediation: header.map(|header| header.remediation.as_str()),
        lifecycle: header.map(|header| header.lifecycle.as_str()),
        from: format_timestamp(answer.asked.window.from),
        to: format_timestamp(answer.asked.window.to),
        as_of: format_timestamp(answer.asked.as_of),
        known_at: answer.asked.known_at.map(format_timestamp),
        publication: answer.asked.publication,
        status: answer.status.as_str(),
        reason: &answer.reason,
        subjects: answer.rows.iter().map(row_json).collect(),
    }
}

fn row_json(row: &ControlRow) -> ControlRowJson<'_> {
    ControlRowJson {
        subject: &row.subject,
        status: row.status.as_str(),
        reason: &row.reason,
        observed_at: row.observed_at.map(format_timestamp),
        evidence: &row.evidence,
    }
}

/// Controls with one line for each.
pub fn controls_csv(answers: &[ControlAnswer]) -> String {
    let mut csv = Csv(CONTROLS_HEAD.to_owned());
    for control in answers.iter().map(control_json) {
        csv.line([
            text(control.id),
            optional(control.relation),
            text(&control.section),
            text(&control.adr.join(";")),
            text(control.unit),
            optional(control.severity),
            text(&control.from),
            text(&control.to),
            text(&control.as_of),
            optional(control.known_at.as_deref()),
            text(&control.publication.to_string()),
            text(control.status),
            text(control.reason),
        ]);
    }
    csv.0
}

/// The subjects of a control with one line for each.
pub fn control_csv(answer: &ControlAnswer) -> String {
    let mut csv = Csv("control,subject,status,reason,observed_at,evidence\r\n".to_owned());
    for row in &answer.rows {
        csv.line([
            text(&answer.control.id),
            text(&row.subject),
            text(row.status.as_str()),
            text(&row.reason),
            row.observed_at.map_or(Cell::Null, Cell::Time),
            text(&row.evidence),
        ]);
    }
    csv.0
}
