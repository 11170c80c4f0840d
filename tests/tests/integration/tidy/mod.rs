//! Rules of the house, held by reading the repository. Each says in its failure where it is broken and what to do.

mod crates;
mod folders;
mod reference;
mod rust;
mod sql;
pub(crate) mod tree;
mod words;
