//! `plumbline ingest`.

use std::path::{Path, PathBuf};

use domain::clock::{Timestamp, parse_timestamp};
use domain::identity::{GitSha, RepositoryName};
use domain::run::Run;
use ingest::pipeline;
use ingest::sources::directory::{RunDirectory, StatedRun};
use ingest::tally::Tally;
use serde::{Deserialize, Serialize};

use crate::arguments::{Directory, Format, Ingest};
use crate::commands::{github, mirror, open};
use crate::config::{Config, UsageError};
use crate::output::{self, Progress};
use crate::run::Outcome;

/// Runs it.
pub async fn run(config: &Config, ingest: Ingest, format: Format) -> anyhow::Result<Outcome> {
    match ingest {
        Ingest::Directory(directory) => run_directories(config, &directory, format).await,
        Ingest::GitHub(github) => github::run(config, github, format).await,
        Ingest::Mirror(mirror) => mirror::run(config, &mirror, format).await,
    }
}

async fn run_directories(config: &Config, directory: &Directory, format: Format) -> anyhow::Result<Outcome> {
    let directories = match &directory.runs {
        Some(runs) => read_runs(runs, directory)?,
        None => vec![stated(directory)?],
    };
    let mut writer = open::writer(config, "ingest directory", directory.writing.wait).await?;
    let progress = Progress::start("ingesting");
    let tally = pipeline::ingest(&mut writer, &directories, &|item| progress.step(item)).await;
    // The lease is given back also after an error.
    writer.close().await?;
    let tally = tally?;
    drop(progress);
    print(&tally, format)?;
    Ok(Outcome::Ok)
}

fn stated(directory: &Directory) -> anyhow::Result<RunDirectory> {
    let missing =
        || UsageError("the run is not told: give `--repository`, `--commit`, `--branch`, `--event`, `--run-id`".into());
    Ok(run_directory(
        directory,
        Stated {
            path: directory.path.clone(),
            repository: directory.repository.clone().ok_or_else(missing)?,
            commit: directory.commit.clone().ok_or_else(missing)?,
            tree: directory.tree.clone(),
            branch: directory.branch.clone().ok_or_else(missing)?,
            event: directory.event.clone().ok_or_else(missing)?,
            run_id: directory.run_id.ok_or_else(missing)?,
            attempt: directory.attempt,
            workflow: directory.workflow.clone(),
            job: directory.job.clone(),
            started_at: directory.started_at,
            completed_at: directory.completed_at,
            head_repository: directory.head_repository.clone(),
        },
    ))
}

/// What a person or a line of a table says about a run.
struct Stated {
    path: PathBuf,
    repository: RepositoryName,
    commit: GitSha,
    tree: Option<GitSha>,
    branch: String,
    event: String,
    run_id: i64,
    attempt: i32,
    workflow: Option<String>,
    job: Option<String>,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    head_repository: Option<RepositoryName>,
}

fn run_directory(directory: &Directory, stated: Stated) -> RunDirectory {
    let run = Run {
        head_repository: Some(stated.head_repository.unwrap_or_else(|| stated.repository.clone())),
        repository: stated.repository,
        run_id: stated.run_id,
        run_attempt: stated.attempt,
        workflow: stated.workflow,
        event: stated.event,
        head_branch: Some(stated.branch),
        default_branch: Some(directory.default_branch.clone()),
        head_sha: stated.commit,
        tree_sha: stated.tree,
        status: "completed".to_owned(),
        conclusion: None,
        created_at: stated.started_at.or(stated.completed_at).unwrap_or_default(),
        started_at: stated.started_at,
        completed_at: stated.completed_at,
        updated_at: None,
        workflow_id: None,
        workflow_path: None,
        run_number: None,
        actor: None,
        triggering_actor: None,
        pull_requests: None,
        repository_id: None,
    };
    let run = StatedRun {
        run,
        started_at: stated.started_at,
        completed_at: stated.completed_at,
    };
    RunDirectory {
        path: stated.path,
        run,
        job: stated.job,
    }
}

/// A line of `--runs`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunLine {
    path: PathBuf,
    repository: String,
    commit: String,
    tree: Option<String>,
    branch: String,
    event: String,
    run_id: i64,
    attempt: Option<i32>,
    workflow: Option<String>,
    job: Option<String>,
    started_at: Option<String>,
    completed_at: Option<String>,
    head_repository: Option<String>,
}

