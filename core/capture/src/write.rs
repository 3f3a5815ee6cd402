//! A gather as pcapng: every attempt one TCP stream, its headers made up around the bytes
//! that were read, and said to be so.
//!
//! Nothing is kept: each call appends whole blocks to a vector, so what was appended so far
//! is a readable file after any call.
//!
//! ```
//! use carwatch_capture::comment::{OutcomeComment, StationComment};
//! use carwatch_capture::write::{Connection, End, Writer};
//! use carwatch::Verdict;
//!
//! let mut file = Vec::new();
//! // 1. The header says what wrote the file.
//! let mut writer = Writer::new("client 1.0", &mut file);
//! // 2. A connection begins with whose it is,
//! let station = StationComment {
//!     index: 0,
//!     name: "gate".into(),
//!     address: "10.0.0.5:8000".into(),
//!     attempt: 1,
//!     round: 1,
//!     began_ns: None,
//! };
//! let connection = Connection {
//!     peer: ([10, 0, 0, 5], 8000).into(),
//!     local: Some(([10, 0, 0, 2], 40_000).into()),
//!     dialled_ns: 1_795_000_000_000_000_000,
//!     connected_ns: 1_795_000_000_000_100_000,
//! };
//! let mut stream = writer.connected(&station, &connection, &mut file);
//! // 3. has its bytes as they are read,
//! stream.received(b"today:peugeot:red", 1_795_000_000_001_200_000, &mut file);
//! // 4. and ends with what came of it.
//! let outcome = OutcomeComment::from(&Verdict::Complete { verified: false });
//! stream.ended(End::Fin, outcome, 1_795_000_000_001_300_000, &mut file);
//! ```

mod blocks;
mod frame;
mod stream;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use carwatch::Reason;

use crate::comment::{Comment, OutcomeComment, StationComment};
pub use stream::{End, MAX_PAYLOAD, Stream};

/// Writes captures. It remembers what must not come twice, and nothing else.
#[derive(Debug)]
pub struct Writer {
    program: String,
    /// How many streams there were.
    streams: u32,
    /// The ports of clients that are made up, by the address they never reached.
    ports: HashMap<SocketAddr, u16>,
}

/// A connection that was made. Times are Unix nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The station's end.
    pub peer: SocketAddr,
    /// This end, where the system told.
    pub local: Option<SocketAddr>,
    /// When it was begun.
    pub dialled_ns: u64,
    /// When it was made.
    pub connected_ns: u64,
}

/// A connection that was never made. Times are Unix nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoConnection {
    /// The station's end.
    pub peer: SocketAddr,
    /// When it was begun.
    pub dialled_ns: u64,
    /// When it was given up, or refused.
    pub ended_ns: u64,
}

impl Writer {
    /// Appends the header of a file that `program` writes: its name and version.
    #[must_use]
    pub fn new(program: &str, out: &mut Vec<u8>) -> Self {
        blocks::section(program, &[PROVENANCE.into()], out);
        Self { program: program.into(), streams: 0, ports: HashMap::new() }
    }

    /// Appends the handshake of a connection that was made.
    pub fn connected(
        &mut self,
        station: &StationComment,
        connection: &Connection,
        out: &mut Vec<u8>,
    ) -> Stream {
        let peer = connection.peer;
        let local = match connection.local {
            Some(local) if local.is_ipv4() == peer.is_ipv4() => local,
            Some(local) => SocketAddr::new(made_up_address(peer.ip()), local.port()),
            None => self.made_up(peer),
        };
        let comment = before(station, connection.dialled_ns);
        let mut stream = self.stream(local, peer, connection.dialled_ns);
        stream.dial(&[comment], connection.dialled_ns, out);
        stream.accept(connection.connected_ns, out);
        stream
    }

    /// Appends an attempt that never was connected: the dial, and its refusal where there was
    /// one (refused or reset). Where there was none, both comments are on the one packet.
    pub fn not_connected(
        &mut self,
        station: &StationComment,
        connection: &NoConnection,
        outcome: OutcomeComment,
        out: &mut Vec<u8>,
    ) {
        let &NoConnection { peer, dialled_ns, ended_ns } = connection;
        let local = self.made_up(peer);
        let comment = before(station, dialled_ns);
        let mut stream = self.stream(local, peer, dialled_ns);
        if matches!(outcome.reason, Some(Reason::Refused | Reason::Reset | Reason::Tls)) {
            stream.dial(&[comment], dialled_ns, out);
            stream.refuse(outcome, ended_ns, out);
        } else {
            let ended_ns = (ended_ns > dialled_ns).then_some(ended_ns);
            let outcome = Comment::Outcome(OutcomeComment { ended_ns, ..outcome }).to_text();
            stream.dial(&[comment, outcome], dialled_ns, out);
        }
    }

    /// Appends a section that has these comments, and goes on in it.
    pub fn section(&mut self, comments: &[Comment], out: &mut Vec<u8>) {
        let comments: Vec<String> = comments.iter().map(Comment::to_text).collect();
        blocks::section(&self.program, &comments, out);
    }

    fn stream(&mut self, local: SocketAddr, peer: SocketAddr, now: u64) -> Stream {
        self.streams = self.streams.wrapping_add(1);
        // Different for every stream: readers tell by them that a port is used again.
        let initial = self.streams.wrapping_mul(SPREAD);
        Stream::new(local, peer, [initial, !initial], now)
    }

    /// The client's end of a connection that was never made: nobody knows the real one.
    fn made_up(&mut self, peer: SocketAddr) -> SocketAddr {
        let last = self.ports.entry(peer).or_insert(LAST_PORT);
        let ip = made_up_address(peer.ip());
        loop {
            *last = if *last == LAST_PORT { FIRST_PORT } else { *last + 1 };
            let local = SocketAddr::new(ip, *last);
            // No connection leads from an address to itself.
            if local != peer {
                return local;
            }
        }
    }
}

/// The comment on the first packet of an attempt.
fn before(station: &StationComment, dialled_ns: u64) -> String {
    let began_ns = station.began_ns.filter(|began| *began < dialled_ns);
    Comment::Station(StationComment { began_ns, ..station.clone() }).to_text()
}

const fn made_up_address(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(ip) if ip.is_loopback() => peer,
        IpAddr::V6(ip) if ip.is_loopback() => peer,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}

const PROVENANCE: &str = "\
Written by carwatch, which gathers the snapshots of roadside stations over TCP.\n\
The payloads are the bytes that the program read, at the time at which it read them: one \
frame a read (a read of more than 65,000 bytes is several), which is not what was on the wire.\n\
What came over TLS stands here in plain text, as it was after decryption.\n\
The IP and TCP headers, handshakes, acknowledgements and endings are synthesised. Addresses \
and ports are real, except those of a client whose connection was never made: they stand as \
the station's own address on the loopback, else as 0.0.0.0 or ::, with ports from 61000 up.\n\
Of the addresses of one station that were raced, only the one that decided the attempt is here.";

/// Above the ports that Linux gives out by itself.
const FIRST_PORT: u16 = 61_000;
const LAST_PORT: u16 = 65_535;

/// Odd, so that its multiples repeat only after 2^32 of them (2^32 by the golden ratio).
const SPREAD: u32 = 0x9e37_79b9;
