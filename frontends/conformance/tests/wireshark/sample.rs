//! A capture, and what is known of it.

use std::net::SocketAddr;

use carwatch::wire::{self, Piece, Tail};
use carwatch::{Fault, Reason, Verdict, limits};
use carwatch_capture::comment::{Comment, GatherComment, OutcomeComment, StationComment};
use carwatch_capture::write::{Connection, End, NoConnection, Writer};

/// A capture that is being made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    steps: Vec<Step>,
    streams: Vec<Stream>,
}

/// What the station of one stream sent.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) bytes: Vec<u8>,
    pub(crate) end: Option<End>,
}

/// The pieces of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) cars: usize,
    /// The reasons, in wire order.
    pub(crate) rejected: Vec<String>,
}

#[derive(Clone, Debug)]
enum Step {
    NotConnected(Reason),
    Stream(Vec<Vec<u8>>, Option<End>),
    Section,
}

impl Sample {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A station that sends these reads.
    pub(crate) fn stream(&mut self, reads: &[&[u8]], end: Option<End>) {
        self.streams.push(Stream { bytes: reads.concat(), end });
        let reads = reads.iter().map(|read| read.to_vec()).collect();
        self.steps.push(Step::Stream(reads, end));
    }

    /// A station that refuses.
    pub(crate) fn refused(&mut self) {
        self.not_connected(Reason::Refused);
    }

    /// A station that does not answer.
    pub(crate) fn silent(&mut self) {
        self.not_connected(Reason::ConnectTimeout);
    }

    /// A further section.
    pub(crate) fn gathered(&mut self) {
        self.steps.push(Step::Section);
    }

    fn not_connected(&mut self, reason: Reason) {
        self.streams.push(Stream { bytes: Vec::new(), end: None });
        self.steps.push(Step::NotConnected(reason));
    }

    /// The streams, as tshark counts them.
    pub(crate) fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// How many packets there are.
    pub(crate) fn packets(&self) -> usize {
        // An enhanced packet block begins with its type, at a multiple of four bytes.
        let file = self.clone().finish();
        let (mut at, mut packets) = (0, 0);
        while let Some([kind, _, _, _, a, b, c, d]) = file.get(at..at + 8) {
            packets += usize::from(*kind == 6);
            at += u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        }
        packets
    }

    /// The capture.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = Writer::new("tester", &mut out);
        let mut now = 1_795_000_000_000_000_000;
        for (nth, step) in (0_u64..).zip(self.steps) {
            now += 1_000_000;
            let peer: SocketAddr = match nth % 4 {
                0 => ([127, 0, 0, 1], 8000).into(),
                1 => ([198, 51, 100, 7], 8000).into(),
                2 => "[::1]:8000".parse().expect("an address"),
                _ => "[2001:db8::7]:8000".parse().expect("an address"),
            };
            let station = StationComment {
                index: nth,
                name: format!("station {nth} \u{1b}[2J é"),
                address: peer.to_string(),
                attempt: 1,
                round: 1,
                began_ns: None,
            };
            match step {
                Step::NotConnected(reason) => {
                    let verdict = Verdict::Failed(Fault::new(reason, "in words"));
                    let connection =
                        NoConnection { peer, dialled_ns: now, ended_ns: now + 500_000 };
                    writer.not_connected(&station, &connection, (&verdict).into(), &mut out);
                }
                Step::Stream(reads, end) => {
                    let local = SocketAddr::new(peer.ip(), 30_000 + nth as u16);
                    let connection = Connection {
                        peer,
                        local: Some(local),
                        dialled_ns: now,
                        connected_ns: now + 100_000,
                    };
                    let mut stream = writer.connected(&station, &connection, &mut out);
                    for read in &reads {
                        now += 1_000;
                        stream.received(read, now + 200_000, &mut out);
                    }
                    let verdict = Verdict::Complete { verified: false };
                    if let Some(end) = end {
                        let outcome = OutcomeComment::from(&verdict);
                        stream.ended(end, outcome, now + 900_000, &mut out);
                    }
                }
                Step::Section => {
                    let gather =
                        GatherComment { round: 1, began_ns: 1, ended_ns: now, stations: 9 };
                    writer.section(&[Comment::Gather(gather)], &mut out);
                }
            }
        }
        out
    }
}

impl Stream {
    /// What the core makes of it, if it is complete.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        wire::split(&self.bytes, limits::RECORD, Tail::Whole, &mut |piece| match piece {
            Piece::Car { .. } => counts.cars += 1,
            Piece::Rejected(rejection) => counts.rejected.push(rejection.reason.as_str().into()),
        });
        counts
    }
}
