//! `plumbline publications`.

use query::render;

use crate::arguments::Format;
use crate::commands::open;
use crate::config::Config;
use crate::output;
use crate::run::Outcome;

/// Runs it.
pub async fn run(config: Config, format: Format) -> anyhow::Result<Outcome> {
    let publications = open::engine(&config)?.publications().await?;
    match format {
        Format::Table => output::text(&output::publications(&publications)),
        Format::Json => output::json(&render::publications_json(&publications))?,
        Format::Csv => output::csv(&render::publications_csv(&publications)),
    }
    Ok(Outcome::Ok)
}
