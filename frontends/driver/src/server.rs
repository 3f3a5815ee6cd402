//! Sockets that listen, from the first connection to the last one that is let finish.
//!
//! Whom to accept is `door`'s to say, how a connection is served `connection`'s; what is served
//! on it, and who spawns it, is lent.

mod connection;
mod control;
mod door;
mod dues;
mod heed;
mod machine;
mod open;
mod replaying;

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::os::fd::BorrowedFd;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use async_io::Timer;
use carwatch::Roster;
use carwatch::limits::StationLimits;
use carwatch::serve::Serve;
use futures_util::future::{FutureExt, poll_fn};

pub use crate::listener::bind;
use crate::socket::Accepted;
use crate::{clock, listener};
pub use connection::Connection;
pub use control::{Control, Counts, Settings};
use door::{Door, Entrance, Lend};
use machine::Machine;
use open::Open;
pub use replaying::replay;

/// A socket that listens.
#[derive(Debug)]
pub struct Listening {
    /// The socket.
    pub socket: TcpListener,
    /// Whether it speaks TLS, as [`Settings::tls`] says; without that it serves nobody.
    pub tls: bool,
}

impl From<TcpListener> for Listening {
    /// One that speaks in plain text.
    fn from(socket: TcpListener) -> Self {
        Self { socket, tls: false }
    }
}

/// The list of the station; every accepted connection takes a snapshot of it.
pub type SharedRoster = Arc<Mutex<Roster>>;

/// The list as it is at this moment, without the cars that have grown too old by now.
pub fn current(roster: &SharedRoster) -> MutexGuard<'_, Roster> {
    // A panic elsewhere leaves the roster whole: each append is complete or not begun.
    let mut roster = roster.lock().unwrap_or_else(PoisonError::into_inner);
    roster.trim(clock::now());
    roster
}

/// Serves until `stop` resolves, then closes the listeners and lets running snapshots
/// finish for at most the duration that `stop` resolved to; what is left then is reset.
///
/// The listeners may be those of [`bind`], or others that the program was handed. `control` has
/// the settings to begin with, and is how they are changed.
///
/// `S` is the runtime's TCP stream; `spawn` runs a connection on it. What `spawn` returns
/// is kept until the connection has ended, for runtimes that cancel what nobody holds.
///
/// # Errors
///
/// The system's, if a listener cannot be registered with the reactor.
pub async fn serve<S: Accepted, T>(
    listeners: Vec<Listening>,
    roster: SharedRoster,
    control: Control,
    stop: impl Future<Output = Duration>,
    spawn: impl Fn(Connection) -> T,
) -> io::Result<()> {
    let lend = |_: BorrowedFd<'_>, _, limits: &Arc<StationLimits>, now| {
        Ok(Serve::new(current(&roster).snapshot(), Arc::clone(limits), now))
    };
    run::<S, T, _, _>(listeners, lend, control, stop, spawn).await
}

/// The same for whatever `lend` gives to each connection, by the number of its listener.
async fn run<S: Accepted, T, L: Lend<M>, M: Machine>(
    listeners: Vec<Listening>,
    lend: L,
    control: Control,
    stop: impl Future<Output = Duration>,
    spawn: impl Fn(Connection) -> T,
) -> io::Result<()> {
    // Also those that were handed over, and not made by `bind`.
    listeners.iter().try_for_each(|listener| listener::prepare(&listener.socket))?;
    let listeners = listeners.into_iter().map(Entrance::new).collect::<io::Result<Vec<_>>>()?;
    let mut door = Door::new(listeners, lend, control);
    let mut stop = pin!(stop.fuse());
    let drain = poll_fn(|cx| {
        if let Poll::Ready(drain) = stop.as_mut().poll(cx) {
            return Poll::Ready(drain);
        }
        door.poll::<S, M>(cx, &spawn);
        Poll::Pending
    })
    .await;
    drain_all(&mut door.close(), drain).await;
    Ok(())
}

async fn drain_all<T>(open: &mut Open<T>, drain: Duration) {
    open.release_silent();
    all_ended(open, drain).await;
    // Dropping an unfinished connection resets it; the bound is for a runtime that stalls.
    open.abort_all();
    all_ended(open, ABORT_TIME).await;
}

/// Waits until every connection has ended, for `longest` at most.
async fn all_ended<T>(open: &mut Open<T>, longest: Duration) {
    let mut deadline = Timer::after(longest);
    poll_fn(|cx| {
        open.take_ended(true, cx).count();
        open.poll_dues(cx);
        if open.is_empty() { Poll::Ready(()) } else { Pin::new(&mut deadline).poll(cx).map(drop) }
    })
    .await;
}

/// How long aborted connections have to end before the program does.
const ABORT_TIME: Duration = Duration::from_secs(1);
