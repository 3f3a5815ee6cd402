//! What befalls stations and clients from outside.

use crate::event::Kind;
use crate::number::{SECOND, number};
use crate::station::Sort;
use crate::world::World;

impl World<'_> {
    /// A station dies, and comes back after a while.
    pub(crate) fn crash(&mut self, nth: u32, now: u64) {
        let forgets = self.rng.once_in(2);
        let station = &mut self.stations[nth as usize];
        station.die(forgets);
        // Whatever slept in it is no more.
        let now = now.max(station.asleep);
        let lost = station.open.iter().chain(&station.backlog).copied().collect::<Vec<_>>();
        for conn in lost {
            self.reset(conn, now);
            self.over(conn, now);
        }
        let after = self.rng.below(3 * SECOND);
        self.queue.at(now + after, Kind::Restart(nth));
    }

    /// Nothing gets through from a station for so many milliseconds.
    pub(crate) fn clog(&mut self, nth: u32, long: u32, now: u64) {
        let until = now + u64::from(long) * 1_000_000;
        let clogged = &mut self.stations[nth as usize].clogged;
        *clogged = until.max(*clogged);
    }

    /// Half of the stations are clogged, one after another, and then set free in another order.
    pub(crate) fn swizzle(&mut self, now: u64) {
        for nth in 0..self.stations.len() {
            if self.rng.once_in(2) {
                let from = now + self.rng.below(2 * SECOND);
                let long = self.rng.within(2000, 4000);
                self.queue.at(from, Kind::Clog(number(nth), u32::try_from(long).expect("few")));
            }
        }
    }

    /// A process does not run for a while, a client's or a station's: its clock jumps.
    pub(crate) fn jump(&mut self, now: u64) {
        let until = now + self.rng.below(30 * SECOND);
        let asleep = if self.rng.below(2) == 0 {
            let who = self.rng.below(self.clients.len() as u64) as usize;
            &mut self.clients[who].asleep
        } else {
            let whom = self.rng.below(self.stations.len() as u64) as usize;
            &mut self.stations[whom].asleep
        };
        *asleep = until.max(*asleep);
    }

    /// From now on nothing goes wrong, and everybody gathers once more.
    pub(crate) fn heal(&mut self, now: u64) {
        self.is_healthy = true;
        for station in &mut self.stations {
            (station.kind, station.up) = (Sort::Ours, true);
        }
        for who in 0..self.clients.len() {
            self.queue.at(now, Kind::Begin(number(who)));
        }
    }
}
