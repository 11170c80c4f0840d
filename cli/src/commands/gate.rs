//! `plumbline gate`.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::clock::{Clock as _, SystemClock, Timestamp, format_timestamp};
use query::answer::{Cell, Question, Table};
use serde::Serialize;

use crate::arguments::{Format, Gate, GateDeploy};
use crate::commands::open;
use crate::config::Config;
use crate::output;
use crate::run::Outcome;

/// What the gate says.
#[derive(Debug, Serialize)]
struct Answer {
    gate: &'static str,
    repository: String,
    as_of: String,
    /// `open`, `frozen`, `undetermined`.
    state: &'static str,
    reason: String,
    /// Publication that was read, and when it was made.
    publication: u64,
    published_at: Option<String>,
}

/// Runs it.
pub async fn run(config: Config, gate: Gate, format: Format) -> anyhow::Result<Outcome> {
    let Gate::Deploy(deploy) = gate;
    let engine = open::engine(&config)?;
    let as_of = deploy.as_of.unwrap_or_else(|| SystemClock.now());
    let question = Question {
        as_of,
        known_at: None,
        publication: None,
        window: None,
        repositories: vec![deploy.repository.to_string()],
        arguments: BTreeMap::new(),
    };
    let branches = engine.list("main_branches", &question).await?;
    let gaps = engine.list("gaps", &question).await?;
    let (state, reason) = judge(&branches, &gaps, &deploy, as_of);
    let answer = Answer {
        gate: "deploy",
        repository: deploy.repository.to_string(),
        as_of: format_timestamp(as_of),
        state,
        reason,
        publication: branches.asked.publication,
        published_at: branches.asked.published_at.map(format_timestamp),
    };
    if format == Format::Json {
        output::json(&answer)?;
    } else {
        let published = answer.published_at.as_deref().unwrap_or("never");
        output::text(&format!(
            "{}: {}\n{} as of {}, publication {} of {published}",
            answer.state, answer.reason, answer.repository, answer.as_of, answer.publication,
        ));
    }
    Ok(match answer.state {
        "open" => Outcome::Ok,
        "frozen" => Outcome::Missed,
        _ => Outcome::Undetermined,
    })
}

/// Red freezes, whatever else is known; green needs evidence that is whole and new enough.
fn judge(branches: &Table, gaps: &Table, deploy: &GateDeploy, as_of: Timestamp) -> (&'static str, String) {
    let cell = |name: &str| {
        let index = branches.columns.iter().position(|column| column.name == name)?;
        branches.rows.first().map(|row| &row[index])
    };
    let text = |name: &str| match cell(name) {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::Time(time)) => format_timestamp(*time),
        _ => "–".to_owned(),
    };
    let state = text("state");
    if state == "red" {
        let reason = format!(
            "the default branch is red since {}: {}; deployments wait for its repair (CI/CL-001 §22)",
            text("since"),
            text("checks"),
        );
        return ("frozen", reason);
    }
    if state != "green" {
        let reason = "no required check has judged its default branch in this lake";
        return ("undetermined", reason.to_owned());
    }
    let oldest = deploy
        .max_age
        .map(|minutes| as_of - TimeDelta::minutes(i64::from(minutes)));
    let published_at = branches.asked.published_at;
    if oldest.is_some_and(|oldest| published_at.is_none_or(|published_at| published_at < oldest)) {
        return (
            "undetermined",
            "the newest publication is older than `--max-age`".to_owned(),
        );
    }
    let touching = gaps_of_main(gaps);
    if touching > 0 {
        let reason = format!("{touching} runs or jobs could not be had: `plumbline list gaps` names them");
        return ("undetermined", reason);
    }
    ("open", format!("the default branch is green since {}", text("since")))
}

/// Open gaps that can hide a red check. What is lost of artifacts hides none.
fn gaps_of_main(gaps: &Table) -> usize {
    let Some(index) = gaps.columns.iter().position(|column| column.name == "resource") else {
        return 0;
    };
    let hides = |cell: &Cell| {
        matches!(cell, Cell::Text(resource)
            if ["repository", "runs", "attempt", "jobs", "check_runs", "required_checks"].contains(&resource.as_str()))
    };
    gaps.rows.iter().filter(|row| hides(&row[index])).count()
}
