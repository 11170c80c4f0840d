//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::clock::{InvalidTimestamp, Timestamp, parse_timestamp};
use domain::identity::{GitSha, InvalidIdentifier, RepositoryName};

/// Proves whether CI keeps to CI/CL-001: numbers that an auditor can recompute.
///
/// Exit codes: 0 ok or met, 1 missed or a difference found, 2 usage, 3 undetermined or no data, 4 remote or
/// authorization, 5 internal.
#[derive(Debug, Parser)]
#[command(name = "plumbline", version, max_term_width = 110)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options that every command takes.
    #[command(flatten)]
    pub common: Common,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The lake: a path, `file:///path`, or `s3://bucket/prefix` [default: data/lake]
    #[arg(long, global = true, value_name = "URL")]
    pub lake: Option<String>,
    /// Configuration file [default: plumbline.toml where it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How answers are printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Show log lines of this level and above: error, warn, info, debug
    #[arg(long, global = true, value_name = "LEVEL", default_value = "warn")]
    pub log: String,
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take in what CI left behind
    #[command(subcommand)]
    Ingest(Ingest),
    /// Serve the pages
    Serve(Serve),
    /// Print a KPI with its verdict, or all of them
    Kpi(Kpi),
    /// Print the controls of CI/CL-001 with their status, or the subjects of one
    Control(Control),
    /// Write the evidence report of an architecture decision (CI/CL-001 §17) into a folder: pages for print, CSV, SQL, digests
    Report(Report),
    /// Print the rows of a list
    List(List),
    /// Show what a number is made of: definition, SQL, parameters, files, digests
    Explain(Explain),
    /// Run one read-only query of your own over `raw`, `stg`, `mart`, `kpi`, `control`, `list` and `policy`
    Sql(Sql),
    /// List publications, the newest first
    Publications,
    /// Check the chain of digests from the newest publication down
    Verify(Verify),
    /// Read what landed once more with the parsers of today, and put their rows in the place of those that are there
    Replay(Replay),
    /// Compact files, write checkpoints, delete what nothing reaches
    Upkeep(Upkeep),
    /// Ask whether something may go ahead
    #[command(subcommand)]
    Gate(Gate),
    /// List scheduled jobs: when each ran last and how that ended, and when it is due next
    Jobs,
    /// Look at configuration, store, lake and GitHub, and say what to mend
    Doctor,
    /// Simulate an organization on GitHub, and write down what really happened in it
    Demo(Demo),
}

/// What may go ahead, or not.
#[derive(Debug, Subcommand)]
pub enum Gate {
    /// A deployment: not while a required check of the default branch is red (CI/CL-001 §22). Exit code 0: it may go
    /// ahead; 1: frozen; 3: nobody can tell
    Deploy(GateDeploy),
}

/// Of which repository, and when.
#[derive(Debug, Args)]
pub struct GateDeploy {
    /// The repository that is deployed, `owner/name`
    #[arg(long, value_parser = repository)]
    pub repository: RepositoryName,
    /// The instant of the deployment [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub as_of: Option<Timestamp>,
    /// How old the newest publication may be, in minutes; what is older tells nothing [default: any age]
    #[arg(long, value_name = "MINUTES")]
    pub max_age: Option<u32>,
}

/// Where to take it from.
#[derive(Debug, Subcommand)]
pub enum Ingest {
    /// Files in a folder, or one file; ZIP archives are looked into
    Directory(Box<Directory>),
    /// An organization on GitHub, or some repositories: what is new or has changed since the last time
    #[command(name = "github")]
    GitHub(GitHub),
    /// What an S3 bucket holds of mirrored artifacts (CI/CL-001 §16): what is new or has changed since the last time
    Mirror(Mirror),
}

/// A mirror of artifacts in S3.
#[derive(Debug, Args)]
pub struct Mirror {
    /// Which one.
    #[command(flatten)]
    pub source: MirrorSource,
    /// Options of a writer.
    #[command(flatten)]
    pub writing: Writing,
}

/// Which mirror; what is not given here is taken from `[mirror]` of the configuration.
#[derive(Debug, Default, Args)]
pub struct MirrorSource {
    /// Where it is: `s3://bucket/prefix`
    #[arg(long, value_name = "URL")]
    pub bucket: Option<String>,
    /// What keys below the prefix mean [default: `{owner}/{repository}/{run_id}/{attempt}/{artifact}.zip`]
    #[arg(long, value_name = "TEMPLATE")]
    pub key_template: Option<String>,
    /// Objects that are read back whole and digested, for each day [default: 0]
    #[arg(long, value_name = "N")]
    pub sample: Option<usize>,
    /// What the sample is drawn by: the same seed draws the same objects on the same day [default: plumbline]
    #[arg(long, value_name = "TEXT")]
    pub seed: Option<String>,
}

