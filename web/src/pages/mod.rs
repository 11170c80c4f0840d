//! One module for each page: what the handler asks, and what the template of the same name shows.

pub(crate) mod overview;

pub(crate) mod main;

pub(crate) mod quarantine;

pub(crate) mod security;

pub(crate) mod kpi;

pub(crate) mod reports;

pub(crate) mod report;

pub(crate) mod control;

pub(crate) mod list;

pub(crate) mod test;

pub(crate) mod explain;

pub(crate) mod ingest;

pub(crate) mod publications;

pub(crate) mod problem;

pub(crate) mod health;

#[cfg(test)]
mod tests;
