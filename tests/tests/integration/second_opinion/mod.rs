//! Every KPI and list against SQL that was written once more, for DuckDB: see `tests/README.md`, "Second opinion".

mod artifacts;
mod changes;
mod compare;
mod quarantine;
mod random_lake;
mod reports;
mod security;
