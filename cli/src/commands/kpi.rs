//! `plumbline kpi`.

use domain::kpi::KpiVerdict;
use query::answer::KpiAnswer;
use query::definition::Kind;
use query::render;

use crate::arguments::{Format, Kpi};
use crate::commands::open;
use crate::config::Config;
use crate::output;
use crate::run::Outcome;

/// Runs it. The exit code is the verdict over everything in the selection, the worst of all KPIs.
pub async fn run(config: Config, kpi: Kpi, format: Format) -> anyhow::Result<Outcome> {
    let engine = open::engine(&config)?;
    let ids = match kpi.id {
        Some(id) => vec![id],
        None => engine
            .catalog()
            .of_kind(Kind::Kpi)
            .map(|definition| definition.id.clone())
            .collect(),
    };
    let mut answers = Vec::new();
    let mut newest = Vec::new();
    for id in ids {
        let definition = engine.catalog().find(Kind::Kpi, &id)?;
        let question = open::question(&engine, &kpi.reading, definition.window.as_deref(), Vec::new())?;
        if kpi.by.is_some() {
            answers.extend(engine.kpi_trend(&id, &question).await?);
        } else {
            answers.push(engine.kpi(&id, &question).await?);
        }
        newest.extend(answers.last().cloned());
    }
    match format {
        Format::Table => output::text(&output::kpis(&answers)),
        Format::Json => output::json(&answers.iter().flat_map(render::kpi_json).collect::<Vec<_>>())?,
        Format::Csv => output::csv(&render::kpis_csv(&answers)),
    }
    let verdicts = newest.iter().filter_map(overall);
    Ok(verdicts
        .map(outcome)
        .max_by_key(|outcome| match outcome {
            Outcome::Ok => 0,
            Outcome::Undetermined => 1,
            Outcome::Missed => 2,
        })
        .unwrap_or(Outcome::Undetermined))
}

fn overall(answer: &KpiAnswer) -> Option<KpiVerdict> {
    answer
        .rows
        .iter()
        .find(|row| row.repository.is_none())
        .map(|row| row.verdict)
}

fn outcome(verdict: KpiVerdict) -> Outcome {
    match verdict {
        KpiVerdict::Met => Outcome::Ok,
        KpiVerdict::Missed => Outcome::Missed,
        KpiVerdict::Undetermined | KpiVerdict::NoData => Outcome::Undetermined,
    }
}
