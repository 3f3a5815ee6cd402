//! Sockets that listen, and the loop that accepts from them.
//!
//! Whether to accept is [`carwatch::accept`]'s to say, how a connection is served
//! `connection`'s; who spawns it is lent.

mod connection;
mod listener;
mod open;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use async_io::{Async, Timer};
use carwatch::accept::{Accept, AcceptFault, Next, Room};
use carwatch::limits::StationLimits;
use carwatch::serve::Serve;
use carwatch::time::Instant;
use carwatch::{Roster, Snapshot};
use futures_util::future::{FutureExt, poll_fn};

use crate::alarm::Alarm;
use crate::socket::Accepted;
use crate::{clock, random};
pub use connection::Connection;
pub use listener::bind;
use open::{Open, Progress};

/// What the ingest thread appends to, and every accepted connection takes a snapshot of.
pub type SharedRoster = Arc<Mutex<Roster>>;

/// Serves until `stop` resolves, then closes the listeners and lets running snapshots
/// finish for at most the duration that `stop` resolved to; what is left then is reset.
///
/// `S` is the runtime's TCP stream; `spawn` runs a connection on it. What `spawn` returns
/// is kept until the connection has ended, for runtimes that cancel what nobody holds.
///
/// # Errors
///
/// The system's, if a listener cannot be registered with the reactor.
pub async fn serve<S: Accepted, T>(
    listeners: Vec<TcpListener>,
    roster: SharedRoster,
    limits: StationLimits,
    stop: impl Future<Output = Duration>,
    spawn: impl Fn(Connection) -> T,
) -> io::Result<()> {
    // Also those that were handed over, and not made by `bind`.
    listeners.iter().try_for_each(listener::prepare)?;
    let listeners = listeners.into_iter().map(Async::new).collect::<io::Result<Vec<_>>>()?;
    let mut door = Door {
        listeners,
        turn: 0,
        roster,
        accept: Accept::new(&limits, random::seed()),
        open: Open::new(),
        alarm: Alarm::new(),
        limits,
    };
    let mut stop = pin!(stop.fuse());
    let drain = poll_fn(|cx| {
        if let Poll::Ready(drain) = stop.as_mut().poll(cx) {
            return Poll::Ready(drain);
        }
        door.poll::<S>(cx, &spawn);
        Poll::Pending
    })
    .await;
    // Whoever waits in the backlog is reset by this.
    door.listeners.clear();
    drain_all(&mut door.open, drain).await;
    Ok(())
}

/// The accept loop: listeners on one side, connections on the other.
struct Door<T> {
    listeners: Vec<Async<TcpListener>>,
    /// The listener whose turn it is, so that a busy one does not starve the others.
    turn: usize,
    roster: SharedRoster,
    limits: StationLimits,
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
                Next::Accept => match self.poll_accept(cx) {
                    Poll::Ready(accepted) => {
                        self.accepted::<S>(accepted, now, spawn);
                        continue;
                    }
                    Poll::Pending => return,
                },
                Next::Pause(until) => until,
                Next::Full if self.poll_waiting(cx).is_pending() => return,
                Next::Full => match self.accept.make_room(now, self.open.paid_until()) {
                    Room::Reset(slowest) => {
                        self.open.abort(slowest);
                        // Its end, which is a moment away, makes the room.
                        return;
                    }
                    Room::NotBefore(due) => due,
                },
            };
            if self.alarm.poll(due, cx).is_pending() {
                return;
            }
        }
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        for _ in 0..self.listeners.len() {
            self.turn = (self.turn + 1) % self.listeners.len();
            let listener = &self.listeners[self.turn];
            loop {
                match listener.get_ref().accept() {
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                    // Without descriptors this fails also where nobody waits.
                    Err(e) if is_gone(&e) => return Poll::Ready(Err(e)),
                    Err(_) if !listener::has_waiting(listener) => {}
                    accepted => return Poll::Ready(accepted),
                }
                match listener.poll_readable(cx) {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                    Poll::Pending => break,
                }
            }
        }
        Poll::Pending
    }

    /// Ready when somebody waits in a backlog.
    fn poll_waiting(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waits = false;
        for listener in &self.listeners {
            // The reactor may still tell of a connection that was accepted since: only the
            // listener itself knows, and nobody is to be reset for a newcomer who is in.
            while listener.poll_readable(cx).is_ready() {
                if listener::has_waiting(listener) {
                    waits = true;
                    break;
                }
            }
        }
        if waits { Poll::Ready(()) } else { Poll::Pending }
    }

    fn accepted<S: Accepted>(
        &mut self,
        accepted: io::Result<(TcpStream, SocketAddr)>,
        now: Instant,
        spawn: &impl Fn(Connection) -> T,
    ) {
        let adopted = accepted.and_then(|(stream, peer)| {
            listener::abort_by_default(&stream)?;
            Ok((adopt::<S>(stream)?, peer))
        });
        let (stream, peer) = match adopted {
            Ok(adopted) => adopted,
            Err(error) => return self.accept_failed(&error, now),
        };
        self.accept.accepted();
        let serve = Serve::new(self.snapshot(), &self.limits, now);
        let progress = Progress::of(&serve);
        self.open.insert(progress, |handle| spawn(connection::serve(stream, peer, serve, handle)));
    }

    fn accept_failed(&mut self, error: &io::Error, now: Instant) {
        let fault = if is_gone(error) { AcceptFault::Connection } else { AcceptFault::System };
        if let Some(unlogged) = self.accept.failed(fault, now) {
            let open = self.accept.open();
            let pausing = fault == AcceptFault::System;
            tracing::warn!(%error, open, unlogged, pausing, "cannot accept");
        }
    }

    fn snapshot(&self) -> Snapshot {
        // A panic elsewhere leaves the roster whole: each append is complete or not begun.
        let mut roster = self.roster.lock().unwrap_or_else(PoisonError::into_inner);
        roster.trim(clock::unix());
        roster.snapshot()
    }
}

/// Whether an error of accepting speaks of the one connection that is gone. Any other may come
/// again at once, and a loop that tries again at once would spin.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

/// Makes a runtime's stream of an accepted one. async-std panics where the reactor cannot
/// take it; that is a want of descriptors or memory like any other, and not the station's end.
fn adopt<S: Accepted>(stream: TcpStream) -> io::Result<S> {
    let adopted = catch_unwind(AssertUnwindSafe(|| S::try_from(stream)));
    let adopted =
        adopted.map_err(|_| io::Error::other("the reactor cannot take the connection"))?;
    adopted.map_err(|error| io::Error::other(error.to_string()))
}

async fn drain_all<T>(open: &mut Open<T>, drain: Duration) {
    all_ended(open, drain).await;
    // Dropping an unfinished connection resets it; the bound is for a runtime that stalls.
    open.abort_all();
    all_ended(open, ABORT_TIME).await;
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

/// How long aborted connections have to end before the program does.
const ABORT_TIME: Duration = Duration::from_secs(1);
