//! What formats of attestations have in common: statements, envelopes, what SLSA says of builds, whether signatures hold.
//!
//! `intoto` and `sigstore` are told apart by their first bytes; either may hold the other, so one reader reads both.

pub(crate) mod reader;

mod certificate;
mod cosign;
mod envelope;
mod guac;
mod predicate;
mod revision;
mod slice;
mod statement;
mod text;
mod verification;

#[cfg(test)]
pub(crate) mod forgery;
#[cfg(test)]
pub(crate) mod snapshots;
#[cfg(test)]
pub(crate) mod trials;
