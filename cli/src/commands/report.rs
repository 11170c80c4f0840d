//! `plumbline report`.

use std::path::Path;

use anyhow::Context as _;
use domain::clock::{Clock as _, SystemClock};
use query::answer::Question;
use reports::report::Report;
use reports::words;

use crate::arguments::{self, Reading};
use crate::commands::open;
use crate::config::{Config, UsageError};
use crate::output;
use crate::run::Outcome;

/// Runs it. A report that was written is no failure, whatever it says.
pub async fn run(config: Config, report: arguments::Report) -> anyhow::Result<Outcome> {
    let engine = open::engine(&config)?;
    let question = question(&engine, &report)?;
    check_folder(&report.out)?;
    let gathered = Report::gather(&engine, &report.id, &question).await?;
    let files = gathered.files()?;
    for file in &files {
        let path = report.out.join(&file.path);
        let folder = path.parent().unwrap_or(&report.out);
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
        std::fs::write(&path, &file.content).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let count = gathered.answer.count();
    output::text(&format!(
        "{}: {} ({})\n{} files in {}; begin with report.html",
        gathered.answer.decision.id,
        words::status(count.status),
        words::counts(&count),
        files.len(),
        report.out.display(),
    ));
    Ok(Outcome::Ok)
}

/// A report of a quarter says what had happened by its end, whenever it is written.
fn question(engine: &query::engine::Engine, report: &arguments::Report) -> anyhow::Result<Question> {
    if report.to > SystemClock.now() {
        let reason = "the window is not over: `--to` lies in the future";
        return Err(UsageError(reason.to_owned()).into());
    }
    if report.from >= report.to {
        let reason = "the window is empty: `--from` must lie before `--to`";
        return Err(UsageError(reason.to_owned()).into());
    }
    let reading = Reading {
        as_of: report.as_of.or(Some(report.to)),
        known_at: report.known_at,
        publication: report.publication,
        from: Some(report.from),
        to: Some(report.to),
        repository: report.repository.clone(),
    };
    open::question(engine, &reading, None, Vec::new())
}

/// What stands in the folder would be taken for a part of the report.
fn check_folder(folder: &Path) -> anyhow::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let mut entries =
        std::fs::read_dir(folder).map_err(|error| UsageError(format!("`{}`: {error}", folder.display())))?;
    if entries.next().is_some() {
        let reason = format!("`{}` is not empty; name a new folder with `--out`", folder.display());
        return Err(UsageError(reason).into());
    }
    Ok(())
}
