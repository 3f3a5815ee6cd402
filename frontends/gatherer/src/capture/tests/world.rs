//! A driver without sockets and clocks, which tells an observer what the real one would.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use carwatch::fetch::{End, Fetch, Fired, Want};
use carwatch::gather::{Dial, DialId, Gather, Lookup, Next};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Fault, Host, Outcome, OwnLimits, Reason, Report, Target};
use carwatch_driver::client::{Ending, Observer};

/// What happens at one attempt.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// How long the name takes to resolve.
    lookup: Duration,
    /// None where the name has none.
    addresses: Vec<Address>,
}

/// What happens at one address.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    Silent,
    Refuses,
    Unreachable,
    Connects { after: Duration, reads: Vec<(Duration, Vec<u8>)>, end: Option<Ending> },
}

/// What is to happen.
enum Event {
    Resolved(Lookup, Result<Vec<SocketAddr>, Fault>),
    Connected(Dial, Address),
    Failed(Dial, Fault),
    Read(DialId),
}

struct Reading {
    dial: Dial,
    fetch: Fetch,
    reads: VecDeque<(Duration, Vec<u8>)>,
    end: Option<Ending>,
}

pub(crate) struct World {
    pub(crate) targets: Vec<Target>,
    pub(crate) limits: ClientLimits,
    pub(crate) now: Instant,
    pub(crate) after_each: Option<Box<dyn Fn()>>,
    scripts: Vec<Vec<Script>>,
    events: BTreeMap<(Instant, u64), Event>,
    reading: HashMap<DialId, Reading>,
    count: u64,
}

impl Script {
    pub(crate) fn of(addresses: Vec<Address>) -> Self {
        Self { lookup: Duration::ZERO, addresses }
    }

    pub(crate) fn not_found(lookup: Duration) -> Self {
        Self { lookup, addresses: Vec::new() }
    }
}

impl Address {
    pub(crate) fn sends(bytes: &[u8]) -> Self {
        let reads = vec![(Duration::ZERO, bytes.to_vec())];
        Self::Connects { after: Duration::ZERO, reads, end: Some(Ending::Fin) }
    }
}

impl World {
    pub(crate) fn new(scripts: Vec<Vec<Script>>) -> Self {
        let target = |nth: usize| Target {
            name: format!("station {nth}\u{202e}"),
            address: format!("s{nth}.example:8000"),
            host: Host::Name(format!("s{nth}.example")),
            port: 8000,
            own: OwnLimits::default(),
        };
        Self {
            targets: (0..scripts.len()).map(target).collect(),
            limits: ClientLimits::default(),
            now: Instant::from_nanos(5_000_000),
            after_each: None,
            scripts,
            events: BTreeMap::new(),
            reading: HashMap::new(),
            count: 0,
        }
    }

    pub(crate) fn random(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let stations = 1 + dice.below(6);
        let scripts = (0..stations).map(|_| (0..3).map(|_| dice.script()).collect());
        let mut world = Self::new(scripts.collect());
        world.limits.retries = dice.below(3) as u32;
        world.limits.connections = 1 + dice.below(4);
        world.limits.response = 200_000;
        world.limits.deadline = Duration::from_secs([60, 5][dice.below(2)]);
        world
    }

    /// Gathers, and tells `observer` of everything.
    pub(crate) fn run(&mut self, observer: &mut impl Observer) -> Report {
        let mut gather = Gather::new(self.targets.clone(), &self.limits, 3, self.now);
        loop {
            match gather.next(self.now) {
                Next::Resolve(lookup) => {
                    let (station, attempt) = (lookup.station(), gather.attempts(lookup.station()));
                    observer.began(station, attempt, self.now);
                    let script = &self.scripts[lookup.station()];
                    let script = &script[gather.attempts(lookup.station()) as usize - 1];
                    let found = match script.addresses.len() {
                        0 => Err(Fault::new(Reason::NameNotFound, "no\nsuch name")),
                        some => Ok((0..some).map(|nth| address(lookup.station(), nth)).collect()),
                    };
                    self.later(script.lookup, Event::Resolved(lookup, found));
                }
                Next::Connect(dial, peer) => {
                    let attempt = gather.attempts(dial.station());
                    observer.dialling(dial.station(), attempt, dial.id(), peer, self.now);
                    let addresses = &self.scripts[dial.station()][attempt as usize - 1].addresses;
                    let nth = usize::from(peer.port()) - 1;
                    match addresses[nth].clone() {
                        Address::Silent => {}
                        Address::Refuses => {
                            let fault = Fault::new(Reason::Refused, "connection refused");
                            self.later(Duration::from_millis(2), Event::Failed(dial, fault));
                        }
                        Address::Unreachable => {
                            let fault = Fault::from(Reason::Unreachable);
                            self.later(Duration::ZERO, Event::Failed(dial, fault));
                        }
                        Address::Connects { after, .. } => {
                            self.later(after, Event::Connected(dial, addresses[nth].clone()));
                        }
                    }
                }
                Next::Abandon(_) => {}
                Next::Stop(id, fault) => {
                    if let Some(Reading { dial, fetch, .. }) = self.reading.remove(&id) {
                        let outcome = fetch.finish(End::Fault(fault));
                        self.settle(&mut gather, observer, dial, Ending::GivenUp, outcome);
                    }
                }
                Next::Failed(station, attempt, fault) => {
                    observer.failed(station, attempt, &fault, self.now);
                }
                Next::Settled(station) => {
                    let outcome = gather.outcome(station).expect("it is settled");
                    observer.settled(station, &self.targets[station], outcome);
                }
                Next::Wait(until) => self.wait(until, &mut gather, observer),
                Next::Done => break,
            }
            if let Some(check) = &self.after_each {
                check();
            }
        }
        self.events.clear();
        gather.finish(self.now)
    }

