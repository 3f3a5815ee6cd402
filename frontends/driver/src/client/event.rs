//! The futures that do a gather's I/O, and what they say when they are done.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::task::Poll;

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
    /// So many bytes, at the begin of the reader's buffer.
    Bytes(usize),
    End,
    Failed(io::Error),
    /// Nothing; the deadline came, or may have.
    Nothing,
}

/// A connection and the buffer it reads into.
pub(super) struct Reader<S> {
    stream: S,
    pub(super) buffer: Vec<u8>,
    alarm: Alarm,
}

impl<S> Reader<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, buffer: vec![0; FIRST_BUFFER], alarm: Alarm::new() }
    }

    /// `n` bytes were taken out of the buffer. One that was filled grows: most responses
    /// are short, and thousands may be read at once.
    pub(super) fn taken(&mut self, n: usize) {
        if n == self.buffer.len() && n < LARGEST_BUFFER {
            self.buffer = vec![0; (n * 4).min(LARGEST_BUFFER)];
        }
    }
}

/// Waits for the next bytes of a response, or for its deadline.
pub(super) async fn read<S: AsyncRead + Unpin>(
    id: DialId,
    mut reader: Reader<S>,
    deadline: Instant,
) -> Event<S> {
    let read = poll_fn(|cx| match Pin::new(&mut reader.stream).poll_read(cx, &mut reader.buffer) {
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

/// Enough for the list of a quiet station.
const FIRST_BUFFER: usize = 4 * 1024;

/// Reading stops within this much of the response limit (protocol.md, `too_large`).
const LARGEST_BUFFER: usize = 64 * 1024;
