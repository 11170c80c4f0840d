//! A pull of repositories into the lake, one after the other; what is in already is not asked for again. What comes next
//! is asked for while what came goes in.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::clock::Timestamp;
use domain::collection::Gap;
use domain::identity::RepositoryName;
use lake::writer::Writer;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::access::Access;
use super::client::Client;
use super::known::Known;
use super::repository::{Parcel, RepositoryPull};
use crate::error::{Error, Result};
use crate::pipeline::{self, Intake, Progress};
use crate::tally::Tally;

/// Parcels that are asked for ahead of those that go in: bounds memory and scratch.
const PARCELS_AHEAD: usize = 1;

/// What is pulled.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Every repository of this account.
    pub organization: Option<String>,
    /// These repositories.
    pub repositories: Vec<RepositoryName>,
    /// Runs created since; null: what may have changed, and at first everything.
    pub since: Option<Timestamp>,
}

/// What a pull did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulled {
    /// What was taken in.
    pub tally: Tally,
    /// Repositories that were asked for.
    pub repositories: u64,
    /// Runs that were new or had changed.
    pub runs: u64,
    /// Requests that were sent.
    pub requests: u64,
    /// Gaps that opened, in words.
    pub gaps: Vec<Gap>,
    /// Gaps that closed.
    pub gaps_closed: u64,
}

/// Pulls what is new or has changed. What cannot be had is a gap and stops nothing else; refused credentials and a
/// rate limit that outlasts our patience end the pull, and what was taken in stays in.
pub async fn pull(writer: &mut Writer, access: &Access, scope: &Scope, progress: Progress<'_>) -> Result<Pulled> {
    if scope.organization.is_none() && scope.repositories.is_empty() {
        return Err(Error::Usage(
            "nothing is named to be pulled: give `--organization` or `--repository`".to_owned(),
        ));
    }
    pipeline::resume(writer, progress).await?;
    let mut owners: BTreeMap<String, Vec<RepositoryName>> = BTreeMap::new();
    for repository in &scope.repositories {
        let owner = repository.as_str().split('/').next().unwrap_or_default();
        owners.entry(owner.to_owned()).or_default().push(repository.clone());
    }
    if let Some(organization) = &scope.organization {
        owners.entry(organization.clone()).or_default();
    }
    let mut pulled = Pulled::default();
    for (owner, mut repositories) in owners {
        let client = Client::connect(access, &owner).await?;
        if scope.organization.as_ref() == Some(&owner) {
            repositories.extend(repositories_of(&client, &owner).await?);
        }
        repositories.sort();
        repositories.dedup();
        // One repository, or one batch of its runs, is asked for while the one before goes in.
        let (snapshot, clock) = (writer.snapshot().clone(), Arc::clone(writer.clock()));
        let (parcels, taken) = mpsc::channel(PARCELS_AHEAD);
        let (client_of, pulled_of) = (&client, &mut pulled);
        let asking = async move {
            for repository in repositories {
                let known = Known::read(&snapshot, repository.as_str()).await?;
                RepositoryPull::new(client_of, repository, scope.since, known, clock.now())
                    .run(&parcels, pulled_of, progress)
                    .await?;
            }
            Ok::<(), Error>(())
        };
        let (asked, taken) = tokio::join!(asking, take_in(writer, taken, progress));
        pulled.tally.join(taken?);
        asked?;
        pulled.requests += client.n_requests();
    }
    Ok(pulled)
}

/// Takes in what is asked for, in its order, until nothing more comes.
async fn take_in(writer: &mut Writer, mut parcels: mpsc::Receiver<Parcel>, progress: Progress<'_>) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut open: Option<(RepositoryName, Intake)> = None;
    while let Some(parcel) = parcels.recv().await {
        let intake = match &mut open {
            Some((repository, intake)) if *repository == parcel.repository => intake,
            _ => {
                let intake = Intake::open(writer, &[parcel.repository.as_str()]).await?;
                if let Some((_, before)) = open.replace((parcel.repository, intake)) {
                    tally.join(before.tally);
                }
                match &mut open {
                    Some((_, intake)) => intake,
                    None => continue,
                }
            }
        };
        intake.take_in(writer, parcel.items, progress).await?;
        drop(parcel.files);
    }
    if let Some((_, intake)) = open {
        tally.join(intake.tally);
    }
    Ok(tally)
}

/// Names of an account's repositories.
pub(super) async fn repositories_of(client: &Client, owner: &str) -> Result<Vec<RepositoryName>> {
    #[derive(Deserialize)]
    struct Named {
        full_name: String,
    }
    let path = format!("/orgs/{owner}/repos?per_page=100&type=all&sort=full_name");
    let listed = client.list(&path, "repositories").await.map_err(|failure| {
        failure
            .fatal()
            .unwrap_or_else(|| Error::Remote(format!("the repositories of `{owner}` cannot be listed: {failure}")))
    })?;
    listed
        .iter()
        .map(|object| {
            let named: Named = serde_json::from_str(object.get())
                .map_err(|error| Error::Remote(format!("a repository of `{owner}` has no name: {error}")))?;
            RepositoryName::parse(&named.full_name).map_err(|error| Error::Remote(error.to_string()))
        })
        .collect()
}
