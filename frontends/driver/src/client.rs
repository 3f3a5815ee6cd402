//! Pumps between many sockets and one [`Gather`] machine.
//!
//! Everything happens in one task. The futures own sockets and buffers and say what
//! happened to them; the machines stay here, where each event is handed to its own.

mod event;
mod faults;
mod log;
mod observer;

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use carwatch::fetch::{End, Fetch, Fired, Want};
use carwatch::gather::{Dial, DialId, Gather, Lookup, Next};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Fault, Outcome, Report, Target};
use futures_util::future::{AbortHandle, Abortable, FutureExt, poll_fn};
use futures_util::stream::{FuturesUnordered, Stream};
use socket2::SockRef;

use crate::alarm::Alarm;
use crate::clock;
use crate::socket::Socket;
use event::{Buffer, Event, Read, Reader};
pub use observer::{Ending, Observer};

/// Gathers from all `targets`, and reports once every one of them is settled.
///
/// `connect` is the runtime's: one address, one connection. When `cancel` resolves, what is
/// not settled is cancelled. `observer` hears of all that happens. Equal `seed`s give equal
/// back-offs.
pub async fn gather<S, F>(
    targets: Vec<Target>,
    limits: &ClientLimits,
    seed: u64,
    connect: impl Fn(SocketAddr) -> F,
    cancel: impl Future<Output = ()>,
    observer: impl Observer,
) -> Report
where
    F: Future<Output = io::Result<S>> + 'static,
    S: Socket,
{
    run(targets, limits, seed, event::ask_system, connect, cancel, observer).await
}

/// [`gather`], with the resolver lent as well.
async fn run<S, F, R>(
    targets: Vec<Target>,
    limits: &ClientLimits,
    seed: u64,
    resolve: impl Fn(&Target) -> R,
    connect: impl Fn(SocketAddr) -> F,
    cancel: impl Future<Output = ()>,
    observer: impl Observer,
) -> Report
where
    R: Future<Output = io::Result<Vec<SocketAddr>>> + 'static,
    F: Future<Output = io::Result<S>> + 'static,
    S: Socket,
{
    log::started(targets.len());
    let mut driver = Driver {
        gather: Gather::new(targets, limits, seed, clock::now()),
        resolve,
        connect,
        observer,
        io: FuturesUnordered::new(),
        buffer: event::buffer(),
        dials: HashMap::new(),
        reading: HashMap::new(),
        alarm: Alarm::new(),
    };
    let mut cancel = pin!(cancel.fuse());
    while let Some(until) = driver.obey() {
        match poll_fn(|cx| driver.poll_event(until, cancel.as_mut(), cx)).await {
            Some(event) => driver.hear(event),
            None => driver.gather.cancel(clock::now()),
        }
    }
    let report = driver.gather.finish(clock::now());
    log::finished(&report);
    report
}

struct Driver<S, L, C, O> {
    gather: Gather,
    resolve: L,
    connect: C,
    observer: O,
    io: FuturesUnordered<Pin<Box<dyn Future<Output = Event<S>>>>>,
    /// What was read last.
    buffer: Buffer,
    /// Ends the future that works for a connection, made or in the making.
    dials: HashMap<DialId, AbortHandle>,
    reading: HashMap<DialId, Reading>,
    alarm: Alarm,
}

/// A connection that reads.
struct Reading {
    dial: Dial,
    fetch: Fetch,
    since: Instant,
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
    /// Does what the gather says, until it says to wait; `None` once it is done.
    fn obey(&mut self) -> Option<Instant> {
        loop {
            match self.gather.next(clock::now()) {
                Next::Resolve(lookup) => self.resolve(lookup),
                Next::Connect(dial, address) => self.connect(dial, address),
                Next::Abandon(id) => self.forget(id),
                Next::Stop(id, fault) => {
                    self.forget(id);
                    if let Some(Reading { dial, fetch, since }) = self.reading.remove(&id) {
                        let outcome = fetch.finish(End::Fault(fault));
                        self.settle(dial, Ending::GivenUp, outcome, since);
                    }
                }
                Next::Failed(station, attempt, fault) => {
                    self.observer.failed(station, attempt, &fault, clock::now());
                }
                Next::Settled(station) => {
                    let attempts = self.gather.attempts(station);
                    if let Some(outcome) = self.gather.outcome(station) {
                        let target = self.gather.target(station);
                        let elapsed = self.gather.elapsed(station).unwrap_or_default();
                        log::settled(target, outcome, attempts, elapsed);
                        self.observer.settled(station, target, outcome);
                    }
                }
                Next::Wait(until) => return Some(until),
                Next::Done => return None,
            }
        }
    }

