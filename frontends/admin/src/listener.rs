//! What an accepted connection is given before anything else.

use std::io;
use std::net::TcpStream;

use carwatch_driver::{Accepted, listener};
use socket2::SockRef;

/// Makes a runtime's stream of an accepted one: it resets what ends unfinished, and a client
/// that stalls costs the kernel little.
pub(crate) fn adopt<S: Accepted>(stream: TcpStream) -> io::Result<S> {
    listener::prepare(&stream)?;
    // An answer is written in few large pieces: waiting to make them larger only delays it.
    SockRef::from(&stream).set_tcp_nodelay(true)?;
    listener::adopt(stream)
}
