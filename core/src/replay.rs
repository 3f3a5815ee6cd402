//! One connection of a station that is replayed: when which bytes go out, and how it ends.
//!
//! What was recorded is a [`Script`]; this file knows neither captures nor sockets. As in
//! [`serve`](crate::serve), that a connection is reset unless it was finished is the driver's
//! to arrange.

mod patience;
mod script;
mod step;

use alloc::sync::Arc;
use core::time::Duration;

use crate::limits::StationLimits;
use crate::serve::{Did, Ended, Served};
use crate::time::Instant;
pub use script::{Ending, Script, Turns};
pub use step::Do;

/// Plays one [`Script`] to one client: each chunk at its time or later, never earlier, then the
/// ending.
///
/// ```
/// use carwatch::replay::{Do, Ending, Replay, Script};
/// use carwatch::serve::{Did, Ended};
/// use carwatch::{limits::StationLimits, time::Instant};
/// use core::time::Duration;
///
/// let mut script = Script::new(Ending::Reset, Duration::from_millis(30));
/// script.push(Duration::from_millis(10), b"today:peug");
/// script.push(Duration::from_millis(20), b"eot:red.to");
/// let (mut now, mut received) = (Instant::from_nanos(0), Vec::new());
///
/// // 1. One machine for each connection; all of them share the script.
/// let mut replay = Replay::new(script, StationLimits::default(), now);
/// loop {
///     // 2. It says what to do; tell it what was done. Here waiting takes no time.
///     match replay.next() {
///         Do::Wait => now = replay.deadline(),
///         Do::Leave => replay.left(now),
///         Do::Write(bytes) => {
///             let n = bytes.len().min(3);
///             received.extend_from_slice(&bytes[..n]);
///             replay.did(Did::Wrote(n), now);
///         }
///         Do::Finish => replay.did(Did::Finished, now),
///         Do::Drain => replay.did(Did::ReadEnd, now),
///         Do::Close | Do::Reset => break,
///     }
///     // 3. Ask for the deadline after every input, and fire it when it has come.
///     if now >= replay.deadline() {
///         replay.fire(now);
///     }
/// }
/// // 4. Ask what came of it.
/// assert_eq!(replay.next(), Do::Reset);
/// assert_eq!(replay.done().ended, Ended::Whole);
/// assert_eq!(received, b"today:peugeot:red.to");
/// ```
#[derive(Debug)]
pub struct Replay {
    script: Arc<Script>,
    limits: Arc<StationLimits>,
    state: State,
    /// Chunks that were written to their ends.
    chunk: usize,
    /// Bytes that were written.
    sent: usize,
    talked: u64,
    client_ended: bool,
    /// What the times of the script count from.
    begun: Instant,
    /// When the client last took something, or was last given something to take.
    progress: Instant,
    /// The begin of the current window of the minimum rate, and what was taken in it.
    window: (Instant, u64),
    paid_until: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// For the next chunk, or the ending.
    Waiting {
        until: Instant,
    },
    Leaving,
    Writing,
    Finishing,
    Draining {
        until: Instant,
        left: u64,
    },
    /// [`Ending::Silent`], for as long as the client stays.
    Silent,
    /// [`Ending::Reset`], at its time.
    Ended,
    Closed,
    Lost(Ended),
}

impl Replay {
    /// A connection that was accepted at `now`, to be given what `script` says. The time-outs
    /// of `limits` hold for it, where it is the client who is waited for.
    pub fn new(
        script: impl Into<Arc<Script>>,
        limits: impl Into<Arc<StationLimits>>,
        now: Instant,
    ) -> Self {
        let mut replay = Self {
            script: script.into(),
            limits: limits.into(),
            state: State::Closed,
            chunk: 0,
            sent: 0,
            talked: 0,
            client_ended: false,
            begun: now,
            progress: now,
            window: (now, 0),
            paid_until: now,
        };
        replay.wait(now);
        replay
    }

    /// The way to the client was made at `now`, some time after the accept: under TLS, when the
    /// handshake is over. The script is played from here on.
    pub fn begun(&mut self, now: Instant) {
        self.begun = now;
        self.progress = now;
        self.window = (now, 0);
        self.wait(now);
    }

