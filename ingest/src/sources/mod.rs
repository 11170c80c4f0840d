//! Where payloads come from.

pub mod archive;
pub mod directory;
pub mod github;
pub(crate) mod item;
pub mod mirror;