    fn wait(&mut self, until: Instant, gather: &mut Gather, observer: &mut impl Observer) {
        let deadline = self.reading.values().map(|r| r.fetch.deadline()).min();
        let until = until.min(deadline.unwrap_or(Instant::NEVER));
        match self.events.first_entry() {
            Some(event) if event.key().0 <= until => {
                let ((at, _), event) = event.remove_entry();
                self.now = self.now.max(at);
                self.happen(event, gather, observer);
            }
            _ => {
                self.now = self.now.max(until);
                let due = self.reading.iter().find(|(_, r)| r.fetch.deadline() <= self.now);
                let Some(id) = due.map(|(id, _)| *id) else { return };
                let Reading { dial, fetch, reads, end } = self.reading.remove(&id).expect("due");
                match fetch.fire(self.now) {
                    Fired::Done(outcome) => {
                        self.settle(gather, observer, dial, Ending::GivenUp, outcome);
                    }
                    Fired::Again(fetch) => {
                        self.reading.insert(id, Reading { dial, fetch, reads, end });
                    }
                }
            }
        }
    }

    fn happen(&mut self, event: Event, gather: &mut Gather, observer: &mut impl Observer) {
        match event {
            Event::Resolved(lookup, found) => {
                let _ = gather.resolved(lookup, found, self.now);
            }
            Event::Failed(dial, fault) => {
                observer.not_connected(dial.id(), &fault, self.now);
                let _ = gather.failed(dial, fault, self.now);
            }
            Event::Connected(dial, address) => {
                let Address::Connects { reads, end, .. } = address else { return };
                let Ok((dial, fetch)) = gather.connected(dial, self.now) else { return };
                let local = SocketAddr::from(([192, 0, 2, 1], 40_000));
                observer.connected(dial.id(), Some(local), self.now);
                let (id, first) = (dial.id(), reads.first().map(|read| read.0));
                let reading = Reading { dial, fetch, reads: reads.into(), end };
                self.reading.insert(id, reading);
                self.later(first.unwrap_or_default(), Event::Read(id));
            }
            Event::Read(id) => {
                let Some(mut reading) = self.reading.remove(&id) else { return };
                let Some((_, bytes)) = reading.reads.pop_front() else {
                    let Some(end) = reading.end else {
                        self.reading.insert(id, reading);
                        return;
                    };
                    let how = match end {
                        Ending::Fin => End::Fin,
                        Ending::CloseNotify => End::CloseNotify,
                        Ending::Truncated => End::Fault(Reason::Truncated.into()),
                        _ => End::Fault(Fault::new(Reason::Reset, "connection reset")),
                    };
                    let outcome = reading.fetch.finish(how);
                    return self.settle(gather, observer, reading.dial, end, outcome);
                };
                let want = reading.fetch.receive(&bytes, self.now);
                observer.received(id, &bytes, self.now);
                gather.received(&reading.dial, reading.fetch.bytes());
                if want == Want::Enough {
                    let outcome = reading.fetch.finish(End::Fin);
                    return self.settle(gather, observer, reading.dial, Ending::GivenUp, outcome);
                }
                let next = reading.reads.front().map(|read| read.0).unwrap_or_default();
                self.reading.insert(id, reading);
                self.later(next, Event::Read(id));
            }
        }
    }

    fn settle(
        &mut self,
        gather: &mut Gather,
        observer: &mut impl Observer,
        dial: Dial,
        ending: Ending,
        outcome: Outcome,
    ) {
        observer.ended(dial.id(), ending, &outcome, self.now);
        gather.settled(dial, outcome, self.now).expect("it is settled once");
    }

    fn later(&mut self, after: Duration, event: Event) {
        self.count += 1;
        self.events.insert((self.now + after, self.count), event);
    }
}

/// The `nth` address of a station; its port says which one it is.
fn address(station: usize, nth: usize) -> SocketAddr {
    let ip = match nth % 2 {
        0 => IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, station as u16, nth as u16)),
        _ => IpAddr::V4(Ipv4Addr::new(198, 51, 100, station as u8)),
    };
    SocketAddr::new(ip, 1 + nth as u16)
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn script(&mut self) -> Script {
        let lookup = Duration::from_millis(0);
        Script { lookup, addresses: (0..self.below(4)).map(|_| self.address()).collect() }
    }

    fn address(&mut self) -> Address {
        match self.below(6) {
            0 => Address::Silent,
            1 => Address::Refuses,
            2 => Address::Unreachable,
            _ => {
                let read = |dice: &mut Self| {
                    let piece = [&b"a:b:c"[..], b".", b"x", b"\xff", &[b'y'; 70_000]];
                    let gap = Duration::from_micros([0, 700, 90_000, 11_000_000][dice.below(4)]);
                    (gap, piece[dice.below(5)].to_vec())
                };
                let reads = (0..self.below(6)).map(|_| read(self)).collect();
                let end = [
                    Some(Ending::Fin),
                    Some(Ending::Broken),
                    None,
                    Some(Ending::CloseNotify),
                    Some(Ending::Truncated),
                ];
                let after = Duration::from_millis([0, 100, 400][self.below(3)]);
                Address::Connects { after, reads, end: end[self.below(5)] }
            }
        }
    }
}
