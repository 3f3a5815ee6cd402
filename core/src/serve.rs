//! One connection of a station: what to do next so that the whole snapshot arrives, or the
//! client learns that it did not (protocol.md, What a station owes its clients).
//!
//! This file knows no socket. That a connection is reset unless it was finished is the
//! driver's to arrange: abort by default, before the listener listens.

mod step;

use alloc::sync::Arc;
use core::time::Duration;

use crate::limits::StationLimits;
use crate::time::Instant;
use crate::{Cursor, Snapshot};
pub use step::{Did, Do, Ended, Served};

/// Sends one snapshot over one connection.
///
/// The driving loop, with a client that takes three bytes at a time:
///
/// ```
/// use carwatch::serve::{Did, Do, Ended, Serve};
/// use carwatch::{Car, Roster, limits::StationLimits, time::Instant};
///
/// let mut roster = Roster::default();
/// roster.append(&Car::new("today", "peugeot", "red"), Instant::from_nanos(0))?;
/// let (mut now, mut received) = (Instant::from_nanos(0), Vec::new());
///
/// // 1. One machine for each connection, with the snapshot of the moment of accept.
/// let mut serve = Serve::new(roster.snapshot(), StationLimits::default(), now);
/// loop {
///     // 2. It says what to do; tell it what was done.
///     let did = match serve.next() {
///         Do::Write(bytes) => {
///             let n = bytes.len().min(3);
///             received.extend_from_slice(&bytes[..n]);
///             Did::Wrote(n)
///         }
///         Do::Finish => Did::Finished,
///         Do::Drain => Did::ReadEnd,
///         Do::Close | Do::Reset => break,
///     };
///     serve.did(did, now);
///     // 3. Ask for the deadline after every input, and fire it when it has come.
///     if now >= serve.deadline() {
///         serve.fire(now);
///     }
/// }
/// // 4. Ask what came of it.
/// assert_eq!(serve.done().ended, Ended::Whole);
/// assert_eq!(received, b"today:peugeot:red");
/// # Ok::<(), carwatch::RecordTooLong>(())
/// ```
#[derive(Debug)]
pub struct Serve {
    snapshot: Snapshot,
    cursor: Cursor,
    state: State,
    /// Shared: there are thousands of connections, with the same limits.
    limits: Arc<StationLimits>,
    talked: u64,
    client_ended: bool,
    /// When the client could take something for the first time.
    begun: Instant,
    /// When the client last took something.
    progress: Instant,
    /// The begin of the current window of the minimum rate, and what was taken in it.
    window: (Instant, u64),
    paid_until: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Writing,
    Finishing,
    Draining { until: Instant, left: u64 },
    Closed,
    Lost(Ended),
}

impl Serve {
    /// A connection that was accepted at `now`, to be sent `snapshot`.
    pub fn new(snapshot: Snapshot, limits: impl Into<Arc<StationLimits>>, now: Instant) -> Self {
        let state = if snapshot.is_empty() { State::Finishing } else { State::Writing };
        let cursor = snapshot.start();
        Self {
            snapshot,
            cursor,
            state,
            limits: limits.into(),
            talked: 0,
            client_ended: false,
            begun: now,
            progress: now,
            window: (now, 0),
            paid_until: now,
        }
    }

    /// The way to the client was made at `now`, some time after the accept: under TLS, when the
    /// handshake is over. What the client may take, and how fast, counts from here on; the
    /// snapshot stays that of the accept (protocol.md, duty 7), and so does its place in the
    /// line of the slow.
    pub const fn begun(&mut self, now: Instant) {
        self.begun = now;
        self.progress = now;
        self.window = (now, 0);
    }

