//! The tables of the lake, one file each: columns, keys, sort, statistics.

pub mod alert_locations;
pub mod alerts;
pub mod analyses;
pub mod artifacts;
pub mod check_runs;
pub mod codeowners;
pub mod coverage;
pub mod coverage_files;
pub mod dockerfile_images;
pub mod findings;
pub mod gaps;
pub mod issues;
pub mod jobs;
pub mod packages;
pub mod pre_commit_hooks;
pub mod pull_request_commits;
pub mod pull_requests;
pub mod quarantine_entries;
pub mod report;
pub mod repositories;
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
    &check_runs::TABLE.spec,
    &codeowners::TABLE.spec,
    &coverage::TABLE.spec,
    &coverage_files::TABLE.spec,
    &dockerfile_images::TABLE.spec,
    &findings::TABLE.spec,
    &gaps::TABLE.spec,
    &issues::TABLE.spec,
    &jobs::TABLE.spec,
    &packages::TABLE.spec,
    &pre_commit_hooks::TABLE.spec,
    &pull_request_commits::TABLE.spec,
    &pull_requests::TABLE.spec,
    &quarantine_entries::TABLE.spec,
    &repositories::TABLE.spec,
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
