//! `plumbline explain`.

use query::answer::Subject;
use query::controls::Answered;
use query::definition::Kind;
use query::render;

use crate::arguments::{Explain, Format};
use crate::commands::open;
use crate::config::{Config, UsageError};
use crate::output;
use crate::run::Outcome;

/// Runs it.
pub async fn run(config: Config, explain: Explain, format: Format) -> anyhow::Result<Outcome> {
    let engine = open::engine(&config)?;
    let found = [Kind::Kpi, Kind::List]
        .into_iter()
        .find_map(|kind| engine.catalog().get(kind, &explain.id));
    let control = engine.catalog().control(&explain.id).ok();
    if let Some(control) = control.as_ref().filter(|control| control.definition().is_none()) {
        let how = match &control.answered {
            Answered::RollsUp(adr) => format!("rolls up the controls of {adr}"),
            Answered::Needs(needs) => format!("is not computed; it needs: {needs}"),
            Answered::Computed(definition) => format!("is {}", definition.name()),
        };
        return Err(UsageError(format!("the control `{}` {how}", control.id)).into());
    }
    let found = found.or_else(|| control.and_then(|control| control.definition().cloned()));
    let Some(definition) = found else {
        let known = [Kind::Kpi, Kind::List, Kind::Control]
            .map(|kind| engine.catalog().of_kind(kind).collect::<Vec<_>>())
            .concat();
        let known: Vec<_> = known.iter().map(|definition| definition.id.as_str()).collect();
        return Err(UsageError(format!(
            "there is no KPI, list or control `{}`; there are: {}",
            explain.id,
            known.join(", ")
        ))
        .into());
    };
    let question = open::question(
        &engine,
        &explain.reading,
        definition.window.as_deref(),
        explain.argument,
    )?;
    let explanation = engine.explain(definition.kind, &definition.id, &question).await?;
    match format {
        Format::Json => output::json(&render::explanation_json(&explanation))?,
        Format::Csv => output::csv(&render::table_csv(&explanation.sources)),
        Format::Table => {
            match &explanation.subject {
                Subject::Kpi(answer) => output::text(&output::kpis(std::slice::from_ref(answer))),
                Subject::Control(answer) => output::text(&output::control(answer)),
                Subject::List(table) => output::text(&format!("{} rows", table.rows.len())),
            }
            output::text("\nparameters");
            for (name, value) in &explanation.chain.parameters {
                output::text(&format!("  ${name} = {value}"));
            }
            output::text("\ncomputed from, in this order");
            for definition in &explanation.chain.definitions {
                output::text(&format!("  sql/{}: {}", definition.path, definition.title));
            }
            output::text("\nmanifests");
            for (table, sha256) in &explanation.chain.manifests {
                output::text(&format!("  {sha256}  manifests/{sha256}.json  ({table})"));
            }
            output::text("\nfiles, as `sha256sum -c` takes them");
            for file in &explanation.chain.files {
                output::text(&format!("{}  {}", file.sha256, file.path));
            }
            output::text(&format!("\npayloads\n{}", output::table(&explanation.sources)));
            output::text(&format!("\nagain\n  {}", explanation.chain.command));
        }
    }
    Ok(Outcome::Ok)
}
