//! Many listeners whose backlogs are full: whoever connects hears nothing at all.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Socket, Type};

/// They swallow connections until they are dropped.
pub(super) struct Holes {
    listeners: Vec<Socket>,
    /// Those that fill the backlogs, and those that wait behind them.
    _queued: Vec<Socket>,
}

impl Holes {
    /// So many, each on a free port of 127.0.0.1. Filling them one after the other would cost
    /// a fifth of a second each, as one only knows by waiting that a backlog is full.
    pub(super) fn new(count: usize) -> Self {
        let listener = |_| listen().expect("a free port");
        let listeners: Vec<Socket> = (0..count).map(listener).collect();
        let mut queued = Vec::new();
        let mut room: Vec<&Socket> = listeners.iter().collect();
        for _ in 0..10 {
            let calls: Vec<Socket> =
                room.iter().map(|listener| call(address_of(listener)).expect("a socket")).collect();
            room = answered(&calls, &room);
            queued.extend(calls);
            if room.is_empty() {
                return Self { listeners, _queued: queued };
            }
        }
        panic!("{} backlogs of 0 take ten connections", room.len());
    }

    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().map(address_of).collect()
    }
}

/// The listeners whose call was answered within a fifth of a second.
fn answered<'a>(calls: &[Socket], listeners: &[&'a Socket]) -> Vec<&'a Socket> {
    let nothing = Timespec::default();
    // The kernel answers over the loopback at once or never; it is given time all the same.
    std::thread::sleep(Duration::from_millis(200));
    let is_connected = |call: &Socket| {
        let fd = call.as_fd();
        let mut fds = [PollFd::new(&fd, PollFlags::OUT)];
        poll(&mut fds, Some(&nothing)).expect("poll(2)") > 0
    };
    let both = calls.iter().zip(listeners);
    both.filter(|(call, _)| is_connected(call)).map(|(_, listener)| *listener).collect()
}

fn listen() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    socket.listen(0)?;
    Ok(socket)
}

fn call(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    // It is on its way now, or refused by a full backlog, which it does not hear.
    let _ = socket.connect(&address.into());
    Ok(socket)
}

fn address_of(socket: &Socket) -> SocketAddr {
    socket.local_addr().ok().and_then(|address| address.as_socket()).expect("bound to IPv4")
}
