//! How many stations are settled, and how.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use carwatch::Verdict;

/// Counted by the gather, read by whoever draws; neither waits for the other.
#[derive(Debug)]
pub(super) struct Tally {
    stations: usize,
    complete: AtomicUsize,
    partial: AtomicUsize,
    failed: AtomicUsize,
}

impl Tally {
    /// None of `stations` is settled.
    pub(super) fn new(stations: usize) -> Self {
        let [complete, partial, failed] = [const { AtomicUsize::new(0) }; 3];
        Self { stations, complete, partial, failed }
    }

    /// One more is.
    pub(super) fn count(&self, verdict: &Verdict) {
        let counter = match verdict {
            Verdict::Complete { .. } => &self.complete,
            Verdict::Partial(_) => &self.partial,
            Verdict::Failed(_) => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there are.
    pub(super) fn stations(&self) -> usize {
        self.stations
    }

    /// How many are settled.
    pub(super) fn settled(&self) -> usize {
        self.counts().iter().sum()
    }

    fn counts(&self) -> [usize; 3] {
        [&self.complete, &self.partial, &self.failed].map(|count| count.load(Ordering::Relaxed))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts();
        write!(f, "{}/{} stations", counts.iter().sum::<usize>(), self.stations)?;
        for (count, verdict) in counts.into_iter().zip(["complete", "partial", "failed"]) {
            if count > 0 {
                write!(f, ", {count} {verdict}")?;
            }
        }
        Ok(())
    }
}
