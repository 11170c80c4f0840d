//! Seeded chance: every subject (a repository, a job, a test) draws from a stream of its own, named by a path, so
//! that a new subject moves no other one's draws.

use chrono::TimeDelta;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use sha1::{Digest as _, Sha1};

/// One stream of draws. The generator is `ChaCha8`, whose output is the same on every machine and in every version.
#[derive(Debug, Clone)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// Opens the stream of the subject that `path` names.
    pub fn of(seed: u64, path: &[&dyn std::fmt::Display]) -> Self {
        let mut hasher = Sha1::new();
        hasher.update(seed.to_le_bytes());
        for part in path {
            hasher.update(part.to_string());
            hasher.update([0]);
        }
        let mut key = [0; 32];
        key[..20].copy_from_slice(&hasher.finalize());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Draws 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Draws a number in `[0, 1)`, of 53 bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact in a double")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Tells whether something of probability `p` happens.
    pub fn happens(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Draws an integer in `[low, high)`; `low` where the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        // The modulo's bias is below 2^-40 for every range that is used here.
        low + i64::try_from(self.bits() % high.abs_diff(low)).unwrap_or(0)
    }

    /// Draws an index below `length`; 0 where there is none.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.bits() % (length.max(1) as u64)).unwrap_or(0)
    }

    /// Draws one of `items`.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.index(items.len()))
    }

    /// Draws a span of whole seconds in `[low, high)`: GitHub tells no time more exactly.
    pub fn seconds(&mut self, low: i64, high: i64) -> TimeDelta {
        TimeDelta::seconds(self.between(low, high))
    }

    /// Draws a span of whole seconds, at least one, around `median`.
    pub fn around(&mut self, median: TimeDelta) -> TimeDelta {
        TimeDelta::seconds((self.milliseconds_around(median.num_milliseconds()) / 1000).max(1))
    }

    /// Draws milliseconds, at least one, around `median`: most draws within a third of it, one in sixteen up to twice as
    /// long, as waits and durations have. Only sums and products, whose last bit is the same on every machine.
    pub fn milliseconds_around(&mut self, median: i64) -> i64 {
        let factor = (0.72 + 0.56 * self.unit()) * (0.8 + 0.4 * self.unit());
        let tail = if self.happens(0.06) { 1.0 + self.unit() } else { 1.0 };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "spans of hours in milliseconds"
        )]
        let drawn = (median as f64 * factor * tail) as i64;
        drawn.max(1)
    }

    /// Draws a token of `length` characters of `alphabet`.
    pub fn token(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .filter_map(|_| self.pick(alphabet).map(|byte| char::from(*byte)))
            .collect()
    }
}
