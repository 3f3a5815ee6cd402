//! One TCP stream: its two sides, which of them is the station, and how it ended.
//!
//! Where there is no FIN, a RST ends the stream and its number tells where: bytes before it that
//! were not captured are a gap. A sender whose RST runs ahead of what it sent (RFC 9293, section
//! 3.10.7.4, lets the receiver drop such a one) therefore looks as if bytes were lost, and its
//! stream is partial with reason `capture`, not `reset`: from the capture alone the two cannot be
//! told apart. Behind a FIN the number of a RST says nothing.

use std::net::SocketAddr;

use super::half::{Assembled, Half};
use super::{NEAR, Settings, WINDOW};
use crate::comment::{OutcomeComment, StationComment};
use crate::read::frame::Segment;

/// A TCP stream.
#[derive(Clone, Debug)]
pub struct Stream {
    ends: (SocketAddr, SocketAddr),
    /// In the order of [`ends`](Self::ends).
    halves: [Half; 2],
    /// Which side answered, or will answer, the SYN.
    station: Option<usize>,
    /// When the SYN was answered.
    connected_at: Option<u64>,
    first_at: Option<u64>,
    last_at: Option<u64>,
    /// When either side first ended its half, or broke it off.
    ended_at: Option<u64>,
    /// Whose stream it is, where the capture says so.
    pub label: Option<StationComment>,
    /// What came of it, where the capture says so.
    pub outcome: Option<OutcomeComment>,
}

/// How the station's side of a stream ended, as the packets have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// With its FIN.
    Fin,
    /// The station broke it off.
    Reset,
    /// The station answered the SYN with a RST.
    Refused,
    /// The station never answered the SYN.
    Silence,
    /// The client broke it off.
    ClientGone,
    /// Its end was not captured.
    Open,
}

impl Stream {
    pub(super) const fn new(ends: (SocketAddr, SocketAddr), settings: Settings) -> Self {
        Self {
            ends,
            halves: [Half::new(settings), Half::new(settings)],
            station: None,
            connected_at: None,
            first_at: None,
            last_at: None,
            ended_at: None,
            label: None,
            outcome: None,
        }
    }

    /// Whether a segment between the same two ends belongs to this stream: everything but a
    /// SYN that has another sequence number than its own, and data that is far from what the
    /// stream had when it was over: of another, whose SYN was not captured.
    pub(super) fn takes(&self, segment: &Segment<'_>) -> bool {
        let own = self.side(segment.from);
        let (half, other) = (&self.halves[own], &self.halves[1 - own]);
        if !segment.syn {
            let has_data = segment.wire_len > 0 && !segment.rst;
            return !has_data || !half.is_foreign(segment.seq, other.rst.is_some());
        }
        match (half.syn, half.lowest()) {
            (Some(syn), _) => syn == segment.seq,
            // It may have been captured late, behind what followed it; but where the stream is
            // over, it is rather the next one that begins.
            (None, lowest) => {
                let is_over = half.fin.or(half.rst).or(other.fin).or(other.rst).is_some();
                let Some(known) = lowest.or(other.acked) else { return !is_over };
                let behind = known.wrapping_sub(segment.seq.wrapping_add(1));
                behind < if is_over { NEAR } else { WINDOW }
            }
        }
    }

