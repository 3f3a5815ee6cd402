//! A driver without sockets: each station's attempts have the fates it is given.

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use super::*;
use crate::fetch::Fired;

#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    Refused,
    /// No answer to the connect.
    Black,
    NoName,
    /// Sends so many bytes and then nothing.
    Stalls {
        bytes: u64,
    },
    /// Sends so many bytes and ends: by FIN, or with that fault.
    Sends {
        bytes: u64,
        end: Option<Reason>,
    },
}

pub(super) struct World {
    pub(super) gather: Option<Gather>,
    pub(super) now: Instant,
    /// How often each station was settled.
    pub(super) settled: Vec<usize>,
    /// How many attempts at each station are over.
    ended: Vec<u32>,
    /// How long it waited whenever nothing ran.
    pub(super) waits: Vec<Duration>,
    pub(super) most_running: usize,
    fates: Vec<Vec<Fate>>,
    attempts: Vec<usize>,
    reading: Vec<(Dial, Fetch)>,
    connecting: Vec<Dial>,
}

impl World {
    pub(super) fn new(fates: Vec<Vec<Fate>>, limits: &ClientLimits, seed: u64) -> Self {
        let targets = fates.iter().map(|_| named("station")).collect();
        Self {
            gather: Some(Gather::new(targets, limits, seed, START)),
            now: START,
            settled: vec![0; fates.len()],
            ended: vec![0; fates.len()],
            waits: Vec::new(),
            most_running: 0,
            attempts: vec![0; fates.len()],
            fates,
            reading: Vec::new(),
            connecting: Vec::new(),
        }
    }

    pub(super) fn report(&mut self) -> Report {
        self.gather.take().unwrap().finish(self.now)
    }

    pub(super) fn run(&mut self) {
        self.run_until(Instant::NEVER);
    }

    /// Runs until everything is settled, or nothing more happens before `end`.
    pub(super) fn run_until(&mut self, end: Instant) {
        loop {
            let gather = self.gather.as_mut().unwrap();
            let next = gather.next(self.now);
            self.most_running = self.most_running.max(gather.running);
            match next {
                Next::Resolve(lookup) => self.resolve(lookup),
                Next::Connect(dial, _) => self.connect(dial),
                Next::Abandon(id) => self.connecting.retain(|dial| dial.id() != id),
                Next::Stop(id, fault) => {
                    let at = self.reading.iter().position(|(dial, _)| dial.id() == id).unwrap();
                    let (dial, fetch) = self.reading.remove(at);
                    self.settle(dial, fetch.finish(End::Fault(fault)));
                }
                Next::Failed(station, attempt, _) => {
                    self.ended[station] += 1;
                    assert_eq!(self.ended[station], attempt, "every attempt ends once");
                }
                Next::Settled(station) => {
                    self.settled[station] += 1;
                    assert_eq!(self.ended[station], gather.attempts(station));
                }
                Next::Wait(until) => {
                    let fires = self.reading.iter().map(|(_, fetch)| fetch.deadline()).min();
                    let until = until.min(fires.unwrap_or(Instant::NEVER));
                    assert!(until < Instant::NEVER, "it would wait for ever");
                    if until > end {
                        self.now = end;
                        return;
                    }
                    if self.reading.is_empty() && self.connecting.is_empty() {
                        self.waits.push(until.since(self.now));
                    }
                    self.now = self.now.max(until);
                    self.fire();
                }
                Next::Done => {
                    assert!(self.connecting.is_empty() && self.reading.is_empty());
                    return;
                }
            }
        }
    }

    fn gather(&mut self) -> &mut Gather {
        self.gather.as_mut().unwrap()
    }

    fn fate(&self, station: StationId) -> Fate {
        let fates = &self.fates[station];
        // A station that was given no fate is never tried.
        fates[(self.attempts[station] - 1) % fates.len()]
    }

    fn resolve(&mut self, lookup: Lookup) {
        let (station, now) = (lookup.station(), self.now);
        self.attempts[station] += 1;
        let found = match self.fate(station) {
            Fate::NoName => Err(Reason::NameNotFound.into()),
            _ => Ok(addresses(&["10.0.0.1:80"])),
        };
        self.gather().resolved(lookup, found, now).unwrap();
    }

    fn connect(&mut self, dial: Dial) {
        let now = self.now;
        let (bytes, end) = match self.fate(dial.station()) {
            Fate::Refused => {
                return self.gather().failed(dial, Reason::Refused.into(), now).unwrap();
            }
            Fate::Black | Fate::NoName => return self.connecting.push(dial),
            Fate::Stalls { bytes } => (bytes, None),
            Fate::Sends { bytes, end: None } => (bytes, Some(End::Fin)),
            Fate::Sends { bytes, end: Some(reason) } => (bytes, Some(End::Fault(reason.into()))),
        };
        let (dial, mut fetch) = self.gather().connected(dial, now).unwrap();
        let response: Vec<u8> = b"1:vw:red.".iter().copied().cycle().take(bytes as usize).collect();
        let _ = fetch.receive(&response, now);
        self.gather().received(&dial, bytes);
        match end {
            Some(end) => self.settle(dial, fetch.finish(end)),
            None => self.reading.push((dial, fetch)),
        }
    }

    fn fire(&mut self) {
        for (dial, fetch) in core::mem::take(&mut self.reading) {
            match fetch.fire(self.now) {
                Fired::Again(fetch) => self.reading.push((dial, fetch)),
                Fired::Done(outcome) => self.settle(dial, outcome),
            }
        }
    }

    fn settle(&mut self, dial: Dial, outcome: Outcome) {
        self.ended[dial.station()] += 1;
        let now = self.now;
        self.gather().settled(dial, outcome, now).unwrap();
    }
}
