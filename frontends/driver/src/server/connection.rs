//! One connection: pumps between its socket and its [`Machine`].
//!
//! It is a future by hand, and not an `async fn`: that would hold the machine and the stream
//! more than once, and a station keeps thousands of these for readers who have stalled.

use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use carwatch::serve::{Did, Served};
use carwatch::time::Instant;

use super::control::Over;
use super::heed::Heed;
use super::machine::{Machine, Step};
use super::open::{Handle, Progress};
use crate::clock::{self, millis};
use crate::listener::has_left;
use crate::socket::Socket;
use crate::tls::{Acceptor, Link, Unsecured};

/// One connection, to be spawned on a runtime.
pub type Connection = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Serves one connection, whatever happens in it, and logs its begin and its end. With `tls` it
/// begins with a handshake.
pub(super) fn serve<S: Socket + Send, M: Machine>(
    stream: S,
    tls: Option<Acceptor>,
    peer: SocketAddr,
    machine: M,
    handle: Handle,
) -> Connection {
    let (cars, bytes) = (machine.cars(), machine.bytes());
    let secure = tls.is_some().then_some(true);
    tracing::info!(%peer, cars, bytes, tls = secure, "connection made");
    let begin = clock::now();
    let stage = match tls {
        None => Stage::Open(Link::Plain(stream)),
        Some(acceptor) => Stage::Shaking(Box::pin(acceptor.accept(stream))),
    };
    Box::pin(Serving { stage, machine, heed: M::Heed::default(), peer, begin, handle })
}

struct Serving<S, M: Machine> {
    stage: Stage<S>,
    machine: M,
    heed: M::Heed,
    peer: SocketAddr,
    begin: Instant,
    handle: Handle,
}

enum Stage<S> {
    /// A future of its own, for it is large, and soon over.
    Shaking(Pin<Box<dyn Future<Output = Result<Link<S>, Unsecured>> + Send>>),
    Open(Link<S>),
    /// The drop of what it was is the connection's end, and the handle's comes after.
    Over,
}

/// What a connection came to that did not panic.
enum Pumped {
    Served(Served),
    Unsecured(Unsecured),
}

impl<S: Socket, M: Machine> Future for Serving<S, M> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        // A panic stays in its connection: dropping the socket resets it.
        let pumped = catch_unwind(AssertUnwindSafe(|| this.pump(cx)));
        let (over, sent, error) = match pumped {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Pumped::Served(Served { ended, sent }))) => {
                (Over::Served(ended), sent, None)
            }
            Ok(Poll::Ready(Pumped::Unsecured(Unsecured(why)))) => (Over::Unsecured, 0, Some(why)),
            Err(_) => (Over::Panicked, this.handle.progress.given_up().sent, None),
        };
        this.stage = Stage::Over;
        this.handle.ended(over);
        let (peer, cars, ended) = (this.peer, this.machine.cars(), over.as_str());
        let elapsed_ms = millis(clock::now().since(this.begin));
        tracing::info!(%peer, ended, bytes = sent, cars, elapsed_ms, error, "connection ended");
        Poll::Ready(())
    }
}

impl<S: Socket, M: Machine> Serving<S, M> {
    fn pump(&mut self, cx: &mut Context<'_>) -> Poll<Pumped> {
        if let Stage::Shaking(shaking) = &mut self.stage {
            if self.handle.progress.is_aborted(cx) {
                return Poll::Ready(Pumped::Served(self.handle.progress.given_up()));
            }
            match ready!(shaking.as_mut().poll(cx)) {
                Ok(link) => {
                    self.stage = Stage::Open(link);
                    self.machine.begun(clock::now());
                    self.handle.progress.update(&self.machine);
                }
                Err(unsecured) => return Poll::Ready(Pumped::Unsecured(unsecured)),
            }
        }
        self.pump_open(cx).map(Pumped::Served)
    }

