//! Files of source code by their paths, in the order in which a report lists them first.

use std::collections::HashMap;

/// Bytes of paths and packages that are held of a report.
const MAX_BYTES: usize = 128 << 20;
/// What a file takes beside its path and package, at least.
const FILE_BYTES: usize = 256;

/// A file of source code and what is known of it.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) path: String,
    pub(crate) package: String,
    pub(crate) known: T,
}

/// The files of a report.
#[derive(Debug, Default)]
pub(crate) struct Paths<T> {
    pub(crate) listed: Vec<Listed<T>>,
    by_path: HashMap<String, usize>,
    n_bytes: usize,
}

impl<T: Default> Paths<T> {
    /// The place of a file in the list, which it gets with its first mention; none where there is no room.
    pub(crate) fn place(&mut self, path: &str, package: &str) -> Option<usize> {
        if let Some(place) = self.by_path.get(path) {
            return Some(*place);
        }
        // The path is held twice.
        let n_bytes = self.n_bytes + 2 * path.len() + package.len() + FILE_BYTES;
        if n_bytes > MAX_BYTES {
            return None;
        }
        self.n_bytes = n_bytes;
        self.by_path.insert(path.to_owned(), self.listed.len());
        self.listed.push(Listed {
            path: path.to_owned(),
            package: package.to_owned(),
            known: T::default(),
        });
        Some(self.listed.len() - 1)
    }

    /// What is known of the file in a place.
    pub(crate) fn at(&mut self, place: usize) -> Option<&mut T> {
        self.listed.get_mut(place).map(|file| &mut file.known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_the_place_and_the_package_of_its_first_mention_and_paths_are_bounded() {
        let mut paths = Paths::<u8>::default();
        assert_eq!(paths.place("a", "p"), Some(0));
        assert_eq!(paths.place("b", "p"), Some(1));
        assert_eq!(paths.place("a", "q"), Some(0));
        assert_eq!(paths.listed[0].package, "p");
        assert_eq!(paths.place(&"x".repeat(MAX_BYTES / 2), ""), None);
        assert_eq!(paths.place("b", ""), Some(1));
    }
}
