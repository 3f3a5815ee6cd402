//! What a client owes: the laws that hold for its attempts, outcomes and reports, whatever the
//! stations and the network do.

use std::net::SocketAddr;

use carwatch::{Outcome, Reason, Verdict};

use crate::event::Kind;
use crate::number::{instant, nanos, number, short, station_of};
use crate::oracle::{self, End, Expected, Facts};
use crate::world::World;

/// What truly became of the attempts at one station in one round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tries {
    pub(crate) is_connected: bool,
    /// How many addresses there are, and what came of those that failed.
    pub(crate) addresses: u64,
    pub(crate) faults: Vec<&'static str>,
    pub(crate) is_settled: bool,
    /// The attempt that is made, counted from 1, and when it began.
    pub(crate) attempt: u32,
    began: u64,
    /// When the one before it was over, and what they all came to; with the connection, where
    /// there was one.
    ended: u64,
    pub(crate) past: Vec<(Expected, Option<u32>)>,
    /// How many connections this attempt began, and how many nobody has given up or heard of.
    pub(crate) begun: u16,
    pub(crate) open: u16,
    /// When it began the last one, and how many had failed by then.
    last: u64,
    failed: usize,
}

impl World<'_> {
    /// The gather begins an attempt, or goes on with it.
    pub(crate) fn attempt(&mut self, who: u32, station: usize, now: u64) {
        let client = &mut self.clients[who as usize];
        let attempt = client.gather.as_ref().expect("it asked").attempts(station);
        let tries = &mut client.tries[station];
        if tries.attempt == attempt {
            return;
        }
        let is_next =
            tries.attempt + 1 == attempt && u64::from(attempt) <= self.options.retries + 1;
        let is_backed_off = attempt == 1 || now >= tries.ended + oracle::back_off(attempt - 1) / 2;
        let is_worth_it = tries.past.last().is_none_or(|(last, _)| PASSING.contains(&last.reason));
        (tries.attempt, tries.began, tries.is_connected) = (attempt, now, false);
        (tries.begun, tries.failed) = (0, 0);
        tries.faults.clear();
        tries.addresses = 1;
        let due = now + nanos(client.limits.connect_timeout) + 1;
        let whose = (short(who), short(client.round));
        self.queue.at(due, Kind::AttemptDue(whose, short(number(station)), short(attempt)));
        client.running += 1;
        let is_allowed = client.running as u64 <= self.options.connections;
        self.check(is_next && is_backed_off, "an attempt too soon, or too many", || {
            format!("{attempt} at {station}")
        });
        self.check(is_worth_it, "another attempt, which changes nothing", || format!("{station}"));
        self.check(is_allowed, "more connections than are allowed", String::new);
    }

    /// The gather begins a connection to one of a station's addresses.
    pub(crate) fn raced(&mut self, who: u32, station: usize, address: SocketAddr, now: u64) {
        let client = &mut self.clients[who as usize];
        let tries = &mut client.tries[station];
        let is_first = tries.begun == 0;
        let is_turn = is_first
            || now >= tries.last + nanos(client.limits.race_delay)
            || tries.faults.len() > tries.failed;
        let is_family = !is_first || tries.addresses == 1 || address.is_ipv6();
        let is_in_time = now < client.deadline && !client.is_cancelled;
        tries.begun += 1;
        tries.open += 1;
        (tries.last, tries.failed) = (now, tries.faults.len());
        if u64::from(tries.begun) < tries.addresses {
            let which = (short(tries.attempt) << 8) | tries.begun;
            let due = now + nanos(client.limits.race_delay) + 1;
            let whose = (short(who), short(client.round));
            self.queue.at(due, Kind::RaceDue(whose, short(number(station)), which));
        }
        self.check(station_of(address) as usize == station, "a foreign address", String::new);
        self.check(is_turn && is_family, "an address out of its turn", || format!("{address}"));
        self.check(is_in_time, "a connection after the end", || format!("{address}"));
    }

    /// What the gather waits for is what is open.
    pub(crate) fn check_open(&mut self, who: u32) {
        let mut tries = self.clients[who as usize].tries.iter();
        let is_left_over = |tries: &Tries| {
            let is_over = tries.is_connected || tries.past.len() as u64 >= tries.attempt.into();
            is_over && tries.open > 0
        };
        let is_clear = !tries.any(is_left_over);
        self.check(is_clear, "a connection that lost its race goes on", String::new);
    }

    /// An attempt that was never connected is over.
    pub(crate) fn failed(&mut self, who: u32, station: usize, reason: Reason, now: u64) {
        let client = &mut self.clients[who as usize];
        let tries = &client.tries[station];
        // Who sleeps over the end may hear of everything at once.
        let is_late = now >= tries.began + nanos(client.limits.connect_timeout);
        let is_lost = tries.faults.len() as u64 == tries.addresses;
        let (over, reason) = (client.over(now), reason.as_str());
        let expected = match over {
            _ if is_lost => oracle::unconnected(&tries.faults, false),
            None => oracle::unconnected(&tries.faults, true),
            Some(_) if is_late && reason == "connect_timeout" => reason,
            Some(over) => over,
        };
        let may_fail = is_lost || is_late || over.is_some();
        let tries = &mut client.tries[station];
        tries.ended = now;
        tries.past.push((failed(expected), None));
        client.running -= 1;
        self.check(may_fail, "an attempt is given up too soon", || format!("{station}"));
        self.check(reason == expected, "another reason", || {
            format!("{station}: {reason}, and not {expected}")
        });
    }

    /// Holds the outcome of a connection against what truly happened to it.
    pub(crate) fn judge(&mut self, nth: u32, end: End, outcome: Outcome, now: u64) {
        let conn = &mut self.conns[nth as usize];
        let (who, station) = (conn.client, conn.station as usize);
        let dial = conn.dial.take().expect("it is settled once");
        let client = &mut self.clients[who as usize];
        let bytes = conn.received();
        client.held -= bytes.len();
        let expected = oracle::outcome(&Facts {
            bytes,
            last: conn.last,
            end,
            now,
            limit: client.limits.response,
            idle: nanos(client.limits.idle_timeout),
            deadline: client.deadline,
        });
        let kept: &[u8] = if expected.verdict == "failed" { &[] } else { bytes };
        let is_right = matches(&outcome, &expected)
            && outcome.response == kept
            && outcome.bytes == bytes.len() as u64
            && outcome.first_byte.map(nanos) == conn.first.map(|first| first - conn.made);
        let is_ours = conn.serve.is_some();
        let is_forged = conn.plan.cut.is_some_and(|(at, _)| at <= conn.taken);
        let is_true = match expected.verdict {
            "complete" if is_ours && (expected.verified || !is_forged) => conn.list == bytes,
            _ => !is_ours || conn.list.starts_with(bytes),
        };
        let tries = &mut client.tries[station];
        tries.past.push((expected, Some(nth)));
        tries.ended = now;
        client.running -= 1;
        self.ran.count(&expected);
        self.check(is_right, "another outcome", || {
            format!("{station}: {outcome:?}, and not {expected:?}")
        });
        self.check(is_true, "cars that are not the station's", || {
            format!("{station}: {outcome:?}")
        });
        let gather = self.clients[who as usize].gather.as_mut();
        let gather = gather.expect("a round is over when all is settled");
        let is_late = gather.settled(dial, outcome, instant(now)).is_err();
        self.check(!is_late, "late, though nobody settled it", || format!("{station}"));
        self.leave(nth, now);
    }

    /// A station will not be tried again.
    pub(crate) fn settled(&mut self, who: u32, station: usize, now: u64) {
        let client = &mut self.clients[who as usize];
        let gather = client.gather.as_ref().expect("it said so");
        let (outcome, attempts) = (gather.outcome(station).cloned(), gather.attempts(station));
        let tries = &mut client.tries[station];
        let is_first = !std::mem::replace(&mut tries.is_settled, true);
        let is_worth_another =
            tries.past.last().is_some_and(|(last, _)| PASSING.contains(&last.reason))
                && attempts <= client.limits.retries;
        // Unless time is up first.
        let is_given_up =
            client.is_cancelled || now + oracle::back_off(attempts) >= client.deadline;
        self.check(is_first, "a station is settled twice", || format!("{station}"));
        self.check(outcome.is_some(), "a station has no outcome", || format!("{station}"));
        if let Some(outcome) = outcome {
            self.check_best(who, station, &outcome, attempts);
        }
        self.check(!is_worth_another || is_given_up, "a station is given up too soon", || {
            format!("{station}")
        });
    }
}

impl crate::client::Client {
    /// Why nothing is begun any more, if so.
    fn over(&self, now: u64) -> Option<&'static str> {
        match () {
            () if self.is_cancelled => Some("cancelled"),
            () if now >= self.deadline => Some("deadline"),
            () => None,
        }
    }
}

pub(crate) const fn failed(reason: &'static str) -> Expected {
    Expected { verdict: "failed", verified: false, reason, cars: 0, rejected: 0 }
}

pub(crate) fn matches(outcome: &Outcome, expected: &Expected) -> bool {
    outcome.verdict.as_str() == expected.verdict
        && outcome.verdict.fault().map_or("", |fault| fault.reason.as_str()) == expected.reason
        && (outcome.verdict == Verdict::Complete { verified: true }) == expected.verified
        && (outcome.cars, outcome.rejected) == (expected.cars, expected.rejected)
}

/// After these it is worth to try again.
const PASSING: [&str; 6] =
    ["reset", "connect_timeout", "idle_timeout", "refused", "unreachable", "name_not_found"];