    fn pump_open(&mut self, cx: &mut Context<'_>) -> Poll<Served> {
        let Stage::Open(link) = &mut self.stage else { return Poll::Ready(self.machine.done()) };
        let mut wrote = 0;
        for _ in 0..TURN {
            if wrote >= TURN_BYTES {
                break;
            }
            if self.handle.progress.is_aborted(cx) {
                return Poll::Ready(self.handle.progress.given_up());
            }
            let did = match self.machine.step() {
                Step::Leave if link.poll_flush(cx).is_ready() && has_left(link.socket()) => {
                    self.machine.left(clock::now());
                    continue;
                }
                Step::Write | Step::Leave | Step::Wait | Step::Finish => {
                    match exchange(link, &self.machine, cx) {
                        Poll::Ready(did) => did,
                        Poll::Pending => {
                            ready!(wait(&self.machine, &mut self.heed, &self.handle.progress, cx));
                            None
                        }
                    }
                }
                Step::End => return Poll::Ready(self.machine.done()),
            };
            if let Some(Did::Wrote(n)) = did {
                wrote += n;
            }
            let now = clock::now();
            match did {
                Some(did) => self.machine.did(did, now),
                None => self.machine.fire(now),
            }
            self.handle.progress.update(&self.machine);
        }
        // A fast reader is not to keep the thread from the others.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Writes or finishes, and reads; ready with what was done, or with `None` if that is nothing.
fn exchange<S: Socket>(
    link: &mut Link<S>,
    machine: &impl Machine,
    cx: &mut Context<'_>,
) -> Poll<Option<Did>> {
    match machine.step() {
        Step::Write => {
            let mut slices = [IoSlice::new(&[]); AT_ONCE];
            let (count, last) = machine.slices(&mut slices);
            if let Poll::Ready(written) = link.poll_write(cx, &slices[..count], last) {
                return Poll::Ready(match written {
                    Ok(0) => Some(Did::Fault),
                    Ok(n) => Some(Did::Wrote(n)),
                    Err(e) => fault(&e),
                });
            }
        }
        Step::Finish => {
            if let Poll::Ready(finished) = link.poll_finish(cx) {
                return Poll::Ready(Some(finished.map_or(Did::Fault, |()| Did::Finished)));
            }
        }
        Step::Leave | Step::Wait | Step::End => {}
    }
    if machine.wants_input()
        && let Poll::Ready(discarded) = link.poll_discard(cx)
    {
        return Poll::Ready(match discarded {
            Ok(Some(n)) => Some(Did::Read(n)),
            // That it says no more is no reason to send less.
            Ok(None) => Some(Did::ReadEnd),
            Err(e) => fault(&e),
        });
    }
    Poll::Pending
}

/// Waits for the deadline.
fn wait<M: Machine>(
    machine: &M,
    heed: &mut M::Heed,
    progress: &Progress,
    cx: &mut Context<'_>,
) -> Poll<()> {
    let due = match machine.step() {
        // Nothing wakes whoever waits for that.
        Step::Leave => machine.deadline().min(clock::now() + LOOK_AGAIN),
        _ => machine.deadline(),
    };
    heed.poll(due, progress, cx)
}

fn fault(error: &io::Error) -> Option<Did> {
    // Interrupted: nothing was done, and firing a deadline that has not come does nothing.
    (error.kind() != io::ErrorKind::Interrupted).then_some(Did::Fault)
}

/// When to look again whether what was written has left. That it has not is rare: a client's
/// window is full, or the network's.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// How many steps a connection takes at once.
const TURN: usize = 64;
/// And how many bytes, but for what the last write takes past it.
const TURN_BYTES: usize = 4 << 20;
/// How many parts of a list are written at once: 4 MiB, at 64 KiB each. A call for each part costs
/// the kernel half as much again, for it wakes the client as often, and one for 16 a tenth.
const AT_ONCE: usize = 64;
