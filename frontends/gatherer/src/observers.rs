//! Who looks on while a round is gathered: the bar, and the capture.

use std::net::SocketAddr;

use carwatch::gather::{DialId, StationId};
use carwatch::time::Instant;
use carwatch::{Fault, Outcome, Target};
use carwatch_driver::client::{Ending, Observer};

/// Two of them, or one: each hears of everything.
#[derive(Debug)]
pub(crate) struct Observers<'a, B, C> {
    pub(crate) bar: B,
    pub(crate) capture: Option<&'a mut C>,
}

impl<B: Observer, C: Observer> Observers<'_, B, C> {
    fn tell(&mut self, tell: impl Fn(&mut dyn Observer)) {
        tell(&mut self.bar);
        if let Some(capture) = &mut self.capture {
            tell(*capture);
        }
    }
}

impl<B: Observer, C: Observer> Observer for Observers<'_, B, C> {
    fn began(&mut self, station: StationId, attempt: u32, now: Instant) {
        self.tell(|each| each.began(station, attempt, now));
    }

    fn dialling(
        &mut self,
        station: StationId,
        attempt: u32,
        dial: DialId,
        peer: SocketAddr,
        now: Instant,
    ) {
        self.tell(|each| each.dialling(station, attempt, dial, peer, now));
    }

    fn not_connected(&mut self, dial: DialId, fault: &Fault, now: Instant) {
        self.tell(|each| each.not_connected(dial, fault, now));
    }

    fn connected(&mut self, dial: DialId, local: Option<SocketAddr>, now: Instant) {
        self.tell(|each| each.connected(dial, local, now));
    }

    fn received(&mut self, dial: DialId, bytes: &[u8], now: Instant) {
        self.tell(|each| each.received(dial, bytes, now));
    }

    fn ended(&mut self, dial: DialId, ending: Ending, outcome: &Outcome, now: Instant) {
        self.tell(|each| each.ended(dial, ending, outcome, now));
    }

    fn failed(&mut self, station: StationId, attempt: u32, fault: &Fault, now: Instant) {
        self.tell(|each| each.failed(station, attempt, fault, now));
    }

    fn settled(&mut self, station: StationId, target: &Target, outcome: &Outcome) {
        self.tell(|each| each.settled(station, target, outcome));
    }
}
