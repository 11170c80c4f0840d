//! A world made by hand: one repository with a few of everything.

pub(crate) mod world;

mod changes;
mod findings;
mod runs;
