//! The tables of the lake, one file each: columns, keys, sort, statistics.

pub mod coverage;
pub mod coverage_files;
pub mod findings;
pub mod report;
pub mod rows;
pub mod runs;
pub mod scans;
pub mod sources;
pub mod spec;
pub mod test_results;

use spec::TableSpec;

/// Every table, in the order in which a batch commits them.
pub static ALL: &[&TableSpec] = &[
    &coverage::TABLE.spec,
    &coverage_files::TABLE.spec,
    &findings::TABLE.spec,
    &runs::TABLE.spec,
    &scans::TABLE.spec,
    &sources::TABLE.spec,
    &test_results::TABLE,
];
