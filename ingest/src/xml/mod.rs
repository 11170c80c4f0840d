//! XML of foreign hands, element by element: any encoding, sloppy tags, a bound on everything, and no DTD.

pub(crate) mod attributes;
pub(crate) mod document;
pub(crate) mod input;
pub(crate) mod remarks;
pub(crate) mod root;
pub(crate) mod text;
pub(crate) mod timestamp;
