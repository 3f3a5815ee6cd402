//! Whoever calls a station: politely, slowly, talking, or not reading at all.

use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Socket, Type};

use crate::PATIENCE;

/// What a station answered, and how that ended.
#[derive(Debug)]
pub struct Answer {
    /// Every byte that came.
    pub bytes: Vec<u8>,
    /// FIN, or the error in its place.
    pub ended: io::Result<()>,
}

impl Answer {
    /// The bytes of an answer that ended cleanly.
    ///
    /// # Panics
    ///
    /// If it did not.
    #[must_use]
    #[track_caller]
    pub fn complete(self) -> Vec<u8> {
        let came = self.bytes.len();
        self.ended.unwrap_or_else(|e| panic!("after {came} bytes: {e}"));
        self.bytes
    }

    /// Whether it ended by RST.
    #[must_use]
    pub fn is_reset(&self) -> bool {
        self.ended.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::ConnectionReset)
    }
}

/// Connects and reads to the end.
#[must_use]
pub fn call(station: SocketAddr) -> Answer {
    match TcpStream::connect(station) {
        Ok(stream) => read_on(stream),
        Err(e) => Answer { bytes: Vec::new(), ended: Err(e) },
    }
}

/// Connects from that address of this machine, and reads to the end.
#[must_use]
pub fn call_from(source: IpAddr, station: SocketAddr) -> Answer {
    match connect_from(source, station, None) {
        Ok(stream) => read_on(stream),
        Err(e) => Answer { bytes: Vec::new(), ended: Err(e) },
    }
}

/// Connects from that address of this machine, with a receive buffer of about `buffer` bytes.
///
/// # Errors
///
/// The system's, if there is no connection.
pub fn connect_from(
    source: IpAddr,
    station: SocketAddr,
    buffer: Option<usize>,
) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(station), Type::STREAM, None)?;
    if let Some(buffer) = buffer {
        socket.set_recv_buffer_size(buffer)?;
    }
    socket.bind(&SocketAddr::new(source, 0).into())?;
    socket.connect_timeout(&station.into(), PATIENCE)?;
    Ok(socket.into())
}

/// Reads a connection to its end; silence for [`PATIENCE`] is an error, too.
#[must_use]
pub fn read_on(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let ended = stream
        .set_read_timeout(Some(PATIENCE))
        .and_then(|()| stream.read_to_end(&mut bytes))
        .map(|_| ());
    Answer { bytes, ended }
}

/// Reads exactly `count` bytes.
///
/// # Panics
///
/// If the connection ends before.
#[must_use]
#[track_caller]
pub fn read_some(stream: &mut TcpStream, count: usize) -> Vec<u8> {
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).expect("the station goes on");
    bytes
}

/// Connects with a receive buffer of about `buffer` bytes, so that what is not read soon
/// is not sent.
///
/// # Errors
///
/// The system's, if there is no connection.
pub fn connect_narrow(station: SocketAddr, buffer: usize) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(station), Type::STREAM, None)?;
    socket.set_recv_buffer_size(buffer)?;
    socket.connect_timeout(&station.into(), PATIENCE)?;
    Ok(socket.into())
}

/// Waits, without reading, until the station has reset the connection.
///
/// # Panics
///
/// If it has not after [`PATIENCE`].
#[track_caller]
pub fn wait_until_reset(stream: &TcpStream) {
    let flags = first_events(stream, PollFlags::empty(), PATIENCE);
    assert!(flags.contains(PollFlags::ERR), "no reset, but {flags:?}");
}

/// Whether a byte or an end comes within `time`.
#[must_use]
pub fn hears_within(stream: &TcpStream, time: Duration) -> bool {
    !first_events(stream, PollFlags::IN, time).is_empty()
}

fn first_events(stream: &TcpStream, wanted: PollFlags, time: Duration) -> PollFlags {
    let fd = stream.as_fd();
    let mut fds = [PollFd::new(&fd, wanted)];
    let time = Timespec::try_from(time).expect("seconds");
    poll(&mut fds, Some(&time)).expect("poll(2)");
    fds[0].revents()
}
