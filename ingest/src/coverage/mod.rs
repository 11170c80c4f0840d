//! What formats of coverage share: files and their lines while a report is read, and the rows that it gives.

pub mod row;

pub(crate) mod files;
pub(crate) mod paths;
pub(crate) mod totals;

#[cfg(test)]
pub(crate) mod snapshots;
