//! GitHub's objects as rows: lenient where GitHub is, and the same for what just came and for what landed long ago.

pub(crate) mod actions;
pub(crate) mod caches;
pub(crate) mod changes;
pub(crate) mod deployments;
pub(crate) mod fields;
pub(crate) mod kinds;
pub(crate) mod merges;
pub(crate) mod quarantine_list;
pub(crate) mod repository_files;
pub(crate) mod security;
