//! Lines of source files, each counted once however often a report lists it.

use domain::coverage::{Counts, CoverageFile};

use super::paths::Paths;

/// Lines that are held of a report: about 130 MB.
const MAX_LINES: usize = 8_000_000;

/// One listing of a line: classes list those of their methods again, generic classes many times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listing {
    pub(crate) number: u32,
    pub(crate) branches_valid: u32,
    pub(crate) branches_covered: u32,
    pub(crate) is_covered: bool,
    pub(crate) is_of_method: bool,
}

/// What is known of a file while it is read.
#[derive(Debug, Default)]
struct File {
    lines: Vec<Listing>,
    stated: Counts,
}

/// The files of a report, in the order in which it lists them first.
#[derive(Debug, Default)]
pub(crate) struct Files {
    paths: Paths<File>,
    current: Option<usize>,
    n_lines: usize,
}

impl Files {
    /// What comes next is about this file; false where there is no room for it.
    pub(crate) fn open(&mut self, path: &str, package: &str) -> bool {
        self.current = self.paths.place(path, package);
        self.current.is_some()
    }

    /// What comes next is about no file.
    pub(crate) fn close(&mut self) {
        self.current = None;
    }

    /// Whether no file was listed.
    pub(crate) fn is_empty(&self) -> bool {
        self.paths.listed.is_empty()
    }

    /// Adds a listing of a line; false where there is no file, or no room.
    pub(crate) fn add(&mut self, line: Listing) -> bool {
        let Some(file) = self.current.and_then(|place| self.paths.at(place)) else {
            return false;
        };
        if self.n_lines == MAX_LINES {
            return false;
        }
        self.n_lines += 1;
        file.lines.push(line);
        true
    }

    /// Adds what the report says of a part of the file, which counts where it lists none of the file's lines.
    pub(crate) fn state(&mut self, counts: Counts) {
        if let Some(file) = self.current.and_then(|place| self.paths.at(place)) {
            file.stated.add(counts);
        }
    }

    /// The files with their counts.
    pub(crate) fn finish(self) -> impl Iterator<Item = CoverageFile> {
        self.paths.listed.into_iter().map(|listed| {
            let mut file = listed.known;
            // Some producers list the line of a method's head in the method only: it is none of the class's lines.
            if file.lines.iter().any(|line| !line.is_of_method) {
                file.lines.retain(|line| !line.is_of_method);
            }
            file.lines.sort_unstable();
            CoverageFile {
                counts: if file.lines.is_empty() {
                    file.stated
                } else {
                    count(&file.lines)
                },
                path: listed.path,
                package: listed.package,
            }
        })
    }
}

/// Counts each line once: covered if any listing says so, with the branches of the listing that knows most of them.
fn count(sorted: &[Listing]) -> Counts {
    let mut counts = Counts::default();
    for listings in sorted.chunk_by(|a, b| a.number == b.number) {
        let is_covered = listings.iter().any(|line| line.is_covered);
        // The last one has the most branches, and of these the most covered.
        let most = listings
            .last()
            .copied()
            .map_or((0, 0), |line| (line.branches_valid, line.branches_covered));
        counts.add(Counts {
            lines_valid: 1,
            lines_covered: i64::from(is_covered),
            branches_valid: most.0.into(),
            branches_covered: most.1.into(),
        });
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(number: u32, is_covered: bool, branches: (u32, u32), is_of_method: bool) -> Listing {
        Listing {
            number,
            branches_covered: branches.0,
            branches_valid: branches.1,
            is_covered,
            is_of_method,
        }
    }

    #[test]
    fn a_line_counts_once_with_the_best_that_is_known_of_it() {
        let mut files = Files::default();
        assert!(!files.add(Listing::default()));
        assert!(files.open("a.py", "p"));
        for (number, is_covered, branches) in [
            (1, false, (0, 0)),
            (1, true, (0, 0)),
            (2, true, (1, 2)),
            (2, true, (2, 4)),
            (2, true, (3, 4)),
            (3, false, (0, 0)),
        ] {
            assert!(files.add(listing(number, is_covered, branches, false)));
            assert!(files.add(listing(number + 9, true, branches, true)));
        }
        assert!(files.open("methods_only.py", "p"));
        assert!(files.add(listing(7, true, (0, 0), true)));
        files.close();
        assert!(!files.add(Listing::default()));
        let found: Vec<_> = files.finish().collect();
        assert_eq!(found[1].counts.lines_valid, 1);
        let file = &found[0];
        let counts = Counts {
            lines_valid: 3,
            lines_covered: 2,
            branches_valid: 4,
            branches_covered: 3,
        };
        assert_eq!(file.counts, counts);
    }

    #[test]
    fn what_is_stated_of_a_file_counts_where_none_of_its_lines_is_listed() {
        let stated = Counts {
            lines_valid: 5,
            lines_covered: 4,
            ..Counts::default()
        };
        let mut files = Files::default();
        for path in ["stated.cs", "listed.cs"] {
            assert!(files.open(path, ""));
            files.state(stated);
        }
        assert!(files.add(listing(1, true, (0, 0), false)));
        let found: Vec<_> = files.finish().map(|file| file.counts.lines_valid).collect();
        assert_eq!(found, [5, 1]);
    }
}
