//! `plumbline list`.

use query::answer::Table;
use query::definition::Kind;
use query::render;

use crate::arguments::{Format, List};
use crate::commands::open;
use crate::config::Config;
use crate::output;
use crate::run::Outcome;

/// Runs it.
pub async fn run(config: Config, list: List, format: Format) -> anyhow::Result<Outcome> {
    let engine = open::engine(&config)?;
    let definition = engine.catalog().find(Kind::List, &list.id)?;
    let question = open::question(&engine, &list.reading, definition.window.as_deref(), list.argument)?;
    print(&engine.list(&list.id, &question).await?, format)?;
    Ok(Outcome::Ok)
}

/// Prints rows.
pub(super) fn print(table: &Table, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Table => output::text(&output::table(table)),
        Format::Json => output::json(&render::table_json(table))?,
        Format::Csv => output::csv(&render::table_csv(table)),
    }
    Ok(())
}
