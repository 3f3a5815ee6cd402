//! The stations' side: accepting, serving, and the way to the client.

use carwatch::accept::{AcceptFault, Next, Room};
use carwatch::serve::{Did, Do, Ended, Serve};

use crate::conn::{Answer, Plan};
use crate::event::Kind;
use crate::number::{SECOND, instant, nanos, narrow};
use crate::options::{STARVED, TALK};
use crate::oracle::End;
use crate::pace::{LEAST, WINDOW};
use crate::station::{Sort, limits};
use crate::world::{MOST_EVENTS, World};

impl World<'_> {
    /// Somebody wants to connect.
    pub(crate) fn syn(&mut self, nth: u32, now: u64) {
        let conn = &self.conns[nth as usize];
        // Who leaves at once may be heard of first.
        if conn.is_over {
            return;
        }
        let is_healthy = self.is_healthy;
        let at = now + self.latency();
        let plan =
            if is_healthy { Plan::default() } else { Plan::draw(self.options, &mut self.rng) };
        let window = if is_healthy { 10_000 } else { self.rng.within(1, self.options.window) };
        let conn = &mut self.conns[nth as usize];
        let station = &mut self.stations[conn.station as usize];
        if conn.answer == Answer::Made && !station.up {
            conn.answer = Answer::Refused;
        }
        self.queue.at(at, Kind::Answered(nth));
        if conn.answer != Answer::Made {
            return;
        }
        (conn.plan, conn.window, conn.last_arrival) = (plan, narrow(window), at);
        if station.kind == Sort::Ours || is_healthy {
            station.backlog.push_back(nth);
            let station = conn.station;
            self.accept(station, now);
        } else {
            self.queue.at(at, Kind::Go(nth));
        }
        if self.can(TALK) && self.rng.once_in(2) {
            for _ in 0..self.rng.within(1, 3) {
                // Nothing is the end of what it says.
                let said = if self.rng.once_in(4) { 0 } else { self.rng.within(1, 800) };
                let after = self.rng.below(2 * SECOND);
                self.queue.at(now + after, Kind::Heard(nth, u32::try_from(said).expect("a few")));
            }
        }
    }

    /// Accepts whoever waits and may come in.
    pub(crate) fn accept(&mut self, nth: u32, now: u64) {
        loop {
            let is_starved = self.can(STARVED) && self.rng.once_in(8);
            let station = &mut self.stations[nth as usize];
            let Some(&waiting) = station.backlog.front() else { return };
            match station.accept.next(instant(now)) {
                Next::Accept if is_starved => {
                    let _ = station.accept.failed(AcceptFault::System, instant(now));
                }
                Next::Accept => {
                    station.backlog.pop_front();
                    station.accept.accepted();
                    station.open.push(waiting);
                    let conn = &mut self.conns[waiting as usize];
                    conn.list = station.list();
                    (conn.progress, conn.begun) = (now, now);
                    let is_room = station.open.len() as u64 <= self.options.places;
                    let serve = Serve::new(station.roster.snapshot(), limits(), instant(now));
                    conn.serve = Some(serve);
                    let due = now + nanos(limits().write_timeout) + 1;
                    self.queue.at(due, Kind::ServeDue(waiting));
                    self.check(is_room, "more connections than there are places", String::new);
                    self.go(waiting, now);
                }
                Next::Pause(until) => {
                    let until = until.as_nanos();
                    self.check(until <= now + SECOND, "a pause of more than a second", String::new);
                    self.queue.at(until, Kind::Look(nth));
                    return;
                }
                Next::Full => {
                    let conns = &self.conns;
                    let paid = |conn: u32| {
                        let serve = conns[conn as usize].serve.as_ref().expect("it is served");
                        serve.paid_until()
                    };
                    let open = || station.open.iter().map(|&conn| (conn, paid(conn)));
                    match station.accept.make_room(instant(now), open()) {
                        Room::Reset(slowest) => {
                            let paid = paid(slowest);
                            let is_right = open().all(|(_, other)| other >= paid)
                                && paid + limits().slow_grace <= instant(now);
                            self.check(is_right, "another is reset for a newcomer", String::new);
                            self.reset(slowest, now);
                            self.over(slowest, now);
                        }
                        Room::NotBefore(until) => {
                            let until = until.as_nanos();
                            if until > now && until < u64::MAX {
                                self.queue.at(until, Kind::Look(nth));
                            }
                            return;
                        }
                    }
                }
            }
        }
    }

    /// Lets a station's end of a connection go on as far as it can.
    pub(crate) fn go(&mut self, nth: u32, now: u64) {
        loop {
            self.ran.events += 1;
            let conn = &mut self.conns[nth as usize];
            if conn.is_over || self.ran.events > MOST_EVENTS {
                return;
            }
            let Some(serve) = &mut conn.serve else { return self.strange(nth, now) };
            match serve.next() {
                Do::Write(bytes) => {
                    let is_cut = conn.end.is_some();
                    let in_flight = conn.wire.len() - conn.arrived;
                    let space =
                        if is_cut { usize::MAX } else { conn.window.saturating_sub(in_flight) };
                    if space == 0 || bytes.is_empty() {
                        // Some are woken for nothing, and told that nothing was taken.
                        if self.rng.once_in(4) {
                            serve.did(Did::Wrote(0), instant(now));
                            let after = self.rng.below(2 * SECOND);
                            self.queue.at(now + after, Kind::Go(nth));
                        }
                        self.check(space == 0, "nothing is left, and it is not done", String::new);
                        break;
                    }
                    let most = bytes.len().min(space) as u64;
                    let count = narrow(self.rng.within(1, most.min(self.options.chunk)));
                    let (taken, sent) = (conn.taken, &bytes[..count]);
                    let is_list = conn.list.get(taken..taken + count) == Some(sent);
                    let from = conn.wire.len();
                    if !is_cut {
                        conn.wire.extend_from_slice(sent);
                    }
                    conn.taken += count;
                    conn.progress = now;
                    conn.pace.took(count as u64, now);
                    serve.did(Did::Wrote(count), instant(now));
                    self.check(is_list, "that is not the list", String::new);
                    if !is_cut {
                        self.send(nth, from, now);
                    }
                }
                Do::Finish => {
                    serve.did(Did::Finished, instant(now));
                    let is_whole = conn.taken == conn.list.len();
                    (conn.progress, conn.is_finished) = (now, true);
                    self.check(is_whole, "it finishes before its end", String::new);
                    let tls = self.stations[self.conns[nth as usize].station as usize].tls;
                    self.end(nth, if tls { End::CloseNotify } else { End::Fin }, now);
                }
                Do::Drain => break,
                Do::Close => {
                    let is_late = now - conn.progress >= nanos(limits().drain_time);
                    let is_right = conn.is_finished
                        && (conn.is_hushed || conn.is_broken || is_late || conn.has_talked());
                    self.check(is_right, "a close for no reason", String::new);
                    self.over(nth, now);
                    return;
                }
                Do::Reset => {
                    let ended = serve.done().ended;
                    let since = now - conn.progress;
                    let from = now.saturating_sub(WINDOW);
                    let is_right = match ended {
                        Ended::Stalled => since >= nanos(limits().write_timeout),
                        Ended::TooSlow => conn.begun <= from && conn.pace.since(from) < LEAST,
                        Ended::Broken => conn.is_broken,
                        Ended::Talked => conn.has_talked(),
                        Ended::Whole | Ended::Dropped => false,
                    };
                    self.check(is_right, "a reset for no reason", || {
                        format!("{ended:?}, {since} ns after progress")
                    });
                    self.reset(nth, now);
                    self.over(nth, now);
                    return;
                }
            }
        }
        let conn = &mut self.conns[nth as usize];
        // One that is later than what was set is heard of then.
        let due = conn.serve.as_ref().expect("it goes on").deadline().as_nanos();
        if due < conn.timer {
            conn.timer = due;
            self.queue.at(due, Kind::ServeTimer(nth));
        }
    }

    pub(crate) fn serve_timer(&mut self, nth: u32, at: u64, now: u64) {
        let conn = &mut self.conns[nth as usize];
        if conn.is_over || conn.timer != at {
            return;
        }
        conn.timer = u64::MAX;
        if let Some(serve) = &mut conn.serve {
            serve.fire(instant(now));
            self.go(nth, now);
        }
    }
}
