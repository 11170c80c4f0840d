//! What formats of files that lie in a repository share: reading them whole, words that may hold a secret, pins.

pub(crate) mod pin;
pub(crate) mod text;

#[cfg(test)]
pub(crate) mod trials;
