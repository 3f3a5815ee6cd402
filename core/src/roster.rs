//! What a station knows: a list that grows at its end and is trimmed at its front.
//!
//! Records are kept as they stand on the wire, so that serving copies nothing. The list
//! lies in sealed segments of about 64 KiB that never change again; a [`Snapshot`] shares
//! them and copies the one open segment alone; so does a clone of the list itself. Here, and
//! nowhere else, the wall clock and the monotonic one meet: cars that come back from a store
//! have an arrival of the first kind ([`Unix`]), and grow old by the second ([`Instant`]).

mod segment;
mod snapshot;

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use crate::Car;
use crate::limits::RECORD;
use crate::time::{Instant, Unix};

use segment::{Arrival, Arrivals, GROUP, Group, SEGMENT, Segment};
pub use snapshot::{Cursor, Snapshot};

/// How much of the list is kept; the tightest limit wins, the oldest cars go first.
/// `None` keeps everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// At most so many cars.
    pub cars: Option<u64>,
    /// Nothing that arrived longer ago.
    pub age: Option<Duration>,
    /// At most so many bytes of snapshot.
    pub bytes: Option<u64>,
}

/// A car whose record would be longer than the record limit: no receiver would take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordTooLong {
    /// Its length in bytes on the wire.
    pub len: usize,
    /// The limit in bytes.
    pub limit: usize,
}

/// The list of a station.
///
/// Appending is amortised O(1). A snapshot costs a copy of at most one segment, 64 KiB, and a
/// reference for each 8 MiB of the list (and for each segment of its two ends, 256 at most),
/// once per change, however many connections ask for it. A clone costs the same: whoever must
/// not show a change before something else has happened makes it on a clone, and puts that in
/// the place of the original then.
///
/// ```
/// use carwatch::{Car, Retention, Roster};
/// use carwatch::time::Instant;
///
/// let mut roster = Roster::new(Retention { cars: Some(2), ..Retention::default() });
/// for (at, brand) in ["vw", "fiat", "seat"].into_iter().enumerate() {
///     roster.append(&Car::new("today", brand, "red"), Instant::from_nanos(at as u64))?;
/// }
/// let snapshot = roster.snapshot();
/// assert_eq!(snapshot.to_vec(), b"today:fiat:red.today:seat:red");
/// assert_eq!(roster.dropped(), 1);
/// # Ok::<(), carwatch::RecordTooLong>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Roster {
    retention: Retention,
    /// Sealed segments, oldest first: those split off from the oldest group, ...
    front: VecDeque<Arc<Segment>>,
    /// ... full groups of [`GROUP`] segments each, ...
    groups: VecDeque<Arc<Group>>,
    /// ... and those that do not make a group yet.
    loose: Vec<Arc<Segment>>,
    /// The segment that still grows.
    open: Vec<u8>,
    arrivals: Arrivals,
    /// How many bytes of the oldest segment were trimmed.
    skip: usize,
    /// How many runs of arrivals of the oldest segment were trimmed.
    runs: usize,
    cars: u64,
    /// Bytes kept, each record with the separator after it.
    bytes: u64,
    /// How many cars were trimmed, ever.
    dropped: u64,
    /// The snapshot since the last change, if one was asked for.
    cached: Option<Snapshot>,
}

impl Roster {
    /// An empty roster.
    #[must_use]
    pub fn new(retention: Retention) -> Self {
        Self { retention, ..Self::default() }
    }

    /// Appends a car that arrives at `now`, and trims what must go for it.
    ///
    /// # Errors
    ///
    /// [`RecordTooLong`] if a receiver would reject its record; the roster is as before.
    pub fn append(&mut self, car: &Car<'_>, now: Instant) -> Result<(), RecordTooLong> {
        self.push(car, Arrival::at(now), now)
    }

    /// Appends a car that arrived earlier: by a wall clock that showed `arrived` then and
    /// shows `wall` at `now`. An arrival that lies ahead of it is taken for one of this moment.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append).
    pub fn restore(
        &mut self,
        car: &Car<'_>,
        arrived: Unix,
        wall: Unix,
        now: Instant,
    ) -> Result<(), RecordTooLong> {
        self.push(car, Arrival::before(now, wall.since(arrived)), now)
    }

    /// Drops what the retention no longer keeps at `now`.
    pub fn trim(&mut self, now: Instant) {
        while self.cars > 0 && self.is_over(now) {
            self.drop_oldest();
            planted!("what is trimmed stays in the snapshot" => continue);
            self.cached = None;
        }
    }