    /// The next event; [`Event::Time`] at `until` or earlier, `None` for a cancellation.
    fn poll_event(
        &mut self,
        until: Instant,
        cancel: Pin<&mut impl Future<Output = ()>>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Event<S>>> {
        if cancel.poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        if let Poll::Ready(Some(event)) = Pin::new(&mut self.io).poll_next(cx) {
            return Poll::Ready(Some(event));
        }
        self.alarm.poll(until, cx).map(|()| Some(Event::Time))
    }

    fn hear(&mut self, event: Event<S>) {
        let now = clock::now();
        match event {
            Event::Time | Event::Abandoned => {}
            Event::Resolved(lookup, Ok(addresses)) => {
                // Late: its attempt timed out meanwhile, and was told so.
                let _ = self.gather.resolved(lookup, Ok(addresses), now);
            }
            Event::Resolved(lookup, Err(error)) => {
                let _ = self.gather.resolved(lookup, Err(faults::of_resolving(&error)), now);
            }
            Event::Connected(dial, Ok(stream)) => self.connected(dial, stream, now),
            Event::Connected(dial, Err(error)) => {
                self.dials.remove(&dial.id());
                let attempt = self.gather.attempts(dial.station());
                log::not_connected(self.gather.target(dial.station()), attempt, &error);
                self.not_connected(dial, faults::of_connecting(&error), now);
            }
            Event::Read(id, reader, read) => self.read(id, reader, read, now),
        }
    }

    fn connected(&mut self, dial: Dial, stream: S, now: Instant) {
        self.dials.remove(&dial.id());
        if faults::is_itself(&stream) {
            return self.not_connected(dial, faults::connected_to_itself(), now);
        }
        // Late: dropping the stream is all there is to do.
        let Ok((dial, fetch)) = self.gather.connected(dial, now) else { return };
        let local = SockRef::from(&stream).local_addr().ok().and_then(|local| local.as_socket());
        self.observer.connected(dial.id(), local, now);
        log::connected(self.gather.target(dial.station()));
        let (id, deadline) = (dial.id(), fetch.deadline());
        self.reading.insert(id, Reading { dial, fetch, since: now });
        self.spawn(id, event::read(id, Reader::new(stream, Rc::clone(&self.buffer)), deadline));
    }

    fn not_connected(&mut self, dial: Dial, fault: Fault, now: Instant) {
        self.observer.not_connected(dial.id(), &fault, now);
        // Late: it lost its race, or its attempt timed out.
        let _ = self.gather.failed(dial, fault, now);
    }

    fn read(&mut self, id: DialId, reader: Reader<S>, read: Read, now: Instant) {
        // It was stopped while the event was under way.
        let Some(Reading { dial, mut fetch, since }) = self.reading.remove(&id) else { return };
        let end = match read {
            Read::Bytes(n) => {
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
            Read::End => Some((Ending::Fin, End::Fin)),
            Read::Failed(error) => Some((Ending::Broken, End::Fault(faults::of_reading(&error)))),
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

    fn settle(&mut self, dial: Dial, ending: Ending, outcome: Outcome, since: Instant) {
        let now = clock::now();
        self.dials.remove(&dial.id());
        self.observer.ended(dial.id(), ending, &outcome, now);
        log::ended(self.gather.target(dial.station()), &outcome, now.since(since));
        // Late cannot be: a connection that reads is settled here and nowhere else.
        let _ = self.gather.settled(dial, outcome, now);
    }

    fn resolve(&mut self, lookup: Lookup) {
        let station = lookup.station();
        self.observer.began(station, self.gather.attempts(station), clock::now());
        let resolving = (self.resolve)(self.gather.target(station));
        self.io.push(Box::pin(async move { Event::Resolved(lookup, resolving.await) }));
    }

    fn connect(&mut self, dial: Dial, address: SocketAddr) {
        let (id, connecting) = (dial.id(), (self.connect)(address));
        let (station, now) = (dial.station(), clock::now());
        let attempt = self.gather.attempts(station);
        if self.gather.target(station).known_address().is_some() {
            self.observer.began(station, attempt, now);
        }
        self.observer.dialling(station, attempt, id, address, now);
        self.spawn(id, async move { Event::Connected(dial, connecting.await) });
    }

    fn spawn(&mut self, id: DialId, future: impl Future<Output = Event<S>> + 'static) {
        let (abort, registration) = AbortHandle::new_pair();
        self.dials.insert(id, abort);
        let future = Abortable::new(future, registration);
        self.io.push(Box::pin(future.map(|event| event.unwrap_or(Event::Abandoned))));
    }

    fn forget(&mut self, id: DialId) {
        if let Some(abort) = self.dials.remove(&id) {
            abort.abort();
        }
    }
}

#[cfg(test)]
mod tests;
