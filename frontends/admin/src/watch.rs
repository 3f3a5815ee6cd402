//! How far a connection is, and until when it may be there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;
use std::time::Duration;

use carwatch::time::Instant;
use futures_util::task::AtomicWaker;

use crate::limits::Limits;

/// What a connection's stream, its requests and the accept loop know of it together.
#[derive(Debug)]
pub(crate) struct Watch {
    limits: Arc<Limits>,
    state: Mutex<State>,
    leave: AtomicBool,
    waker: AtomicWaker,
}

/// Kept by an answer until all of it has been handed on.
#[derive(Debug)]
pub(crate) struct Answering(Arc<Watch>);

/// Why a connection's time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expired {
    /// No request came.
    Idle,
    /// A request's head did not end.
    Head,
    /// The client does not take its answer.
    Stalled,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// While the kernel takes no more: how the client reads.
    pace: Option<Pace>,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// No byte of a request has come.
    Idle { since: Instant, until: Instant },
    /// The head of a request is on its way.
    Head { since: Instant },
    /// A request is being read and answered; `handed_on` once its answer lies with hyper.
    Request { handed_on: bool },
}

#[derive(Debug)]
struct Pace {
    progress: Instant,
    /// Up to when what the client took pays at the least rate.
    paid_until: Instant,
}

impl Watch {
    pub(crate) fn new(limits: Arc<Limits>, now: Instant) -> Self {
        let phase = Phase::Idle { since: now, until: now + limits.head_time };
        let state = Mutex::new(State { phase, pace: None });
        Self { limits, state, leave: AtomicBool::new(false), waker: AtomicWaker::new() }
    }

    /// Bytes of the client's came in.
    pub(crate) fn received(&self, now: Instant) {
        let mut state = self.lock();
        if let Phase::Idle { .. } = state.phase {
            state.phase = Phase::Head { since: now };
        }
    }

    /// The head of a request is complete.
    pub(crate) fn requested(self: &Arc<Self>) -> Answering {
        self.lock().phase = Phase::Request { handed_on: false };
        Answering(Arc::clone(self))
    }

    /// The kernel takes no more for now.
    pub(crate) fn blocked(&self, now: Instant) {
        let paid_until = now + self.limits.rate_window;
        self.lock().pace.get_or_insert(Pace { progress: now, paid_until });
    }

    /// The kernel took `bytes` more.
    pub(crate) fn sent(&self, bytes: usize, now: Instant) {
        if let Some(pace) = &mut self.lock().pace {
            let worth = Duration::from_secs(bytes as u64) / self.rate();
            pace.progress = now;
            pace.paid_until = (pace.paid_until + worth).min(now + self.limits.rate_window);
        }
    }

    /// The kernel has taken all there was.
    pub(crate) fn flushed(&self, now: Instant) {
        let mut state = self.lock();
        state.pace = None;
        if let Phase::Request { handed_on: true } = state.phase {
            state.phase = Phase::Idle { since: now, until: now + self.limits.idle_time };
        }
    }

    /// When to look at [`expired`](Self::expired) again.
    pub(crate) fn deadline(&self) -> Instant {
        self.next().1
    }

    /// Why the connection must end, if it must at `now`.
    pub(crate) fn expired(&self, now: Instant) -> Option<Expired> {
        let (why, due) = self.next();
        (due <= now).then_some(why)
    }

    /// Whether a request is being read or answered.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self.lock().phase, Phase::Request { .. })
    }

    /// Since when the connection has been waiting for a request, or for the rest of its head:
    /// it may go for one that waits to come in. Never, if it is busy, or told to go already.
    pub(crate) fn spare_since(&self) -> Instant {
        match self.lock().phase {
            _ if self.leave.load(Ordering::Acquire) => Instant::NEVER,
            Phase::Idle { since, .. } | Phase::Head { since } => since,
            Phase::Request { .. } => Instant::NEVER,
        }
    }

    /// Tells the connection to end after the request that is being answered, if one is.
    pub(crate) fn leave(&self) {
        self.tell_to_leave();
        self.waker.wake();
    }

    /// As [`leave`](Self::leave), when it next looks.
    pub(crate) fn tell_to_leave(&self) {
        self.leave.store(true, Ordering::Release);
    }

    /// Whether the connection was told to end; wakes `cx` when it is.
    pub(crate) fn must_leave(&self, cx: &mut Context<'_>) -> bool {
        self.waker.register(cx.waker());
        self.leave.load(Ordering::Acquire)
    }

    fn next(&self) -> (Expired, Instant) {
        let state = self.lock();
        let stalled = state.pace.as_ref().map_or(Instant::NEVER, |pace| {
            (pace.progress + self.limits.write_stall).min(pace.paid_until)
        });
        let (why, due) = match state.phase {
            Phase::Idle { until, .. } => (Expired::Idle, until),
            Phase::Head { since } => (Expired::Head, since + self.limits.head_time),
            Phase::Request { .. } => (Expired::Stalled, Instant::NEVER),
        };
        if stalled < due { (Expired::Stalled, stalled) } else { (why, due) }
    }

    fn rate(&self) -> u32 {
        u32::try_from(self.limits.min_rate).unwrap_or(u32::MAX).max(1)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment: a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if let Phase::Request { handed_on } = &mut self.0.lock().phase {
            *handed_on = true;
        }
    }
}

#[cfg(test)]
mod tests;
