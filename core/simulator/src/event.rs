//! What happens, and when: the queue that a world is driven by.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Something that happens to a client, a station or a connection, each by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    // To a client; with the number of a round or of a question to the resolver.
    Begin(u32),
    Wake(u32),
    Resolved(u32, u32),
    Cancel(u32, u32),
    // To a client's end of a connection.
    Answered(u32),
    Arrived(u32, u32),
    Ended(u32),
    FetchTimer(u32),
    // What must have been by then: the connection's end, an attempt's, or a step of
    // it (of a client's round, at a station), a round's.
    ConnectionDue(u32),
    AttemptDue((u16, u16), u16, u16),
    RaceDue((u16, u16), u16, u16),
    RoundDue(u32, u32),
    // To a station's end of a connection.
    Syn(u32),
    Go(u32),
    ServeTimer(u32),
    ServeDue(u32),
    Heard(u32, u32),
    Gone(u32),
    // To a station; it is clogged for so many milliseconds.
    Look(u32),
    Grow(u32),
    Crash(u32),
    Restart(u32),
    Clog(u32, u32),
    // To everybody.
    Swizzle,
    Jump,
    Heal,
}

impl Kind {
    /// Whether it may be that nothing happens any more, but that somebody looks whether something
    /// has.
    pub(crate) const fn is_look(self) -> bool {
        matches!(
            self,
            Self::ConnectionDue(_)
                | Self::AttemptDue(..)
                | Self::RaceDue(..)
                | Self::RoundDue(..)
                | Self::ServeDue(_)
                | Self::Wake(_)
                | Self::FetchTimer(_)
                | Self::ServeTimer(_)
        )
    }
}

/// What happens next, of all that is to come: the earliest, of those the first that was said.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Event>,
    said: u64,
}

impl Queue {
    pub(crate) fn at(&mut self, at: u64, kind: Kind) {
        self.said += 1;
        self.heap.push(Event { at, nth: self.said, kind });
    }

    pub(crate) fn next(&mut self) -> Option<(u64, Kind)> {
        self.heap.pop().map(|event| (event.at, event.kind))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Event {
    at: u64,
    nth: u64,
    kind: Kind,
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap hands out the greatest.
        (other.at, other.nth).cmp(&(self.at, self.nth))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
