//! One connection: pumps between its socket and its [`Serve`] machine.
//!
//! It is a future by hand, and not an `async fn`: that would hold the machine and the stream
//! more than once, and a station keeps thousands of these for readers who have stalled.

use std::future::Future;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use carwatch::serve::{Did, Do, Ended, Serve, Served};
use carwatch::time::Instant;
use socket2::SockRef;

use super::control::PANICKED;
use super::open::Handle;
use crate::alarm::Alarm;
use crate::clock::{self, millis};
use crate::socket::Socket;

/// One connection, to be spawned on a runtime.
pub type Connection = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Serves one connection, whatever happens in it, and logs its begin and its end.
pub(super) fn serve<S: Socket + Send>(
    stream: S,
    peer: SocketAddr,
    serve: Serve,
    handle: Handle,
) -> Connection {
    let (cars, bytes) = (serve.snapshot().cars(), serve.snapshot().len());
    tracing::info!(%peer, cars, bytes, "connection made");
    let begin = clock::now();
    Box::pin(Serving { stream: Some(stream), serve, alarm: Alarm::new(), peer, begin, handle })
}

struct Serving<S> {
    /// None once it has ended: its drop is the connection's end, and the handle's comes after.
    stream: Option<S>,
    serve: Serve,
    alarm: Alarm,
    peer: SocketAddr,
    begin: Instant,
    handle: Handle,
}

impl<S: Socket> Future for Serving<S> {
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
        let (peer, cars) = (this.peer, this.serve.snapshot().cars());
        let ended = ended.map_or(PANICKED, Ended::as_str);
        let elapsed_ms = millis(clock::now().since(this.begin));
        tracing::info!(%peer, ended, bytes = sent, cars, elapsed_ms, "connection ended");
        Poll::Ready(())
    }
}

impl<S: Socket> Serving<S> {
    fn pump(&mut self, cx: &mut Context<'_>) -> Poll<Served> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(self.serve.done()) };
        for _ in 0..TURN {
            if self.handle.progress.is_aborted(cx) {
                return Poll::Ready(self.handle.progress.given_up());
            }
            let did = match self.serve.next() {
                Do::Write(_) | Do::Drain => {
                    ready!(exchange(stream, &self.serve, &mut self.alarm, cx))
                }
                Do::Finish => Some(finish(stream)),
                // Which of the two it is was decided by whether the connection was finished.
                Do::Close | Do::Reset => return Poll::Ready(self.serve.done()),
            };
            let now = clock::now();
            match did {
                Some(did) => self.serve.did(did, now),
                None => self.serve.fire(now),
            }
            self.handle.progress.update(&self.serve);
        }
        // A fast reader is not to keep the thread from the others.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Writes, reads and waits at once; ready with what was done, or `None` for the deadline.
fn exchange<S: Socket>(
    stream: &mut S,
    serve: &Serve,
    alarm: &mut Alarm,
    cx: &mut Context<'_>,
) -> Poll<Option<Did>> {
    if let Do::Write(bytes) = serve.next()
        && let Poll::Ready(written) = Pin::new(&mut *stream).poll_write(cx, bytes)
    {
        return Poll::Ready(match written {
            Ok(0) => Some(Did::Fault),
            Ok(n) => Some(Did::Wrote(n)),
            Err(e) => fault(&e),
        });
    }
    if serve.wants_input() {
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
    ready!(alarm.poll(serve.deadline(), cx));
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

/// How many steps a connection takes at once: 4 MiB of a list, at 64 KiB each.
const TURN: usize = 64;
