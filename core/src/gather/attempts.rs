//! The life of an attempt: begun when there is a place, raced, and settled or tried again.

use alloc::format;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::net::SocketAddr;
use core::time::Duration;

use super::race::Race;
use super::station::State;
use super::{Dial, DialId, Gather, Lookup, Next, StationId};
use crate::time::Instant;
use crate::{Fault, Outcome, Reason};

impl Gather {
    pub(super) fn start_attempts(&mut self, now: Instant) {
        while self.over.is_none() && self.running < self.limits.connections {
            // What is left of the memory is for those that read already.
            if self.running > 0 && self.memory >= self.limits.memory / 4 * 3 {
                return;
            }
            let Some(id) = self.ready.pop_front() else { return };
            self.running += 1;
            let connect_by = now + self.connect_timeout(id);
            let station = &mut self.stations[id];
            station.attempts += 1;
            station.started.get_or_insert(now);
            station.connect_by = connect_by;
            match self.targets[id].known_address() {
                Some(address) => self.race(id, [address].into(), now),
                None => {
                    station.state = State::Resolving;
                    let attempt = station.attempts;
                    self.wake(id, self.stations[id].connect_by);
                    self.out.push_back(Next::Resolve(Lookup { station: id, attempt }));
                }
            }
        }
    }

    pub(super) fn race(&mut self, id: StationId, addresses: Vec<SocketAddr>, now: Instant) {
        self.stations[id].state = State::Racing(Race::new(addresses, now));
        self.run_race(id, false, now);
    }

    /// Starts whichever address of a race is due, and ends the attempt if none is left.
    pub(super) fn run_race(&mut self, id: StationId, at_once: bool, now: Instant) {
        let station = &mut self.stations[id];
        let State::Racing(race) = &mut station.state else { return };
        let dial = DialId(self.dials);
        // Time may be up, and `next` not have been asked since.
        let is_over = now >= self.deadline;
        if !is_over && let Some(address) = race.start(dial, at_once, now, self.limits.race_delay) {
            self.dials += 1;
            self.out.push_back(Next::Connect(Dial { station: id, id: dial }, address));
        }
        if race.is_lost() {
            let fault = race.fault();
            self.end_attempt(id, Outcome::failed(fault), now);
        } else {
            let wake = race.next_start().min(station.connect_by);
            planted!("a wakeup is lost" => return);
            self.wake(id, wake);
        }
    }

    fn connect_timeout(&self, id: StationId) -> Duration {
        self.targets[id].own.connect_timeout.unwrap_or(self.limits.connect_timeout)
    }

    fn wake(&mut self, id: StationId, at: Instant) {
        self.stations[id].wake = Some(at);
        self.timers.push(Reverse((at, id)));
    }

    pub(super) fn fire_timers(&mut self, now: Instant) {
        while let Some(&Reverse((at, id))) = self.timers.peek() {
            let station = &mut self.stations[id];
            let is_void = station.wake != Some(at);
            if !is_void && at > now {
                return;
            }
            self.timers.pop();
            if is_void {
                continue;
            }
            station.wake = None;
            match &mut station.state {
                State::Waiting => self.ready.push_back(id),
                State::Resolving | State::Racing(_) if now >= station.connect_by => {
                    let after = self.connect_timeout(id);
                    self.give_up(
                        id,
                        Reason::ConnectTimeout,
                        &format!("no answer within {after:?}"),
                        now,
                    );
                }
                State::Racing(_) => self.run_race(id, false, now),
                State::Resolving | State::Reading { .. } | State::Settled => {}
            }
        }
    }

    /// Ends an attempt that is not connected yet.
    fn give_up(&mut self, id: StationId, reason: Reason, words: &str, now: Instant) {
        let mut fault = Fault::new(reason, words);
        if let State::Racing(race) = &mut self.stations[id].state {
            self.out.extend(race.open().map(Next::Abandon));
            if reason == Reason::ConnectTimeout {
                race.time_out(words);
                fault = race.fault();
            }
        }
        self.end_attempt(id, Outcome::failed(fault), now);
    }

    /// Settles an attempt, and the station unless it gets another one.
    pub(super) fn end_attempt(&mut self, id: StationId, outcome: Outcome, now: Instant) {
        self.running -= 1;
        let station = &mut self.stations[id];
        let fault = outcome.verdict.fault();
        let reason = fault.map(|fault| fault.reason);
        if let (Some(fault), State::Resolving | State::Racing(_)) = (fault, &station.state) {
            self.out.push_back(Next::Failed(id, station.attempts, fault.clone()));
        }
        station.keep_best(outcome);
        let again = reason.is_some_and(Reason::is_worth_a_retry)
            && station.attempts <= self.limits.retries
            && self.over.is_none();
        if again {
            let longer = 1 << (station.attempts - 1).min(20);
            let delay = self.limits.backoff_min.saturating_mul(longer).min(self.limits.backoff_max);
            let at = now + self.rng.jitter(delay);
            // An attempt that could not begin before the deadline is not waited for.
            if at < self.deadline {
                station.state = State::Waiting;
                self.wake(id, at);
                return;
            }
        }
        self.settle(id, now);
    }

    fn settle(&mut self, id: StationId, now: Instant) {
        let station = &mut self.stations[id];
        station.state = State::Settled;
        station.settled = Some(now);
        station.wake = None;
        self.unsettled -= 1;
        self.out.push_back(Next::Settled(id));
        planted!("a station settles twice" => self.out.push_back(Next::Settled(id)));
    }

    pub(super) fn stop(&mut self, id: StationId, fault: Fault) {
        if let State::Reading { dial, received, stopped } = &mut self.stations[id].state {
            *stopped = true;
            self.memory -= *received;
            self.reading.remove(&id);
            self.out.push_back(Next::Stop(*dial, fault));
        }
    }

    /// No attempt starts any more, and none that is not connected goes on.
    pub(super) fn end(&mut self, reason: Reason, now: Instant) {
        if self.over.replace(reason).is_some() {
            return;
        }
        let words = match reason {
            Reason::Deadline => "the deadline of the gather came first",
            _ => STOPPED,
        };
        self.ready.clear();
        for id in 0..self.stations.len() {
            match self.stations[id].state {
                State::Waiting => {
                    // One that was tried keeps what came of that.
                    self.stations[id].keep_if_none(Fault::new(reason, words));
                    self.settle(id, now);
                }
                State::Resolving | State::Racing(_) => self.give_up(id, reason, words, now),
                State::Reading { .. } | State::Settled => {}
            }
        }
    }
}

/// What the report says where the user stopped the gather.
pub(super) const STOPPED: &str = "the gather was stopped";
