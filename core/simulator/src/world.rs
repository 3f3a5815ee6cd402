//! A world: what is in it, and the loop that drives it.

use std::io::{self, Write as _};

use crate::client::Client;
use crate::conn::Conn;
use crate::event::{Kind, Queue};
use crate::number::{SECOND, number};
use crate::options::{CLOG, CRASH, GROW, JUMP, Options, SWIZZLE};
use crate::ran::{Ran, Wrong};
use crate::rng::Rng;
use crate::station::Station;

#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) options: &'a Options,
    pub(crate) rng: Rng,
    pub(crate) queue: Queue,
    pub(crate) stations: Vec<Station>,
    pub(crate) clients: Vec<Client>,
    pub(crate) conns: Vec<Conn>,
    pub(crate) ran: Ran,
    /// Whether it is the last round, in which nothing goes wrong, ...
    pub(crate) is_healthy: bool,
    /// ... and how many clients are not that far.
    pub(crate) unhealthy: usize,
    /// What time it is for whoever runs just now.
    now: u64,
    wrong: Option<Wrong>,
    is_told: bool,
}

/// Runs a world to its end, and prints what happens if that `is_told`. The error says what is
/// wrong in it, and when.
pub(crate) fn run(options: &Options, is_told: bool) -> Result<Ran, Wrong> {
    let mut rng = Rng::new(options.seed ^ 0x5eed);
    let stations = (0..options.stations).map(|_| Station::new(options, &mut rng)).collect();
    let clients: Vec<_> = (0..options.clients).map(|_| Client::new(options)).collect();
    let mut world = World {
        options,
        rng,
        queue: Queue::default(),
        stations,
        unhealthy: clients.len(),
        clients,
        conns: Vec::new(),
        ran: Ran::default(),
        is_healthy: false,
        now: 0,
        wrong: None,
        is_told,
    };
    world.schedule();
    world.drive()
}

