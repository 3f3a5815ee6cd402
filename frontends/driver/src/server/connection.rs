//! One connection: pumps between its socket and its [`Serve`] machine.

use std::future::Future;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use carwatch::serve::{Did, Do, Serve, Served};
use futures_util::future::{Abortable, FutureExt, poll_fn};
use socket2::SockRef;
use tracing::Instrument;

use super::open::{Handle, Progress};
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
    mut handle: Handle,
) -> Connection {
    let span = tracing::debug_span!("connection", %peer);
    let connection = async move {
        let begin = clock::now();
        let (cars, bytes) = (serve.snapshot().cars(), serve.snapshot().len());
        tracing::info!(%peer, cars, bytes, "connection made");
        let pump = pump(stream, serve, &handle.progress);
        // A panic stays in its connection: unwinding drops the socket, which resets it.
        let pump = AssertUnwindSafe(pump).catch_unwind();
        let served = match handle.abort.take() {
            Some(registration) => Abortable::new(pump, registration).await,
            None => Ok(pump.await),
        };
        let (ended, sent) = match served {
            Ok(Ok(Served { ended, sent })) => (ended.as_str(), sent),
            Ok(Err(_)) => ("panicked", handle.progress.given_up().sent),
            Err(_) => {
                let Served { ended, sent } = handle.progress.given_up();
                (ended.as_str(), sent)
            }
        };
        let elapsed_ms = millis(clock::now().since(begin));
        tracing::info!(%peer, ended, bytes = sent, cars, elapsed_ms, "connection ended");
    };
    Box::pin(connection.instrument(span))
}

async fn pump<S: Socket>(mut stream: S, mut serve: Serve, progress: &Progress) -> Served {
    let mut alarm = Alarm::new();
    loop {
        let did = match serve.next() {
            Do::Write(_) | Do::Drain => {
                poll_fn(|cx| exchange(&mut stream, &serve, &mut alarm, cx)).await
            }
            Do::Finish => Some(finish(&stream)),
            // Which of the two it is was decided by whether the connection was finished.
            Do::Close | Do::Reset => return serve.done(),
        };
        let now = clock::now();
        match did {
            Some(did) => serve.did(did, now),
            None => serve.fire(now),
        }
        progress.update(&serve);
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
