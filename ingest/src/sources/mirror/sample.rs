//! Which objects are read back: a few of each day, drawn by a seed, so that anybody can draw the same ones again.

use std::collections::BTreeMap;

use domain::identity::Sha256Digest;

use super::listing::Entry;
use super::place::Matched;

/// An object that may be drawn.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) entry: Entry,
    pub(crate) matched: Matched,
}

/// Keeps the candidates of the lowest rank; a rank is the SHA-256 of seed, day, bucket, key and version, by line breaks.
#[derive(Debug)]
pub(crate) struct Sample {
    n: usize,
    head: String,
    drawn: BTreeMap<[u8; 32], Candidate>,
}

impl Sample {
    /// Draws `n` objects of `bucket` for `day`.
    pub(crate) fn new(n: usize, seed: &str, day: &str, bucket: &str) -> Self {
        Self {
            n,
            head: format!("{seed}\n{day}\n{bucket}\n"),
            drawn: BTreeMap::new(),
        }
    }

    /// Shows it one.
    pub(crate) fn offer(&mut self, entry: &Entry, matched: impl FnOnce() -> Matched) {
        if self.n == 0 {
            return;
        }
        let text = format!("{}{}\n{}", self.head, entry.key, entry.version_id);
        let rank = Sha256Digest::of(text.as_bytes()).to_bytes();
        if self.drawn.len() >= self.n && self.drawn.last_key_value().is_some_and(|(worst, _)| *worst <= rank) {
            return;
        }
        let candidate = Candidate {
            entry: entry.clone(),
            matched: matched(),
        };
        self.drawn.insert(rank, candidate);
        if self.drawn.len() > self.n {
            self.drawn.pop_last();
        }
    }

    /// What was drawn, in the order of ranks.
    pub(crate) fn take(self) -> Vec<Candidate> {
        self.drawn.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str) -> Entry {
        Entry {
            key: key.to_owned(),
            version_id: "null".to_owned(),
            is_latest: true,
            is_delete_marker: false,
            size_bytes: Some(1),
            etag: None,
            storage_class: None,
            is_restore_ongoing: None,
            restored_until_at: None,
            last_modified_at: domain::clock::Timestamp::default(),
        }
    }

    fn drawn(seed: &str, day: &str, keys: impl Iterator<Item = u32>) -> Vec<String> {
        let mut sample = Sample::new(5, seed, day, "mirror");
        for key in keys {
            sample.offer(&entry(&format!("k{key}")), Matched::default);
        }
        sample.take().into_iter().map(|candidate| candidate.entry.key).collect()
    }

    #[test]
    fn the_same_seed_and_day_draw_the_same_in_any_order() {
        let forth = drawn("seed", "2026-11-28", 0..1000);
        assert_eq!(forth, drawn("seed", "2026-11-28", (0..1000).rev()));
        assert_eq!(forth.len(), 5);
        assert_ne!(forth, drawn("seed", "2026-11-29", 0..1000));
        assert_ne!(forth, drawn("other", "2026-11-28", 0..1000));
    }

    #[test]
    fn a_sample_of_more_than_there_is_is_everything() {
        assert_eq!(drawn("seed", "2026-11-28", 0..3).len(), 3);
        let mut none = Sample::new(0, "seed", "day", "mirror");
        none.offer(&entry("k"), Matched::default);
        assert!(none.take().is_empty());
    }
}
