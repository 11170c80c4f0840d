//! What the controls of CI/CL-001 have to say of a repository: by what was done and decided in it, never by what a reader
//! computes.

pub(crate) mod caches;
pub(crate) mod changes;
pub(crate) mod checks;
pub(crate) mod deployments;
pub(crate) mod files;
pub(crate) mod jobs;
pub(crate) mod log;
pub(crate) mod mirror;
pub(crate) mod nights;
pub(crate) mod outages;
pub(crate) mod reports;
pub(crate) mod scans;
pub(crate) mod stays;
pub(crate) mod supply;
pub(crate) mod tools;
pub mod verdicts;
