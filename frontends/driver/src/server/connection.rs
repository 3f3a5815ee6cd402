//! One connection: pumps between its socket and its [`Machine`].
//!
//! It is a future by hand, and not an `async fn`: that would hold the machine and the stream
//! more than once, and a station keeps thousands of these for readers who have stalled.

use std::future::Future;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use carwatch::serve::{Did, Ended, Served};
use carwatch::time::Instant;
use socket2::SockRef;

use super::control::PANICKED;
use super::machine::{Machine, Step};
use super::open::Handle;
use crate::alarm::Alarm;
use crate::clock::{self, millis};
use crate::listener::has_left;
use crate::socket::Socket;

/// One connection, to be spawned on a runtime.
pub type Connection = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Serves one connection, whatever happens in it, and logs its begin and its end.
pub(super) fn serve<S: Socket + Send, M: Machine>(
    stream: S,
    peer: SocketAddr,
    machine: M,
    handle: Handle,
) -> Connection {
    let (cars, bytes) = (machine.cars(), machine.bytes());
    tracing::info!(%peer, cars, bytes, "connection made");
    let begin = clock::now();
    Box::pin(Serving { stream: Some(stream), machine, alarm: Alarm::new(), peer, begin, handle })
}

struct Serving<S, M> {
    /// None once it has ended: its drop is the connection's end, and the handle's comes after.
    stream: Option<S>,
    machine: M,
    alarm: Alarm,
    peer: SocketAddr,
    begin: Instant,
    handle: Handle,
}

impl<S: Socket, M: Machine> Future for Serving<S, M> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        // A panic stays in its connection: dropping the socket resets it.
        let pumped = catch_unwind(AssertUnwindSafe(|| this.pump(cx)));
        let (ended, sent) = match pumped {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Served { ended, sent })) => (Some(ended), sent),
            Err(_) => (None, this.handle.progress.given_up().sent),
        };
        this.stream = None;
        this.handle.ended(ended);
        let (peer, cars) = (this.peer, this.machine.cars());
        let ended = ended.map_or(PANICKED, Ended::as_str);
        let elapsed_ms = millis(clock::now().since(this.begin));
        tracing::info!(%peer, ended, bytes = sent, cars, elapsed_ms, "connection ended");
        Poll::Ready(())
    }
}

impl<S: Socket, M: Machine> Serving<S, M> {
    fn pump(&mut self, cx: &mut Context<'_>) -> Poll<Served> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(self.machine.done()) };
        for _ in 0..TURN {
            if self.handle.progress.is_aborted(cx) {
                return Poll::Ready(self.handle.progress.given_up());
            }
            let did = match self.machine.step() {
                Step::Leave if has_left(stream) => {
                    self.machine.left(clock::now());
                    continue;
                }
                Step::Write(_) | Step::Leave | Step::Wait => {
                    ready!(exchange(stream, &self.machine, &mut self.alarm, cx))
                }
                Step::Finish => Some(finish(stream)),
                Step::End => return Poll::Ready(self.machine.done()),
            };
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

/// Writes, reads and waits at once; ready with what was done, or `None` for the deadline.
fn exchange<S: Socket>(
    stream: &mut S,
    machine: &impl Machine,
    alarm: &mut Alarm,
    cx: &mut Context<'_>,
) -> Poll<Option<Did>> {
    let step = machine.step();
    if let Step::Write(bytes) = step
        && let Poll::Ready(written) = Pin::new(&mut *stream).poll_write(cx, bytes)
    {
        return Poll::Ready(match written {
            Ok(0) => Some(Did::Fault),
            Ok(n) => Some(Did::Wrote(n)),
            Err(e) => fault(&e),
        });
    }
    if machine.wants_input() {
        // On the stack of this call, not in the future: a stalled reader holds none of it.
        let mut discarded = [0; 4 * 1024];
        if let Poll::Ready(read) = Pin::new(stream).poll_read(cx, &mut discarded) {
            return Poll::Ready(match read {
                Ok(0) => Some(Did::ReadEnd),
                Ok(n) => Some(Did::Read(n)),
                Err(e) => fault(&e),
            });
        }
    }
    let due = match step {
        // Nothing wakes whoever waits for that.
        Step::Leave => machine.deadline().min(clock::now() + LOOK_AGAIN),
        _ => machine.deadline(),
    };
    ready!(alarm.poll(due, cx));
    Poll::Ready(None)
}

/// Everything is queued: from here on closing delivers it, and the client is told the end.
fn finish<S: Socket>(stream: &S) -> Did {
    let socket = SockRef::from(stream);
    // Not `close()` of the stream: async-std's only flushes.
    match socket.set_linger(None).and_then(|()| socket.shutdown(Shutdown::Write)) {
        Ok(()) => Did::Finished,
        Err(_) => Did::Fault,
    }
}

fn fault(error: &io::Error) -> Option<Did> {
    // Interrupted: nothing was done, and firing a deadline that has not come does nothing.
    (error.kind() != io::ErrorKind::Interrupted).then_some(Did::Fault)
}

/// When to look again whether what was written has left. That it has not is rare: a client's
/// window is full, or the network's.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// How many steps a connection takes at once: 4 MiB of a list, at 64 KiB each.
const TURN: usize = 64;