    /// Changes how much is kept, and drops at `now` what that no longer covers.
    pub fn retain(&mut self, retention: Retention, now: Instant) {
        self.retention = retention;
        self.trim(now);
    }

    /// When the next car grows too old, if one does: [`trim`](Self::trim) then.
    #[must_use]
    pub fn next_expiry(&self) -> Option<Instant> {
        let age = self.retention.age.filter(|_| self.cars > 0)?;
        Some(self.oldest_arrival().outlives(age))
    }

    /// The list as it is now. Later changes do not reach it.
    pub fn snapshot(&mut self) -> Snapshot {
        if let Some(snapshot) = &self.cached {
            return snapshot.clone();
        }
        let snapshot = Snapshot::of(self);
        self.cached = Some(snapshot.clone());
        snapshot
    }

    /// How many cars it holds.
    #[must_use]
    pub const fn cars(&self) -> u64 {
        self.cars
    }

    /// How many cars it has dropped since it was made.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How much of the list it keeps.
    #[must_use]
    pub const fn retention(&self) -> &Retention {
        &self.retention
    }

    /// The length of a snapshot in bytes.
    #[must_use]
    pub const fn snapshot_len(&self) -> u64 {
        // Each record is kept with a separator after it; a snapshot has none after the last.
        self.bytes.saturating_sub(1)
    }

    fn push(&mut self, car: &Car<'_>, arrival: Arrival, now: Instant) -> Result<(), RecordTooLong> {
        let len = car.encoded_len();
        if len > RECORD {
            return Err(RecordTooLong { len, limit: RECORD });
        }
        if self.open.len() + len + 1 > SEGMENT {
            self.seal();
        }
        car.encode_into(&mut self.open);
        self.open.push(b'.');
        self.arrivals.push(self.open.len(), arrival);
        self.cars += 1;
        self.bytes += len as u64 + 1;
        self.cached = None;
        self.trim(now);
        Ok(())
    }

    fn is_over(&self, now: Instant) -> bool {
        let Retention { cars, age, bytes } = &self.retention;
        cars.is_some_and(|most| {
            self.cars
                > planted!("retention drops one too many" => most.saturating_sub(1), else most)
        }) || bytes.is_some_and(|most| self.snapshot_len() > most)
            || age.is_some_and(|age| self.oldest_arrival() < Arrival::before(now, age))
    }

    fn oldest_arrival(&self) -> Arrival {
        self.oldest().map_or(&self.arrivals, |segment| &segment.arrivals).at(self.runs)
    }

    fn drop_oldest(&mut self) {
        self.open_front();
        let (bytes, arrivals) = match self.front.front() {
            Some(segment) => (&segment.bytes[..], &segment.arrivals),
            None => (&self.open[..], &self.arrivals),
        };
        let end = self.skip + memchr::memchr(b'.', &bytes[self.skip..]).map_or(0, |dot| dot + 1);
        let is_last = end == bytes.len();
        self.cars -= 1;
        self.dropped += 1;
        self.bytes -= (end - self.skip) as u64;
        self.skip = end;
        if arrivals.end(self.runs) == end {
            self.runs += 1;
        }
        if is_last {
            (self.skip, self.runs) = (0, 0);
            if self.front.pop_front().is_none() {
                self.open.clear();
                self.arrivals = Arrivals::default();
            }
        }
    }

    /// Sees to it that the oldest segment, if it is sealed, stands in `front`: so no more
    /// than a segment's memory outlives its cars.
    fn open_front(&mut self) {
        if !self.front.is_empty() {
            return;
        }
        match self.groups.pop_front() {
            Some(group) => self.front.extend(group.iter().cloned()),
            None => self.front.extend(self.loose.drain(..)),
        }
    }

    fn oldest(&self) -> Option<&Arc<Segment>> {
        let first_group = self.groups.front().and_then(|group| group.first());
        self.front.front().or(first_group).or(self.loose.first())
    }

    fn seal(&mut self) {
        if self.open.is_empty() {
            return;
        }
        self.loose.push(Arc::new(Segment {
            bytes: core::mem::take(&mut self.open).into_boxed_slice(),
            arrivals: core::mem::take(&mut self.arrivals),
        }));
        if self.loose.len() == GROUP {
            self.groups.push_back(self.loose.drain(..).collect());
        }
    }
}

#[cfg(test)]
mod tests;
