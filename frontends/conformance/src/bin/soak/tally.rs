//! What the soak has seen, counted while it runs and printed at its end.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

/// Counters by name.
#[derive(Default)]
pub(crate) struct Tally(Mutex<BTreeMap<String, u64>>);

impl Tally {
    pub(crate) fn add(&self, name: impl Into<String>, count: u64) {
        *self.0.lock().expect("no panic inside").entry(name.into()).or_default() += count;
    }

    pub(crate) fn count(&self, name: impl Into<String>) {
        self.add(name, 1);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in &*self.0.lock().expect("no panic inside") {
            writeln!(f, "  {name:<44} {count:>12}")?;
        }
        Ok(())
    }
}
