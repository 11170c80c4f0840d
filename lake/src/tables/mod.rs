//! The tables of the lake, one file each: columns, keys, sort, statistics.

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
    &findings::TABLE.spec,
    &runs::TABLE.spec,
    &scans::TABLE.spec,
    &sources::TABLE.spec,
    &test_results::TABLE,
];