    /// What is being played.
    #[must_use]
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// What to do next. The same until something was done or fired.
    pub fn next(&self) -> Do<'_> {
        match self.state {
            State::Waiting { .. } | State::Silent => Do::Wait,
            State::Leaving => Do::Leave,
            State::Writing => Do::Write(self.script.chunk(self.chunk, self.sent)),
            State::Finishing => Do::Finish,
            State::Draining { .. } => Do::Drain,
            State::Closed => Do::Close,
            State::Ended | State::Lost(_) => Do::Reset,
        }
    }

    /// Whether the client may still send something, which is to be read and discarded.
    #[must_use]
    pub const fn wants_input(&self) -> bool {
        !self.client_ended
    }

    /// Whether nothing is left to do but to hold the connection: it ends when the client
    /// leaves, or by being dropped.
    #[must_use]
    pub const fn is_silent(&self) -> bool {
        matches!(self.state, State::Silent)
    }

    /// Tells what was done at `now`.
    pub fn did(&mut self, did: Did, now: Instant) {
        match (did, self.state) {
            (Did::Wrote(n), State::Writing) => self.wrote(n, now),
            (Did::Read(n), State::Draining { until, left }) => {
                self.state = match left.checked_sub(n as u64) {
                    Some(left) => State::Draining { until, left },
                    None => State::Closed,
                };
            }
            (Did::Read(n), _) if !self.is_over() => {
                self.talked += n as u64;
                if self.talked > self.limits.talk {
                    self.state = State::Lost(Ended::Talked);
                }
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
            // It had all that it was to have.
            (Did::Fault, State::Draining { .. } | State::Silent) => self.state = State::Closed,
            (Did::Fault, _) if !self.is_over() => self.state = State::Lost(Ended::Broken),
            _ => {}
        }
    }

    /// Answers [`Do::Leave`].
    pub fn left(&mut self, now: Instant) {
        if self.state == State::Leaving {
            self.progress = now;
            self.go_on();
        }
    }

    /// What came of the connection, also of one that was dropped before its end. It is
    /// [`Ended::Whole`] if the script was played to its end, whatever that was.
    #[must_use]
    pub const fn done(&self) -> Served {
        let ended = match self.state {
            State::Waiting { .. } | State::Leaving | State::Writing | State::Finishing => {
                Ended::Dropped
            }
            State::Draining { .. } | State::Silent | State::Ended | State::Closed => Ended::Whole,
            State::Lost(ended) => ended,
        };
        Served { ended, sent: self.sent as u64 }
    }

    const fn is_over(&self) -> bool {
        matches!(self.state, State::Ended | State::Closed | State::Lost(_))
    }

    /// For the time of what comes next.
    fn wait(&mut self, now: Instant) {
        let until = self.begun + self.script.due(self.chunk);
        self.state = State::Waiting { until };
        if now >= until {
            self.begin();
        }
    }

    /// Its time has come. From here on it is the client who is waited for.
    fn begin(&mut self) {
        let may_join = self.chunk < self.script.chunks() || self.script.ending() == Ending::Reset;
        if self.sent > 0 && may_join {
            self.state = State::Leaving;
        } else {
            self.go_on();
        }
    }

    fn go_on(&mut self) {
        self.state = if self.chunk < self.script.chunks() {
            State::Writing
        } else {
            match self.script.ending() {
                Ending::Fin => State::Finishing,
                Ending::Reset => State::Ended,
                Ending::Silent => State::Silent,
            }
        };
    }

    fn wrote(&mut self, n: usize, now: Instant) {
        self.sent = self.script.len().min(self.sent + n);
        self.window.1 += n as u64;
        if n > 0 {
            self.progress = now;
        }
        let paid = Duration::from_nanos(n as u64 * 1_000_000_000 / self.limits.min_rate.max(1));
        // The kernel takes one segment of it at most before the client has made room for it, so
        // there is no first burst that would say nothing of the client.
        let from = self.paid_until.max(self.begun + self.script.due(self.chunk));
        self.paid_until = (from + paid).min(now + self.limits.rate_window);
        if self.sent >= self.script.end_of(self.chunk) {
            self.chunk += 1;
            self.wait(now);
        }
    }
}

#[cfg(test)]
mod tests;
