//! What was computed once, by all that it is a function of.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

/// A bounded store of values that never change; the oldest makes room.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    capacity: usize,
    held: Mutex<Held<T>>,
}

#[derive(Debug)]
struct Held<T> {
    values: HashMap<String, T>,
    order: VecDeque<String>,
}

impl<T: Clone> Kept<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        let held = Held {
            values: HashMap::new(),
            order: VecDeque::new(),
        };
        Self {
            capacity,
            held: Mutex::new(held),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<T> {
        self.held.lock().ok()?.values.get(key).cloned()
    }

    pub(crate) fn keep(&self, key: String, value: T) {
        let Ok(mut held) = self.held.lock() else {
            return;
        };
        if held.values.insert(key.clone(), value).is_none() {
            held.order.push_back(key);
        }
        while held.order.len() > self.capacity {
            if let Some(oldest) = held.order.pop_front() {
                held.values.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let kept = Kept::new(2);
        for (key, value) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
            kept.keep(key.to_owned(), value);
        }
        assert_eq!(["a", "b", "c"].map(|key| kept.get(key)), [None, Some(2), Some(4)]);
    }
}
