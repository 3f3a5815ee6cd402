//! A station: its list, as the core keeps it and as it truly is, and how it can be reached.

use std::collections::VecDeque;

use carwatch::accept::Accept;
use carwatch::limits::StationLimits;
use carwatch::time::Instant;
use carwatch::{Car, Retention, Roster};

use crate::options::{DRIBBLE, ENDLESS, GARBAGE, Options, PLAIN};
use crate::rng::Rng;

#[derive(Debug)]
pub(crate) struct Station {
    pub(crate) kind: Sort,
    pub(crate) tls: bool,
    pub(crate) up: bool,
    pub(crate) roster: Roster,
    pub(crate) accept: Accept,
    /// Connections that wait to be accepted, and those that are served.
    pub(crate) backlog: VecDeque<u32>,
    pub(crate) open: Vec<u32>,
    /// Nothing gets through from it before then.
    pub(crate) clogged: u64,
    /// Its process does not run before then.
    pub(crate) asleep: u64,
    /// What the list must be, as it goes over the wire.
    records: VecDeque<Vec<u8>>,
    keep: Option<u64>,
    /// The brands and colours of all cars that it ever saw; the first has number 1.
    pub(crate) seen: Vec<[&'static str; 2]>,
}

/// What answers there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// The core.
    Ours,
    /// Somebody who never comes to an end, ...
    Endless,
    /// ... who says what is no list, ...
    Garbage,
    /// ... or says it a byte at a time.
    Dribble,
}

impl Station {
    pub(crate) fn new(options: &Options, rng: &mut Rng) -> Self {
        let strange =
            [(ENDLESS, Sort::Endless), (GARBAGE, Sort::Garbage), (DRIBBLE, Sort::Dribble)];
        let sort = strange.iter().find(|(fault, _)| options.has(*fault) && rng.once_in(4));
        let retention = Retention { cars: options.keep, ..Retention::default() };
        let limits = StationLimits {
            connections: usize::try_from(options.places).expect("a number of connections"),
            ..limits()
        };
        let mut station = Self {
            kind: sort.map_or(Sort::Ours, |(_, sort)| *sort),
            tls: !options.has(PLAIN) || rng.once_in(2),
            up: true,
            roster: Roster::new(retention),
            accept: Accept::new(&limits, rng.next()),
            backlog: VecDeque::new(),
            open: Vec::new(),
            clogged: 0,
            asleep: 0,
            records: VecDeque::new(),
            keep: options.keep,
            seen: Vec::new(),
        };
        for _ in 0..rng.within(0, options.cars) {
            station.see(rng, 0);
        }
        station
    }

    /// One more car comes by. Its time is its number.
    pub(crate) fn see(&mut self, rng: &mut Rng, now: u64) {
        let (brand, color) = (word(rng), word(rng));
        self.seen.push([brand, color]);
        let time = self.seen.len().to_string();
        let car = Car::new(&*time, brand, color);
        self.roster.append(&car, Instant::from_nanos(now)).expect("it is short");
        let mut record = time.into_bytes();
        for field in [brand, color] {
            record.push(b':');
            escape(field, &mut record);
        }
        self.records.push_back(record);
        if self.keep.is_some_and(|most| self.records.len() as u64 > most) {
            self.records.pop_front();
        }
    }

    /// It dies, and forgets what it has seen if it keeps nothing.
    pub(crate) fn die(&mut self, forgets: bool) {
        self.up = false;
        if forgets {
            self.records.clear();
            self.roster = Roster::new(self.roster.retention().clone());
        }
    }

    /// The list as it is to be received.
    pub(crate) fn list(&self) -> Vec<u8> {
        let mut list = Vec::new();
        for (nth, record) in self.records.iter().enumerate() {
            if nth > 0 {
                list.push(b'.');
            }
            list.extend_from_slice(record);
        }
        list
    }
}

/// What a station grants its clients: as little as makes sense, so that all of it is reached.
pub(crate) fn limits() -> StationLimits {
    StationLimits {
        write_timeout: std::time::Duration::from_secs(3),
        rate_window: std::time::Duration::from_secs(5),
        min_rate: 10,
        talk: 1000,
        drain_bytes: 100,
        ..StationLimits::default()
    }
}

fn word(rng: &mut Rng) -> &'static str {
    const WORDS: [&str; 8] = ["vw", "a", "", "B.M.W", "50%", "%2E", "x:y", "\u{e9}t\u{e9}"];
    WORDS[usize::try_from(rng.below(8)).expect("one of eight")]
}

fn escape(field: &str, record: &mut Vec<u8>) {
    for byte in field.bytes() {
        match byte {
            b'.' => record.extend(b"%2E"),
            b':' => record.extend(b"%3A"),
            b'%' => record.extend(b"%25"),
            byte => record.push(byte),
        }
    }
}
