//! The kinds of objects, each with its parser; a parser whose rows change gets a higher version.

use std::cell::RefCell;

use domain::identity::Sha256Digest;
use domain::source::{SourceContext, Warnings};
use lake::tables::rows::{Observed, RowTable};
use lake::tables::spec::Stamp;

use super::{actions, caches, changes, deployments, merges, quarantine_list, repository_files, security};
use crate::report::Rows;
use crate::sources::github::{checks, gaps};
use crate::sources::mirror;

/// What its object says is read by.
pub(crate) type Reader = fn(&[u8], &Reading<'_>) -> Result<Vec<Rows>, String>;

/// A kind of object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ObjectKind {
    /// Its format in the ledger.
    pub(crate) format: &'static str,
    /// Its parser and version.
    pub(crate) parser: &'static str,
    pub(crate) read: Reader,
}

/// Declares a kind.
pub(crate) const fn declare(format: &'static str, parser: &'static str, read: Reader) -> ObjectKind {
    ObjectKind { format, parser, read }
}

pub(crate) const ALERT: ObjectKind = declare("github_alert", "github_alert/1", security::alert);
pub(crate) const ANALYSIS: ObjectKind = declare("github_analysis", "github_analysis/1", security::analysis);
pub(crate) const ARTIFACT: ObjectKind = declare("github_artifact", "github_artifact/1", actions::artifact);
pub(crate) const CACHE: ObjectKind = declare("github_cache", "github_cache/1", caches::cache);
pub(crate) const CACHE_LISTING: ObjectKind = declare("github_cache_listing", "github_cache_listing/1", caches::listing);
pub(crate) const CHECK_RUN: ObjectKind = declare("github_check_run", "github_check_run/1", changes::check_run);
pub(crate) const DEPLOYMENT: ObjectKind = declare("github_deployment", "github_deployment/1", deployments::deployment);
pub(crate) const DEPLOYMENT_STATUS: ObjectKind = declare(
    "github_deployment_status",
    "github_deployment_status/1",
    deployments::status,
);
pub(crate) const GAP: ObjectKind = declare("github_gap", "github_gap/1", gaps::read);
pub(crate) const ISSUE: ObjectKind = declare("github_issue", "github_issue/1", changes::issue);
pub(crate) const JOB: ObjectKind = declare("github_job", "github_job/1", actions::job);
pub(crate) const PULL: ObjectKind = declare("github_pull", "github_pull/1", changes::pull);
pub(crate) const PULL_COMMIT: ObjectKind = declare("github_pull_commit", "github_pull_commit/1", changes::pull_commit);
pub(crate) const PULL_FILES: ObjectKind = declare("github_pull_files", "github_pull_files/1", merges::files);
pub(crate) const PULL_REVIEWS: ObjectKind = declare("github_pull_reviews", "github_pull_reviews/1", merges::reviews);
pub(crate) const QUARANTINE_LIST: ObjectKind = declare(
    "github_quarantine_list",
    "github_quarantine_list/1",
    quarantine_list::read,
);
pub(crate) const REPOSITORY: ObjectKind = declare("github_repository", "github_repository/1", changes::repository);
pub(crate) const REPOSITORY_FILES: ObjectKind = declare(
    "github_repository_files",
    "github_repository_files/1",
    repository_files::read,
);
pub(crate) const RULES: ObjectKind = declare("github_rules", "github_rules/1", checks::read_observed);
pub(crate) const RULESET_VERSION: ObjectKind = declare(
    "github_ruleset_version",
    "github_ruleset_version/1",
    checks::read_version,
);
pub(crate) const RUN: ObjectKind = declare("github_run", "github_run/2", actions::run);

/// Every kind, alphabetic.
pub(crate) static ALL: &[ObjectKind] = &[
    ALERT,
    ANALYSIS,
    ARTIFACT,
    CACHE,
    CACHE_LISTING,
    CHECK_RUN,
    DEPLOYMENT,
    DEPLOYMENT_STATUS,
    GAP,
    ISSUE,
    JOB,
    PULL,
    PULL_COMMIT,
    PULL_FILES,
    PULL_REVIEWS,
    QUARANTINE_LIST,
    REPOSITORY,
    REPOSITORY_FILES,
    RULES,
    RULESET_VERSION,
    RUN,
];

/// Every kind of every source.
pub(crate) fn of_sources() -> impl Iterator<Item = &'static ObjectKind> {
    ALL.iter().chain(mirror::documents::ALL)
}

/// The kind of a format; null where the format is no source's.
pub(crate) fn kind(format: &str) -> Option<&'static ObjectKind> {
    of_sources().find(|kind| kind.format == format)
}

/// Reads an object of a format; null where the format is no source's.
pub(crate) fn read(format: &str, object: &[u8], reading: &Reading<'_>) -> Option<Result<Vec<Rows>, String>> {
    Some((kind(format)?.read)(object, reading))
}

/// What every row of an object carries.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) stamp: Stamp,
    pub(crate) sha256: Sha256Digest,
    pub(crate) context: &'a SourceContext,
    /// What its reader could not read.
    pub(crate) warnings: RefCell<Warnings>,
}

impl Reading<'_> {
    /// Rows of a table.
    pub(crate) fn rows<R>(&self, table: &'static RowTable<Observed<R>>, rows: Vec<R>) -> Result<Rows, String> {
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| Observed {
                row,
                source_sha256: self.sha256,
            })
            .collect();
        let batch = table
            .batch(self.stamp, rows.iter())
            .map_err(|error| error.to_string())?;
        Ok(Rows {
            table: &table.spec,
            batch,
        })
    }

    /// The run and its attempt.
    pub(super) fn run(&self) -> Result<(i64, i32), String> {
        self.context
            .run_id
            .zip(self.context.run_attempt)
            .ok_or_else(|| "it belongs to no run".to_owned())
    }
}
