//! Many stations at once: whose turn it is, which address is tried when, whether to try
//! again, and what all of it came to (protocol.md, How a connection can end).
//!
//! This file is what a driver sees of it; `attempts` has the life of an attempt, `race` the
//! rules for its addresses. What a connected station sends is for [`crate::fetch`].

mod attempts;
mod next;
mod race;
mod station;

use alloc::collections::{BTreeSet, BinaryHeap, VecDeque};
use alloc::format;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::net::SocketAddr;
use core::time::Duration;

use crate::fetch::Fetch;
use crate::limits::ClientLimits;
use crate::rng::Rng;
use crate::time::Instant;
use crate::{Fault, Outcome, Reason, Report, Target};

pub use next::{Dial, DialId, Late, Lookup, Next};
use station::{State, Station};

/// A station's place among those given, from 0.
pub type StationId = usize;

/// Gathers from many stations.
///
/// ```
/// use carwatch::fetch::{End, Want};
/// use carwatch::gather::{Gather, Next};
/// use carwatch::{Host, OwnLimits, Target, limits::ClientLimits, time::Instant};
///
/// let gate = Target {
///     name: "gate".into(),
///     address: "127.0.0.1:8000".into(),
///     host: Host::Ip([127, 0, 0, 1].into()),
///     port: 8000,
///     own: OwnLimits::default(),
/// };
/// let now = Instant::from_nanos(0);
/// // 1. One machine for the whole; equal seeds give equal runs.
/// let mut gather = Gather::new(vec![gate], &ClientLimits::default(), 7, now);
/// loop {
///     // 2. Do what it says, until it is done.
///     match gather.next(now) {
///         Next::Connect(dial, _address) => {
///             // 3. Each connection gets a `Fetch`, and is settled with its outcome.
///             let (dial, mut fetch) = gather.connected(dial, now).expect("not late");
///             assert_eq!(fetch.receive(b"today:peugeot:red", now), Want::More);
///             gather.received(&dial, fetch.bytes());
///             gather.settled(dial, fetch.finish(End::Fin), now).expect("not late");
///         }
///         Next::Settled(station) => assert_eq!(gather.outcome(station).unwrap().cars, 1),
///         Next::Done => break,
///         other => unreachable!("{other:?}"),
///     }
/// }
/// // 4. The report has a line for each station, in the order given.
/// let report = gather.finish(now);
/// assert_eq!(report.stations[0].outcome.response, b"today:peugeot:red");
/// ```
#[derive(Debug)]
pub struct Gather {
    targets: Vec<Target>,
    stations: Vec<Station>,
    limits: ClientLimits,
    started: Instant,
    deadline: Instant,
    rng: Rng,
    dials: u64,
    /// Stations that wait for a free place.
    ready: VecDeque<StationId>,
    /// When a station wants to be looked at; entries that its `wake` no longer names are void.
    timers: BinaryHeap<Reverse<(Instant, StationId)>>,
    out: VecDeque<Next>,
    /// Attempts that run, and how many bytes those that read have received.
    running: usize,
    memory: u64,
    /// The stations whose responses count: those that read and were not told to stop.
    reading: BTreeSet<StationId>,
    unsettled: usize,
    /// Why no attempt starts any more.
    over: Option<Reason>,
}

impl Gather {
    /// A gather from `targets` that begins at `now`; `seed` spreads the back-offs.
    #[must_use]
    pub fn new(targets: Vec<Target>, limits: &ClientLimits, seed: u64, now: Instant) -> Self {
        Self {
            stations: targets.iter().map(|_| Station::default()).collect(),
            ready: (0..targets.len()).collect(),
            unsettled: targets.len(),
            targets,
            limits: limits.clone(),
            started: now,
            deadline: now + limits.deadline,
            rng: Rng::new(seed),
            dials: 0,
            timers: BinaryHeap::new(),
            out: VecDeque::new(),
            running: 0,
            memory: 0,
            reading: BTreeSet::new(),
            over: None,
        }
    }

    /// What to do at `now`. Ask again after every input, and when a `Wait` is over.
    pub fn next(&mut self, now: Instant) -> Next {
        if now >= self.deadline {
            self.end(Reason::Deadline, now);
        }
        self.fire_timers(now);
        self.start_attempts(now);
        if let Some(next) = self.out.pop_front() {
            return next;
        }
        if self.unsettled == 0 {
            return Next::Done;
        }
        let timer = self.timers.peek().map_or(Instant::NEVER, |Reverse((at, _))| *at);
        // Once it is over, the fetches that still run have their own deadlines.
        Next::Wait(if self.over.is_some() { timer } else { timer.min(self.deadline) })
    }

