//! Attempts that are not connected yet: which of the addresses raced stands for each.

use std::collections::HashMap;
use std::net::SocketAddr;

use carwatch::Reason;
use carwatch::gather::{DialId, StationId};

/// The attempts, one of a station at a time.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    of: HashMap<StationId, Attempt>,
    stations: HashMap<DialId, StationId>,
}

/// The addresses of one attempt that were dialled.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) number: u32,
    dials: Vec<Dialled>,
}

/// An address that was dialled.
#[derive(Clone, Debug)]
pub(crate) struct Dialled {
    pub(crate) dial: DialId,
    pub(crate) peer: SocketAddr,
    /// When, in Unix nanoseconds.
    pub(crate) at_ns: u64,
    /// Why it came to nothing, once it did.
    pub(crate) reason: Option<Reason>,
}

impl Attempts {
    /// One more address of an attempt is dialled.
    pub(crate) fn dialled(&mut self, station: StationId, number: u32, dialled: Dialled) {
        if self.of.get(&station).is_some_and(|attempt| attempt.number != number) {
            self.take(station);
        }
        self.stations.insert(dialled.dial, station);
        let attempt = self.of.entry(station);
        attempt.or_insert_with(|| Attempt { number, dials: Vec::new() }).dials.push(dialled);
    }

    /// One of them came to nothing.
    pub(crate) fn not_connected(&mut self, dial: DialId, reason: Reason) {
        let station = self.stations.get(&dial);
        let attempt = station.and_then(|station| self.of.get_mut(station));
        let mut dials = attempt.into_iter().flat_map(|attempt| &mut attempt.dials);
        if let Some(dialled) = dials.find(|dialled| dialled.dial == dial) {
            dialled.reason = Some(reason);
        }
    }

    /// One of them is connected, which decides its attempt.
    pub(crate) fn decided(&mut self, dial: DialId) -> Option<(StationId, Attempt)> {
        let station = *self.stations.get(&dial)?;
        Some((station, self.take(station)?))
    }

    /// An attempt failed; `None` if it never had an address.
    pub(crate) fn failed(&mut self, station: StationId, number: u32) -> Option<Attempt> {
        self.take(station).filter(|attempt| attempt.number == number)
    }

    fn take(&mut self, station: StationId) -> Option<Attempt> {
        let attempt = self.of.remove(&station)?;
        for dialled in &attempt.dials {
            self.stations.remove(&dialled.dial);
        }
        Some(attempt)
    }
}

impl Attempt {
    pub(crate) fn get(&self, dial: DialId) -> Option<&Dialled> {
        self.dials.iter().find(|dialled| dialled.dial == dial)
    }

    /// The address that stands for an attempt that failed for that reason: one that failed for
    /// it, else one that was not answered at all, else the last.
    pub(crate) fn like(&self, reason: Reason) -> Option<&Dialled> {
        let such = |wanted: Option<Reason>| {
            self.dials.iter().rev().find(move |dialled| dialled.reason == wanted)
        };
        such(Some(reason)).or_else(|| such(None)).or(self.dials.last())
    }
}