/// What is pulled from GitHub. The token is `GITHUB_TOKEN` or `github.token` of the configuration, or an App's id and key.
#[derive(Debug, Args)]
#[group(id = "whose", required = true, multiple = true, args = ["organization", "repository"])]
pub struct GitHub {
    /// Every repository of this organization
    #[arg(long, value_name = "NAME")]
    pub organization: Option<String>,
    /// This repository; may stand several times
    #[arg(long, value_name = "OWNER/NAME", value_parser = repository)]
    pub repository: Vec<RepositoryName>,
    /// Runs created since [default: what may have changed; at first, everything]
    #[arg(long, value_name = "DATE", value_parser = time)]
    pub since: Option<Timestamp>,
    /// Root of the REST API; else `github.api_url`, else GitHub's own
    #[arg(long, value_name = "URL")]
    pub api_url: Option<String>,
    /// Options of a writer.
    #[command(flatten)]
    pub writing: Writing,
}

/// A folder with the run that left it.
#[derive(Debug, Args)]
pub struct Directory {
    /// The folder or file
    #[arg(value_name = "DIR")]
    pub path: PathBuf,
    /// Repository of the run, `owner/name`
    #[arg(long, value_parser = repository, required_unless_present = "runs")]
    pub repository: Option<RepositoryName>,
    /// Commit under test: the full SHA
    #[arg(long, value_name = "SHA", value_parser = git_sha, required_unless_present = "runs")]
    pub commit: Option<GitSha>,
    /// Tree of that commit: two commits with one tree are the same source
    #[arg(long, value_name = "SHA", value_parser = git_sha)]
    pub tree: Option<GitSha>,
    /// Branch of the head commit
    #[arg(long, required_unless_present = "runs")]
    pub branch: Option<String>,
    /// What triggered the run: push, `pull_request`, schedule, `workflow_dispatch`, `merge_group`, …
    #[arg(long, required_unless_present = "runs")]
    pub event: Option<String>,
    /// Id of the run; attempts share it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..), required_unless_present = "runs")]
    pub run_id: Option<i64>,
    /// Attempt of the run
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..), default_value_t = 1)]
    pub attempt: i32,
    /// Workflow, by name or path
    #[arg(long)]
    pub workflow: Option<String>,
    /// Job that left the files behind
    #[arg(long)]
    pub job: Option<String>,
    /// When the run, or the job, started [default: when it completed]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub started_at: Option<Timestamp>,
    /// When it completed [default: when it started; without both, the latest time that a report states]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub completed_at: Option<Timestamp>,
    /// The repository's default branch (CI/CL-001 §3)
    #[arg(long, default_value = "main")]
    pub default_branch: String,
    /// Where the head commit lives, if in a fork [default: the repository]
    #[arg(long, value_parser = repository)]
    pub head_repository: Option<RepositoryName>,
    /// CSV of many runs, one a line, instead of the options above: `path` below DIR, and the options by their names
    #[arg(long, value_name = "FILE", conflicts_with_all = ["repository", "commit", "run_id"])]
    pub runs: Option<PathBuf>,
    /// Options of a writer.
    #[command(flatten)]
    pub writing: Writing,
}

/// Options of a command that writes.
#[derive(Debug, Clone, Args)]
pub struct Writing {
    /// Wait this long for another writer
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub wait: u64,
}

/// Options of the web server.
#[derive(Debug, Args)]
pub struct Serve {
    /// Loopback address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
}

/// Which rows a reader sees.
#[derive(Debug, Clone, Args)]
pub struct Reading {
    /// Valid time: what had happened by then [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub as_of: Option<Timestamp>,
    /// Transaction time: what had been seen by then [default: everything in the publication]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub known_at: Option<Timestamp>,
    /// Publication to read [default: the newest]
    #[arg(long, value_name = "N")]
    pub publication: Option<u64>,
    /// Start of the window [default: the definition's own span before its end]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub from: Option<Timestamp>,
    /// End of the window, not inside [default: as-of]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub to: Option<Timestamp>,
    /// Only this repository; may stand several times
    #[arg(long, value_name = "OWNER/NAME", value_parser = repository)]
    pub repository: Vec<RepositoryName>,
}

/// Which KPI.
#[derive(Debug, Args)]
pub struct Kpi {
    /// Its id, as `flaky_test_rate` [default: all]
    pub id: Option<String>,
    /// Values at the ends of the last weeks
    #[arg(long, value_enum)]
    pub by: Option<Step>,
    /// Which rows.
    #[command(flatten)]
    pub reading: Reading,
}

/// Steps of a trend.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Step {
    /// Seven days.
    Week,
}

/// Which control.
#[derive(Debug, Args)]
pub struct Control {
    /// Its id, number or relation, as `cicl-07.03`, `07.03` or `c07_03_coverage`: its subjects are shown [default: all]
    pub id: Option<String>,
    /// Those of this architecture decision, as `ADR-008`; `ADR-008n` is its narrow reading
    #[arg(long, value_name = "ADR", conflicts_with = "id")]
    pub adr: Option<String>,
    /// Which rows.
    #[command(flatten)]
    pub reading: Reading,
}

