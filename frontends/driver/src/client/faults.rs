//! The system's errors in the words of protocol.md.

use std::io::{self, ErrorKind};
use std::os::fd::AsFd;

use carwatch::{Fault, Reason};
use socket2::SockRef;

/// Why a connection could not be made.
pub(super) fn of_connecting(error: &io::Error) -> Fault {
    let reason = match error.kind() {
        ErrorKind::ConnectionRefused => Reason::Refused,
        ErrorKind::TimedOut => Reason::ConnectTimeout,
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable => Reason::Unreachable,
        // The same station, a moment earlier.
        kind if is_broken(kind) => Reason::Reset,
        _ => Reason::Io,
    };
    Fault::new(reason, error.to_string())
}

/// Why a connection that was made gave no more bytes.
pub(crate) fn of_reading(error: &io::Error) -> Fault {
    let reason = match error.kind() {
        // The network gave the connection up, after data or a keep-alive went unanswered.
        ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            Reason::Reset
        }
        kind if is_broken(kind) => Reason::Reset,
        _ => Reason::Io,
    };
    Fault::new(reason, error.to_string())
}

/// Why a name has no address.
pub(super) fn of_resolving(error: &io::Error) -> Fault {
    // The resolver has its own kind of error; one of the system's says that it could not ask.
    let reason = if error.raw_os_error().is_some() { Reason::Io } else { Reason::NameNotFound };
    Fault::new(reason, error.to_string())
}

/// Whether RST ended the connection: EPIPE is what Linux calls one that came after FIN.
const fn is_broken(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    )
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

/// The stream ended inside TLS, without its goodbye.
pub(super) fn truncated() -> Fault {
    Fault::new(
        Reason::Truncated,
        "the connection was closed without a TLS close_notify: there may be more that never came",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_the_system_has_its_reason() {
        let table = [
            (ErrorKind::ConnectionRefused, Reason::Refused, Reason::Io),
            (ErrorKind::ConnectionReset, Reason::Reset, Reason::Reset),
            (ErrorKind::ConnectionAborted, Reason::Reset, Reason::Reset),
            (ErrorKind::BrokenPipe, Reason::Reset, Reason::Reset),
            (ErrorKind::TimedOut, Reason::ConnectTimeout, Reason::Reset),
            (ErrorKind::HostUnreachable, Reason::Unreachable, Reason::Reset),
            (ErrorKind::NetworkUnreachable, Reason::Unreachable, Reason::Reset),
            (ErrorKind::NetworkDown, Reason::Unreachable, Reason::Io),
            (ErrorKind::AddrNotAvailable, Reason::Unreachable, Reason::Io),
            (ErrorKind::PermissionDenied, Reason::Io, Reason::Io),
            (ErrorKind::OutOfMemory, Reason::Io, Reason::Io),
        ];
        for (kind, connecting, reading) in table {
            let error = io::Error::from(kind);
            assert_eq!(of_connecting(&error), Fault::new(connecting, error.to_string()), "{kind}");
            assert_eq!(of_reading(&error), Fault::new(reading, error.to_string()), "{kind}");
        }
    }

    #[test]
    fn a_resolver_that_cannot_ask_has_not_found_that_there_is_no_name() {
        let none_left = io::Error::from_raw_os_error(24);
        assert_eq!(of_resolving(&none_left).reason, Reason::Io);
        let unknown = io::Error::other("Name or service not known");
        assert_eq!(of_resolving(&unknown).reason, Reason::NameNotFound);
    }
}
