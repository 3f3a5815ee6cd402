//! A client: a gather a round, driven as any driver would.

use std::time::Duration;

use carwatch::gather::{Gather, Lookup, Next};
use carwatch::limits::ClientLimits;
use carwatch::{Fault, Host, OwnLimits, Reason, Target};

use crate::conn::{Answer, Conn};
use crate::event::Kind;
use crate::number::{SECOND, address, instant, nanos, narrow, number};
use crate::once::Once;
use crate::options::{BLACK_HOLE, CANCEL, NAME, Options, REFUSED, RESET, UNREACHABLE};
use crate::tries::Tries;
use crate::world::{MOST_EVENTS, World};

#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) gather: Option<Gather>,
    pub(crate) round: u32,
    pub(crate) limits: ClientLimits,
    /// When the gather has to be over.
    pub(crate) deadline: u64,
    pub(crate) is_cancelled: bool,
    /// Its process does not run before then.
    pub(crate) asleep: u64,
    /// How many bytes of responses that are not settled it has, and how many attempts go on.
    pub(crate) held: usize,
    pub(crate) running: usize,
    /// What is known of each station in this round, ...
    pub(crate) tries: Vec<Tries>,
    /// ... and what was reported of it in all of them.
    pub(crate) once: Vec<Once>,
    lookups: Vec<Option<Lookup>>,
    /// When it is to be woken, if that was arranged.
    wake: u64,
}

impl Client {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            gather: None,
            round: 0,
            limits: ClientLimits::default(),
            deadline: 0,
            is_cancelled: false,
            asleep: 0,
            held: 0,
            running: 0,
            tries: Vec::new(),
            once: (0..options.stations).map(|_| Once::default()).collect(),
            lookups: Vec::new(),
            wake: u64::MAX,
        }
    }
}

