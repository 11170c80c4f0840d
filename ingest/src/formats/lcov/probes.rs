//! Lines and branches of a file, each with whether it was hit, over all the records that tell of it.

/// A line, or a branch of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Probe {
    line: u32,
    id: u64,
    is_hit: bool,
}

/// Probes, each of them once when they are merged.
#[derive(Debug, Default)]
pub(super) struct Probes {
    held: Vec<Probe>,
    n_merged: usize,
}

impl Probes {
    pub(super) fn add(&mut self, line: u32, id: u64, is_hit: bool) {
        self.held.push(Probe { line, id, is_hit });
    }

    /// Probes that are held, some perhaps twice.
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// Takes over what `other` holds.
    pub(super) fn append(&mut self, other: &mut Self) {
        self.held.append(&mut other.held);
        other.n_merged = 0;
        // Only where it may halve them, so that many small records of one file cost no square of time.
        if self.held.len() > 2 * self.n_merged {
            self.merge();
        }
    }

    /// Counts each probe once: hits add up, so it is hit where any listing of it is.
    pub(super) fn merge(&mut self) {
        self.held.sort_unstable();
        self.held.dedup_by(|later, kept| {
            let is_same = (later.line, later.id) == (kept.line, kept.id);
            kept.is_hit |= is_same && later.is_hit;
            is_same
        });
        self.n_merged = self.held.len();
    }

    /// Probes that were hit, and all; they have to be merged.
    pub(super) fn counts(&self) -> (i64, i64) {
        let n_hit = self.held.iter().filter(|probe| probe.is_hit).count();
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        (count(n_hit), count(self.held.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_counts_once_and_is_hit_where_any_record_hits_it() {
        let mut all = Probes::default();
        for record in [
            &[(1, 0, false), (2, 0, false), (2, 1, true)][..],
            &[(1, 0, true), (2, 0, false), (2, 1, false)],
            &[(3, 0, false)],
        ] {
            let mut probes = Probes::default();
            record
                .iter()
                .for_each(|(line, id, is_hit)| probes.add(*line, *id, *is_hit));
            all.append(&mut probes);
            assert_eq!(probes.len(), 0);
        }
        all.merge();
        assert_eq!(all.counts(), (2, 4));
    }
}
