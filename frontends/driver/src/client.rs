//! Pumps between many sockets and one [`Gather`] machine.
//!
//! Everything happens in one task. The futures own sockets and buffers and say what
//! happened to them; the machines stay here, where each event is handed to its own.

mod event;
mod faults;
mod log;

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use carwatch::fetch::{End, Fetch, Fired, Want};
use carwatch::gather::{Dial, DialId, Gather, Lookup, Next};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Outcome, Report, Target};
use futures_util::future::{AbortHandle, Abortable, FutureExt, poll_fn};
use futures_util::stream::{FuturesUnordered, Stream};

use crate::alarm::Alarm;
use crate::clock;
use crate::socket::Socket;
use event::{Event, Read, Reader};

/// Gathers from all `targets`, and reports once every one of them is settled.
///
/// `connect` is the runtime's: one address, one connection. When `cancel` resolves, what is
/// not settled is cancelled. `settled` hears of each station once, when it is settled.
/// Equal `seed`s give equal back-offs.
pub async fn gather<S, F>(
    targets: Vec<Target>,
    limits: &ClientLimits,
    seed: u64,
    connect: impl Fn(SocketAddr) -> F,
    cancel: impl Future<Output = ()>,
    settled: impl FnMut(&Target, &Outcome),
) -> Report
where
    F: Future<Output = io::Result<S>> + 'static,
    S: Socket,
{
    run(targets, limits, seed, event::ask_system, connect, cancel, settled).await
}

/// [`gather`], with the resolver lent as well.
async fn run<S, F, R>(
    targets: Vec<Target>,
    limits: &ClientLimits,
    seed: u64,
    resolve: impl Fn(&Target) -> R,
    connect: impl Fn(SocketAddr) -> F,
    cancel: impl Future<Output = ()>,
    settled: impl FnMut(&Target, &Outcome),
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
        settled,
        io: FuturesUnordered::new(),
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

struct Driver<S, L, C, N> {
    gather: Gather,
    resolve: L,
    connect: C,
    settled: N,
    io: FuturesUnordered<Pin<Box<dyn Future<Output = Event<S>>>>>,
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

impl<S, L, R, C, F, N> Driver<S, L, C, N>
where
    R: Future<Output = io::Result<Vec<SocketAddr>>> + 'static,
    L: Fn(&Target) -> R,
    F: Future<Output = io::Result<S>> + 'static,
    S: Socket,
    C: Fn(SocketAddr) -> F,
    N: FnMut(&Target, &Outcome),
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
                        self.settle(dial, fetch.finish(End::Fault(fault)), since);
                    }
                }
                Next::Settled(station) => {
                    let attempts = self.gather.attempts(station);
                    if let Some(outcome) = self.gather.outcome(station) {
                        let target = self.gather.target(station);
                        log::settled(target, outcome, attempts);
                        (self.settled)(target, outcome);
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
                log::not_connected(self.gather.target(dial.station()), &error);
                // Late: it lost its race, or its attempt timed out.
                let _ = self.gather.failed(dial, faults::of_connecting(&error), now);
            }
            Event::Read(id, reader, read) => self.read(id, reader, read, now),
        }
    }

    fn connected(&mut self, dial: Dial, stream: S, now: Instant) {
        self.dials.remove(&dial.id());
        if faults::is_itself(&stream) {
            let _ = self.gather.failed(dial, faults::connected_to_itself(), now);
            return;
        }
        // Late: dropping the stream is all there is to do.
        let Ok((dial, fetch)) = self.gather.connected(dial, now) else { return };
        log::connected(self.gather.target(dial.station()));
        let (id, deadline) = (dial.id(), fetch.deadline());
        self.reading.insert(id, Reading { dial, fetch, since: now });
        self.spawn(id, event::read(id, Reader::new(stream), deadline));
    }

    fn read(&mut self, id: DialId, mut reader: Reader<S>, read: Read, now: Instant) {
        // It was stopped while the event was under way.
        let Some(Reading { dial, mut fetch, since }) = self.reading.remove(&id) else { return };
        let end = match read {
            Read::Bytes(n) => {
                log::received(self.gather.target(dial.station()), n, fetch.bytes() == 0);
                let want = fetch.receive(&reader.buffer[..n], now);
                self.gather.received(&dial, fetch.bytes());
                if want == Want::Enough {
                    return self.settle(dial, fetch.finish(End::Fin), since);
                }
                reader.taken(n);
                None
            }
            Read::End => Some(End::Fin),
            Read::Failed(error) => Some(End::Fault(faults::of_reading(&error))),
            Read::Nothing => None,
        };
        if let Some(end) = end {
            return self.settle(dial, fetch.finish(end), since);
        }
        match fetch.fire(now) {
            Fired::Done(outcome) => self.settle(dial, outcome, since),
            Fired::Again(fetch) => {
                let deadline = fetch.deadline();
                self.reading.insert(id, Reading { dial, fetch, since });
                self.spawn(id, event::read(id, reader, deadline));
            }
        }
    }

    fn settle(&mut self, dial: Dial, outcome: Outcome, since: Instant) {
        let now = clock::now();
        self.dials.remove(&dial.id());
        log::ended(self.gather.target(dial.station()), &outcome, now.since(since));
        // Late cannot be: a connection that reads is settled here and nowhere else.
        let _ = self.gather.settled(dial, outcome, now);
    }

    fn resolve(&mut self, lookup: Lookup) {
        let resolving = (self.resolve)(self.gather.target(lookup.station()));
        self.io.push(Box::pin(async move { Event::Resolved(lookup, resolving.await) }));
    }

    fn connect(&mut self, dial: Dial, address: SocketAddr) {
        let (id, connecting) = (dial.id(), (self.connect)(address));
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
