//! From arguments to an exit code.

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;
use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command};
use crate::commands;
use crate::config::{Config, UsageError};
use crate::output;

/// How a command ended; DECISIONS of exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, the KPI is met, or the control passes.
    Ok = 0,
    /// The KPI is missed, the control fails, or a difference was found.
    Missed = 1,
    /// The KPI is undetermined, or there is no data or no evidence.
    Undetermined = 3,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            let is_asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if is_asked { 0 } else { 2 });
        }
    };
    let filter = EnvFilter::try_new(&arguments.common.log).unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(8 << 20)
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            output::note(&format!("error: the runtime did not start: {error}"));
            return ExitCode::from(5);
        }
    };
    match runtime.block_on(run(arguments)) {
        Ok(outcome) => ExitCode::from(outcome as u8),
        Err(error) => {
            output::note(&format!("error: {error:#}"));
            ExitCode::from(code(&error))
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = Config::read(&arguments.common)?;
    let format = arguments.common.format;
    match arguments.command {
        Command::Ingest(ingest) => commands::ingest::run(&config, ingest, format).await,
        Command::Serve(serve) => commands::serve::run(config, serve).await,
        Command::Kpi(kpi) => commands::kpi::run(config, kpi, format).await,
        Command::Control(control) => commands::control::run(config, control, format).await,
        Command::Report(report) => commands::report::run(config, report).await,
        Command::List(list) => commands::list::run(config, list, format).await,
        Command::Explain(explain) => commands::explain::run(config, explain, format).await,
        Command::Sql(sql) => commands::sql::run(config, sql, format).await,
        Command::Publications => commands::publications::run(config, format).await,
        Command::Verify(verify) => commands::verify::run(&config, verify, format).await,
        Command::Gate(gate) => commands::gate::run(config, gate, format).await,
        Command::Jobs => commands::jobs::run(&config, format).await,
        Command::Doctor => commands::doctor::run(&config).await,
        // It holds a server and a pull; the others stay small beside it on the heap.
        Command::Demo(demo) => Box::pin(commands::demo::run(config, &demo)).await,
        Command::Replay(replay) => commands::replay::run(&config, replay, format).await,
        Command::Upkeep(upkeep) => commands::upkeep::run(&config, upkeep, format).await,
    }
}

/// Whose fault an error is: 2 the asker's, 4 the store's, 5 ours.
fn code(error: &anyhow::Error) -> u8 {
    use lake::error::Error as LakeError;
    let of_lake = |error: &LakeError| match error {
        LakeError::Url { .. } | LakeError::NoSuchPublication { .. } => 2,
        LakeError::UnsafeStore { .. }
        | LakeError::Busy { .. }
        | LakeError::LeaseLost { .. }
        | LakeError::Store { .. } => 4,
        LakeError::Damaged { .. } => 1,
        _ => 5,
    };
    if error.is::<UsageError>() {
        return 2;
    }
    if let Some(error) = error.downcast_ref::<LakeError>() {
        return of_lake(error);
    }
    if let Some(error) = error.downcast_ref::<ingest::error::Error>() {
        return match error {
            ingest::error::Error::Lake(error) => of_lake(error),
            ingest::error::Error::Usage(_) | ingest::error::Error::Read { .. } => 2,
            ingest::error::Error::Remote(_) => 4,
            _ => 5,
        };
    }
    let of_query = match error.downcast_ref::<reports::error::Error>() {
        Some(reports::error::Error::Query(error)) => Some(error),
        _ => error.downcast_ref::<query::error::Error>(),
    };
    match of_query {
        Some(error) if error.is_not_found() || error.is_bad_request() => 2,
        Some(query::error::Error::Lake(error)) => of_lake(error),
        _ => 5,
    }
}
