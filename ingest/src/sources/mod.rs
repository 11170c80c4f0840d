//! Where payloads come from.

pub mod archive;
pub mod directory;
