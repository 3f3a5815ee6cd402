//! The accept loop: who is let in, and who waits.
//!
//! Whether to accept is [`carwatch::accept`]'s to say, and from whom [`carwatch::admit`]'s.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use async_io::Async;
use carwatch::accept::{Accept, AcceptFault, Next, Pace, Room};
use carwatch::admit::{Admit, Source};
use carwatch::limits::StationLimits;
use carwatch::time::Instant;

use super::Listening;
use super::connection::{self, Connection};
use super::control::{Control, Settings};
use super::machine::Machine;
use super::open::Open;
use crate::alarm::Alarm;
use crate::socket::Accepted;
use crate::tls::Acceptor;
use crate::{clock, listener, random};

/// Gives a connection its machine, at the moment in which it is let in.
pub(super) trait Lend<M>:
    FnMut(BorrowedFd<'_>, usize, &Arc<StationLimits>, Instant) -> io::Result<M>
{
}

impl<M, L> Lend<M> for L where
    L: FnMut(BorrowedFd<'_>, usize, &Arc<StationLimits>, Instant) -> io::Result<M>
{
}

/// A listener of the accept loop.
pub(super) struct Entrance {
    socket: Async<TcpListener>,
    tls: bool,
    /// What comes out of it has the listener's options: so it is on Linux for whoever came after
    /// those were set, and a backlog is served in its order.
    inherits: bool,
}

impl Entrance {
    pub(super) fn new(listening: Listening) -> io::Result<Self> {
        let socket = Async::new(listening.socket)?;
        Ok(Self { socket, tls: listening.tls, inherits: false })
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let accepted = listener::poll_accept(&self.socket, cx);
        // Nobody is left who may have come before.
        self.inherits |= accepted.is_pending() && listener::INHERITS;
        let (stream, peer) = ready!(accepted)?;
        if !self.inherits {
            listener::prepare(&stream)?;
        }
        Poll::Ready(Ok((stream, peer)))
    }
}

/// The accept loop: listeners on one side, connections on the other.
pub(super) struct Door<T, L> {
    listeners: Vec<Entrance>,
    /// The listener whose turn it is, so that a busy one does not starve the others.
    turn: usize,
    lend: L,
    limits: Arc<StationLimits>,
    tls: Option<Acceptor>,
    accept: Accept,
    admit: Admit,
    /// Who was let in and waits for a place. There is one at most, and only where all places
    /// are taken: nobody is to be reset for a newcomer who turns out to be unwelcome.
    newcomer: Option<Newcomer>,
    open: Open<T>,
    alarm: Alarm,
    turned_away: Pace,
    control: Control,
}

struct Newcomer {
    stream: TcpStream,
    peer: SocketAddr,
    /// The number of the listener that it came by.
    listener: usize,
    source: Source,
}

impl<T, L> Door<T, L> {
    pub(super) fn new(listeners: Vec<Entrance>, lend: L, control: Control) -> Self {
        let Settings { limits, rules, tls } = control.settings();
        Self {
            listeners,
            turn: 0,
            lend,
            accept: Accept::new(&limits, random::seed()),
            admit: Admit::new(rules),
            newcomer: None,
            open: Open::new(control.clone()),
            alarm: Alarm::new(),
            turned_away: Pace::default(),
            limits: Arc::new(limits),
            tls,
            control,
        }
    }

    /// Resets whoever waits, in the backlog or out of it; what is left are the connections.
    pub(super) fn close(self) -> Open<T> {
        self.open
    }

    /// Does what can be done now; returns when it is woken by something.
    pub(super) fn poll<S: Accepted, M: Machine>(
        &mut self,
        cx: &mut Context<'_>,
        spawn: &impl Fn(Connection) -> T,
    ) where
        L: Lend<M>,
    {
        if let Some(settings) = self.control.poll_change(cx) {
            self.accept.set_connections(settings.limits.connections);
            self.admit.set_rules(settings.rules);
            self.limits = Arc::new(settings.limits);
            self.tls = settings.tls;
        }
        self.open.poll_dues(cx);
        for _ in 0..TURN {
            let now = clock::now();
            // Only who waits for a place, or for descriptors, can do nothing before one ends.
            let awaited =
                self.newcomer.is_some() || matches!(self.accept.next(now), Next::Pause(_));
            for source in self.open.take_ended(awaited, cx) {
                self.accept.ended();
                self.admit.leave(source);
            }
            let due = match (self.accept.next(now), self.newcomer.take()) {
                (Next::Accept, Some(newcomer)) => {
                    self.let_in::<S, M>(newcomer, now, spawn);
                    continue;
                }
                (Next::Accept | Next::Full, None) => match self.poll_accept(cx) {
                    Poll::Ready(accepted) => {
                        self.newcomer = self.judge(accepted, now);
                        continue;
                    }
                    Poll::Pending => return,
                },
                (Next::Full, Some(newcomer)) if listener::is_gone(&newcomer.stream) => {
                    // Nobody is to be reset for somebody who has left.
                    self.admit.leave(newcomer.source);
                    continue;
                }
                (Next::Full, newcomer) => {
                    self.newcomer = newcomer;
                    match self.accept.make_room(now, self.open.paid_until()) {
                        Room::Reset(slowest) => {
                            self.open.abort(slowest);
                            // Its end, which is a moment away, makes the room.
                            return;
                        }
                        Room::NotBefore(due) => due,
                    }
                }
                (Next::Pause(until), newcomer) => {
                    self.newcomer = newcomer;
                    until
                }
            };
            if self.alarm.poll(due, cx).is_pending() {
                return;
            }
        }
        // Callers may come faster than they are turned away, and others have a right to the
        // thread as well.
        cx.waker().wake_by_ref();
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        for _ in 0..self.listeners.len() {
            self.turn = (self.turn + 1) % self.listeners.len();
            let accepted = self.listeners[self.turn].poll_accept(cx);
            if accepted.is_ready() {
                return accepted;
            }
        }
        Poll::Pending
    }

    /// Who may be served of those that were accepted; the others are reset by being dropped.
    fn judge(
        &mut self,
        accepted: io::Result<(TcpStream, SocketAddr)>,
        now: Instant,
    ) -> Option<Newcomer> {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                self.accept_failed(&error, now);
                return None;
            }
        };
        match self.admit.enter(peer.ip()) {
            Ok(source) => Some(Newcomer { stream, peer, listener: self.turn, source }),
            Err(why) => {
                self.control.tally().unwelcome(why);
                if let Some(unlogged) = self.turned_away.due(now) {
                    tracing::warn!(%peer, reason = why.as_str(), unlogged, "connection refused");
                }
                None
            }
        }
    }

    fn let_in<S: Accepted, M: Machine>(
        &mut self,
        Newcomer { stream, peer, listener, source }: Newcomer,
        now: Instant,
        spawn: &impl Fn(Connection) -> T,
    ) where
        L: Lend<M>,
    {
        let lent = listener::adopt::<S>(stream).and_then(|stream| {
            let tls = self.acceptor(listener)?;
            let machine = (self.lend)(stream.as_fd(), listener, &self.limits, now)?;
            Ok((stream, tls, machine))
        });
        let (stream, tls, machine) = match lent {
            Ok(lent) => lent,
            Err(error) => {
                self.admit.leave(source);
                return self.accept_failed(&error, now);
            }
        };
        self.accept.accepted();
        self.open.insert(machine, source, |machine, handle| {
            spawn(connection::serve(stream, tls, peer, machine, handle))
        });
    }

    /// What the connections of a listener shake hands with, if they do.
    fn acceptor(&self, listener: usize) -> io::Result<Option<Acceptor>> {
        if !self.listeners[listener].tls {
            return Ok(None);
        }
        // The connection is given up; there is nothing to wait for.
        let none = || io::Error::new(io::ErrorKind::ConnectionAborted, "no certificate for TLS");
        self.tls.clone().map(Some).ok_or_else(none)
    }

    fn accept_failed(&mut self, error: &io::Error, now: Instant) {
        self.control.tally().accept_failed();
        let fault = listener::fault(error);
        if let Some(unlogged) = self.accept.failed(fault, now) {
            let open = self.accept.open();
            let pausing = fault == AcceptFault::System;
            tracing::warn!(%error, open, unlogged, pausing, "cannot accept");
        }
    }
}

/// How many steps the accept loop takes at once.
const TURN: usize = 64;
