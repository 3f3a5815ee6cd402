//! What becomes of a connection, from when it is made to when it is settled.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use carwatch::fetch::{End, Fetch, Fired, Want};
use carwatch::gather::{Dial, DialId};
use carwatch::time::Instant;
use carwatch::{Fault, Outcome, Target};
use socket2::SockRef;

use super::event::{self, Read, Reader};
use super::{Driver, Ending, Observer, faults, log};
use crate::clock;
use crate::socket::Socket;
use crate::tls::{self, Got, Link};

/// A connection that reads.
pub(super) struct Reading {
    pub(super) dial: Dial,
    pub(super) fetch: Fetch,
    pub(super) since: Instant,
}

impl<S, L, R, C, F, O> Driver<S, L, C, O>
where
    R: Future<Output = io::Result<Vec<SocketAddr>>> + 'static,
    L: Fn(&Target) -> R,
    F: Future<Output = io::Result<S>> + 'static,
    S: Socket,
    C: Fn(SocketAddr) -> F,
    O: Observer,
{
    pub(super) fn connected(&mut self, dial: Dial, link: Link<S>, now: Instant) {
        self.dials.remove(&dial.id());
        // Late: dropping the stream is all there is to do.
        let Ok((dial, fetch)) = self.gather.connected(dial, now) else { return };
        let local =
            SockRef::from(link.socket()).local_addr().ok().and_then(|local| local.as_socket());
        self.observer.connected(dial.id(), local, now);
        log::connected(self.gather.target(dial.station()));
        let (id, deadline) = (dial.id(), fetch.deadline());
        self.reading.insert(id, Reading { dial, fetch, since: now });
        self.spawn(id, event::read(id, Reader::new(link, Rc::clone(&self.buffer)), deadline));
    }

    pub(super) fn not_connected(&mut self, dial: Dial, fault: Fault, now: Instant) {
        self.dials.remove(&dial.id());
        let attempt = self.gather.attempts(dial.station());
        log::not_connected(self.gather.target(dial.station()), attempt, &fault);
        self.observer.not_connected(dial.id(), &fault, now);
        // Late: it lost its race, or its attempt timed out.
        let _ = self.gather.failed(dial, fault, now);
    }

    pub(super) fn read(&mut self, id: DialId, reader: Reader<S>, read: Read, now: Instant) {
        // It was stopped while the event was under way.
        let Some(Reading { dial, mut fetch, since }) = self.reading.remove(&id) else { return };
        let end = match read {
            Read::Got(Got::Bytes(n)) => {
                log::received(self.gather.target(dial.station()), n, fetch.bytes() == 0);
                let buffer = self.buffer.borrow();
                let want = fetch.receive(&buffer[..n], now);
                self.observer.received(id, &buffer[..n], now);
                drop(buffer);
                self.gather.received(&dial, fetch.bytes());
                if want == Want::Enough {
                    return self.settle(dial, Ending::GivenUp, fetch.finish(End::Fin), since);
                }
                None
            }
            Read::Got(Got::Fin) => Some((Ending::Fin, End::Fin)),
            Read::Got(Got::CloseNotify) => Some((Ending::CloseNotify, End::CloseNotify)),
            Read::Got(Got::Truncated) => Some((Ending::Truncated, End::Fault(faults::truncated()))),
            Read::Failed(error) => Some((Ending::Broken, End::Fault(tls::of_reading(&error)))),
            Read::Nothing => None,
        };
        if let Some((ending, end)) = end {
            return self.settle(dial, ending, fetch.finish(end), since);
        }
        match fetch.fire(now) {
            Fired::Done(outcome) => self.settle(dial, Ending::GivenUp, outcome, since),
            Fired::Again(fetch) => {
                let deadline = fetch.deadline();
                self.reading.insert(id, Reading { dial, fetch, since });
                self.spawn(id, event::read(id, reader, deadline));
            }
        }
    }

    pub(super) fn settle(&mut self, dial: Dial, ending: Ending, outcome: Outcome, since: Instant) {
        let now = clock::now();
        self.dials.remove(&dial.id());
        self.observer.ended(dial.id(), ending, &outcome, now);
        log::ended(self.gather.target(dial.station()), &outcome, now.since(since));
        // Late cannot be: a connection that reads is settled here and nowhere else.
        let _ = self.gather.settled(dial, outcome, now);
    }
}
