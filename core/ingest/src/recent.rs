//! Which identifiers came lately, so that what comes twice counts once.

#[cfg(test)]
mod tests;

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// The last so many identifiers, in bounded memory however long they are.
///
/// It keeps 128 bits of each, from a keyed hash: that a new one is taken for one of 65,536
/// others has a chance of 2⁻¹¹², and nobody can bring it about.
///
/// ```
/// let mut recent = carwatch_ingest::Recent::new(2);
/// assert!(recent.insert("a"));
/// assert!(!recent.insert("a"), "it came a moment ago");
/// assert!(recent.insert("b") && recent.insert("c"));
/// assert!(recent.insert("a"), "two others came since");
/// ```
#[derive(Clone, Debug)]
pub struct Recent {
    most: usize,
    keys: [RandomState; 2],
    known: HashSet<u128>,
    /// In the order they came, the oldest first.
    order: VecDeque<u128>,
}

impl Recent {
    /// Remembers the last `most` identifiers; with 0 all are new.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let keys = [RandomState::new(), RandomState::new()];
        Self { most, keys, known: HashSet::new(), order: VecDeque::new() }
    }

    /// Whether `id` is not among the last so many, of which it is one from now on. One that
    /// is known stays where it was in their order. Takes constant time.
    pub fn insert(&mut self, id: &str) -> bool {
        if self.most == 0 {
            return true;
        }
        let mark = self.mark(id);
        if !self.known.insert(mark) {
            return false;
        }
        if self.order.len() == self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(mark);
        true
    }

    /// Whether `id` is among the last so many.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.known.contains(&self.mark(id))
    }

    /// How many it remembers now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether it remembers none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    fn mark(&self, id: &str) -> u128 {
        let [high, low] = self.keys.each_ref().map(|key| u128::from(key.hash_one(id)));
        high << 64 | low
    }
}