/// Which report.
#[derive(Debug, Args)]
pub struct Report {
    /// Its id: `adr-008`, `adr-008n` (its narrow reading), `adr-009`, `adr-010`
    pub id: String,
    /// New or empty folder that takes the files
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Start of the window
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub from: Timestamp,
    /// End of the window, not inside
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub to: Timestamp,
    /// Valid time: what had happened by then [default: the end of the window]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub as_of: Option<Timestamp>,
    /// Transaction time: what had been seen by then [default: everything in the publication]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub known_at: Option<Timestamp>,
    /// Publication to read [default: the newest]
    #[arg(long, value_name = "N")]
    pub publication: Option<u64>,
    /// Only this repository; may stand several times
    #[arg(long, value_name = "OWNER/NAME", value_parser = repository)]
    pub repository: Vec<RepositoryName>,
}

/// Which list.
#[derive(Debug, Args)]
pub struct List {
    /// Its id, as `flaky_tests`
    pub id: String,
    /// A parameter of the list, `name=value`
    #[arg(long, value_name = "NAME=VALUE", value_parser = argument)]
    pub argument: Vec<(String, String)>,
    /// Which rows.
    #[command(flatten)]
    pub reading: Reading,
}

/// Which number.
#[derive(Debug, Args)]
pub struct Explain {
    /// Id of a KPI, a list or a control
    pub id: String,
    /// A parameter of the list, `name=value`
    #[arg(long, value_name = "NAME=VALUE", value_parser = argument)]
    pub argument: Vec<(String, String)>,
    /// Which rows.
    #[command(flatten)]
    pub reading: Reading,
}

/// Free SQL.
#[derive(Debug, Args)]
pub struct Sql {
    /// One query; `$from`, `$to`, `$as_of`, `$known_at` are at hand
    pub statement: String,
    /// Which rows.
    #[command(flatten)]
    pub reading: Reading,
}

/// How thoroughly.
#[derive(Debug, Args)]
pub struct Verify {
    /// Read every byte: data files, raw payloads, Delta tables
    #[arg(long)]
    pub deep: bool,
}

/// What is read again.
#[derive(Debug, Args)]
pub struct Replay {
    /// Only payloads of this format, by its name in `stg.sources`
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Only what came in then or later: RFC 3339, or a date
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<Timestamp>,
    /// Only what this program would read with another parser, or a newer version, than the one that did
    #[arg(long)]
    pub outdated: bool,
    /// Options of a writer.
    #[command(flatten)]
    pub writing: Writing,
}

/// Options of upkeep.
#[derive(Debug, Args)]
pub struct Upkeep {
    /// Options of a writer.
    #[command(flatten)]
    pub writing: Writing,
}

/// Which organization, and what of it.
#[derive(Debug, Args)]
pub struct Demo {
    /// What every draw derives from: one seed, one organization
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many days its timeline spans; it ends at 2026-04-01T00:00:00Z
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub days: u32,
    /// Folder of its lake; a second start serves what is there [default: data/demo]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Instead of serving pages, hold every number against what really happened; 1 where they differ
    #[arg(long)]
    pub check: bool,
    /// Serve its API, in the shape of GitHub's, and nothing else
    #[arg(long, conflicts_with_all = ["data", "check"])]
    pub api_only: bool,
    /// Where the pages, or the API, are served: a loopback address
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// Requests that the API answers in an hour
    #[arg(long, value_name = "N", default_value_t = 15_000_000)]
    pub rate_limit: u64,
    /// Requests of a hundred to the API that go wrong, drawn from the seed: limits, errors, slowness, broken bodies
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub faults: u8,
    /// Write what really happened to this file, as JSON; `-` is the standard output
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
}

fn time(text: &str) -> Result<Timestamp, InvalidTimestamp> {
    parse_timestamp(text)
}

fn repository(text: &str) -> Result<RepositoryName, InvalidIdentifier> {
    RepositoryName::parse(text)
}

fn git_sha(text: &str) -> Result<GitSha, InvalidIdentifier> {
    GitSha::parse(text)
}

fn argument(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not `name=value`")),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Arguments, Command, Demo};

    fn parse(arguments: &[&str]) -> Result<Demo, clap::Error> {
        let all = ["plumbline", "demo"].iter().chain(arguments);
        match Arguments::try_parse_from(all)?.command {
            Command::Demo(demo) => Ok(demo),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_demo_serves_the_api_or_writes_the_truth_or_both() {
        let demo = parse(&["--api-only"]).unwrap();
        assert_eq!(
            (demo.seed, demo.days, demo.rate_limit, demo.faults),
            (1, 30, 15_000_000, 0)
        );
        assert_eq!(demo.listen.to_string(), "127.0.0.1:8090");
        let demo = parse(&[
            "--api-only",
            "--faults",
            "5",
            "--listen",
            "127.0.0.1:0",
            "--truth",
            "t.json",
        ])
        .unwrap();
        assert_eq!(
            (demo.api_only, demo.faults, demo.truth),
            (true, 5, Some("t.json".into()))
        );
        assert!(!parse(&["--truth", "-", "--seed", "7"]).unwrap().api_only);
        for arguments in [
            ["--api-only", "--faults=101"],
            ["--api-only", "--days=0"],
            ["--api-only", "--listen=here"],
            ["--api-only", "--check"],
        ] {
            assert_eq!(parse(&arguments).unwrap_err().exit_code(), 2, "{arguments:?}");
        }
    }
}
