//! What is printed: answers on standard output, progress and log lines on standard error.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use comfy_table::{ContentArrangement, presets};
use domain::clock::format_timestamp;
use domain::control::ControlStatus;
use indicatif::{ProgressBar, ProgressStyle};
use query::answer::{Cell, ControlAnswer, KpiAnswer, PublicationRef, Table};
use query::controls::Answered;
use serde::Serialize;

/// Prints a text and a line end. A reader that closed the pipe has read enough.
pub fn text(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{}", text.trim_end());
}

/// Prints CSV, to the byte.
pub fn csv(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Prints JSON.
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    text(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Prints a note for people on standard error.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

pub(crate) fn grid(header: Vec<String>, rows: Vec<Vec<String>>) -> String {
    let mut grid = comfy_table::Table::new();
    grid.load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header);
    grid.add_rows(rows);
    let lines: Vec<_> = grid
        .to_string()
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}

fn shown(cell: &Cell) -> String {
    let text = match cell {
        Cell::Null => "–".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Boolean(value) => value.to_string(),
        Cell::Time(time) => format_timestamp(*time),
    };
    // A name from a report must not move the cursor.
    let clean = |character: char| if character.is_control() { '\u{FFFD}' } else { character };
    let cut: String = text.chars().map(clean).take(80).collect();
    if cut.chars().count() < text.chars().count() {
        format!("{cut}…")
    } else {
        cut
    }
}

/// A list for people.
pub fn table(table: &Table) -> String {
    let header = table.columns.iter().map(|column| column.name.clone()).collect();
    grid(
        header,
        table.rows.iter().map(|row| row.iter().map(shown).collect()).collect(),
    )
}

/// KPIs for people.
pub fn kpis(answers: &[KpiAnswer]) -> String {
    let header = [
        "kpi",
        "repository",
        "to",
        "value",
        "unit",
        "target",
        "verdict",
        "n",
        "95 % interval",
        "excluded",
    ];
    let mut rows = Vec::new();
    for answer in answers {
        for row in &answer.rows {
            let interval = match (row.low, row.high, row.separable) {
                (Some(low), Some(high), Some(false)) => format!("{low:.3} to {high:.3}, not separable"),
                (Some(low), Some(high), _) => format!("{low:.3} to {high:.3}"),
                _ => "–".to_owned(),
            };
            let excluded: Vec<_> = row
                .excluded
                .iter()
                .map(|excluded| format!("{} {}", excluded.n, excluded.reason))
                .collect();
            rows.push(vec![
                answer.definition.id.clone(),
                row.repository.clone().unwrap_or_else(|| "all".to_owned()),
                format_timestamp(row.window.to),
                row.value.map_or_else(|| "–".to_owned(), |value| value.to_string()),
                answer.definition.unit.clone(),
                row.target
                    .map_or_else(String::new, |target| format!("{} {}", target.comparison, target.limit)),
                row.verdict.as_str().to_owned(),
                row.n.to_string(),
                interval,
                excluded.join(", "),
            ]);
        }
    }
    grid(header.map(str::to_owned).to_vec(), rows)
}

/// Controls for people, and how many there are of each status.
pub fn controls(answers: &[ControlAnswer]) -> String {
    let header = ["control", "adr", "status", "severity", "reason", "clause"];
    let rows = answers.iter().map(|answer| {
        let severity = answer
            .control
            .definition()
            .and_then(|definition| definition.severity.clone());
        vec![
            answer.control.id.clone(),
            answer.control.adr.join(", "),
            answer.status.to_string(),
            severity.unwrap_or_default(),
            answer.reason.clone(),
            answer.control.clause.clone(),
        ]
    });
    let counts = ControlStatus::ALL.map(|status| {
        let n = answers.iter().filter(|answer| answer.status == status).count();
        format!("{n} {status}")
    });
    let n_computed = answers
        .iter()
        .filter(|answer| !matches!(answer.control.answered, Answered::Needs(_)))
        .count();
    format!(
        "{}\n\n{} controls: {}; {n_computed} of them are computed",
        grid(header.map(str::to_owned).to_vec(), rows.collect()),
        answers.len(),
        counts.join(", "),
    )
}

/// A control with its subjects for people.
pub fn control(answer: &ControlAnswer) -> String {
    let mut text = format!(
        "{} {}\n{}: {}\n",
        answer.control.id, answer.control.clause, answer.status, answer.reason
    );
    let header = answer
        .control
        .definition()
        .and_then(|definition| definition.control.as_ref());
    if let Some(header) = header.filter(|_| answer.status == ControlStatus::Fail) {
        let _ = writeln!(text, "what to do: {}", header.remediation);
    }
    if answer.rows.is_empty() {
        return text;
    }
    let rows = answer.rows.iter().map(|row| {
        vec![
            shown(&Cell::Text(row.subject.clone())),
            row.status.to_string(),
            shown(&row.observed_at.map_or(Cell::Null, Cell::Time)),
            shown(&Cell::Text(row.reason.clone())),
            row.evidence.clone(),
        ]
    });
    let header = ["subject", "status", "observed_at", "reason", "evidence"];
    format!("{text}\n{}", grid(header.map(str::to_owned).to_vec(), rows.collect()))
}

/// Publications for people.
pub fn publications(publications: &[PublicationRef]) -> String {
    let header = ["number", "published_at", "cause", "batches", "rows", "files", "sha256"];
    let row = |publication: &PublicationRef| {
        vec![
            publication.number.to_string(),
            format_timestamp(publication.published_at),
            publication.cause.clone(),
            publication.batches.join(", "),
            publication.tables.iter().map(|table| table.2).sum::<u64>().to_string(),
            publication.tables.iter().map(|table| table.1).sum::<u64>().to_string(),
            publication.sha256.clone(),
        ]
    };
    grid(
        header.map(str::to_owned).to_vec(),
        publications.iter().map(row).collect(),
    )
}

/// Progress: a bar on a terminal, log lines elsewhere.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Begins.
    pub fn start(what: &str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { bar: None };
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {pos} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar: Some(bar) }
    }

    /// One thing more.
    pub fn step(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
            bar.set_message(what.to_owned());
        } else {
            tracing::info!(item = what, "progress");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
