//! GitHub's REST API over a [`World`](crate::world::World), cut at an instant: nothing later than `now` shows.
//!
//! Equal worlds, instants and requests give equal bodies; no wall clock is read. Beside the API a second origin
//! serves downloads and refuses every request that carries credentials. What can go wrong on request is listed in
//! [`fault`].

pub mod credential;
pub mod fault;
pub mod server;

mod answer;
mod index;
mod pipeline;
mod request;
mod route;
mod view;

mod organization;
mod person;
mod repository;

mod created;
mod jobs;
mod logs;
mod runs;
mod steps;

mod artifacts;
mod caches;
mod checks;
mod permissions;
mod workflows;

mod branches;
mod commits;
mod contents;
mod rulesets;

mod issues;
mod pulls;
mod timeline;

mod alerts;
mod analyses;
mod code_scanning;
mod dependabot;
mod secret_scanning;

mod deployments;
mod download;
mod releases;

#[cfg(test)]
mod tests;
