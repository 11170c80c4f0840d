//! `plumbline control`.

use anyhow::ensure;
use domain::control::ControlStatus;
use query::render_controls::{control_csv, control_json, controls_csv};

use crate::arguments::{Control, Format};
use crate::commands::open;
use crate::config::{Config, UsageError};
use crate::output;
use crate::run::Outcome;

/// Runs it. The exit code is the worst status: 1 where one fails, 3 where one is undecided.
pub async fn run(config: Config, control: Control, format: Format) -> anyhow::Result<Outcome> {
    let engine = open::engine(&config)?;
    let Some(id) = control.id else {
        let adr = control.adr.map(|adr| adr.to_ascii_lowercase());
        if let Some(adr) = &adr {
            let known: Vec<_> = engine
                .catalog()
                .controls()
                .iter()
                .flat_map(|control| &control.adr)
                .collect();
            ensure!(
                known.contains(&adr),
                UsageError(format!("no control belongs to `{adr}`"))
            );
        }
        let question = open::question(&engine, &control.reading, None, Vec::new())?;
        // Each control has its own span where none is asked.
        let answers = engine.controls(adr.as_deref(), &question).await?;
        match format {
            Format::Table => output::text(&output::controls(&answers)),
            Format::Json => output::json(&answers.iter().map(control_json).collect::<Vec<_>>())?,
            Format::Csv => output::csv(&controls_csv(&answers)),
        }
        return Ok(worst(answers.iter().map(|answer| answer.status)));
    };
    let known = engine.catalog().control(&id)?;
    let span = known.definition().and_then(|definition| definition.window.as_deref());
    let question = open::question(&engine, &control.reading, span, Vec::new())?;
    let answer = engine.control(&id, &question).await?;
    match format {
        Format::Table => output::text(&output::control(&answer)),
        Format::Json => output::json(&control_json(&answer))?,
        Format::Csv => output::csv(&control_csv(&answer)),
    }
    Ok(worst([answer.status]))
}

fn worst(statuses: impl IntoIterator<Item = ControlStatus>) -> Outcome {
    let mut worst = Outcome::Ok;
    for status in statuses {
        match status {
            ControlStatus::Fail => return Outcome::Missed,
            ControlStatus::NoEvidence | ControlStatus::Error | ControlStatus::Waived => {
                worst = Outcome::Undetermined;
            }
            ControlStatus::Pass | ControlStatus::NotApplicable => {}
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_status_is_the_exit_code() {
        use ControlStatus::{Error, Fail, NoEvidence, NotApplicable, Pass, Waived};
        assert_eq!(worst([Pass, NotApplicable]), Outcome::Ok);
        for undecided in [NoEvidence, Error, Waived] {
            assert_eq!(worst([Pass, undecided]), Outcome::Undetermined);
            assert_eq!(worst([undecided, Fail, Pass]), Outcome::Missed);
        }
    }
}
