//! Lines of source files, each counted once however often a report lists it.

use std::collections::HashMap;

use domain::coverage::{Counts, CoverageFile};

/// Lines that are held of a report: about 100 MB.
const MAX_LINES: usize = 8_000_000;

/// One listing of a line: classes list those of their methods again, generic classes many times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    number: u32,
    branches_valid: u16,
    branches_covered: u16,
    is_covered: bool,
    is_of_method: bool,
}

/// A file while it is read.
#[derive(Debug, Default)]
struct File {
    path: String,
    package: String,
    lines: Vec<Line>,
}

/// The files of a report, in the order in which it lists them first.
#[derive(Debug, Default)]
pub(super) struct Files {
    listed: Vec<File>,
    by_path: HashMap<String, usize>,
    current: Option<usize>,
    n_lines: usize,
}

impl Files {
    /// What comes next is about this file.
    pub(super) fn open(&mut self, path: &str, package: &str) {
        let index = self.by_path.get(path).copied().unwrap_or_else(|| {
            self.listed.push(File {
                path: path.to_owned(),
                package: package.to_owned(),
                lines: Vec::new(),
            });
            self.by_path.insert(path.to_owned(), self.listed.len() - 1);
            self.listed.len() - 1
        });
        self.current = Some(index);
    }

    /// Adds a listing of a line; false where there is no file, or no room.
    pub(super) fn add(
        &mut self,
        number: u32,
        is_covered: bool,
        branches: Option<(u16, u16)>,
        is_of_method: bool,
    ) -> bool {
        let (branches_covered, branches_valid) = branches.unwrap_or_default();
        let Some(file) = self.current.and_then(|index| self.listed.get_mut(index)) else {
            return false;
        };
        if self.n_lines == MAX_LINES {
            return false;
        }
        self.n_lines += 1;
        file.lines.push(Line {
            number,
            branches_valid,
            branches_covered,
            is_covered,
            is_of_method,
        });
        true
    }

    /// The files with their counts.
    pub(super) fn finish(self) -> impl Iterator<Item = CoverageFile> {
        self.listed.into_iter().map(|mut file| {
            // Some producers list the line of a method's head in the method only: it is none of the class's lines.
            if file.lines.iter().any(|line| !line.is_of_method) {
                file.lines.retain(|line| !line.is_of_method);
            }
            file.lines.sort_unstable();
            CoverageFile {
                counts: count(&file.lines),
                path: file.path,
                package: file.package,
            }
        })
    }
}

/// Counts each line once: covered if any listing says so, with the branches of the listing that knows most of them.
fn count(sorted: &[Line]) -> Counts {
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

/// Reads `50% (1/2)`: covered and valid.
pub(super) fn condition_coverage(text: &str) -> Option<(u16, u16)> {
    let (covered, valid) = text.split_once('(')?.1.split_once(')')?.0.split_once('/')?;
    let (covered, valid): (u16, u16) = (covered.trim().parse().ok()?, valid.trim().parse().ok()?);
    (covered <= valid).then_some((covered, valid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_once_with_the_best_that_is_known_of_it() {
        let mut files = Files::default();
        assert!(!files.add(1, true, None, false));
        files.open("a.py", "p");
        for (number, is_covered, branches) in [
            (1, false, None),
            (1, true, None),
            (2, true, Some((1, 2))),
            (2, true, Some((2, 4))),
            (2, true, Some((3, 4))),
            (3, false, None),
        ] {
            assert!(files.add(number, is_covered, branches, false));
            assert!(files.add(number + 9, true, branches, true));
        }
        files.open("methods_only.py", "p");
        assert!(files.add(7, true, None, true));
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
    fn conditions_are_read_or_absent() {
        for (text, expected) in [
            ("50% (1/2)", Some((1, 2))),
            ("100% ( 4 / 4 )", Some((4, 4))),
            ("50%", None),
            ("(3/2)", None),
            ("x (a/b)", None),
        ] {
            assert_eq!(condition_coverage(text), expected, "{text}");
        }
    }
}
