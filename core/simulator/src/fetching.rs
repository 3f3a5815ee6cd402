//! A client's end of a connection, from the answer to its first packet until it is left.

use carwatch::fetch::{self, Fired, Want};
use carwatch::gather::DialId;
use carwatch::{Fault, Reason};

use crate::conn::Answer;
use crate::event::Kind;
use crate::number::{instant, number};
use crate::oracle::End;
use crate::world::World;

impl World<'_> {
    /// Something came of an attempt to connect.
    pub(crate) fn answered(&mut self, nth: u32, now: u64) {
        let conn = &mut self.conns[nth as usize];
        let (who, station, answer) = (conn.client, conn.station as usize, conn.answer);
        let client = &mut self.clients[who as usize];
        let (Some(gather), Some(dial)) = (&mut client.gather, conn.dial.take()) else { return };
        if conn.is_left || conn.round != client.round {
            return;
        }
        client.tries[station].open -= 1;
        let (word, reason) = match answer {
            Answer::Made => {
                match gather.connected(dial, instant(now)) {
                    Ok((dial, fetch)) => {
                        let due = fetch.deadline().as_nanos();
                        (conn.dial, conn.fetch) = (Some(dial), Some(fetch));
                        (conn.made, conn.last) = (now, now);
                        client.tries[station].is_connected = true;
                        self.queue.at(due, Kind::FetchTimer(nth));
                        self.queue.at(due + 1, Kind::ConnectionDue(nth));
                    }
                    Err(_) => self.leave(nth, now),
                }
                self.pump(who, now);
                return;
            }
            Answer::Refused => ("refused", Reason::Refused),
            Answer::Unreachable => ("unreachable", Reason::Unreachable),
            Answer::Reset => ("reset", Reason::Reset),
            Answer::Nothing => unreachable!("nothing came"),
        };
        conn.is_left = true;
        client.tries[station].faults.push(word);
        if gather.failed(dial, Fault::from(reason), instant(now)).is_err() {
            client.tries[station].faults.pop();
        }
        self.pump(who, now);
    }

    /// Bytes have come.
    pub(crate) fn arrived(&mut self, nth: u32, count: u32, now: u64) {
        let conn = &mut self.conns[nth as usize];
        let (who, from) = (conn.client, conn.arrived);
        conn.arrived += count as usize;
        if let Some(fetch) = &mut conn.fetch {
            let segment = &conn.wire[from..conn.arrived];
            let want = fetch.receive(segment, instant(now));
            (conn.last, conn.read) = (now, conn.arrived);
            conn.first.get_or_insert(now);
            let bytes = fetch.bytes();
            let client = &mut self.clients[who as usize];
            client.held += count as usize;
            let (gather, dial) = (client.gather.as_mut(), conn.dial.as_ref());
            gather.expect("somebody reads").received(dial.expect("it is settled once"), bytes);
            if want == Want::Enough {
                self.settle(nth, End::Stopped("too_large"), fetch::End::Fin, now);
            }
            self.pump(who, now);
            self.check_memory(who);
        }
        if self.conns[nth as usize].serve.is_some() {
            let at = now + self.latency();
            self.queue.at(at, Kind::Go(nth));
        }
    }

    /// The end has come.
    pub(crate) fn ended(&mut self, nth: u32, now: u64) {
        let conn = &self.conns[nth as usize];
        if conn.fetch.is_none() {
            return;
        }
        let (who, end) = (conn.client, conn.end.expect("it has ended"));
        let told = match end {
            End::Fin => fetch::End::Fin,
            End::CloseNotify => fetch::End::CloseNotify,
            End::BareFin => fetch::End::Fault(Reason::Truncated.into()),
            _ => fetch::End::Fault(Reason::Reset.into()),
        };
        self.settle(nth, end, told, now);
        self.pump(who, now);
    }

    pub(crate) fn fetch_timer(&mut self, nth: u32, now: u64) {
        let conn = &mut self.conns[nth as usize];
        let Some(fetch) = conn.fetch.take() else { return };
        let who = conn.client;
        match fetch.fire(instant(now)) {
            Fired::Again(fetch) => {
                let due = fetch.deadline().as_nanos();
                conn.fetch = Some(fetch);
                self.check(due > now, "a deadline that has come does nothing", String::new);
                self.queue.at(due, Kind::FetchTimer(nth));
            }
            Fired::Done(outcome) => {
                self.judge(nth, End::Timer, outcome, now);
                self.pump(who, now);
            }
        }
    }

    /// The gather says that a connection is to be given up.
    pub(crate) fn stopped(&mut self, nth: u32, fault: Fault, now: u64) {
        let conn = &self.conns[nth as usize];
        // What came last may have been too much for its station alone.
        if conn.fetch.is_none() {
            return;
        }
        if fault.reason == Reason::TooLarge {
            let of_client =
                self.conns.iter().filter(|one| one.client == conn.client && one.fetch.is_some());
            let is_largest = of_client.map(|one| one.arrived).max() == Some(conn.arrived);
            let client = &self.clients[conn.client as usize];
            let is_full = client.held as u64 > client.limits.memory;
            self.check(is_largest, "not the largest was stopped", String::new);
            self.check(is_full, "one was stopped though there is memory", String::new);
        }
        let reason = fault.reason.as_str();
        self.settle(nth, End::Stopped(reason), fetch::End::Fault(fault), now);
    }

    /// The client closes a connection, or gives it up.
    pub(crate) fn leave(&mut self, nth: u32, now: u64) {
        let conn = &mut self.conns[nth as usize];
        if conn.dial.is_some() && !conn.is_left {
            self.clients[conn.client as usize].tries[conn.station as usize].open -= 1;
        }
        (conn.is_left, conn.fetch, conn.dial) = (true, None, None);
        let at = now + self.latency();
        self.queue.at(at, Kind::Gone(nth));
    }

    /// Which connection a gather calls that.
    pub(crate) fn connection(&self, who: u32, id: DialId) -> u32 {
        let round = self.clients[who as usize].round;
        let nth = self
            .conns
            .iter()
            .rposition(|conn| conn.client == who && conn.round == round && conn.id == id);
        number(nth.expect("it was to connect"))
    }

    fn settle(&mut self, nth: u32, end: End, told: fetch::End, now: u64) {
        let fetch = self.conns[nth as usize].fetch.take().expect("it is settled once");
        let outcome = fetch.finish(told);
        self.judge(nth, end, outcome, now);
    }
}
