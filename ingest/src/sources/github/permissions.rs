//! What the credentials may read, asked of one repository before a pull finds out by gaps.

use domain::identity::RepositoryName;
use serde::Deserialize;

use super::access::Access;
use super::client::Client;
use super::facts::NOT_PROTECTED;
use super::failure::Failure;
use super::pull::{Scope, repositories_of};
use super::security::is_off;
use crate::error::{Error, Result};

/// What a GitHub App or a fine-grained token has to be allowed, for which rows. All of it is reading.
#[derive(Debug, Clone, Copy)]
pub struct Resource {
    /// Its path behind the repository; `{branch}` is the default branch.
    path: &'static str,
    /// The permission by its name in an App's manifest.
    pub key: &'static str,
    /// The permission as GitHub's pages name it.
    pub permission: &'static str,
    /// Tables whose rows come from it.
    pub tables: &'static [&'static str],
    /// What cannot be told without it.
    pub needed_for: &'static str,
}

/// Every resource that pulls ask for.
pub const RESOURCES: &[Resource] = &[
    Resource {
        path: "",
        key: "metadata",
        permission: "Metadata: read",
        tables: &["repositories"],
        needed_for: "everything",
    },
    Resource {
        path: "/actions/runs?per_page=1",
        key: "actions",
        permission: "Actions: read",
        tables: &[
            "artifacts",
            "attestations",
            "cache_listings",
            "caches",
            "coverage",
            "coverage_files",
            "findings",
            "jobs",
            "packages",
            "runs",
            "sboms",
            "scans",
            "sources",
            "steps",
            "test_results",
        ],
        needed_for: "runs, jobs and artifacts: every KPI",
    },
    Resource {
        path: "/pulls?state=all&per_page=1",
        key: "pull_requests",
        permission: "Pull requests: read",
        tables: &[
            "pull_request_commits",
            "pull_request_files",
            "pull_request_reviews",
            "pull_requests",
        ],
        needed_for: "median CI duration per pull request, reviews by code owners",
    },
    Resource {
        path: "/rulesets?per_page=1",
        key: "metadata",
        permission: "Metadata: read",
        tables: &["required_checks"],
        needed_for: "checks that rulesets require: median CI duration, time to fix main, deploy gate",
    },
    Resource {
        path: "/branches/{branch}/protection",
        key: "administration",
        permission: "Administration: read",
        tables: &["required_checks"],
        needed_for: "checks that branch protection requires: median CI duration, time to fix main, deploy gate",
    },
    Resource {
        path: "/actions/cache/retention-limit",
        key: "administration",
        permission: "Administration: read",
        tables: &["cache_listings"],
        needed_for: "for how long caches are kept",
    },
    Resource {
        path: "/commits/HEAD/check-runs?per_page=1",
        key: "checks",
        permission: "Checks: read",
        tables: &["check_runs"],
        needed_for: "checks of other apps on main: time to fix main",
    },
    Resource {
        path: "/issues?per_page=1",
        key: "issues",
        permission: "Issues: read",
        tables: &["issues"],
        needed_for: "tickets of quarantined tests, issues about failures",
    },
    Resource {
        path: "/contents/?ref=HEAD",
        key: "contents",
        permission: "Contents: read",
        tables: &[
            "codeowners",
            "dockerfile_images",
            "makefile_commands",
            "pre_commit_hooks",
            "quarantine_entries",
            "repository_files",
            "workflow_jobs",
            "workflow_steps",
            "workflows",
        ],
        needed_for: "quarantine lists, workflows, code owners, Dockerfiles, Makefiles, hooks",
    },
    Resource {
        path: "/deployments?per_page=1",
        key: "deployments",
        permission: "Deployments: read",
        tables: &["deployment_statuses", "deployments"],
        needed_for: "deployments: whether a red main freezes them",
    },
    Resource {
        path: "/code-scanning/analyses?per_page=1",
        key: "security_events",
        permission: "Code scanning alerts: read",
        tables: &["analyses"],
        needed_for: "analyses of code scanning: whether an absence is a fix",
    },
    Resource {
        path: "/secret-scanning/alerts?hide_secret=true&per_page=1",
        key: "secret_scanning_alerts",
        permission: "Secret scanning alerts: read",
        tables: &["alert_locations", "alerts"],
        needed_for: "secrets that were revoked: the clock of critical findings",
    },
];

/// Whether one resource can be read.
#[derive(Debug, Clone)]
pub struct Permission {
    /// The repository that was asked.
    pub repository: String,
    /// What was asked for.
    pub resource: &'static Resource,
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
    let mut branch = "main".to_owned();
    let mut found = vec![];
    for resource in RESOURCES {
        let path = resource.path.replace("{branch}", &branch);
        let refusal = match client.object(&format!("/repos/{repository}{path}")).await {
            Ok(object) => {
                if resource.path.is_empty()
                    && let Ok(shown) = serde_json::from_str::<Shown>(object.get())
                {
                    branch = shown.default_branch;
                }
                None
            }
            // Nothing is refused: there is no protection, or the feature is not in use.
            Err(Failure::Status { status: 404, message }) if message == NOT_PROTECTED => None,
            Err(failure) if is_off(&failure) => None,
            Err(failure) => {
                if let Some(error) = failure.fatal() {
                    return Err(error);
                }
                Some(failure.to_string())
            }
        };
        found.push(Permission {
            repository: repository.to_string(),
            resource,
            refusal,
        });
    }
    Ok(found)
}

/// What is read of a repository.
#[derive(Debug, Deserialize)]
struct Shown {
    default_branch: String,
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::*;
    use crate::sources::github::webhook;

    #[test]
    fn every_table_says_which_permission_fills_it() {
        let filled: BTreeSet<_> = RESOURCES.iter().flat_map(|resource| resource.tables).copied().collect();
        let tables = lake::tables::ALL.iter().map(|spec| spec.name);
        // Gaps tell what could not be had; a mirror is no business of GitHub's.
        let is_filled = |name: &&str| *name != "gaps" && !name.starts_with("mirror_");
        let expected: BTreeSet<_> = tables.filter(is_filled).collect();
        assert_eq!(filled, expected);
    }

    #[test]
    fn gaps_name_the_permissions_that_resources_need() {
        let sql = include_str!("../../../../sql/stg/gaps.sql");
        let quoted = sql.split('\'').skip(1).step_by(2);
        let named: BTreeSet<_> = quoted.filter(|text| text.ends_with(": read")).collect();
        let needed: BTreeSet<_> = RESOURCES.iter().map(|resource| resource.permission).collect();
        assert_eq!(named, needed);
    }

    #[test]
    fn the_manifest_of_the_app_asks_for_what_is_used_and_nothing_else() {
        let manifest = include_str!("../../../../deploy/github/app-manifest.json");
        let manifest: BTreeMap<String, Value> = serde_json::from_str(manifest).unwrap();
        let permissions: BTreeMap<String, String> =
            serde_json::from_value(manifest["default_permissions"].clone()).unwrap();
        let used: BTreeMap<_, _> = RESOURCES
            .iter()
            .map(|resource| (resource.key.to_owned(), "read".to_owned()))
            .collect();
        assert_eq!(permissions, used);
        let events: Vec<String> = serde_json::from_value(manifest["default_events"].clone()).unwrap();
        assert_eq!(events, webhook::events().collect::<Vec<_>>());
    }
}
