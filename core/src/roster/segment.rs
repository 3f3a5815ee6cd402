//! A piece of the roster that no longer changes, and when its cars arrived.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use crate::time::Instant;

/// A segment is sealed before it passes this many bytes; a single record may be longer.
pub(super) const SEGMENT: usize = 64 * 1024;

/// How many segments make a group: 8 MiB, so that a snapshot of 1 GB has 128 references.
pub(super) const GROUP: usize = 128;

/// Segments that are shared as one.
pub(super) type Group = [Arc<Segment>];

/// Records, each with a separator after it.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) bytes: Box<[u8]>,
    pub(super) arrivals: Arrivals,
}

/// When the cars of a segment arrived, as runs of the same millisecond.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals(Vec<Run>);

#[derive(Clone, Debug)]
struct Run {
    /// Where the run ends in the segment's bytes.
    end: u32,
    at: Arrival,
}

/// When a car arrived: milliseconds after the epoch of the monotonic clock, or before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrival(i64);

impl Arrival {
    pub(super) fn at(now: Instant) -> Self {
        Self(i64::try_from(now.as_nanos() / NANOS).expect("a 64-bit count of nanoseconds"))
    }

    /// So long before `now`.
    pub(super) fn before(now: Instant, age: Duration) -> Self {
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        Self(Self::at(now).0.saturating_sub(age))
    }

    /// The first moment at which it is older than `age`.
    pub(super) fn outlives(self, age: Duration) -> Instant {
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        let millis = self.0.saturating_add(age).saturating_add(1);
        // Before the epoch is long ago, and that is now.
        let millis = u64::try_from(millis).unwrap_or(0);
        Instant::from_nanos(millis.saturating_mul(NANOS))
    }
}

/// In a millisecond.
const NANOS: u64 = 1_000_000;

impl Arrivals {
    /// Notes that the bytes up to `end` arrived at `at`.
    pub(super) fn push(&mut self, end: usize, at: Arrival) {
        let end = u32::try_from(end).expect("a segment is far below 4 GiB");
        match self.0.last_mut() {
            Some(run) if run.at == at => run.end = end,
            _ => self.0.push(Run { end, at }),
        }
    }

    pub(super) fn at(&self, run: usize) -> Arrival {
        self.0[run].at
    }

    pub(super) fn end(&self, run: usize) -> usize {
        self.0[run].end as usize
    }
}
