//! The deadlines of all connections, behind one timer of the accept loop.
//!
//! A timer of the reactor wakes it when it is set: a turn of it for nothing, which is six calls of
//! the system for each connection, and a place in its tree for each that waits. A list's deadlines
//! are seconds away and mostly never come, so here a connection only notes its own, and tells the
//! accept loop of the one that is earlier than all others.

use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Context;
use std::time::Duration;

use carwatch::time::Instant;
use futures_util::task::AtomicWaker;

use crate::alarm::Alarm;
use crate::clock;

/// The earliest deadline of the connections of a server, or one that was before it.
#[derive(Debug)]
pub(super) struct Dues {
    earliest: AtomicU64,
    waker: AtomicWaker,
}

/// One connection's deadline.
#[derive(Debug)]
pub(super) struct Due(AtomicU64);

impl Default for Dues {
    fn default() -> Self {
        Self { earliest: AtomicU64::new(Instant::NEVER.as_nanos()), waker: AtomicWaker::new() }
    }
}

impl Default for Due {
    fn default() -> Self {
        Self(AtomicU64::new(Instant::NEVER.as_nanos()))
    }
}

impl Due {
    /// The connection is to be woken at `due`, or a little later.
    pub(super) fn set(&self, due: Instant, all: &Dues) {
        let due = due.as_nanos();
        // First its own, then that of all: `Rounds` forgets that of all and then asks for each.
        self.0.store(due, Ordering::SeqCst);
        if due < all.earliest.load(Ordering::SeqCst) {
            all.earliest.fetch_min(due, Ordering::SeqCst);
            all.waker.wake();
        }
    }

    pub(super) fn get(&self) -> Instant {
        Instant::from_nanos(self.0.load(Ordering::SeqCst))
    }
}

/// The accept loop's side: when it looks whose deadline has come.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    alarm: Alarm,
    not_before: Instant,
}

impl Rounds {
    /// Whether it is time to look; if not, wakes `cx` when it is. Whoever looks says with
    /// [`Dues::note`] what is still to come.
    pub(super) fn poll(&mut self, all: &Dues, cx: &mut Context<'_>) -> Option<Instant> {
        all.waker.register(cx.waker());
        loop {
            let earliest = Instant::from_nanos(all.earliest.load(Ordering::SeqCst));
            let due = earliest.max(self.not_before);
            if self.alarm.poll(due, cx).is_pending() {
                return None;
            }
            let now = clock::now();
            if now >= due {
                self.not_before = now + BETWEEN;
                all.earliest.store(Instant::NEVER.as_nanos(), Ordering::SeqCst);
                return Some(now);
            }
        }
    }
}

impl Dues {
    /// One of the connections has this deadline.
    pub(super) fn note(&self, due: Instant) {
        self.earliest.fetch_min(due.as_nanos(), Ordering::SeqCst);
    }
}

/// How long it is between two looks at the least, for each asks all connections; and so how late a
/// deadline may be, which is nothing beside seconds.
const BETWEEN: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests;
