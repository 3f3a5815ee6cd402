//! When the ledger has to act: at once for whoever waits, and else ten times a second at most.

use std::time::Duration;

use carwatch::time::Instant;

use super::{Ledger, MOST, lock};

impl Ledger {
    /// Whether it is time for a commit.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let full = self.cars >= MOST;
        let posted = !self.posted.is_empty() && self.inbox.asked.is_empty();
        if self.retry.is_none() && (full || posted || self.reached) {
            return true;
        }
        self.work_deadline().is_some_and(|due| due <= now)
    }

    /// When this thread has to act if nothing is said.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let withheld = self.status.lock().refusals.has_withheld();
        let tell = withheld.then(|| self.withheld_told + Duration::from_secs(1));
        self.work_deadline().into_iter().chain(tell).min()
    }

    fn work_deadline(&self) -> Option<Instant> {
        if let Some((at, _)) = self.retry {
            return Some(at);
        }
        let gathered = self.sourced.front().map(|batch| batch.at + self.linger());
        // The list itself is trimmed whenever somebody looks at it.
        let over = if self.owed() > 0 { Some(self.last) } else { lock(&self.roster).next_expiry() };
        let dropped = over.map(|at| at.max(self.last + LINGER));
        gathered.into_iter().chain(dropped).min()
    }

    /// How long cars of the source gather: without a store a commit costs next to nothing.
    const fn linger(&self) -> Duration {
        if self.store.is_some() { LINGER } else { Duration::ZERO }
    }
}

/// The longest that a car of the source waits for its commit.
const LINGER: Duration = Duration::from_millis(100);
