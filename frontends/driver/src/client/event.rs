//! The futures that do a gather's I/O, and what they say when they are done.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use carwatch::gather::{Dial, DialId, Lookup};
use carwatch::time::Instant;
use carwatch::{Fault, Host, Target};
use futures_util::future::poll_fn;

use super::faults;
use crate::alarm::Alarm;
use crate::socket::Socket;
use crate::tls::{Got, Link, To};

/// What happened.
pub(super) enum Event<S> {
    /// Time passed, as it was waited for.
    Time,
    /// A future ended that nobody waits for.
    Abandoned,
    Resolved(Lookup, io::Result<Vec<SocketAddr>>),
    Connected(Dial, Result<Link<S>, Fault>),
    Read(DialId, Reader<S>, Read),
}

/// What came of waiting for a response's next bytes.
pub(super) enum Read {
    /// Bytes are at the begin of the buffer, until the next future is polled.
    Got(Got),
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
    link: Link<S>,
    buffer: Buffer,
    alarm: Alarm,
}

impl<S> Reader<S> {
    pub(super) fn new(link: Link<S>, buffer: Buffer) -> Self {
        Self { link, buffer, alarm: Alarm::new() }
    }
}

impl<S: Socket> Reader<S> {
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Read> {
        let got = ready!(self.link.poll_read(cx, &mut self.buffer.borrow_mut()));
        Poll::Ready(match got {
            Ok(got) => {
                if got == Got::CloseNotify {
                    self.link.answer_goodbye(cx);
                }
                Read::Got(got)
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Read::Nothing,
            Err(e) => Read::Failed(e),
        })
    }
}

/// Connects, and shakes hands where TLS is to be spoken.
pub(super) async fn connect<S: Socket>(
    connecting: impl Future<Output = io::Result<S>>,
    tls: Option<To>,
) -> Result<Link<S>, Fault> {
    let socket = connecting.await.map_err(|error| faults::of_connecting(&error))?;
    if faults::is_itself(&socket) {
        return Err(faults::connected_to_itself());
    }
    match tls {
        None => Ok(Link::Plain(socket)),
        Some(to) => to.connect(socket).await,
    }
}

/// Waits for the next bytes of a response, or for its deadline.
pub(super) async fn read<S: Socket>(
    id: DialId,
    mut reader: Reader<S>,
    deadline: Instant,
) -> Event<S> {
    let read = poll_fn(|cx| match reader.poll_read(cx) {
        Poll::Ready(read) => Poll::Ready(read),
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
