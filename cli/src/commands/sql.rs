//! `plumbline sql`: free SQL runs here, in a process of its own, never in the server's.

use crate::arguments::{Format, Sql};
use crate::commands::{list, open};
use crate::config::Config;
use crate::run::Outcome;

/// Runs it.
pub async fn run(config: Config, sql: Sql, format: Format) -> anyhow::Result<Outcome> {
    let engine = open::engine(&config)?;
    let question = open::question(&engine, &sql.reading, None, Vec::new())?;
    list::print(&engine.sql(&sql.statement, &question).await?, format)?;
    Ok(Outcome::Ok)
}
