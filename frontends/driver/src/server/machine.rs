//! What the pump of a connection drives: a list that is served, or a recording that is played.

use std::io::IoSlice;

use carwatch::replay::{self, Replay};
use carwatch::serve::{self, Did, Serve, Served};
use carwatch::time::Instant;

use super::heed::{Heed, Together};
use crate::alarm::Alarm;

/// One connection's machine of the core.
pub(super) trait Machine: Send + Unpin + 'static {
    /// What heeds its deadline.
    type Heed: Heed;
    /// What to do next.
    fn step(&self) -> Step;
    /// Puts what [`Step::Write`] has, and what may be written together with it, into `slices`, and
    /// says into how many, and whether [`Step::Finish`] comes after it.
    fn slices<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> (usize, bool);
    /// The handshake is over.
    fn begun(&mut self, now: Instant);
    fn wants_input(&self) -> bool;
    fn did(&mut self, did: Did, now: Instant);
    /// Answers [`Step::Leave`].
    fn left(&mut self, now: Instant);
    fn deadline(&self) -> Instant;
    fn fire(&mut self, now: Instant);
    fn paid_until(&self) -> Instant;
    fn done(&self) -> Served;
    /// Whether nothing is left to do but to hold the connection, for as long as the client stays.
    fn is_silent(&self) -> bool;
    /// How many cars it sends, for logs; `None` where nobody has counted.
    fn cars(&self) -> Option<u64>;
    /// How many bytes it sends, for logs.
    fn bytes(&self) -> u64;
}

/// What there is to do for a connection; its client is listened to meanwhile.
pub(super) enum Step {
    /// Of what is in the [slices](Machine::slices).
    Write,
    /// Wait until all that was written has left this machine.
    Leave,
    /// Nothing but to heed the deadline.
    Wait,
    Finish,
    /// Close it. Whether that is a reset was decided by whether it was finished.
    End,
}

impl Machine for Serve {
    type Heed = Together;

    fn step(&self) -> Step {
        match self.next() {
            serve::Do::Write(_) => Step::Write,
            serve::Do::Finish => Step::Finish,
            serve::Do::Drain => Step::Wait,
            serve::Do::Close | serve::Do::Reset => Step::End,
        }
    }

    fn slices<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> (usize, bool) {
        let (mut count, mut missing) = (0, self.snapshot().len() - self.done().sent);
        for (slice, bytes) in slices.iter_mut().zip(self.rest()) {
            *slice = IoSlice::new(bytes);
            count += 1;
            missing -= bytes.len() as u64;
        }
        (count, missing == 0)
    }

    fn begun(&mut self, now: Instant) {
        self.begun(now);
    }

    fn wants_input(&self) -> bool {
        self.wants_input()
    }

    fn did(&mut self, did: Did, now: Instant) {
        self.did(did, now);
    }

    fn left(&mut self, _: Instant) {}

    fn deadline(&self) -> Instant {
        self.deadline()
    }

    fn fire(&mut self, now: Instant) {
        self.fire(now);
    }

    fn paid_until(&self) -> Instant {
        self.paid_until()
    }

    fn done(&self) -> Served {
        self.done()
    }

    fn is_silent(&self) -> bool {
        false
    }

    fn cars(&self) -> Option<u64> {
        Some(self.snapshot().cars())
    }

    fn bytes(&self) -> u64 {
        self.snapshot().len()
    }
}

impl Machine for Replay {
    type Heed = Alarm;

    fn step(&self) -> Step {
        match self.next() {
            replay::Do::Write(_) => Step::Write,
            replay::Do::Leave => Step::Leave,
            replay::Do::Wait | replay::Do::Drain => Step::Wait,
            replay::Do::Finish => Step::Finish,
            replay::Do::Close | replay::Do::Reset => Step::End,
        }
    }

    fn slices<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> (usize, bool) {
        let replay::Do::Write(bytes) = self.next() else { return (0, false) };
        slices[0] = IoSlice::new(bytes);
        // Each write is to leave as it is, also the last.
        (1, false)
    }

    fn begun(&mut self, now: Instant) {
        self.begun(now);
    }

    fn wants_input(&self) -> bool {
        self.wants_input()
    }

    fn did(&mut self, did: Did, now: Instant) {
        self.did(did, now);
    }

    fn left(&mut self, now: Instant) {
        self.left(now);
    }

    fn deadline(&self) -> Instant {
        self.deadline()
    }

    fn fire(&mut self, now: Instant) {
        self.fire(now);
    }

    fn paid_until(&self) -> Instant {
        self.paid_until()
    }

    fn done(&self) -> Served {
        self.done()
    }

    fn is_silent(&self) -> bool {
        self.is_silent()
    }

    fn cars(&self) -> Option<u64> {
        None
    }

    fn bytes(&self) -> u64 {
        self.script().len() as u64
    }
}
