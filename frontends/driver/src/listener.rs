//! Listening sockets, with every option set before they listen, so that accepted sockets
//! inherit it and there is no moment in which a connection lacks it; and accepting from them
//! without spinning, whatever the system is short of.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};
use std::time::Duration;

use async_io::Async;
use carwatch::accept::AcceptFault;
use carwatch::limits::StationLimits;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

use crate::Accepted;

/// A socket that listens on `address`.
///
/// Its connections are aborted by default: unless a connection is finished, the end of the
/// process, a panic or a drop resets it, so that dying never looks like an empty or a
/// shorter list (protocol.md, duty 1).
///
/// # Errors
///
/// The system's, if the address cannot be bound.
pub fn bind(address: SocketAddr, limits: &StationLimits) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A station that was restarted takes its port back while old connections linger.
    socket.set_reuse_address(true)?;
    prepare(&socket)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(limits.backlog).unwrap_or(i32::MAX))?;
    Ok(socket.into())
}

/// Accepts one connection.
///
/// # Errors
///
/// The system's; [`fault`] says what kind of error it is.
pub fn poll_accept(
    listener: &Async<TcpListener>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
    loop {
        match listener.get_ref().accept() {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            // Without descriptors this fails also where nobody waits.
            Err(e) if fault(&e) == AcceptFault::System && !has_waiting(listener) => {}
            accepted => return Poll::Ready(accepted),
        }
        match listener.poll_readable(cx) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
            Poll::Pending => return Poll::Pending,
        }
    }
}

/// Ready when somebody waits in the backlog.
pub fn poll_waiting(listener: &Async<TcpListener>, cx: &mut Context<'_>) -> Poll<()> {
    // The reactor may still tell of a connection that was accepted since: only the listener
    // itself knows.
    while listener.poll_readable(cx).is_ready() {
        if has_waiting(listener) {
            return Poll::Ready(());
        }
    }
    Poll::Pending
}

/// Whether an error of accepting speaks of the one connection that is gone. Any other may come
/// again at once, and a loop that tries again at once would spin.
#[must_use]
pub fn fault(error: &io::Error) -> AcceptFault {
    match error.kind() {
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset => {
            AcceptFault::Connection
        }
        _ => AcceptFault::System,
    }
}

/// Makes a runtime's stream of an accepted one. async-std panics where the reactor cannot
/// take it; that is a want of descriptors or memory like any other, and not the program's end.
///
/// # Errors
///
/// The system's.
pub fn adopt<S: Accepted>(stream: TcpStream) -> io::Result<S> {
    let adopted = catch_unwind(AssertUnwindSafe(|| S::try_from(stream)));
    let adopted =
        adopted.map_err(|_| io::Error::other("the reactor cannot take the connection"))?;
    adopted.map_err(|error| io::Error::other(error.to_string()))
}

/// Sets on a listener what accepted sockets are to inherit, or on a socket what it would have
/// inherited: its end is a reset unless it is finished, and the kernel queues little for it.
///
/// # Errors
///
/// The system's.
pub fn prepare<S: AsFd>(socket: &S) -> io::Result<()> {
    let socket = SockRef::from(socket);
    socket.set_linger(Some(Duration::ZERO))?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket.set_tcp_notsent_lowat(NOTSENT_LOWAT)?;
    Ok(())
}

/// Whether an accepted socket has what [`prepare`] set on its listener before it came.
pub(crate) const INHERITS: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// Whether the other side has broken the connection; that it only has nothing more to say is
/// no such thing.
#[must_use]
pub fn is_gone<S: AsFd>(stream: &S) -> bool {
    let mut broken = [PollFd::new(stream, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    // Asked for nothing, it tells of an error and of a hang-up.
    matches!(poll(&mut broken, Some(&at_once)), Ok(1..))
}

/// Sets on an accepted socket what a recording needs that is played to it: that each write
/// leaves as it is, and that a client who has left without a word is noticed all the same.
///
/// # Errors
///
/// The system's.
pub(crate) fn prepare_replay<S: AsFd>(socket: &S) -> io::Result<()> {
    let socket = SockRef::from(socket);
    socket.set_tcp_nodelay(true)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket.set_tcp_notsent_lowat(1)?;
    let probes = TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_AFTER);
    socket.set_tcp_keepalive(&probes)
}

/// Whether all that was written has left this machine; it may be on its way. This needs
/// [`prepare_replay`] and Linux, where a socket whose unsent bytes are to be fewer than one is
/// writable only if there is none; yes where the system cannot say.
pub(crate) fn has_left<S: AsFd>(stream: &S) -> bool {
    let mut writable = [PollFd::new(stream, PollFlags::OUT)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    !matches!(poll(&mut writable, Some(&at_once)), Ok(0))
}

/// Whether somebody waits in the backlog at this moment; yes where the system cannot say.
fn has_waiting<S: AsFd>(listener: &S) -> bool {
    let mut readable = [PollFd::new(listener, PollFlags::IN)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    !matches!(poll(&mut readable, Some(&at_once)), Ok(0))
}

/// How much the kernel queues unsent for one connection, in bytes (protocol.md, duty 4).
///
/// As much as its largest packet: with 16 to 48 KiB a list of 64 MiB costs a tenth to a third more
/// processor time, with 96 KiB and above it costs the same (`cargo bench -p benches --bench serve`).
/// It is 128 MiB for 2,000 stalled readers.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NOTSENT_LOWAT: u32 = 64 * 1024;

/// After so long a silence a client is asked whether it is still there.
const PROBE_AFTER: Duration = Duration::from_secs(15);
