//! The way between a station and a client, and what becomes of those at its ends.

use carwatch::serve::Did;

use crate::conn::Cut;
use crate::event::Kind;
use crate::number::{SECOND, instant, narrow, number};
use crate::oracle::End;
use crate::station::Sort;
use crate::world::World;

impl World<'_> {
    /// The client says something; or, if that is nothing, ends what it says, and reads on.
    pub(crate) fn heard(&mut self, nth: u32, count: u32, now: u64) {
        let conn = &mut self.conns[nth as usize];
        if conn.is_over || conn.is_left {
            return;
        }
        let Some(serve) = conn.serve.as_mut().filter(|serve| serve.wants_input()) else { return };
        let said = if conn.is_finished { &mut conn.drained } else { &mut conn.heard };
        *said += u64::from(count);
        conn.is_hushed |= count == 0;
        serve.did(if count == 0 { Did::ReadEnd } else { Did::Read(count as usize) }, instant(now));
        self.go(nth, now);
        let conn = &self.conns[nth as usize];
        let is_heeded = conn.is_over || !conn.has_talked();
        self.check(is_heeded, "a client talks, and the connection goes on", String::new);
    }

    /// The client has closed.
    pub(crate) fn gone(&mut self, nth: u32, now: u64) {
        let conn = &mut self.conns[nth as usize];
        if conn.is_over {
            return;
        }
        let is_read = conn.in_flight() == 0 && conn.end.is_some();
        match &mut conn.serve {
            Some(serve) => {
                serve.did(if is_read { Did::ReadEnd } else { Did::Fault }, instant(now));
                (conn.is_hushed, conn.is_broken) = (conn.is_hushed | is_read, !is_read);
                self.go(nth, now);
            }
            None => {
                conn.is_over = true;
                let station = conn.station as usize;
                self.stations[station].backlog.retain(|&waiting| waiting != nth);
            }
        }
    }

    /// Those who never come to an end, or to no good one.
    pub(crate) fn strange(&mut self, nth: u32, now: u64) {
        let conn = &mut self.conns[nth as usize];
        let station = conn.station as usize;
        let kind = self.stations[station].kind;
        if kind == Sort::Ours || conn.end.is_some() || conn.is_left {
            return;
        }
        let from = conn.wire.len();
        let pause = match kind {
            Sort::Dribble => {
                conn.wire.push(b"1:a:b."[from % 6]);
                SECOND * 3 / 2
            }
            Sort::Endless => {
                let count = narrow(self.options.chunk);
                conn.wire.extend((from..from + count).map(|at| b"1:a:b."[at % 6]));
                SECOND / 10
            }
            Sort::Garbage | Sort::Ours => {
                let count = self.rng.below(40);
                for _ in 0..count {
                    let byte = self.rng.next() as u8;
                    self.conns[nth as usize].wire.push(if byte < 128 {
                        b".:%2Ea\xc3\xa9"[byte as usize % 8]
                    } else {
                        byte
                    });
                }
                SECOND / 100
            }
        };
        if self.conns[nth as usize].wire.len() > from {
            self.send(nth, from, now);
        }
        if kind == Sort::Garbage && self.rng.once_in(3) {
            let ends = [End::Fin, End::CloseNotify, End::BareFin, End::Reset];
            let end = ends[narrow(self.rng.below(4))];
            self.end(nth, end, now);
        } else {
            self.queue.at(now + pause, Kind::Go(nth));
        }
    }

    /// What was written from there on goes its way, and may not come far.
    pub(crate) fn send(&mut self, nth: u32, from: usize, now: u64) {
        let (clogged, latency) = (self.clogged(nth), self.latency());
        let tls = self.stations[self.conns[nth as usize].station as usize].tls;
        let conn = &mut self.conns[nth as usize];
        let cut = conn.plan.cut.filter(|(at, _)| *at <= conn.wire.len());
        if let Some((at, _)) = cut {
            conn.wire.truncate(at.max(from));
        }
        if let Some((_, long)) = conn.plan.stall.take_if(|(at, _)| *at <= conn.wire.len()) {
            conn.last_arrival = conn.last_arrival.max(now) + long;
        }
        let count = number(conn.wire.len() - from);
        let at = (now + latency).max(clogged).max(conn.last_arrival);
        conn.last_arrival = at;
        if count > 0 {
            self.queue.at(at, Kind::Arrived(nth, count));
        }
        if let Some((_, cut)) = cut {
            let fin = if tls { End::BareFin } else { End::Fin };
            self.end(nth, if cut == Cut::Fin { fin } else { End::Reset }, now);
            // The station learns of it from its own side.
            self.queue.at(at, Kind::Gone(nth));
        }
    }

    /// The client will hear of an end, once it has heard what came before.
    pub(crate) fn end(&mut self, nth: u32, end: End, now: u64) {
        let at = (now + self.latency()).max(self.clogged(nth));
        let conn = &mut self.conns[nth as usize];
        if conn.end.is_none() {
            conn.end = Some(end);
            conn.last_arrival = conn.last_arrival.max(at);
            let at = conn.last_arrival;
            self.queue.at(at, Kind::Ended(nth));
        }
    }

    pub(crate) fn reset(&mut self, nth: u32, now: u64) {
        self.end(nth, End::Reset, now);
    }

    /// A station is through with a connection, whichever way.
    pub(crate) fn over(&mut self, nth: u32, now: u64) {
        let conn = &mut self.conns[nth as usize];
        if std::mem::replace(&mut conn.is_over, true) {
            return;
        }
        let nth_station = conn.station;
        let station = &mut self.stations[nth_station as usize];
        station.backlog.retain(|&waiting| waiting != nth);
        if let Some(place) = station.open.iter().position(|&open| open == nth) {
            station.open.swap_remove(place);
            station.accept.ended();
            self.queue.at(now, Kind::Look(nth_station));
        }
    }

    fn clogged(&self, nth: u32) -> u64 {
        self.stations[self.conns[nth as usize].station as usize].clogged
    }
}
