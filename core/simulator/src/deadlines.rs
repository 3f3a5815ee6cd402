//! Every deadline is kept: of each, whoever set it is asked a nanosecond later what came of it.

use crate::event::Kind;
use crate::number::{nanos, short};
use crate::oracle::End;
use crate::pace::{LEAST, WINDOW};
use crate::station::limits;
use crate::world::World;

impl World<'_> {
    /// By now a connection that hears nothing must be over.
    pub(crate) fn connection_due(&mut self, nth: u32, at: u64) {
        let conn = &self.conns[nth as usize];
        if conn.fetch.is_none() {
            return;
        }
        let client = &self.clients[conn.client as usize];
        let due = client.deadline.min(conn.last + nanos(client.limits.idle_timeout)) + 1;
        self.check(due > at, "a time-out passed, and the connection goes on", String::new);
        self.queue.at(due, Kind::ConnectionDue(nth));
    }

    /// By now an attempt must be connected, or over.
    pub(crate) fn attempt_due(&mut self, (who, round): (u16, u16), station: u16, attempt: u16) {
        let client = &self.clients[usize::from(who)];
        let tries = &client.tries[usize::from(station)];
        let is_over = u32::from(round) != client.round
            || tries.attempt != u32::from(attempt)
            || tries.is_connected
            || tries.past.len() >= usize::from(attempt)
            || tries.is_settled;
        self.check(is_over, "the connect time-out passed, and the attempt goes on", || {
            format!("{attempt} at {station}")
        });
    }

    /// By now an attempt must have tried another address, or be connected, or over.
    pub(crate) fn race_due(&mut self, (who, round): (u16, u16), station: u16, which: u16) {
        let client = &self.clients[usize::from(who)];
        let tries = &client.tries[usize::from(station)];
        let is_past = u32::from(round) != client.round
            || (short(tries.attempt) << 8 | tries.begun) != which
            || tries.is_connected
            || tries.past.len() as u64 >= tries.attempt.into();
        self.check(is_past, "the next address is not tried", || format!("{station}"));
    }

    /// By now the gather must be over.
    pub(crate) fn round_due(&mut self, who: u32, round: u32) {
        let client = &self.clients[who as usize];
        let is_over = round != client.round || client.gather.is_none();
        self.check(is_over, "the deadline passed, and the gather goes on", String::new);
    }

    /// By now a connection of which nothing is taken must be over.
    pub(crate) fn serve_due(&mut self, nth: u32, at: u64) {
        let conn = &self.conns[nth as usize];
        if conn.is_over {
            return;
        }
        let is_drained =
            conn.end.is_some_and(|end| end != End::Reset) && conn.taken == conn.list.len();
        let patience = if is_drained { limits().drain_time } else { limits().write_timeout };
        let due = conn.progress + nanos(patience) + 1;
        // Two windows of the minimum rate hold a whole one, wherever that began.
        let then = at.saturating_sub(2 * WINDOW);
        let awake = self.stations[conn.station as usize].asleep.max(conn.begun);
        let is_slow = !conn.is_finished && awake < then && conn.pace.since(then) < LEAST;
        self.check(due > at, "nothing is taken, and the connection goes on", String::new);
        self.check(!is_slow, "too little is taken, and the connection goes on", String::new);
        self.queue.at(due, Kind::ServeDue(nth));
    }
}
