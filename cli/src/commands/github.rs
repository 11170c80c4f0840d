//! `plumbline ingest github`.

use std::collections::BTreeMap;

use domain::collection::Gap;
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
    gaps: Vec<GapJson<'a>>,
    gaps_closed: u64,
    tally: TallyJson<'a>,
}

#[derive(Serialize)]
pub(super) struct GapJson<'a> {
    repository: &'a str,
    resource: &'a str,
    subject: &'a str,
    reason: &'a str,
    detail: Option<&'a str>,
}

impl<'a> GapJson<'a> {
    pub(super) fn of(gap: &'a Gap) -> Self {
        Self {
            repository: gap.repository.as_str(),
            resource: &gap.resource,
            subject: &gap.subject,
            reason: &gap.reason,
            detail: gap.detail.as_deref(),
        }
    }
}

/// Says what could not be had: a line for each repository, resource and reason. Every single one is in the lake.
pub(super) fn tell_gaps(gaps: &[Gap]) {
    let mut groups: BTreeMap<(&str, &str, &str), Vec<&Gap>> = BTreeMap::new();
    for gap in gaps {
        let key = (gap.repository.as_str(), gap.resource.as_str(), gap.reason.as_str());
        groups.entry(key).or_default().push(gap);
    }
    for ((repository, resource, reason), gaps) in groups {
        let line = match gaps[..] {
            [gap] => {
                let detail = gap
                    .detail
                    .as_deref()
                    .map_or_else(String::new, |detail| format!(": {detail}"));
                format!("gap: {repository}: {resource} {}: {reason}{detail}", gap.subject)
            }
            _ => format!("gap: {repository}: {} of {resource}: {reason}", gaps.len()),
        };
        output::note(&clean(&line));
    }
}

fn told(pulled: &Pulled, format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        return output::json(&PulledJson {
            repositories: pulled.repositories,
            runs: pulled.runs,
            requests: pulled.requests,
            gaps: pulled.gaps.iter().map(GapJson::of).collect(),
            gaps_closed: pulled.gaps_closed,
            tally: TallyJson::of(&pulled.tally),
        });
    }
    tell_gaps(&pulled.gaps);
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
