//! The tables of the lake, one file each: columns, keys, sort, statistics.

pub mod alert_locations;
pub mod alerts;
pub mod analyses;
pub mod artifacts;
pub mod attestations;
pub mod cache_listings;
pub mod caches;
pub mod check_runs;
pub mod codeowners;
pub mod coverage;
pub mod coverage_files;
pub mod deployment_statuses;
pub mod deployments;
pub mod dockerfile_images;
pub mod findings;
pub mod gaps;
pub mod issues;
pub mod jobs;
pub mod makefile_commands;
pub mod mirror_buckets;
pub mod mirror_lifecycle_rules;
pub mod mirror_listings;
pub mod mirror_objects;
pub mod mirror_reads;
pub mod packages;
pub mod pre_commit_hooks;
pub mod pull_request_commits;
pub mod pull_request_files;
pub mod pull_request_reviews;
pub mod pull_requests;
pub mod quarantine_entries;
pub mod report;
pub mod repositories;
pub mod repository_files;
pub mod required_checks;
pub mod rows;
pub mod runs;
pub mod sboms;
pub mod scans;
pub mod sources;
pub mod spec;
pub mod steps;
pub mod test_results;
pub mod workflow_jobs;
pub mod workflow_steps;
pub mod workflows;

use spec::TableSpec;

/// Every table, in the order in which a batch commits them.
pub static ALL: &[&TableSpec] = &[
    &alert_locations::TABLE.spec,
    &alerts::TABLE.spec,
    &analyses::TABLE.spec,
    &artifacts::TABLE.spec,
    &attestations::TABLE.spec,
    &cache_listings::TABLE.spec,
    &caches::TABLE.spec,
    &check_runs::TABLE.spec,
    &codeowners::TABLE.spec,
    &coverage::TABLE.spec,
    &coverage_files::TABLE.spec,
    &deployment_statuses::TABLE.spec,
    &deployments::TABLE.spec,
    &dockerfile_images::TABLE.spec,
    &findings::TABLE.spec,
    &gaps::TABLE.spec,
    &issues::TABLE.spec,
    &jobs::TABLE.spec,
    &makefile_commands::TABLE.spec,
    &mirror_buckets::TABLE.spec,
    &mirror_lifecycle_rules::TABLE.spec,
    &mirror_listings::TABLE.spec,
    &mirror_objects::TABLE.spec,
    &mirror_reads::TABLE.spec,
    &packages::TABLE.spec,
    &pre_commit_hooks::TABLE.spec,
    &pull_request_commits::TABLE.spec,
    &pull_request_files::TABLE.spec,
    &pull_request_reviews::TABLE.spec,
    &pull_requests::TABLE.spec,
    &quarantine_entries::TABLE.spec,
    &repositories::TABLE.spec,
    &repository_files::TABLE.spec,
    &required_checks::TABLE.spec,
    &runs::TABLE.spec,
    &sboms::TABLE.spec,
    &scans::TABLE.spec,
    &sources::TABLE.spec,
    &steps::TABLE.spec,
    &test_results::TABLE,
    &workflow_jobs::TABLE.spec,
    &workflow_steps::TABLE.spec,
    &workflows::TABLE.spec,
];
