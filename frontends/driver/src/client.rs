//! Pumps between many sockets and one [`Gather`] machine.
//!
//! Everything happens in one task. The futures own sockets and buffers and say what
//! happened to them; the machines stay here, where each event is handed to its own.

mod event;
pub(crate) mod faults;
mod log;
mod observer;
mod reading;
mod station;

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use carwatch::fetch::End;
use carwatch::gather::{Dial, DialId, Gather, Lookup, Next};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Report, Target};
use futures_util::future::{AbortHandle, Abortable, FutureExt, poll_fn};
use futures_util::stream::{FuturesUnordered, Stream};

use crate::alarm::Alarm;
use crate::clock;
use crate::socket::Socket;
use crate::tls::To;
use event::{Buffer, Event};
pub use observer::{Ending, Observer};
use reading::Reading;
pub use station::Station;

/// Gathers from all `stations`, and reports once every one of them is settled.
///
/// `connect` is the runtime's: one address, one connection. When `cancel` resolves, what is
/// not settled is cancelled. `observer` hears of all that happens. Equal `seed`s give equal
/// back-offs.
pub async fn gather<S, F>(
    stations: Vec<impl Into<Station>>,
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
    let stations = stations.into_iter().map(Into::into).collect();
    run(stations, limits, seed, event::ask_system, connect, cancel, observer).await
}

/// [`gather`], with the resolver lent as well.
async fn run<S, F, R>(
    stations: Vec<Station>,
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
    let (targets, tls): (Vec<_>, Vec<_>) =
        stations.into_iter().map(|station| (station.target, station.tls)).unzip();
    log::started(targets.len());
    let mut driver = Driver {
        tls,
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
    /// By station.
    tls: Vec<Option<To>>,
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
            Event::Connected(dial, Ok(link)) => self.connected(dial, link, now),
            Event::Connected(dial, Err(fault)) => self.not_connected(dial, fault, now),
            Event::Read(id, reader, read) => self.read(id, reader, read, now),
        }
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
        let tls = self.tls[station].clone();
        self.spawn(
            id,
            async move { Event::Connected(dial, event::connect(connecting, tls).await) },
        );
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