    pub(super) fn take(&mut self, segment: &Segment<'_>, at: Option<u64>) {
        self.first_at = match (self.first_at, at) {
            (Some(first), Some(at)) => Some(first.min(at)),
            (first, at) => first.or(at),
        };
        self.last_at = self.last_at.max(at);
        let side = self.side(segment.from);
        if segment.syn && self.station.is_none() {
            let station = if segment.ack.is_some() { side } else { 1 - side };
            self.station = Some(station);
            self.halves[1 - station].discard();
        }
        if segment.syn && segment.ack.is_some() && self.connected_at.is_none() {
            self.connected_at = at;
        }
        let half = &mut self.halves[side];
        if segment.fin || segment.rst {
            // The station's own end says more than that the client had enough.
            let first_of_station = self.station == Some(side)
                && half.fin.is_none()
                && (segment.fin || half.rst.is_none());
            if self.ended_at.is_none() || first_of_station {
                self.ended_at = at;
            }
        }
        half.acked = half.acked.or(segment.ack.filter(|_| !segment.rst));
        let mut seq = segment.seq;
        if segment.syn {
            if half.syn.is_none() {
                half.opens(seq);
            }
            seq = seq.wrapping_add(1);
        }
        if segment.rst {
            // The data of a RST, if it has any, is text about it.
            let offset = if half.is_seen() { half.offset(seq) } else { 0 };
            half.rst.get_or_insert(offset);
            return;
        }
        let offset = half.offset(seq);
        half.take(offset, segment.data, segment.wire_len, at);
        if segment.fin {
            half.fin.get_or_insert(offset + segment.wire_len as i64);
        }
    }

    pub(super) fn held(&self) -> u64 {
        self.halves.iter().map(Half::held).sum()
    }

    /// The station's address.
    ///
    /// It is the side that answered the SYN. Where no SYN was captured it is the side that
    /// sent data, and if both did or none, the one with the lower port.
    #[must_use]
    pub fn station(&self) -> SocketAddr {
        if self.station_side() == 0 { self.ends.0 } else { self.ends.1 }
    }

    /// When its first packet was captured, in Unix nanoseconds.
    #[must_use]
    pub const fn first_at(&self) -> Option<u64> {
        self.first_at
    }

    /// When its last packet was captured.
    #[must_use]
    pub const fn last_at(&self) -> Option<u64> {
        self.last_at
    }

    /// When either side first ended its half, or broke the stream off.
    #[must_use]
    pub const fn ended_at(&self) -> Option<u64> {
        self.ended_at
    }

    /// When the station accepted it.
    #[must_use]
    pub const fn connected_at(&self) -> Option<u64> {
        self.connected_at
    }

    /// When the first byte of the station came.
    #[must_use]
    pub fn first_byte_at(&self) -> Option<u64> {
        self.halves[self.station_side()].first_byte
    }

    /// Whether a connection was made.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        let station = &self.halves[self.station_side()];
        station.syn.is_some() || station.talks || station.fin.is_some()
    }

    /// How the station's side ended.
    #[must_use]
    pub fn close(&self) -> Close {
        let side = self.station_side();
        let (station, client) = (&self.halves[side], &self.halves[1 - side]);
        if station.is_whole() {
            Close::Fin
        } else if station.rst.is_some() {
            let refused = client.syn.is_some() && !self.is_connected();
            if refused { Close::Refused } else { Close::Reset }
        } else if station.fin.is_some() {
            // It ended, but not all of it was captured.
            Close::Open
        } else if client.rst.is_some() {
            Close::ClientGone
        } else if client.syn.is_some() && !station.is_seen() {
            Close::Silence
        } else {
            Close::Open
        }
    }

    /// What the station sent.
    #[must_use]
    pub fn assemble(self) -> Assembled {
        let [first, second] = self.halves;
        let side = side_of_station(self.station, [&first, &second], self.ends);
        if side == 0 { first.finish() } else { second.finish() }
    }

    /// Nothing of what the station sent is wanted any more.
    pub fn discard(&mut self) {
        self.halves.iter_mut().for_each(Half::discard);
    }

    fn side(&self, end: SocketAddr) -> usize {
        usize::from(end != self.ends.0)
    }

    fn station_side(&self) -> usize {
        side_of_station(self.station, [&self.halves[0], &self.halves[1]], self.ends)
    }
}

fn side_of_station(
    known: Option<usize>,
    halves: [&Half; 2],
    ends: (SocketAddr, SocketAddr),
) -> usize {
    known.unwrap_or(match halves.map(|half| half.talks) {
        [true, false] => 0,
        [false, true] => 1,
        _ => usize::from(ends.1.port() < ends.0.port()),
    })
}
