//! The GitHub source: an organization's CI, pulled over REST into payloads, one for each object as GitHub served it.
//!
//! Polling is what makes it complete: runs are discovered by windows of creation, every attempt is asked for, and what
//! cannot be had is a gap that the lake records. The token never leaves the host of the API.

pub mod access;
mod caches;
mod checks;
mod client;
mod deployments;
mod facts;
mod failure;
pub(crate) mod gaps;
pub(crate) mod known;
mod limits;
mod link;
mod merges;
pub(crate) mod objects;
pub mod permissions;
mod place;
pub mod pull;
mod quarantine_lists;
mod repository;
mod repository_files;
mod security;
mod settle;
pub mod webhook;
mod windows;
