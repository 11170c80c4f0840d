//! What the credentials may read, asked of one repository before a pull finds out by gaps.

use domain::identity::RepositoryName;

use super::access::Access;
use super::client::Client;
use super::pull::{Scope, repositories_of};
use crate::error::{Error, Result};

/// A resource that pulls ask for: its path behind the repository, the permission of a fine-grained token or an App that
/// it needs, and what cannot be told without it.
const RESOURCES: [(&str, &str, &str); 7] = [
    ("", "Metadata: read", "everything"),
    (
        "/actions/runs?per_page=1",
        "Actions: read",
        "runs, jobs and artifacts: every KPI",
    ),
    (
        "/pulls?state=all&per_page=1",
        "Pull requests: read",
        "median CI duration per pull request",
    ),
    (
        "/rulesets?per_page=1",
        "Metadata: read",
        "required checks: median CI duration, time to fix main, deploy gate",
    ),
    (
        "/commits/HEAD/check-runs?per_page=1",
        "Checks: read",
        "checks of other apps on main: time to fix main",
    ),
    ("/issues?per_page=1", "Issues: read", "tickets of quarantined tests"),
    ("/contents/?ref=HEAD", "Contents: read", "quarantine lists"),
];

/// Whether one resource can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The repository that was asked.
    pub repository: String,
    /// What GitHub calls the permission.
    pub permission: &'static str,
    /// What needs it.
    pub needed_for: &'static str,
    /// What GitHub answered, where it refused.
    pub refusal: Option<String>,
}

/// Asks for each resource of the first repository in `scope`.
pub async fn permissions(access: &Access, scope: &Scope) -> Result<Vec<Permission>> {
    let named = scope.repositories.first();
    let owner = named
        .map(RepositoryName::as_str)
        .map(|name| name.split('/').next().unwrap_or(name));
    let owner = scope.organization.as_deref().or(owner);
    let owner = owner.ok_or_else(|| Error::Usage("no organization and no repository is named".to_owned()))?;
    let client = Client::connect(access, owner).await?;
    let repository = match named {
        Some(named) => Some(named.clone()),
        None => repositories_of(&client, owner).await?.into_iter().min(),
    };
    let repository =
        repository.ok_or_else(|| Error::Remote(format!("`{owner}` shows no repository to these credentials")))?;
    let mut found = vec![];
    for (path, permission, needed_for) in RESOURCES {
        let refusal = match client.object(&format!("/repos/{repository}{path}")).await {
            Ok(_) => None,
            Err(failure) => {
                if let Some(error) = failure.fatal() {
                    return Err(error);
                }
                Some(failure.to_string())
            }
        };
        found.push(Permission {
            repository: repository.to_string(),
            permission,
            needed_for,
            refusal,
        });
    }
    Ok(found)
}
