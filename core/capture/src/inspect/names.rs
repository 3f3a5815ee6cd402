//! Names for the lines of a report, each only once.

use std::collections::{HashMap, HashSet};

/// The names that are taken.
#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: HashSet<String>,
    /// The number that is tried next for a name that came before: not the first again and
    /// again, or many equal names would take quadratic time.
    next: HashMap<String, u64>,
}

impl Names {
    /// `wanted` if it is free, else `base#n` with the next number that is.
    pub fn take(&mut self, base: &str, wanted: String) -> String {
        if self.taken.insert(wanted.clone()) {
            return wanted;
        }
        let next = self.next.entry(base.to_owned()).or_insert(2);
        loop {
            let name = format!("{base}#{next}");
            *next += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}
