//! What was computed once, by all that it is a function of.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Mutex as Turn;

/// A bounded store of values that never change; what was not asked for longest makes room.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    /// Sum of the weights of what is held.
    capacity: usize,
    held: Mutex<Held<T>>,
    turns: Mutex<HashMap<String, Weak<Turn<()>>>>,
}

#[derive(Debug)]
struct Held<T> {
    values: HashMap<String, Entry<T>>,
    weight: usize,
    /// Counts what is kept and asked for.
    now: u64,
}

#[derive(Debug)]
struct Entry<T> {
    value: T,
    weight: usize,
    asked_at: u64,
}

impl<T: Clone> Kept<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        let held = Held {
            values: HashMap::new(),
            weight: 0,
            now: 0,
        };
        Self {
            capacity,
            held: Mutex::new(held),
            turns: Mutex::default(),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<T> {
        let mut held = self.held.lock().ok()?;
        held.now += 1;
        let now = held.now;
        let found = held.values.get_mut(key)?;
        found.asked_at = now;
        Some(found.value.clone())
    }

    /// Keeps a value of some weight, in whatever unit the capacity has.
    pub(crate) fn keep(&self, key: String, value: T, weight: usize) {
        let Ok(mut held) = self.held.lock() else {
            return;
        };
        held.now += 1;
        held.weight += weight;
        let asked_at = held.now;
        let before = held.values.insert(
            key,
            Entry {
                value,
                weight,
                asked_at,
            },
        );
        held.weight -= before.map_or(0, |before| before.weight);
        while held.weight > self.capacity {
            let oldest = held.values.iter().min_by_key(|(_, entry)| entry.asked_at);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            held.weight -= held.values.remove(&oldest).map_or(0, |entry| entry.weight);
        }
    }

    /// Who has the turn of a key computes it; others wait and find it kept.
    pub(crate) fn turn(&self, key: &str) -> Arc<Turn<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(Turn::default());
        turns.insert(key.to_owned(), Arc::downgrade(&turn));
        turn
    }

    /// What is held under keys that begin with `prefix`, what was asked for last at the end.
    pub(crate) fn beginning_with(&self, prefix: &str) -> Vec<(String, T)> {
        let Ok(held) = self.held.lock() else {
            return Vec::new();
        };
        let mut found: Vec<_> = held.values.iter().filter(|(key, _)| key.starts_with(prefix)).collect();
        found.sort_by_key(|(_, entry)| entry.asked_at);
        found
            .into_iter()
            .map(|(key, entry)| (key.clone(), entry.value.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_asked_for_longest_makes_room() {
        let kept = Kept::new(2);
        for (key, value) in [("a", 1), ("b", 2)] {
            kept.keep(key.to_owned(), value, 1);
        }
        assert_eq!(kept.get("a"), Some(1));
        for (key, value) in [("a", 3), ("c", 4)] {
            kept.keep(key.to_owned(), value, 1);
        }
        assert_eq!(["a", "b", "c"].map(|key| kept.get(key)), [Some(3), None, Some(4)]);
        assert_eq!(kept.beginning_with("c"), [("c".to_owned(), 4)]);
        kept.keep("d".to_owned(), 5, 2);
        assert_eq!(["a", "c", "d"].map(|key| kept.get(key)), [None, None, Some(5)]);
        kept.keep("e".to_owned(), 6, 3);
        assert_eq!(["d", "e"].map(|key| kept.get(key)), [None, None]);
    }
}
