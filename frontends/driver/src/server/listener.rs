//! Listening sockets, with every option set before they listen, so that accepted sockets
//! inherit it and there is no moment in which a connection lacks it.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::time::Duration;

use carwatch::limits::StationLimits;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

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

/// Sets what accepted sockets are to inherit.
pub(super) fn prepare<S: AsFd>(listener: &S) -> io::Result<()> {
    let socket = SockRef::from(listener);
    socket.set_linger(Some(Duration::ZERO))?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket.set_tcp_notsent_lowat(NOTSENT_LOWAT)?;
    Ok(())
}

/// Whether somebody waits in the backlog at this moment; yes where the system cannot say.
pub(super) fn has_waiting<S: AsFd>(listener: &S) -> bool {
    let mut readable = [PollFd::new(listener, PollFlags::IN)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    !matches!(poll(&mut readable, Some(&at_once)), Ok(0))
}

/// Sees to it that an accepted socket aborts by default where it does not inherit that.
pub(super) fn abort_by_default(stream: &TcpStream) -> io::Result<()> {
    if cfg!(target_os = "linux") {
        return Ok(());
    }
    SockRef::from(stream).set_linger(Some(Duration::ZERO))
}

/// How much the kernel queues unsent for one connection, in bytes (protocol.md, duty 4).
///
/// From 8 to 128 KiB the processor time for a gigabyte did not differ by more than its noise.
/// This lasts a fast network over a late wake-up, and is 64 MiB for 2,000 stalled readers.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NOTSENT_LOWAT: u32 = 32 * 1024;
