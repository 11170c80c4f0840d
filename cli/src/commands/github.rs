//! `plumbline ingest github`.

use ingest::sources::github::access::Access;
use ingest::sources::github::pull::{self, Pulled, Scope};
use serde::Serialize;

use super::ingest::{TallyJson, clean, print};
use crate::arguments::{Format, GitHub};
use crate::commands::open;
use crate::config::Config;
use crate::output::{self, Progress};
use crate::run::Outcome;

/// Runs it.
pub async fn run(config: &Config, arguments: GitHub, format: Format) -> anyhow::Result<Outcome> {
    let github = &config.github;
    let api_url = arguments.api_url.as_ref().unwrap_or(&github.api_url);
    let mut access = Access::new(api_url, github.credential.clone())?;
    if let Some(hosts) = &github.download_hosts {
        access.download_hosts.clone_from(hosts);
    }
    let scope = Scope {
        organization: arguments.organization,
        repositories: arguments.repository,
        since: arguments.since,
    };
    let mut writer = open::writer(config, "ingest github", arguments.writing.wait).await?;
    let progress = Progress::start("pulling");
    let pulled = pull::pull(&mut writer, &access, &scope, &|item| progress.step(item)).await;
    // The lease is given back also after an error.
    writer.close().await?;
    let pulled = pulled?;
    drop(progress);
    told(&pulled, format)?;
    Ok(Outcome::Ok)
}

#[derive(Serialize)]
struct PulledJson<'a> {
    repositories: u64,
    runs: u64,
    requests: u64,
    gaps: &'a [String],
    gaps_closed: u64,
    tally: TallyJson<'a>,
}

fn told(pulled: &Pulled, format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        return output::json(&PulledJson {
            repositories: pulled.repositories,
            runs: pulled.runs,
            requests: pulled.requests,
            gaps: &pulled.gaps,
            gaps_closed: pulled.gaps_closed,
            tally: TallyJson::of(&pulled.tally),
        });
    }
    for gap in &pulled.gaps {
        output::note(&format!("gap: {}", clean(gap)));
    }
    output::text(&format!(
        "{} repositories, {} runs new or changed, {} objects, {} requests; {} gaps opened, {} closed",
        pulled.repositories,
        pulled.runs,
        pulled.tally.objects,
        pulled.requests,
        pulled.gaps.len(),
        pulled.gaps_closed,
    ));
    print(&pulled.tally, format)
}
