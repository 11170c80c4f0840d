//! YAML as files of repositories have it: one document, bounded in size and depth, whose aliases are never written out.

pub(crate) mod document;
pub(crate) mod value;
