//! A gather whose driver is told anything in any order: whatever comes, each station is settled
//! once, with the best of what came of it, within its attempts and the deadline.

use std::time::Duration;

use carwatch::fetch::{End, Fetch, Fired};
use carwatch::gather::{Dial, DialId, Gather, Late, Lookup, Next};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Fault, Host, Outcome, OwnLimits, Reason, Target};

use crate::bytes::Bytes;

/// Panics if what `input` answers to its instructions breaks that.
pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let mut driver = Driver::new(&mut bytes);
    while !driver.is_done {
        driver.obey();
        if driver.is_done {
            break;
        }
        match bytes.is_empty() {
            false => driver.answer(&mut bytes),
            // Nothing more is heard: time alone brings it to its end.
            true => driver.sleep(),
        }
    }
    let report = driver.gather.finish(at(driver.now));
    for (line, model) in report.stations.iter().zip(&driver.stations) {
        assert!(model.is_settled);
        assert!(line.attempts <= driver.retries + 1);
        let best = model.best.unwrap_or("failed");
        assert_eq!(line.outcome.verdict.as_str(), best, "the best of what came");
    }
}

struct Driver {
    gather: Gather,
    retries: u32,
    connections: usize,
    now: u64,
    wake: u64,
    deadline: u64,
    is_done: bool,
    /// How often it slept once nothing more was heard.
    sleeps: u32,
    stations: Vec<Model>,
    lookups: Vec<Lookup>,
    dials: Vec<Dial>,
    fetches: Vec<(Dial, Fetch)>,
    /// Those that nobody waits for.
    abandoned: Vec<DialId>,
}

#[derive(Clone, Default)]
struct Model {
    is_settled: bool,
    /// How many attempts are over.
    ended: u32,
    best: Option<&'static str>,
}

impl Driver {
    fn new(bytes: &mut Bytes<'_>) -> Self {
        let count = 1 + bytes.below(4);
        let retries = u32::from(bytes.below(3));
        let connections = usize::from(1 + bytes.below(3));
        let limits = ClientLimits {
            connections,
            retries,
            deadline: Duration::from_secs(20),
            memory: MEMORY,
            ..ClientLimits::default()
        };
        let named = bytes.byte();
        let targets = (0..count).map(|nth| Target {
            name: String::new(),
            address: String::new(),
            host: match named >> nth & 1 {
                0 => Host::Ip([10, 0, 0, nth].into()),
                _ => Host::Name("gate".into()),
            },
            port: 1,
            own: OwnLimits::default(),
        });
        Self {
            gather: Gather::new(targets.collect(), &limits, 7, at(0)),
            retries,
            connections,
            now: 0,
            wake: u64::MAX,
            deadline: 20_000,
            is_done: false,
            sleeps: 0,
            stations: vec![Model::default(); usize::from(count)],
            lookups: Vec::new(),
            dials: Vec::new(),
            fetches: Vec::new(),
            abandoned: Vec::new(),
        }
    }

    fn obey(&mut self) {
        loop {
            match self.gather.next(at(self.now)) {
                Next::Resolve(lookup) => self.lookups.push(lookup),
                Next::Connect(dial, _) => {
                    assert!(self.now < self.deadline, "nothing begins after the end");
                    self.dials.push(dial);
                }
                Next::Abandon(id) => self.abandoned.push(id),
                Next::Stop(id, fault) => {
                    let place = self.fetches.iter().position(|(dial, _)| dial.id() == id);
                    if let Some(place) = place {
                        let is_full = self.held() > MEMORY;
                        assert!(is_full || fault.reason != Reason::TooLarge, "there is memory");
                        self.settle(place, End::Fault(fault));
                    }
                }
                Next::Failed(station, ..) => self.came(station, "failed"),
                Next::Settled(station) => {
                    let model = &mut self.stations[station];
                    assert!(!std::mem::replace(&mut model.is_settled, true), "settled twice");
                    assert!(self.gather.outcome(station).is_some());
                }
                Next::Wait(until) => {
                    self.wake = until.as_nanos() / MILLI;
                    assert!(until > at(self.now), "it waits for what has come");
                    // Behind the deadline it only waits for those that are told to stop.
                    let is_over = self.now >= self.deadline;
                    assert!(is_over || until <= at(self.deadline), "it sleeps over the deadline");
                    self.keeps_to_its_limits();
                    return;
                }
                Next::Done => {
                    assert!(self.stations.iter().all(|model| model.is_settled));
                    self.keeps_to_its_limits();
                    self.is_done = true;
                    return;
                }
            }
        }
    }

