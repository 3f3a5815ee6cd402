//! A gather from a million stations, without a network: what the machine itself costs, and how
//! long it would take at that many connections at once.
//!
//! ```text
//! cargo run --release -p carwatch --example million -- STATIONS CONNECTIONS
//! ```
//!
//! Time is virtual. Of a hundred stations 90 answer with 20 cars, after 20 to 220 ms to connect
//! and as much again to send; 6 refuse; 2 are black holes, which the connect time-out ends after
//! 3 s; 2 connect and then say nothing, which the idle time-out ends after 10 s.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::error::Error;
use std::fs;
use std::time::Duration;

use carwatch::fetch::{End, Fetch, Fired, Want};
use carwatch::gather::{Dial, Gather, Next, StationId};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Host, OwnLimits, Reason, Target};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [stations, connections] = &arguments[..] else {
        return Err("million STATIONS CONNECTIONS".into());
    };
    let (stations, connections): (u32, usize) = (stations.parse()?, connections.parse()?);
    let before = memory("VmRSS:");
    let began = std::time::Instant::now();
    // So long that it ends nothing: how long it takes is the question.
    let deadline = Duration::from_hours(24 * 365);
    let limits =
        ClientLimits { connections, deadline, memory: u64::MAX, ..ClientLimits::default() };
    let mut world = World::new(stations, &limits);
    world.run();
    let report = world.gather.finish(world.now);
    let wall = began.elapsed();
    let mut verdicts = BTreeMap::<&str, u64>::new();
    let (mut cars, mut bytes) = (0, 0);
    for station in &report.stations {
        let verdict = &station.outcome.verdict;
        let what = verdict.fault().map_or("complete", |fault| fault.reason.as_str());
        *verdicts.entry(what).or_default() += 1;
        cars += station.outcome.cars;
        bytes += station.outcome.response.len();
    }
    println!("{stations} stations, {connections} connections at once: {verdicts:?}, {cars} cars");
    println!("  it would take {:.1?}", world.now.since(Instant::from_nanos(0)));
    println!("  of this machine: {wall:.2?}, processor {:.2?}", processor());
    let peak = memory("VmHWM:").saturating_sub(before);
    let of_each = |bytes: usize| bytes / stations.max(1) as usize;
    println!("  memory: {} MiB, {} bytes a station", peak >> 20, of_each(peak));
    println!("  of these are responses: {} MiB, {} bytes a station", bytes >> 20, of_each(bytes));
    Ok(())
}

struct World {
    gather: Gather,
    now: Instant,
    /// What happens when: the number is of the table below.
    events: BinaryHeap<Reverse<(Instant, u64)>>,
    pending: BTreeMap<u64, Pending>,
    number: u64,
    response: Vec<u8>,
}

enum Pending {
    Connecting(Dial),
    Reading(Dial, Box<Fetch>),
}

#[derive(PartialEq)]
enum Fate {
    Answers,
    Refuses,
    BlackHole,
    Silent,
}

impl World {
    fn new(stations: u32, limits: &ClientLimits) -> Self {
        let now = Instant::from_nanos(0);
        let target = |number: u32| Target {
            name: format!("station-{number}"),
            address: format!("station-{number}.example:8000"),
            host: Host::Ip(std::net::Ipv4Addr::from_bits(10 << 24 | number).into()),
            port: 8000,
            own: OwnLimits::default(),
        };
        Self {
            gather: Gather::new((0..stations).map(target).collect(), limits, 1, now),
            now,
            events: BinaryHeap::new(),
            pending: BTreeMap::new(),
            number: 0,
            response: vec!["1795330000:peugeot:red"; 20].join(".").into_bytes(),
        }
    }

    fn run(&mut self) {
        loop {
            match self.gather.next(self.now) {
                Next::Connect(dial, _) => match fate(dial.station()) {
                    // Its dial is late whatever becomes of it.
                    Fate::BlackHole => {}
                    _ => {
                        let at = self.now + latency(dial.station());
                        self.schedule(at, Pending::Connecting(dial));
                    }
                },
                Next::Wait(until) => {
                    let event = self.events.peek().map_or(Instant::NEVER, |Reverse((at, _))| *at);
                    self.now = self.now.max(until.min(event));
                    self.happen();
                }
                Next::Done => return,
                Next::Abandon(_) | Next::Failed(..) | Next::Settled(_) => {}
                Next::Resolve(_) | Next::Stop(..) => {
                    unreachable!("addresses are known, memory is not limited")
                }
            }
        }
    }

    fn schedule(&mut self, at: Instant, pending: Pending) {
        self.number += 1;
        self.events.push(Reverse((at, self.number)));
        self.pending.insert(self.number, pending);
    }

    /// What is due by now.
    fn happen(&mut self) {
        while let Some(&Reverse((at, number))) = self.events.peek()
            && at <= self.now
        {
            self.events.pop();
            match self.pending.remove(&number).expect("scheduled once") {
                Pending::Connecting(dial) => self.connect(dial),
                Pending::Reading(dial, fetch) => self.read(dial, *fetch),
            }
        }
    }

    fn connect(&mut self, dial: Dial) {
        if fate(dial.station()) == Fate::Refuses {
            self.gather.failed(dial, Reason::Refused.into(), self.now).expect("in time");
            return;
        }
        let (dial, fetch) = self.gather.connected(dial, self.now).expect("in time");
        let at = match fate(dial.station()) {
            Fate::Silent => fetch.deadline(),
            _ => self.now + latency(dial.station()),
        };
        self.schedule(at, Pending::Reading(dial, fetch.into()));
    }

    fn read(&mut self, dial: Dial, mut fetch: Fetch) {
        let outcome = if fate(dial.station()) == Fate::Silent {
            match fetch.fire(self.now) {
                Fired::Done(outcome) => outcome,
                Fired::Again(fetch) => {
                    let at = fetch.deadline();
                    return self.schedule(at, Pending::Reading(dial, fetch.into()));
                }
            }
        } else {
            assert_eq!(fetch.receive(&self.response, self.now), Want::More);
            self.gather.received(&dial, fetch.bytes());
            fetch.finish(End::Fin)
        };
        self.gather.settled(dial, outcome, self.now).expect("in time");
    }
}

fn fate(station: StationId) -> Fate {
    match chance(station) % 100 {
        0..90 => Fate::Answers,
        90..96 => Fate::Refuses,
        96..98 => Fate::BlackHole,
        _ => Fate::Silent,
    }
}

fn latency(station: StationId) -> Duration {
    Duration::from_millis(20 + chance(station) / 100 % 200)
}

/// The same for the same station: a multiplicative hash, of which the upper bits are good.
fn chance(station: StationId) -> u64 {
    (station as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

/// A line of `/proc/self/status`, in bytes.
fn memory(line: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    let kib = found.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<usize>().ok());
    kib.unwrap_or_default() << 10
}

/// The time on a processor so far, of the one thread there is.
fn processor() -> Duration {
    let stat = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|text| text.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}
