//! The futures that do a gather's I/O, and what they say when they are done.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use carwatch::gather::{Dial, DialId, Lookup};
use carwatch::time::Instant;
use carwatch::{Host, Target};
use futures_util::future::poll_fn;
use futures_util::io::AsyncRead;

use crate::alarm::Alarm;

/// What happened.
pub(super) enum Event<S> {
    /// Time passed, as it was waited for.
    Time,
    /// A future ended that nobody waits for.
    Abandoned,
    Resolved(Lookup, io::Result<Vec<SocketAddr>>),
    Connected(Dial, io::Result<S>),
    Read(DialId, Reader<S>, Read),
}

/// What came of waiting for a response's next bytes.
pub(super) enum Read {
    /// So many bytes, at the begin of the buffer, until the next future is polled.
    Bytes(usize),
    End,
    Failed(io::Error),
    /// Nothing; the deadline came, or may have.
    Nothing,
}

/// What every connection reads into: one is enough, since whoever reads is heard before the next
/// one is polled, and thousands of buffers would be as much memory as all they read.
pub(super) type Buffer = Rc<RefCell<Box<[u8]>>>;

/// A new one. Reading stops within this much of the response limit (protocol.md, `too_large`).
pub(super) fn buffer() -> Buffer {
    Rc::new(RefCell::new(vec![0; 64 * 1024].into()))
}

/// A connection, and what it reads into.
pub(super) struct Reader<S> {
    stream: S,
    buffer: Buffer,
    alarm: Alarm,
}

impl<S> Reader<S> {
    pub(super) fn new(stream: S, buffer: Buffer) -> Self {
        Self { stream, buffer, alarm: Alarm::new() }
    }
}

impl<S: AsyncRead + Unpin> Reader<S> {
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_read(cx, &mut self.buffer.borrow_mut())
    }
}

/// Waits for the next bytes of a response, or for its deadline.
pub(super) async fn read<S: AsyncRead + Unpin>(
    id: DialId,
    mut reader: Reader<S>,
    deadline: Instant,
) -> Event<S> {
    let read = poll_fn(|cx| match reader.poll_read(cx) {
        Poll::Ready(Ok(0)) => Poll::Ready(Read::End),
        Poll::Ready(Ok(n)) => Poll::Ready(Read::Bytes(n)),
        Poll::Ready(Err(e)) if e.kind() == io::ErrorKind::Interrupted => Poll::Ready(Read::Nothing),
        Poll::Ready(Err(e)) => Poll::Ready(Read::Failed(e)),
        Poll::Pending => reader.alarm.poll(deadline, cx).map(|()| Read::Nothing),
    });
    let read = read.await;
    Event::Read(id, reader, read)
}

/// Asks the system's resolver, which blocks, on a thread of its own. It cannot be stopped:
/// one that is abandoned ends when it ends.
pub(super) fn ask_system(
    target: &Target,
) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + use<> {
    let (host, port) = (target.host.clone(), target.port);
    blocking::unblock(move || match host {
        Host::Ip(ip) => Ok(vec![SocketAddr::new(ip, port)]),
        Host::Name(name) => (name.as_str(), port).to_socket_addrs().map(Iterator::collect),
    })
}