impl World<'_> {
    fn schedule(&mut self) {
        if self.options.rounds == 0 {
            self.queue.at(0, Kind::Heal);
            return;
        }
        for who in 0..self.clients.len() {
            let at = self.rng.below(SECOND);
            self.queue.at(at, Kind::Begin(number(who)));
        }
        let faults: [(u32, u64, Befalls); 5] = [
            (GROW, 20, |whom, _| Kind::Grow(whom)),
            (CRASH, 3, |whom, _| Kind::Crash(whom)),
            (CLOG, 4, Kind::Clog),
            (SWIZZLE, 2, |_, _| Kind::Swizzle),
            (JUMP, 2, |_, _| Kind::Jump),
        ];
        for (fault, most, kind) in faults {
            if !self.options.has(fault) {
                continue;
            }
            for _ in 0..self.rng.below(most + 1) {
                let at = self.rng.below(30 * SECOND * self.options.rounds);
                let (whom, long) = (self.rng.below(self.options.stations), self.rng.below(4000));
                let [whom, long] = [whom, long].map(|n| u32::try_from(n).expect("a few"));
                self.queue.at(at, kind(whom, long));
            }
        }
    }

    fn drive(mut self) -> Result<Ran, Wrong> {
        while let Some((at, kind)) = self.queue.next() {
            self.ran.events += 1;
            self.ran.note(at, kind);
            if !kind.is_look() {
                self.ran.until = self.ran.until.max(at);
            }
            self.now = at.max(self.asleep(kind));
            if self.is_told {
                // Who reads no further has seen enough.
                let _ = writeln!(io::stdout(), "{:>15.6} ms  {kind:?}", self.now as f64 / 1e6);
            }
            self.happen(kind, at, self.now);
            if let Some(wrong) = self.wrong.take() {
                return Err(wrong);
            }
            self.check(self.ran.events <= MOST_EVENTS, "it has no end", String::new);
        }
        let is_quiet = self.stations.iter().all(|s| s.open.is_empty() && s.backlog.is_empty());
        self.check(is_quiet, "a connection is left open", String::new);
        let is_over = self.is_healthy && self.clients.iter().all(|client| client.gather.is_none());
        self.check(is_over, "the last gather has no end", String::new);
        self.wrong.map_or(Ok(self.ran), Err)
    }

    fn happen(&mut self, kind: Kind, at: u64, now: u64) {
        match kind {
            Kind::Begin(who) => self.begin(who, now),
            Kind::Wake(who) => self.woken(who, now),
            Kind::Resolved(who, slot) => self.resolved(who, slot, now),
            Kind::Cancel(who, round) => self.cancel(who, round, now),
            Kind::Answered(conn) => self.answered(conn, now),
            Kind::Arrived(conn, count) => self.arrived(conn, count, now),
            Kind::Ended(conn) => self.ended(conn, now),
            Kind::FetchTimer(conn) => self.fetch_timer(conn, now),
            Kind::ConnectionDue(conn) => self.connection_due(conn, at),
            Kind::AttemptDue(whose, station, nth) => self.attempt_due(whose, station, nth),
            Kind::RaceDue(whose, station, which) => self.race_due(whose, station, which),
            Kind::RoundDue(who, round) => self.round_due(who, round),
            Kind::Syn(conn) => self.syn(conn, now),
            Kind::Go(conn) => self.go(conn, now),
            Kind::ServeTimer(conn) => self.serve_timer(conn, at, now),
            Kind::ServeDue(conn) => self.serve_due(conn, at),
            Kind::Heard(conn, count) => self.heard(conn, count, now),
            Kind::Gone(conn) => self.gone(conn, now),
            Kind::Look(station) => self.accept(station, now),
            Kind::Grow(station) => self.stations[station as usize].see(&mut self.rng, now),
            Kind::Crash(station) => self.crash(station, now),
            Kind::Restart(station) => self.stations[station as usize].up = true,
            Kind::Clog(station, long) => self.clog(station, long, now),
            Kind::Swizzle => self.swizzle(now),
            Kind::Jump => self.jump(now),
            Kind::Heal => self.heal(now),
        }
    }

    /// Whether a fault may happen now.
    pub(crate) fn can(&self, fault: u32) -> bool {
        self.options.has(fault) && !self.is_healthy
    }

    pub(crate) fn latency(&mut self) -> u64 {
        self.rng.below(self.options.latency * 1_000_000 + 1)
    }

    /// Notes what is wrong, if it is the first thing.
    pub(crate) fn check(
        &mut self,
        is_right: bool,
        law: &'static str,
        details: impl FnOnce() -> String,
    ) {
        if !is_right && self.wrong.is_none() {
            self.wrong = Some(Wrong { law, details: details(), at: self.now });
        }
    }

    /// Before when the process does not run that this happens to.
    fn asleep(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Begin(who) | Kind::Wake(who) | Kind::Resolved(who, _) | Kind::Cancel(who, _) => {
                self.clients[who as usize].asleep
            }
            Kind::Answered(conn)
            | Kind::Arrived(conn, _)
            | Kind::Ended(conn)
            | Kind::FetchTimer(conn) => {
                self.clients[self.conns[conn as usize].client as usize].asleep
            }
            Kind::Syn(conn)
            | Kind::Go(conn)
            | Kind::ServeTimer(conn)
            | Kind::Heard(conn, _)
            | Kind::Gone(conn) => self.stations[self.conns[conn as usize].station as usize].asleep,
            Kind::Look(station) | Kind::Grow(station) => self.stations[station as usize].asleep,
            // These are nobody's: the network, fate, and whoever looks that a deadline is kept.
            Kind::ConnectionDue(_)
            | Kind::AttemptDue(..)
            | Kind::RaceDue(..)
            | Kind::RoundDue(..)
            | Kind::ServeDue(_)
            | Kind::Crash(_)
            | Kind::Restart(_)
            | Kind::Clog(..)
            | Kind::Swizzle
            | Kind::Jump
            | Kind::Heal => 0,
        }
    }
}

/// A fault that befalls a station, for so long.
type Befalls = fn(u32, u32) -> Kind;

/// No world has so many.
pub(crate) const MOST_EVENTS: u64 = 5_000_000;