fn read_runs(file: &Path, directory: &Directory) -> anyhow::Result<Vec<RunDirectory>> {
    let mut reader = csv::Reader::from_path(file)
        .map_err(|error| UsageError(format!("`{}` is not readable: {error}", file.display())))?;
    let mut directories = Vec::new();
    for (index, line) in reader.deserialize::<RunLine>().enumerate() {
        let place = format!("{}, line {}", file.display(), index + 2);
        let line = line.map_err(|error| UsageError(format!("{place}: {error}")))?;
        let stated = read_line(line, &directory.path).map_err(|reason| UsageError(format!("{place}: {reason}")))?;
        directories.push(run_directory(directory, stated));
    }
    Ok(directories)
}

fn read_line(line: RunLine, root: &Path) -> Result<Stated, String> {
    fn reason(error: impl std::fmt::Display) -> String {
        error.to_string()
    }
    let time = |time: Option<String>| time.as_deref().map(parse_timestamp).transpose().map_err(reason);
    if line.run_id < 1 || line.attempt.is_some_and(|attempt| attempt < 1) {
        return Err("`run_id` and `attempt` are at least 1".to_owned());
    }
    Ok(Stated {
        path: root.join(line.path),
        repository: RepositoryName::parse(&line.repository).map_err(reason)?,
        commit: GitSha::parse(&line.commit).map_err(reason)?,
        tree: line.tree.as_deref().map(GitSha::parse).transpose().map_err(reason)?,
        branch: line.branch,
        event: line.event,
        run_id: line.run_id,
        attempt: line.attempt.unwrap_or(1),
        workflow: line.workflow,
        job: line.job,
        started_at: time(line.started_at)?,
        completed_at: time(line.completed_at)?,
        head_repository: line
            .head_repository
            .as_deref()
            .map(RepositoryName::parse)
            .transpose()
            .map_err(reason)?,
    })
}

/// A payload that was not taken in whole.
#[derive(Serialize)]
struct Lost<'a> {
    path: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
pub(super) struct TallyJson<'a> {
    complete: u64,
    objects: u64,
    partial: Vec<Lost<'a>>,
    refused: Vec<Lost<'a>>,
    known: u64,
    other: &'a [String],
    not_followed: &'a [String],
    test_results: u64,
    scan_rows: u64,
    coverage_rows: u64,
    warnings: u64,
    redactions: u64,
    publications: &'a [u64],
}

impl<'a> TallyJson<'a> {
    /// What was done, for programs.
    pub(super) fn of(tally: &'a Tally) -> Self {
        fn lost(pairs: &[(String, String)]) -> Vec<Lost<'_>> {
            pairs.iter().map(|(path, reason)| Lost { path, reason }).collect()
        }
        Self {
            complete: tally.complete,
            objects: tally.objects,
            partial: lost(&tally.partial),
            refused: lost(&tally.refused),
            known: tally.known,
            other: &tally.other,
            not_followed: &tally.not_followed,
            test_results: tally.test_results,
            scan_rows: tally.scan_rows,
            coverage_rows: tally.coverage_rows,
            warnings: tally.warnings,
            redactions: tally.redactions,
            publications: &tally.publications,
        }
    }
}

/// Text of others for a terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}

/// Prints what was done.
pub(super) fn print(tally: &Tally, format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        return output::json(&TallyJson::of(tally));
    }
    for (word, pairs) in [("partial", &tally.partial), ("refused", &tally.refused)] {
        for (path, reason) in pairs {
            output::note(&format!("{word}: {}: {}", clean(path), clean(reason)));
        }
    }
    for path in &tally.not_followed {
        output::note(&format!("not followed: {}: a link or a device", clean(path)));
    }
    let published = tally.publications.last().map_or_else(
        || "nothing new, nothing published".to_owned(),
        |number| format!("published as publication {number}"),
    );
    output::text(&format!(
        "{} reports complete, {} partial, {} refused, {} known already, {} files of other formats; {} test results, {} rows of scans, {} rows of coverage, {} warnings, {} secrets taken out; {published}",
        tally.complete,
        tally.partial.len(),
        tally.refused.len(),
        tally.known,
        tally.other.len(),
        tally.test_results,
        tally.scan_rows,
        tally.coverage_rows,
        tally.warnings,
        tally.redactions,
    ));
    Ok(())
}
