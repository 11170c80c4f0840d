//! What records say of one file of source code.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use domain::coverage::{Counts, CoverageFile};

use super::probes::Probes;
use crate::coverage::paths::Paths;

/// Lines and branches that are held of a report: about 130 MB.
const MAX_PROBES: usize = 8_000_000;

/// What is known of a file, or what one record says of it.
#[derive(Debug, Default)]
pub(super) struct SourceFile {
    pub(super) lines: Probes,
    pub(super) branches: Probes,
    pub(super) stated: Stated,
}

/// What a record states in total.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Stated {
    pub(super) lines_valid: Option<i64>,
    pub(super) lines_covered: Option<i64>,
    pub(super) branches_valid: Option<i64>,
    pub(super) branches_covered: Option<i64>,
}

impl Stated {
    /// Takes over what another record of the file states more of.
    fn join(&mut self, other: Self) {
        self.lines_valid = self.lines_valid.max(other.lines_valid);
        self.lines_covered = self.lines_covered.max(other.lines_covered);
        self.branches_valid = self.branches_valid.max(other.branches_valid);
        self.branches_covered = self.branches_covered.max(other.branches_covered);
    }
}

impl SourceFile {
    pub(super) fn n_probes(&self) -> usize {
        self.lines.len() + self.branches.len()
    }

    pub(super) fn merge(&mut self) {
        self.lines.merge();
        self.branches.merge();
    }

    /// Lines and branches as listed; as stated where none are.
    fn counts(&self) -> Counts {
        let listed = |probes: &Probes, covered: Option<i64>, valid: Option<i64>| match probes.counts() {
            (_, 0) => {
                let valid = valid.unwrap_or_default();
                (covered.unwrap_or_default().min(valid), valid)
            }
            counts => counts,
        };
        let stated = self.stated;
        let lines = listed(&self.lines, stated.lines_covered, stated.lines_valid);
        let branches = listed(&self.branches, stated.branches_covered, stated.branches_valid);
        Counts {
            lines_valid: lines.1,
            lines_covered: lines.0,
            branches_valid: branches.1,
            branches_covered: branches.0,
        }
    }
}

/// The files of a report.
#[derive(Debug, Default)]
pub(super) struct SourceFiles {
    paths: Paths<SourceFile>,
    n_probes: usize,
}

impl SourceFiles {
    /// The place of a file; none where there is no room for it.
    pub(super) fn place(&mut self, path: &str) -> Option<usize> {
        self.paths.place(path, "")
    }

    /// Whether there is room for one more line or branch beside those of a record.
    pub(super) fn has_room(&self, record: &SourceFile) -> bool {
        self.n_probes + record.n_probes() < MAX_PROBES
    }

    /// Adds a record of the file in a place, and empties it.
    pub(super) fn add(&mut self, place: usize, record: &mut SourceFile) {
        let Some(file) = self.paths.at(place) else { return };
        let n_before = file.n_probes();
        file.lines.append(&mut record.lines);
        file.branches.append(&mut record.branches);
        file.stated.join(std::mem::take(&mut record.stated));
        self.n_probes = self.n_probes + file.n_probes() - n_before;
    }

    /// Whether no line, and no branch, is listed anywhere.
    pub(super) fn lists_none(&self) -> (bool, bool) {
        let files = || self.paths.listed.iter();
        (
            files().all(|file| file.known.lines.len() == 0),
            files().all(|file| file.known.branches.len() == 0),
        )
    }

    /// The files with their counts.
    pub(super) fn finish(self) -> impl Iterator<Item = CoverageFile> {
        self.paths.listed.into_iter().map(|mut listed| {
            listed.known.merge();
            CoverageFile {
                counts: listed.known.counts(),
                path: listed.path,
                package: listed.package,
            }
        })
    }
}

/// A branch among those of its line, by block and name: numbers of gcc, or texts of any length.
pub(super) fn branch_id(block: &str, branch: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (block, branch).hash(&mut hasher);
    hasher.finish()
}
