//! The system's errors in the words of protocol.md.

use std::io::{self, ErrorKind};
use std::os::fd::AsFd;

use carwatch::{Fault, Reason};
use socket2::SockRef;

/// Why a connection could not be made.
pub(super) fn of_connecting(error: &io::Error) -> Fault {
    let reason = match error.kind() {
        ErrorKind::ConnectionRefused => Reason::Refused,
        // The same station, a moment earlier.
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Reason::Reset,
        ErrorKind::TimedOut => Reason::ConnectTimeout,
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable => Reason::Unreachable,
        _ => Reason::Io,
    };
    Fault::new(reason, error.to_string())
}

/// Why a connection that was made gave no more bytes.
pub(super) fn of_reading(error: &io::Error) -> Fault {
    let reason = match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Reason::Reset
        }
        _ => Reason::Io,
    };
    Fault::new(reason, error.to_string())
}

/// Why a name has no address.
pub(super) fn of_resolving(error: &io::Error) -> Fault {
    Fault::new(Reason::NameNotFound, error.to_string())
}

/// Whether a connection is one to itself: on loopback, connecting to a free port may be given
/// that very port as its own, and TCP then connects the socket to itself.
pub(super) fn is_itself<S: AsFd>(stream: &S) -> bool {
    let socket = SockRef::from(stream);
    match (socket.local_addr(), socket.peer_addr()) {
        (Ok(local), Ok(peer)) => local == peer,
        _ => false,
    }
}

/// Nobody listens where a socket could connect to itself.
pub(super) fn connected_to_itself() -> Fault {
    Fault::new(Reason::Refused, "nobody listens there (the connection met itself)")
}
