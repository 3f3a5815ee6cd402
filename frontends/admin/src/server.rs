//! The accept loop.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_io::{Async, Timer};
use carwatch::accept::{Accept, AcceptFault, Next, Room};
use carwatch::limits::StationLimits;
use carwatch::time::Instant;
use carwatch_driver::alarm::Alarm;
use carwatch_driver::listener::{fault, poll_accept, poll_waiting};
use carwatch_driver::server::Connection;
use carwatch_driver::{Accepted, clock, random};
use futures_util::future::{FutureExt, poll_fn};

use crate::connection;
use crate::limits::Limits;
use crate::listener::adopt;
use crate::open::Open;
use crate::station::Station;
use crate::upload::Slots;
use crate::watch::Watch;

/// Answers HTTP on `listener` for `station` until `stop` resolves; then closes the listener,
/// and lets requests that are being answered finish for a second.
///
/// `S` is the runtime's TCP stream; `spawn` runs a connection on it. What `spawn` returns
/// is kept until the connection has ended, for runtimes that cancel what nobody holds.
///
/// # Errors
///
/// The system's, if the listener cannot be registered with the reactor.
pub async fn serve<S: Accepted, T>(
    listener: TcpListener,
    station: Arc<dyn Station>,
    stop: impl Future<Output = ()>,
    spawn: impl Fn(Connection) -> T,
) -> io::Result<()> {
    serve_with::<S, T>(listener, station, Limits::default(), stop, spawn).await
}

/// [`serve`] with limits of one's own.
///
/// # Errors
///
/// As [`serve`].
pub async fn serve_with<S: Accepted, T>(
    listener: TcpListener,
    station: Arc<dyn Station>,
    limits: Limits,
    stop: impl Future<Output = ()>,
    spawn: impl Fn(Connection) -> T,
) -> io::Result<()> {
    let accept =
        StationLimits { connections: limits.connections.max(1), ..StationLimits::default() };
    let stop_time = limits.stop_time;
    let mut door = Door {
        listener: Async::new(listener)?,
        station,
        slots: Arc::new(Slots::new(limits.uploads)),
        limits: Arc::new(limits),
        accept: Accept::new(&accept, random::seed()),
        open: Open::new(),
        alarm: Alarm::new(),
    };
    let mut stop = pin!(stop.fuse());
    poll_fn(|cx| {
        if stop.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        door.poll::<S>(cx, &spawn);
        Poll::Pending
    })
    .await;
    // Whoever waits in the backlog is reset by this.
    drop(door.listener);
    door.open.leave_all();
    all_ended(&mut door.open, stop_time).await;
    door.open.abort_all();
    all_ended(&mut door.open, ABORT_TIME).await;
    Ok(())
}

struct Door<T> {
    listener: Async<TcpListener>,
    station: Arc<dyn Station>,
    limits: Arc<Limits>,
    slots: Arc<Slots>,
    accept: Accept,
    open: Open<T>,
    alarm: Alarm,
}

impl<T> Door<T> {
    /// Does all that can be done now; returns when it is woken by something.
    fn poll<S: Accepted>(&mut self, cx: &mut Context<'_>, spawn: &impl Fn(Connection) -> T) {
        loop {
            for _ in 0..self.open.take_ended(cx) {
                self.accept.ended();
            }
            let now = clock::now();
            let due = match self.accept.next(now) {
                Next::Accept => match poll_accept(&self.listener, cx) {
                    Poll::Ready(accepted) => {
                        self.accepted::<S>(accepted, now, spawn);
                        continue;
                    }
                    Poll::Pending => return,
                },
                Next::Pause(until) => until,
                Next::Full if poll_waiting(&self.listener, cx).is_pending() => return,
                Next::Full => match self.accept.make_room(now, self.open.spare_since()) {
                    Room::Reset(spare) => {
                        self.open.leave(spare);
                        // Its end, which is a moment away, makes the room.
                        now + LOOK_AGAIN
                    }
                    // A connection may have nothing to do earlier than any has now.
                    Room::NotBefore(due) => due.min(now + LOOK_AGAIN),
                },
            };
            if self.alarm.poll(due, cx).is_pending() {
                return;
            }
        }
    }

    fn accepted<S: Accepted>(
        &mut self,
        accepted: io::Result<(TcpStream, SocketAddr)>,
        now: Instant,
        spawn: &impl Fn(Connection) -> T,
    ) {
        let adopted = accepted.and_then(|(stream, peer)| Ok((adopt::<S>(stream)?, peer)));
        let (stream, peer) = match adopted {
            Ok(adopted) => adopted,
            Err(error) => return self.accept_failed(&error, now),
        };
        self.accept.accepted();
        let watch = Watch::new(Arc::clone(&self.limits), now);
        let (station, limits) = (Arc::clone(&self.station), Arc::clone(&self.limits));
        let slots = Arc::clone(&self.slots);
        self.open.insert(watch, |handle| {
            spawn(connection::serve(stream, peer, station, limits, slots, handle))
        });
    }

    fn accept_failed(&mut self, error: &io::Error, now: Instant) {
        let fault = fault(error);
        if let Some(unlogged) = self.accept.failed(fault, now) {
            let open = self.accept.open();
            let pausing = fault == AcceptFault::System;
            tracing::warn!(%error, open, unlogged, pausing, "cannot accept an HTTP connection");
        }
    }
}

/// Waits until every connection has ended, for `longest` at most.
async fn all_ended<T>(open: &mut Open<T>, longest: Duration) {
    let mut deadline = Timer::after(longest);
    poll_fn(|cx| {
        open.take_ended(cx);
        if open.is_empty() { Poll::Ready(()) } else { Pin::new(&mut deadline).poll(cx).map(drop) }
    })
    .await;
}

/// While somebody waits in the backlog of a full house: how often it is looked who may go.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// How long aborted connections have to end before the program does.
const ABORT_TIME: Duration = Duration::from_secs(1);
