//! Ports behind which there is no station: one refuses, one never answers.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

/// A port on which nobody listens and which nobody else can take.
pub struct Refusing(Socket);

impl Refusing {
    /// Takes a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it takes a port")]
    pub fn new() -> Self {
        Self(bound().expect("a free port"))
    }

    /// That port, as a station is given on a command line.
    #[must_use]
    pub fn address(&self) -> String {
        address_of(&self.0).to_string()
    }
}

/// A listener whose backlog is full: whoever connects hears nothing at all.
pub struct Deaf {
    socket: Socket,
    _queued: Vec<TcpStream>,
}

impl Deaf {
    /// Takes a free port of 127.0.0.1 and fills its backlog.
    ///
    /// # Panics
    ///
    /// If there is no port, or the backlog has no end.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it takes a port")]
    pub fn new() -> Self {
        let socket = bound().expect("a free port");
        socket.listen(0).expect("bound");
        let address = address_of(&socket);
        let mut queued = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            queued.push(stream);
            assert!(queued.len() < 100, "a backlog of 0 takes {} connections", queued.len());
        }
        Self { socket, _queued: queued }
    }

    /// That port, as a station is given on a command line.
    #[must_use]
    pub fn address(&self) -> String {
        address_of(&self.socket).to_string()
    }
}

fn bound() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SockAddr::from(SocketAddr::from(([127, 0, 0, 1], 0))))?;
    Ok(socket)
}

fn address_of(socket: &Socket) -> SocketAddr {
    socket.local_addr().ok().and_then(|address| address.as_socket()).expect("bound to IPv4")
}
