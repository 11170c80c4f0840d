//! `plumbline doctor`.

use chrono::TimeDelta;
use domain::clock::{Clock as _, SystemClock, format_timestamp};
use ingest::sources::github::access::{Access, Credential};
use ingest::sources::github::permissions::{self, Resource};
use lake::{probe, verify};
use query::definition::Kind;

use crate::commands::open;
use crate::config::{Config, Work};
use crate::output;
use crate::run::Outcome;
use crate::schedule;

/// What was looked at, and how it is.
#[derive(Debug, Default)]
struct Findings {
    good: usize,
    notes: usize,
    wrong: usize,
}

impl Findings {
    fn good(&mut self, what: &str, how: &str) {
        self.good += 1;
        output::text(&format!("ok     {what}: {how}"));
    }

    fn note(&mut self, what: &str, how: &str) {
        self.notes += 1;
        output::text(&format!("note   {what}: {how}"));
    }

    fn wrong(&mut self, what: &str, how: &str) {
        self.wrong += 1;
        output::text(&format!("wrong  {what}: {how}"));
    }
}

/// Looks at everything that a command needs; 1 where something is wrong.
pub async fn run(config: &Config) -> anyhow::Result<Outcome> {
    let mut findings = Findings::default();
    findings.good(
        "definitions",
        &format!(
            "{} KPIs, {} of {} controls and {} lists over {} marts",
            config.catalog.of_kind(Kind::Kpi).count(),
            config.catalog.of_kind(Kind::Control).count(),
            config.catalog.controls().len(),
            config.catalog.of_kind(Kind::List).count(),
            config.catalog.of_kind(Kind::Mart).count(),
        ),
    );
    lake(config, &mut findings).await;
    scheduled(config, &mut findings).await;
    github(config, &mut findings).await;
    let Findings { good, notes, wrong } = findings;
    output::text(&format!("{good} ok, {notes} to note, {wrong} wrong"));
    Ok(match wrong {
        0 => Outcome::Ok,
        _ => Outcome::Missed,
    })
}

async fn lake(config: &Config, findings: &mut Findings) {
    let store = match open::store(config) {
        Ok(store) => store,
        Err(error) => return findings.wrong("store", &format!("{error:#}")),
    };
    let nonce = format!("doctor-{}-{}", std::process::id(), SystemClock.now().timestamp_millis());
    match probe::probe(&store, &nonce).await {
        Ok(()) => findings.good("store", &format!("{} keeps the first of two writers", store.url())),
        Err(error) => return findings.wrong("store", &error.to_string()),
    }
    match verify::verify(&store, false, &|_| {}).await {
        Err(error) => findings.wrong("lake", &error.to_string()),
        Ok(found) if !found.failures.is_empty() => {
            let first = &found.failures[0];
            findings.wrong(
                "lake",
                &format!("{} broken links; the first: {first}", found.failures.len()),
            );
        }
        Ok(found) if found.publications == 0 => {
            findings.note("lake", "nothing is published yet: run `plumbline ingest`");
        }
        Ok(found) => findings.good(
            "lake",
            &format!("{} publications, chain of digests unbroken", found.publications),
        ),
    }
    let newest = match open::engine(config) {
        Ok(engine) => engine.publications().await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    match newest {
        Err(error) => findings.wrong("pages", &format!("{error:#}")),
        Ok(publications) => {
            let Some(newest) = publications.first() else { return };
            let age = SystemClock.now() - newest.published_at;
            let how = format!(
                "publication {} of {}",
                newest.number,
                format_timestamp(newest.published_at)
            );
            if age > TimeDelta::hours(24) {
                findings.note("freshness", &format!("{how}, {} hours ago", age.num_hours()));
            } else {
                findings.good("freshness", &how);
            }
        }
    }
}

async fn scheduled(config: &Config, findings: &mut Findings) {
    if config.schedule.is_empty() {
        return findings.note(
            "schedule",
            "nothing is scheduled; `plumbline serve` then shows what is there",
        );
    }
    let listed = match open::store(config) {
        Ok(store) => schedule::list(config, &SystemClock, &store).await,
        Err(error) => Err(error),
    };
    match listed {
        Err(error) => findings.wrong("schedule", &format!("{error:#}")),
        Ok(jobs) => {
            for job in jobs {
                let what = format!("job {}", job.job);
                let next = job.next_due.unwrap_or_else(|| "never".to_owned());
                match job.last_outcome {
                    Some(outcome) if outcome.starts_with("failed") => findings.wrong(&what, &outcome),
                    _ => findings.good(&what, &format!("next at {next}")),
                }
            }
        }
    }
}

/// What is lost without a permission: in words, and by the controls that read what it fills.
fn lacking(config: &Config, resource: &Resource, refusal: &str) -> String {
    let controls = config.catalog.controls_over(resource.tables);
    let controls = match controls.len() {
        0 => String::new(),
        _ => format!("; controls without evidence: {}", controls.join(", ")),
    };
    format!(
        "refused ({refusal}); without it there is no {}{controls}",
        resource.needed_for
    )
}

async fn github(config: &Config, findings: &mut Findings) {
    let github = &config.github;
    let is_polled = config.schedule.iter().any(|job| job.work == Work::GitHub);
    match (github.webhook_secrets.len(), is_polled) {
        (0, _) => {}
        (_, true) => findings.good(
            "webhook",
            "deliveries wake pulls; the schedule finds what was not delivered",
        ),
        (_, false) => findings.note(
            "webhook",
            "what is not delivered is never asked for: write `github = \"*/15 * * * *\"` under `[schedule]`",
        ),
    }
    if github.scope.organization.is_none() && github.scope.repositories.is_empty() {
        return findings.note(
            "GitHub",
            "`github.organization` and `github.repositories` name nothing; permissions were not looked at",
        );
    }
    if matches!(github.credential, Credential::Anonymous) {
        findings.note(
            "GitHub",
            "no credentials: 60 requests an hour, public repositories only; set `GITHUB_TOKEN`",
        );
    }
    let access = match Access::new(&github.api_url, github.credential.clone()) {
        Ok(access) => access,
        Err(error) => return findings.wrong("GitHub", &error.to_string()),
    };
    match permissions::permissions(&access, &github.scope).await {
        Err(error) => findings.wrong("GitHub", &error.to_string()),
        Ok(found) => {
            for permission in found {
                let resource = permission.resource;
                let what = format!("{} on {}", resource.permission, permission.repository);
                match permission.refusal {
                    None => findings.good(&what, resource.needed_for),
                    Some(refusal) => findings.wrong(&what, &lacking(config, resource, &refusal)),
                }
            }
        }
    }
}