    /// The name of a station resolved to `addresses`, or did not.
    ///
    /// # Errors
    ///
    /// [`Late`] if nobody waits for it any more.
    pub fn resolved(
        &mut self,
        lookup: Lookup,
        addresses: Result<Vec<SocketAddr>, Fault>,
        now: Instant,
    ) -> Result<(), Late> {
        let id = lookup.station;
        let station = &mut self.stations[id];
        if lookup.attempt != station.attempts || !matches!(station.state, State::Resolving) {
            return Err(Late);
        }
        match addresses {
            Ok(addresses) if !addresses.is_empty() => self.race(id, addresses, now),
            Ok(_) => {
                let fault = Fault::new(Reason::NameNotFound, "the name has no address");
                self.end_attempt(id, Outcome::failed(fault), now);
            }
            Err(fault) => self.end_attempt(id, Outcome::failed(fault), now),
        }
        Ok(())
    }

    /// A connection was made. It won its race: the others are abandoned.
    ///
    /// # Errors
    ///
    /// [`Late`] if another one won, or time is up: drop the connection.
    pub fn connected(&mut self, dial: Dial, now: Instant) -> Result<(Dial, Fetch), Late> {
        let station = &mut self.stations[dial.station];
        let State::Racing(race) = &mut station.state else { return Err(Late) };
        if !race.take(dial.id) {
            return Err(Late);
        }
        self.out.extend(race.open().map(Next::Abandon));
        station.state = State::Reading { dial: dial.id, received: 0, stopped: false };
        station.wake = None;
        station.connected = now;
        self.reading.insert(dial.station);
        let limits = self.targets[dial.station].own.within(&self.limits);
        Ok((dial, Fetch::new(&limits, self.deadline, now)))
    }

    /// A connection could not be made.
    ///
    /// # Errors
    ///
    /// [`Late`] if nobody waits for it any more.
    pub fn failed(&mut self, dial: Dial, fault: Fault, now: Instant) -> Result<(), Late> {
        let State::Racing(race) = &mut self.stations[dial.station].state else { return Err(Late) };
        if !race.fail(dial.id, fault) {
            return Err(Late);
        }
        // One that fails starts the next at once.
        self.run_race(dial.station, true, now);
        Ok(())
    }

    /// So many bytes of a response were received in all. Past the memory limit of the whole
    /// gather, the largest unfinished response is stopped.
    pub fn received(&mut self, dial: &Dial, bytes: u64) {
        let State::Reading { dial: id, received, stopped: false } =
            &mut self.stations[dial.station].state
        else {
            return;
        };
        if *id != dial.id {
            return;
        }
        self.memory += bytes.saturating_sub(*received);
        *received = bytes;
        while self.memory > self.limits.memory {
            let largest = self.reading.iter().filter_map(|&id| self.stations[id].reading(id));
            let Some((_, id)) = largest.max() else { return };
            let limit = self.limits.memory;
            let words = format!("all unfinished responses passed {limit} bytes; see --max-memory");
            self.stop(id, Fault::new(Reason::TooLarge, words));
        }
    }

    /// The response of a connection ended.
    ///
    /// # Errors
    ///
    /// [`Late`] if the attempt was settled before.
    pub fn settled(&mut self, dial: Dial, outcome: Outcome, now: Instant) -> Result<(), Late> {
        match self.stations[dial.station].state {
            State::Reading { dial: id, received, stopped } if id == dial.id => {
                if !stopped {
                    self.memory -= planted!("what is settled stays in memory" => 0, else received);
                    self.reading.remove(&dial.station);
                }
                self.end_attempt(dial.station, outcome, now);
                Ok(())
            }
            _ => Err(Late),
        }
    }

    /// The user stops the gather: what is not settled is cancelled, what came is kept.
    pub fn cancel(&mut self, now: Instant) {
        self.end(Reason::Cancelled, now);
        for id in core::mem::take(&mut self.reading) {
            self.stop(id, Fault::new(Reason::Cancelled, attempts::STOPPED));
        }
    }

    /// Where a station is to be found.
    #[must_use]
    pub fn target(&self, station: StationId) -> &Target {
        &self.targets[station]
    }

    /// The best outcome of a station so far; its last word once it is settled.
    #[must_use]
    pub fn outcome(&self, station: StationId) -> Option<&Outcome> {
        self.stations[station].best.as_ref().map(|best| &best.outcome)
    }

    /// How many attempts at a station began so far.
    #[must_use]
    pub fn attempts(&self, station: StationId) -> u32 {
        self.stations[station].attempts
    }

    /// From the begin of the first attempt at a station until it was settled, if it is.
    #[must_use]
    pub fn elapsed(&self, station: StationId) -> Option<Duration> {
        let station = &self.stations[station];
        Some(station.settled?.since(station.started?))
    }

    /// The report, once [`next`](Self::next) said [`Next::Done`].
    #[must_use]
    pub fn finish(self, now: Instant) -> Report {
        let stations = self.targets.into_iter().zip(self.stations);
        Report {
            stations: stations.map(|(target, station)| station.report(target)).collect(),
            elapsed: Some(now.since(self.started)),
        }
    }
}

#[cfg(test)]
mod tests;