    fn answer(&mut self, bytes: &mut Bytes<'_>) {
        let action = bytes.byte();
        self.now += u64::from(action >> 4) * 100;
        let nth = usize::from(bytes.byte());
        match action % 8 {
            0 if !self.lookups.is_empty() => {
                let lookup = self.lookups.swap_remove(nth % self.lookups.len());
                let addresses =
                    (0..bytes.below(4)).map(|nth| ([10, 1, 0, nth], 1).into()).collect();
                let found =
                    if action & 8 == 0 { Ok(addresses) } else { Err(Reason::NameNotFound.into()) };
                let _: Result<(), Late> = self.gather.resolved(lookup, found, at(self.now));
            }
            1 | 2 if !self.dials.is_empty() => {
                let dial = self.dials.swap_remove(nth % self.dials.len());
                let is_abandoned = self.abandoned.contains(&dial.id());
                if let Ok(made) = self.gather.connected(dial, at(self.now)) {
                    assert!(!is_abandoned, "nobody waited for it");
                    self.fetches.push(made);
                }
            }
            3 if !self.dials.is_empty() => {
                let dial = self.dials.swap_remove(nth % self.dials.len());
                let fault = Fault::from([Reason::Refused, Reason::Tls][nth % 2]);
                let _: Result<(), Late> = self.gather.failed(dial, fault, at(self.now));
            }
            4 | 5 if !self.fetches.is_empty() => {
                let place = nth % self.fetches.len();
                let (dial, fetch) = &mut self.fetches[place];
                let _ = fetch.receive(bytes.some(), at(self.now));
                self.gather.received(dial, fetch.bytes());
            }
            6 if !self.fetches.is_empty() => {
                let place = nth % self.fetches.len();
                let end = [End::Fin, End::CloseNotify, End::Fault(Reason::Reset.into())];
                self.settle(place, end[usize::from(bytes.below(3))].clone());
            }
            7 if action == 0xff => self.gather.cancel(at(self.now)),
            _ => {}
        }
    }

    fn held(&self) -> u64 {
        self.fetches.iter().map(|(_, fetch)| fetch.bytes()).sum()
    }

    fn keeps_to_its_limits(&self) {
        let attempts = self.stations.iter().enumerate();
        let running = attempts.map(|(nth, model)| self.gather.attempts(nth) - model.ended);
        assert!(running.sum::<u32>() as usize <= self.connections, "more than may be open");
        assert!(self.held() <= MEMORY, "{} bytes are held", self.held());
        let is_over = |dial: &Dial| {
            self.stations[dial.station()].ended == self.gather.attempts(dial.station())
        };
        let is_known = |dial: &Dial| self.abandoned.contains(&dial.id());
        assert!(
            self.dials.iter().all(|dial| !is_over(dial) || is_known(dial)),
            "nobody gave it up"
        );
    }

    /// Until something is due.
    fn sleep(&mut self) {
        let due = self.fetches.iter().map(|(_, fetch)| fetch.deadline().as_nanos() / MILLI);
        self.now = due.chain([self.wake]).min().expect("it waits for something").max(self.now) + 1;
        let now = at(self.now);
        let due = |(_, fetch): &(Dial, Fetch)| fetch.deadline() <= now;
        while let Some(place) = self.fetches.iter().position(due) {
            let (dial, fetch) = self.fetches.swap_remove(place);
            let Fired::Done(outcome) = fetch.fire(at(self.now)) else { panic!("it was due") };
            self.settled(dial, outcome);
        }
        self.sleeps += 1;
        assert!(self.sleeps < 1000, "it has no end");
    }

    fn settle(&mut self, place: usize, end: End) {
        let (dial, fetch) = self.fetches.swap_remove(place);
        self.settled(dial, fetch.finish(end));
    }

    fn settled(&mut self, dial: Dial, outcome: Outcome) {
        self.came(dial.station(), outcome.verdict.as_str());
        assert_eq!(self.gather.settled(dial, outcome, at(self.now)), Ok(()));
    }

    fn came(&mut self, station: usize, verdict: &'static str) {
        let rank =
            |verdict| ["failed", "partial", "complete"].iter().position(|&word| word == verdict);
        self.stations[station].ended += 1;
        let best = &mut self.stations[station].best;
        if best.is_none_or(|best| rank(verdict) > rank(best)) {
            *best = Some(verdict);
        }
    }
}

fn at(millis: u64) -> Instant {
    Instant::from_nanos(millis * MILLI)
}

const MILLI: u64 = 1_000_000;

/// Of all unfinished responses, in bytes.
const MEMORY: u64 = 500;
