//! A deadline of a machine as a timer of the reactor.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_io::Timer;
use carwatch::time::Instant;

use crate::clock;

/// A timer that is set again only when it has to fire earlier than it would: one that fires
/// too early is harmless to a machine, and setting it costs a lock.
#[derive(Debug)]
pub struct Alarm {
    timer: Timer,
    set_for: Instant,
}

impl Default for Alarm {
    fn default() -> Self {
        Self::new()
    }
}

impl Alarm {
    /// One that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self { timer: Timer::never(), set_for: Instant::NEVER }
    }

    /// Ready at `due`, or earlier: ask the machine again, and poll with what it says.
    pub fn poll(&mut self, due: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if due < self.set_for {
            // What lies beyond the clock's range never comes.
            let Some(at) = clock::to_std(due) else { return Poll::Pending };
            self.timer.set_at(at);
            self.set_for = due;
        }
        if Pin::new(&mut self.timer).poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.set_for = Instant::NEVER;
        Poll::Ready(())
    }
}
