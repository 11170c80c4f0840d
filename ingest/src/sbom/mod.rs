//! What bills of materials have in common, in whatever format they are: licences, package URLs, how a document is read.
//!
//! The same package has the same columns in SPDX as in CycloneDX.

pub(crate) mod creators;
pub(crate) mod license;
pub(crate) mod purl;
pub(crate) mod reading;
pub(crate) mod text;

#[cfg(test)]
pub(crate) mod trials;
