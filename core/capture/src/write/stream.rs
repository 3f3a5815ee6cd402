//! One TCP stream: which segments there are, and their numbers.

use std::net::SocketAddr;

use super::blocks;
use super::frame::{Segment, frame};
use crate::comment::{Comment, OutcomeComment};

/// A connection that was made and is not over. Without [`ended`](Self::ended) its capture is
/// that of a stream whose end is missing.
#[derive(Debug)]
#[must_use = "it goes on until it is ended"]
pub struct Stream {
    client: Side,
    station: Side,
    /// How much of the station's the client has acknowledged.
    acknowledged: u32,
    /// Time does not run backwards within a stream.
    last_ns: u64,
}

/// How a connection that was made came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The station closed it.
    Fin,
    /// The station, or the network, broke it.
    Reset,
    /// The client broke it: it wanted no more, or could not wait.
    GivenUp,
}

/// The most bytes that one frame has.
pub const MAX_PAYLOAD: usize = 65_000;

#[derive(Clone, Copy, Debug)]
struct Side {
    address: SocketAddr,
    /// The number of the next byte it sends; modulo 2^32, as on the wire.
    next: u32,
}

#[derive(Clone, Copy)]
enum By {
    Client,
    Station,
}

impl Stream {
    /// From `local` to `peer`, with the initial sequence numbers of the two.
    pub(super) fn new(local: SocketAddr, peer: SocketAddr, initial: [u32; 2], now: u64) -> Self {
        let [client, station] = initial;
        Self {
            client: Side { address: local, next: client },
            station: Side { address: peer, next: station },
            acknowledged: station,
            last_ns: now,
        }
    }

    /// Appends what was read at once, at this Unix time in nanoseconds.
    pub fn received(&mut self, bytes: &[u8], now: u64, out: &mut Vec<u8>) {
        let mut pieces = bytes.chunks(MAX_PAYLOAD).peekable();
        while let Some(piece) = pieces.next() {
            if self.station.next.wrapping_sub(self.acknowledged) > UNACKNOWLEDGED {
                self.send(By::Client, Segment::default(), &[], &[], now, out);
            }
            let psh = pieces.peek().is_none();
            self.send(By::Station, Segment { psh, ..Segment::default() }, piece, &[], now, out);
        }
    }

    /// Appends the end, at this Unix time in nanoseconds, and what came of the attempt.
    pub fn ended(mut self, end: End, outcome: OutcomeComment, now: u64, out: &mut Vec<u8>) {
        let comment = Comment::Outcome(OutcomeComment { ended_ns: None, ..outcome }).to_text();
        let fin = Segment { fin: true, ..Segment::default() };
        let rst = Segment { rst: true, ..Segment::default() };
        let (from, last) = match end {
            End::Fin => {
                self.send(By::Station, fin, &[], &[], now, out);
                self.send(By::Client, fin, &[], &[], now, out);
                (By::Station, Segment::default())
            }
            End::Reset => (By::Station, rst),
            End::GivenUp => (By::Client, rst),
        };
        self.send(from, last, &[], &[comment], now, out);
    }

    /// The client's SYN.
    pub(super) fn dial(&mut self, comments: &[String], now: u64, out: &mut Vec<u8>) {
        let syn = Segment { syn: true, sequence: self.client.next, ..Segment::default() };
        self.append(By::Client, syn, &[], comments, now, out);
        self.client.next = self.client.next.wrapping_add(1);
    }

    /// The rest of the handshake.
    pub(super) fn accept(&mut self, now: u64, out: &mut Vec<u8>) {
        let syn = Segment { syn: true, ..Segment::default() };
        self.send(By::Station, syn, &[], &[], now, out);
        self.send(By::Client, Segment::default(), &[], &[], now, out);
    }

    /// The answer of a host where nobody listens (RFC 9293, 3.10.7.1).
    pub(super) fn refuse(mut self, outcome: OutcomeComment, now: u64, out: &mut Vec<u8>) {
        self.station.next = 0;
        let comment = Comment::Outcome(OutcomeComment { ended_ns: None, ..outcome }).to_text();
        let rst = Segment { rst: true, ..Segment::default() };
        self.send(By::Station, rst, &[], &[comment], now, out);
    }

    /// Appends a segment with the numbers that are its turn.
    fn send(
        &mut self,
        from: By,
        segment: Segment,
        payload: &[u8],
        comments: &[String],
        now: u64,
        out: &mut Vec<u8>,
    ) {
        let (own, other) = match from {
            By::Client => (&mut self.client, self.station.next),
            By::Station => (&mut self.station, self.client.next),
        };
        let (sequence, acknowledged) = (own.next, Some(other));
        let length = payload.len() as u32 + u32::from(segment.syn) + u32::from(segment.fin);
        own.next = own.next.wrapping_add(length);
        if let By::Client = from {
            self.acknowledged = other;
        }
        let segment = Segment { sequence, acknowledged, ..segment };
        self.append(from, segment, payload, comments, now, out);
    }

    fn append(
        &mut self,
        from: By,
        segment: Segment,
        payload: &[u8],
        comments: &[String],
        now: u64,
        out: &mut Vec<u8>,
    ) {
        self.last_ns = self.last_ns.max(now);
        let (client, station) = (self.client.address, self.station.address);
        let (from, to) = match from {
            By::Client => (client, station),
            By::Station => (station, client),
        };
        blocks::packet(self.last_ns, comments, out, |out| frame(from, to, segment, payload, out));
    }
}

/// The client acknowledges once so much is under way: well within its window.
const UNACKNOWLEDGED: u32 = 16 << 20;

#[cfg(test)]
mod tests;
