//! One connection of a client: what came, whether it may go on, and what it came to.
//!
//! This file knows how an answer can end (protocol.md, How a connection can end), not who
//! told it so, nor that there are other stations: that is for [`crate::gather`].

use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use crate::limits::ClientLimits;
use crate::time::Instant;
use crate::wire::{Piece, RejectReason, Rejection, Splitter, Tail};
use crate::{Fault, Outcome, Reason, Verdict};

/// Whether the driver goes on reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Want {
    /// Read more.
    More,
    /// The response passed its limit: read no more and call [`Fetch::finish`].
    Enough,
}

/// How the stream of bytes ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A plain FIN.
    Fin,
    /// TLS said goodbye: nothing can be missing.
    CloseNotify,
    /// It broke, or somebody stopped it.
    Fault(Fault),
}

/// What firing the deadline came to.
#[derive(Debug)]
#[must_use]
pub enum Fired {
    /// The deadline had moved: go on.
    Again(Fetch),
    /// It is over.
    Done(Outcome),
}

/// Receives one response.
///
/// ```
/// use carwatch::fetch::{End, Fetch, Want};
/// use carwatch::{limits::ClientLimits, time::Instant};
///
/// let now = Instant::from_nanos(0);
/// // 1. One machine for each connection, once it is made.
/// let mut fetch = Fetch::new(&ClientLimits::default(), Instant::NEVER, now);
/// // 2. Hand it what was read, as long as it wants more. When `deadline()` comes first,
/// //    call `fire`.
/// for segment in [&b"today:peu"[..], b"geot:red.to"] {
///     assert_eq!(fetch.receive(segment, now), Want::More);
///     assert!(fetch.deadline() > now);
/// }
/// // 3. Say how it ended; that consumes the machine.
/// let outcome = fetch.finish(End::Fault(carwatch::Reason::Reset.into()));
/// assert_eq!((outcome.verdict.as_str(), outcome.cars, outcome.rejected), ("partial", 1, 1));
/// ```
#[derive(Clone, Debug)]
pub struct Fetch {
    limit: u64,
    idle_timeout: Duration,
    idle_at: Instant,
    gather_deadline: Instant,
    connected: Instant,
    first_byte: Option<Duration>,
    bytes: u64,
    response: Vec<u8>,
    splitter: Splitter,
    tally: Tally,
}

impl Fetch {
    /// A connection that was made at `now`, and has to be done by `gather_deadline`.
    #[must_use]
    pub fn new(limits: &ClientLimits, gather_deadline: Instant, now: Instant) -> Self {
        Self {
            limit: limits.response,
            idle_timeout: limits.idle_timeout,
            idle_at: now + limits.idle_timeout,
            gather_deadline,
            connected: now,
            first_byte: None,
            bytes: 0,
            response: Vec::new(),
            splitter: Splitter::new(limits.record),
            tally: Tally { keep: limits.rejections, ..Tally::default() },
        }
    }

    /// Takes bytes that came at `now`. They move the idle time-out, never the deadline.
    pub fn receive(&mut self, segment: &[u8], now: Instant) -> Want {
        if segment.is_empty() {
            return Want::More;
        }
        self.bytes += segment.len() as u64;
        self.first_byte.get_or_insert(now.since(self.connected));
        self.idle_at = now + self.idle_timeout;
        planted!("data extends the deadline" => self.gather_deadline = self.gather_deadline.max(self.idle_at));
        if self.is_too_large() {
            // Nothing of it is kept, from now on.
            self.response = Vec::new();
            return Want::Enough;
        }
        self.response.extend_from_slice(segment);
        self.splitter.feed(segment, &mut |piece| self.tally.count(piece));
        Want::More
    }

    /// How many bytes came.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// When [`fire`](Self::fire) is due.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.idle_at.min(self.gather_deadline)
    }

    /// Ends the response if a time-out has come by `now`.
    pub fn fire(self, now: Instant) -> Fired {
        if now < self.deadline() {
            return Fired::Again(self);
        }
        let fault = if self.gather_deadline <= self.idle_at {
            Fault::new(Reason::Deadline, "the deadline of the gather came first")
        } else {
            let silence = self.idle_timeout;
            Fault::new(Reason::IdleTimeout, format!("nothing came for {silence:?}"))
        };
        Fired::Done(self.finish(End::Fault(fault)))
    }

    /// Ends the response as the stream ended.
    #[must_use]
    pub fn finish(mut self, end: End) -> Outcome {
        let verdict = if self.is_too_large() {
            Verdict::Failed(self.too_large())
        } else {
            match end {
                End::Fin => {
                    Verdict::Complete { verified: planted!("a FIN is trusted" => true, else false) }
                }
                End::CloseNotify => Verdict::Complete { verified: true },
                End::Fault(fault) if self.bytes == 0 || fault.reason == Reason::TooLarge => {
                    Verdict::Failed(fault)
                }
                End::Fault(fault) => Verdict::Partial(fault),
            }
        };
        match verdict {
            Verdict::Complete { .. } => self.end_splitter(Tail::Whole),
            Verdict::Partial(_) => self.end_splitter(
                planted!("the tail of a partial answer is a record" => Tail::Whole, else Tail::Cut),
            ),
            Verdict::Failed(_) => {
                self.response = Vec::new();
                self.tally = Tally::default();
            }
        }
        let Tally { cars, rejected, bad, rejections, .. } = self.tally;
        Outcome {
            verdict,
            response: self.response,
            bytes: self.bytes,
            cars,
            rejected,
            bad,
            rejections,
            first_byte: self.first_byte,
        }
    }

    fn end_splitter(&mut self, tail: Tail) {
        let splitter = core::mem::replace(&mut self.splitter, Splitter::new(0));
        splitter.finish(tail, &mut |piece| self.tally.count(piece));
    }

    const fn is_too_large(&self) -> bool {
        self.bytes > self.limit
    }

    fn too_large(&self) -> Fault {
        let limit = self.limit;
        Fault::new(
            Reason::TooLarge,
            format!(
                "more than {limit} bytes; raise --max-response here, or keep less at the station \
                 with its --keep"
            ),
        )
    }
}

/// Counts pieces as they are parsed, and keeps the first rejections.
#[derive(Clone, Debug, Default)]
struct Tally {
    cars: u64,
    rejected: u64,
    bad: u64,
    rejections: Vec<Rejection>,
    keep: usize,
}

impl Tally {
    fn count(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Car { .. } => self.cars += 1,
            Piece::Rejected(rejection) => {
                self.rejected += 1;
                self.bad += u64::from(rejection.reason != RejectReason::Cut);
                if self.rejections.len() < self.keep {
                    self.rejections.push(rejection);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
