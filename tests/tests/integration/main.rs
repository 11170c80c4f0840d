//! Whole flows, and the rules of the house, in one binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what it expects by failing"
)]

mod case_rows;
mod clocks;
mod corpus;
mod corpus_attestations;
mod corpus_coverage;
mod corpus_repository_files;
mod corpus_sarif;
mod corpus_sbom;
mod corpus_scanners;
mod engines;
mod exactly_once;
mod github;
mod github_gaps;
mod github_source;
mod kill;
mod mirror;
mod older_lakes;
mod program;
mod pruning;
mod pytest_plugin;
mod replay;
mod reports;
mod schedule;
mod second_opinion;
mod secrets;
mod sql_cases;
mod tidy;
