//! When a station accepts, when it pauses, and whom it resets to make room (protocol.md,
//! duties 3, 4 and 6).
//!
//! Overload is never answered by closing: an accept that is followed by a clean close is an
//! empty list on this wire. Whoever has no place waits in the backlog.

use core::time::Duration;

use crate::limits::StationLimits;
use crate::rng::Rng;
use crate::time::Instant;

/// What the driver does next with its listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Next {
    /// Accept.
    Accept,
    /// Accept nothing until then, or until a connection ended.
    Pause(Instant),
    /// Full: accept nothing until a connection ended; once somebody waits, ask
    /// [`Accept::make_room`].
    Full,
}

/// Why an accept failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptFault {
    /// That connection was gone before it was accepted; the next one may be fine.
    Connection,
    /// The system has no descriptors or no memory, or the listener itself is at fault.
    System,
}

/// Whom to reset for a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Room<K> {
    /// Reset this one; it is the slowest.
    Reset(K),
    /// Nobody is slow enough before then.
    NotBefore(Instant),
}

/// The accept loop of a station.
///
/// ```
/// use carwatch::accept::{Accept, AcceptFault, Next, Room};
/// use carwatch::{limits::StationLimits, time::Instant};
///
/// let limits = StationLimits { connections: 1, ..StationLimits::default() };
/// let now = Instant::from_nanos(0);
/// let mut accept = Accept::new(&limits, 7);
/// // 1. Ask before each accept, and tell what came of it.
/// assert_eq!(accept.next(now), Next::Accept);
/// accept.accepted();
/// // 2. Full: when somebody waits, name the connections and up to when each has paid.
/// assert_eq!(accept.next(now), Next::Full);
/// let due = now + limits.slow_grace;
/// assert_eq!(accept.make_room(now, [("only", now)].into_iter()), Room::NotBefore(due));
/// assert_eq!(accept.make_room(due, [("only", now)].into_iter()), Room::Reset("only"));
/// // 3. Tell of each connection that ended.
/// accept.ended();
/// // 4. Out of descriptors: pause, and log what `failed` says is worth a line.
/// let log = accept.failed(AcceptFault::System, now);
/// assert_eq!(log, Some(0));
/// assert!(matches!(accept.next(now), Next::Pause(until) if until > now));
/// ```
#[derive(Debug)]
pub struct Accept {
    most: usize,
    slow_grace: Duration,
    pause_min: Duration,
    pause_max: Duration,
    rng: Rng,
    open: usize,
    pause: Option<Instant>,
    failures: u32,
    pace: Pace,
}

impl Accept {
    /// An accept loop with no connection yet; `seed` spreads its pauses.
    #[must_use]
    pub fn new(limits: &StationLimits, seed: u64) -> Self {
        Self {
            most: limits.connections,
            slow_grace: limits.slow_grace,
            pause_min: limits.pause_min,
            pause_max: limits.pause_max,
            rng: Rng::new(seed),
            open: 0,
            pause: None,
            failures: 0,
            pace: Pace::default(),
        }
    }

    /// From now on there are at most so many connections. Those that are open stay open.
    pub const fn set_connections(&mut self, most: usize) {
        self.most = most;
    }

    /// What to do at `now`.
    pub fn next(&self, now: Instant) -> Next {
        match self.pause {
            Some(until) if until > now => {
                Next::Pause(planted!("a pause has no end" => Instant::NEVER, else until))
            }
            _ if self.open >= self.most => Next::Full,
            _ => Next::Accept,
        }
    }

    /// A connection was accepted.
    pub const fn accepted(&mut self) {
        self.open += 1;
        self.failures = 0;
        self.pause = None;
    }

    /// A connection ended, whichever way, and its descriptor is free again.
    pub const fn ended(&mut self) {
        self.open = self.open.saturating_sub(1);
        self.pause = None;
    }

    /// An accept failed. Returns, at most once a second, how many failures went unlogged
    /// before this one: then it is worth a line.
    pub fn failed(&mut self, fault: AcceptFault, now: Instant) -> Option<u64> {
        if fault == AcceptFault::System {
            let longer = self.pause_min.saturating_mul(1 << self.failures.min(20));
            self.failures += 1;
            let pause = self.rng.jitter(longer.min(self.pause_max)).max(self.pause_min);
            self.pause = Some(now + pause);
        }
        self.pace.due(now)
    }

    /// Whom to reset for a newcomer, of connections that are each named with
    /// [`Serve::paid_until`](crate::serve::Serve::paid_until).
    pub fn make_room<K>(&self, now: Instant, open: impl Iterator<Item = (K, Instant)>) -> Room<K> {
        match open.min_by_key(|(_, paid_until)| *paid_until) {
            Some((slowest, paid)) if paid + self.slow_grace <= now => Room::Reset(slowest),
            Some((_, paid)) => Room::NotBefore(paid + self.slow_grace),
            None => Room::NotBefore(Instant::NEVER),
        }
    }

    /// How many connections are open.
    #[must_use]
    pub const fn open(&self) -> usize {
        self.open
    }
}

/// Decides when an event that may come at any rate is worth a line in the log: once a second.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// When the last one was logged, and how many were not since.
    logged: Option<Instant>,
    unlogged: u64,
}

impl Pace {
    /// One happened at `now`. If it is to be logged, how many before it were not.
    pub fn due(&mut self, now: Instant) -> Option<u64> {
        if self.logged.is_some_and(|at| now.since(at) < Duration::from_secs(1)) {
            self.unlogged += 1;
            return None;
        }
        self.logged = Some(now);
        Some(core::mem::take(&mut self.unlogged))
    }
}

#[cfg(test)]
mod tests;
