//! `plumbline jobs`.

use domain::clock::SystemClock;

use crate::arguments::Format;
use crate::commands::open;
use crate::config::Config;
use crate::output;
use crate::run::Outcome;
use crate::schedule;

/// Runs it.
pub async fn run(config: &Config, format: Format) -> anyhow::Result<Outcome> {
    let jobs = schedule::list(config, &SystemClock, &open::store(config)?).await?;
    if format == Format::Json {
        output::json(&jobs)?;
        return Ok(Outcome::Ok);
    }
    if jobs.is_empty() {
        output::note("nothing is scheduled: write `github = \"*/15 * * * *\"` under `[schedule]` in plumbline.toml");
        return Ok(Outcome::Ok);
    }
    let header = [
        "job",
        "cron",
        "zone",
        "last due",
        "how it ended",
        "next due",
        "next due, UTC",
    ];
    let dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let rows: Vec<Vec<String>> = jobs
        .into_iter()
        .map(|job| {
            vec![
                job.job.to_owned(),
                job.cron,
                job.zone.to_owned(),
                dash(job.last_due),
                dash(job.last_outcome),
                dash(job.next_due),
                dash(job.next_due_utc),
            ]
        })
        .collect();
    let header: Vec<String> = header.map(str::to_owned).into();
    if format == Format::Csv {
        let mut csv = csv::Writer::from_writer(vec![]);
        csv.write_record(&header)?;
        for row in &rows {
            csv.write_record(row)?;
        }
        output::csv(&String::from_utf8(csv.into_inner()?)?);
    } else {
        output::text(&output::grid(header, rows));
    }
    Ok(Outcome::Ok)
}