impl World<'_> {
    /// A client begins a gather of all stations.
    pub(crate) fn begin(&mut self, who: u32, now: u64) {
        let limits = limits(self.options, self.is_healthy);
        let targets = (0..self.stations.len()).map(|nth| self.target(nth)).collect();
        let seed = self.rng.next();
        let deadline = now + nanos(limits.deadline);
        let client = &mut self.clients[who as usize];
        client.gather = Some(Gather::new(targets, &limits, seed, instant(now)));
        client.deadline = deadline;
        client.limits = limits;
        client.is_cancelled = false;
        client.wake = u64::MAX;
        // Answers to the last round's questions find nobody who asked.
        client.lookups.fill_with(|| None);
        client.tries.clear();
        client.tries.resize(self.stations.len(), Tries::default());
        let round = client.round;
        self.queue.at(deadline + 1, Kind::RoundDue(who, round));
        if self.can(CANCEL) && self.rng.once_in(4) {
            let at = now + self.rng.below(10 * SECOND);
            self.queue.at(at, Kind::Cancel(who, round));
        }
        self.pump(who, now);
    }

    /// Does what the gather says, until it has nothing more to say.
    pub(crate) fn pump(&mut self, who: u32, now: u64) {
        loop {
            let client = &mut self.clients[who as usize];
            let Some(gather) = &mut client.gather else { return };
            self.ran.events += 1;
            if self.ran.events > MOST_EVENTS {
                return;
            }
            match gather.next(instant(now)) {
                Next::Resolve(lookup) => {
                    self.attempt(who, lookup.station(), now);
                    let lookups = &mut self.clients[who as usize].lookups;
                    let slot = number(lookups.len());
                    lookups.push(Some(lookup));
                    let at = now + self.latency();
                    self.queue.at(at, Kind::Resolved(who, slot));
                }
                Next::Connect(dial, address) => {
                    self.attempt(who, dial.station(), now);
                    self.raced(who, dial.station(), address, now);
                    let (answer, station) = (self.answer(), number(dial.station()));
                    let conn = number(self.conns.len());
                    let round = self.clients[who as usize].round;
                    self.conns.push(Conn::new(who, round, station, dial, answer));
                    if answer != Answer::Nothing {
                        let at = now + self.latency();
                        self.queue.at(at, Kind::Syn(conn));
                    }
                }
                Next::Abandon(id) => {
                    let conn = self.connection(who, id);
                    self.leave(conn, now);
                }
                Next::Stop(id, fault) => {
                    let conn = self.connection(who, id);
                    self.stopped(conn, fault, now);
                }
                Next::Failed(station, _, fault) => self.failed(who, station, fault.reason, now),
                Next::Settled(station) => self.settled(who, station, now),
                Next::Wait(until) => {
                    let until = until.as_nanos();
                    if until < client.wake {
                        client.wake = until;
                        self.queue.at(until, Kind::Wake(who));
                    }
                    self.check_open(who);
                    return;
                }
                Next::Done => {
                    let gather = client.gather.take().expect("it was there");
                    self.done(who, &gather.finish(instant(now)));
                    self.go_on(who, now);
                    return;
                }
            }
        }
    }

    pub(crate) fn woken(&mut self, who: u32, now: u64) {
        self.clients[who as usize].wake = u64::MAX;
        self.pump(who, now);
    }

    pub(crate) fn cancel(&mut self, who: u32, round: u32, now: u64) {
        // Who sleeps over both hears of the deadline first.
        if now >= self.clients[who as usize].deadline {
            self.pump(who, now);
        }
        let client = &mut self.clients[who as usize];
        if let Some(gather) = client.gather.as_mut().filter(|_| round == client.round) {
            gather.cancel(instant(now));
            client.is_cancelled = now < client.deadline;
            self.pump(who, now);
        }
    }

    pub(crate) fn resolved(&mut self, who: u32, slot: u32, now: u64) {
        let lookups = &mut self.clients[who as usize].lookups;
        let Some(lookup) = lookups.get_mut(slot as usize).and_then(Option::take) else { return };
        let station = lookup.station();
        if self.can(BLACK_HOLE) && self.rng.once_in(6) {
            return;
        }
        let is_found = !(self.can(NAME) && self.rng.once_in(3));
        let count = self.rng.within(1, self.options.addresses);
        let client = &mut self.clients[who as usize];
        let tries = &mut client.tries[station];
        let answer = if is_found {
            tries.addresses = count;
            Ok((0..count).map(|nth| address(station, nth)).collect())
        } else {
            tries.faults.push("name_not_found");
            Err(Fault::from(Reason::NameNotFound))
        };
        let Some(gather) = &mut client.gather else { return };
        // Late is as good as never.
        let _ = gather.resolved(lookup, answer, instant(now));
        self.pump(who, now);
    }

    /// After a round there is another, and before the last one of all everybody waits until
    /// whatever was begun has come to its end.
    fn go_on(&mut self, who: u32, now: u64) {
        let client = &mut self.clients[who as usize];
        if self.is_healthy {
            return;
        }
        client.round += 1;
        if u64::from(client.round) < self.options.rounds {
            let pause = self.rng.below(SECOND);
            self.queue.at(now + pause, Kind::Begin(who));
            return;
        }
        self.unhealthy -= 1;
        if self.unhealthy == 0 {
            let latest = self.clients.iter().map(|client| client.asleep).max().unwrap_or(0);
            self.queue.at(now.max(latest) + 200 * SECOND, Kind::Heal);
        }
    }

    /// What becomes of an attempt to connect.
    fn answer(&mut self) -> Answer {
        let faults = [
            (REFUSED, Answer::Refused),
            (BLACK_HOLE, Answer::Nothing),
            (UNREACHABLE, Answer::Unreachable),
            (RESET, Answer::Reset),
        ];
        for (fault, answer) in faults {
            if self.can(fault) && self.rng.once_in(4) {
                return answer;
            }
        }
        Answer::Made
    }

    fn target(&self, nth: usize) -> Target {
        let is_named = self.options.addresses > 1 || self.options.has(NAME);
        Target {
            name: String::new(),
            address: String::new(),
            host: if is_named { Host::Name(String::new()) } else { Host::Ip(address(nth, 0).ip()) },
            port: 8000,
            own: OwnLimits::default(),
        }
    }
}

/// What a client puts up with: little, so that all of it is reached, and in good health anything.
fn limits(options: &Options, is_healthy: bool) -> ClientLimits {
    let limits =
        ClientLimits { connections: narrow(options.connections), ..ClientLimits::default() };
    if is_healthy {
        let (deadline, idle_timeout) = (Duration::from_secs(1000), Duration::from_secs(100));
        return ClientLimits { deadline, idle_timeout, retries: 0, ..limits };
    }
    ClientLimits {
        response: options.response,
        memory: options.memory,
        retries: u32::try_from(options.retries).expect("a few"),
        idle_timeout: Duration::from_secs(2),
        deadline: Duration::from_secs(20),
        ..limits
    }
}