    /// What is being sent.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// What to do next. The same until something was done or fired.
    pub fn next(&self) -> Do<'_> {
        match self.state {
            State::Writing => Do::Write(self.snapshot.chunk(&self.cursor)),
            State::Finishing => Do::Finish,
            State::Draining { .. } => Do::Drain,
            State::Closed => Do::Close,
            State::Lost(_) => Do::Reset,
        }
    }

    /// What [`Do::Write`] has, and what is to be written after it: of all this together the driver
    /// may write as much at once as it likes.
    pub fn rest(&self) -> impl Iterator<Item = &[u8]> {
        self.snapshot.chunks(&self.cursor)
    }

    /// Whether the client may still send something, which is to be read and discarded:
    /// unread input would make the kernel reset the connection at close.
    #[must_use]
    pub const fn wants_input(&self) -> bool {
        !self.client_ended
    }

    /// Tells what was done at `now`.
    pub fn did(&mut self, did: Did, now: Instant) {
        match (did, self.state) {
            (Did::Wrote(n), State::Writing) => self.wrote(n, now),
            (Did::Read(n), State::Writing | State::Finishing) => {
                self.talked += n as u64;
                if self.talked > self.limits.talk {
                    self.state = State::Lost(Ended::Talked);
                }
            }
            (Did::Read(n), State::Draining { until, left }) => {
                self.state = match left.checked_sub(n as u64) {
                    Some(left) => State::Draining { until, left },
                    None => State::Closed,
                };
            }
            (Did::ReadEnd, state) => {
                self.client_ended = true;
                if matches!(state, State::Draining { .. }) {
                    self.state = State::Closed;
                }
            }
            (Did::Finished, State::Finishing) => {
                let until = now + self.limits.drain_time;
                let left = self.limits.drain_bytes.max(self.limits.talk - self.talked);
                self.state =
                    if self.client_ended { State::Closed } else { State::Draining { until, left } };
            }
            // After the last byte a client that goes away with a reset has what it wanted.
            (Did::Fault, State::Draining { .. }) => self.state = State::Closed,
            (Did::Fault, State::Writing | State::Finishing) => {
                self.state = State::Lost(Ended::Broken);
            }
            _ => {}
        }
    }

    /// When [`fire`](Self::fire) is due.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        match self.state {
            State::Writing => {
                let stalled = self.progress + self.limits.write_timeout;
                stalled.min(self.window.0 + self.limits.rate_window)
            }
            State::Finishing => self.progress + self.limits.write_timeout,
            State::Draining { until, .. } => {
                planted!("a drain has no end" => Instant::NEVER, else until)
            }
            State::Closed | State::Lost(_) => Instant::NEVER,
        }
    }

    /// Does what the deadline is for, if it has come by `now`.
    pub fn fire(&mut self, now: Instant) {
        if now < self.deadline() {
            return;
        }
        match self.state {
            State::Writing | State::Finishing => {
                if now >= self.progress + self.limits.write_timeout {
                    self.state = State::Lost(Ended::Stalled);
                } else if self.window.1
                    < planted!("no reader is too slow" => 0, else self.limits.least_per_window())
                {
                    self.state = State::Lost(Ended::TooSlow);
                } else {
                    self.window = (now, 0);
                }
            }
            State::Draining { .. } => self.state = State::Closed,
            State::Closed | State::Lost(_) => {}
        }
    }

    /// Up to when what the client took pays for its place at the minimum rate. The one for
    /// whom this is longest ago goes first when the station is full.
    #[must_use]
    pub const fn paid_until(&self) -> Instant {
        self.paid_until
    }

    /// What came of the connection, also of one that was dropped before its end.
    #[must_use]
    pub fn done(&self) -> Served {
        let ended = match self.state {
            State::Writing | State::Finishing => Ended::Dropped,
            State::Draining { .. } | State::Closed => Ended::Whole,
            State::Lost(ended) => ended,
        };
        Served { ended, sent: self.cursor.position() }
    }

    fn wrote(&mut self, n: usize, now: Instant) {
        self.snapshot.advance(&mut self.cursor, n);
        self.window.1 += n as u64;
        if planted!("a write of nothing is progress" => true, else n > 0) {
            self.progress = now;
        }
        // What fits into the kernel's buffers goes at once and says nothing of the client, so
        // it pays for no more than the time so far. What is taken later was made room for by
        // a client that reads: in steps, since that is how a window opens.
        let is_first_burst = now.since(self.begun) < self.limits.slow_grace;
        let at_most = if is_first_burst { now } else { now + self.limits.rate_window };
        let paid = Duration::from_nanos(n as u64 * 1_000_000_000 / self.limits.min_rate.max(1));
        self.paid_until = (self.paid_until + paid).min(at_most);
        let missing = self.snapshot.len() - self.cursor.position();
        if planted!("the last byte is not sent" => missing <= 1, else missing == 0) {
            self.state = State::Finishing;
        }
    }
}

#[cfg(test)]
mod tests;
