//! A piece of the roster that no longer changes, and when its cars arrived.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::time::Unix;

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
#[derive(Debug, Default)]
pub(super) struct Arrivals(Vec<Run>);

#[derive(Debug)]
struct Run {
    /// Where the run ends in the segment's bytes.
    end: u32,
    at: Unix,
}

impl Arrivals {
    /// Notes that the bytes up to `end` arrived at `at`.
    pub(super) fn push(&mut self, end: usize, at: Unix) {
        let end = u32::try_from(end).expect("a segment is far below 4 GiB");
        match self.0.last_mut() {
            Some(run) if run.at == at => run.end = end,
            _ => self.0.push(Run { end, at }),
        }
    }

    pub(super) fn at(&self, run: usize) -> Unix {
        self.0[run].at
    }

    pub(super) fn end(&self, run: usize) -> usize {
        self.0[run].end as usize
    }
}
