//! Captures to read, built packet by packet.

use std::io::Write as _;
use std::net::SocketAddr;

use carwatch::StationReport;
use carwatch_capture::inspect::{Inspected, Inspection, Limits};
use etherparse::{IpNumber, Ipv4Header, Ipv6FlowLabel, Ipv6Header, TcpHeader};

pub(crate) const STATION: &str = "10.0.0.5:8000";
pub(crate) const CLIENT: &str = "10.0.0.2:40000";

/// Nanoseconds between two packets.
pub(crate) const STEP: u64 = 1_000_000;

pub(crate) const SYN: u8 = 2;
pub(crate) const FIN: u8 = 1;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

/// A TCP segment to be.
#[derive(Clone, Debug)]
pub(crate) struct Seg {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: u8,
    pub(crate) data: Vec<u8>,
}

impl Seg {
    pub(crate) fn station(seq: u32, flags: u8, data: &[u8]) -> Self {
        Self::between(STATION, CLIENT, seq, flags, data)
    }

    pub(crate) fn client(seq: u32, flags: u8, data: &[u8]) -> Self {
        Self::between(CLIENT, STATION, seq, flags, data)
    }

    pub(crate) fn between(from: &str, to: &str, seq: u32, flags: u8, data: &[u8]) -> Self {
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        // What the station acknowledges is the begin of the client's data.
        Self { from, to, seq, ack: 101, flags, data: data.to_vec() }
    }

    pub(crate) fn tcp(&self) -> Vec<u8> {
        let mut header = TcpHeader::new(self.from.port(), self.to.port(), self.seq, 64_000);
        header.acknowledgment_number = self.ack;
        header.syn = self.flags & SYN != 0;
        header.fin = self.flags & FIN != 0;
        header.rst = self.flags & RST != 0;
        header.ack = self.flags & ACK != 0;
        header.set_options_raw(&[1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]).unwrap();
        [header.to_bytes().to_vec(), self.data.clone()].concat()
    }

    /// The IP packet, its check sums as wrong as they are on a sender with offload.
    pub(crate) fn ip(&self) -> Vec<u8> {
        ip(self.from, self.to, IpNumber::TCP, &self.tcp())
    }
}

pub(crate) fn ip(from: SocketAddr, to: SocketAddr, next: IpNumber, payload: &[u8]) -> Vec<u8> {
    let header = match (from.ip(), to.ip()) {
        (std::net::IpAddr::V4(from), std::net::IpAddr::V4(to)) => {
            let length = u16::try_from(payload.len()).unwrap();
            Ipv4Header::new(length, 64, next, from.octets(), to.octets())
                .unwrap()
                .to_bytes()
                .to_vec()
        }
        (std::net::IpAddr::V6(from), std::net::IpAddr::V6(to)) => Ipv6Header {
            traffic_class: 0,
            flow_label: Ipv6FlowLabel::ZERO,
            payload_length: u16::try_from(payload.len()).unwrap(),
            next_header: next,
            hop_limit: 64,
            source: from.octets(),
            destination: to.octets(),
        }
        .to_bytes()
        .to_vec(),
        _ => panic!("two kinds of addresses"),
    };
    [header, payload.to_vec()].concat()
}

/// SYN, SYN-ACK, ACK; the station's data begins at `isn + 1`, the client's at 101.
pub(crate) fn handshake(isn: u32) -> Vec<Seg> {
    vec![
        Seg::client(100, SYN, b""),
        Seg::station(isn, SYN | ACK, b""),
        Seg { ack: isn.wrapping_add(1), ..Seg::client(101, ACK, b"") },
    ]
}

/// A whole stream of these chunks that ends with a FIN.
pub(crate) fn stream(isn: u32, chunks: &[&[u8]]) -> Vec<Seg> {
    let mut all = handshake(isn);
    let mut seq = isn.wrapping_add(1);
    for chunk in chunks {
        all.push(Seg::station(seq, ACK, chunk));
        seq = seq.wrapping_add(chunk.len() as u32);
    }
    all.push(Seg::station(seq, FIN | ACK, b""));
    all.push(Seg { ack: seq.wrapping_add(1), ..Seg::client(101, FIN | ACK, b"") });
    all
}

/// A pcap of raw IP, little endian, microseconds, a packet each [`STEP`].
pub(crate) fn pcap(segments: &[Seg]) -> Vec<u8> {
    let packets: Vec<_> = segments.iter().map(Seg::ip).collect();
    pcap_of(101, &packets)
}

pub(crate) fn pcap_of(link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    Pcap { link, ..Pcap::default() }.file(packets)
}

/// How a pcap is written.
pub(crate) struct Pcap {
    pub(crate) link: u32,
    pub(crate) big_endian: bool,
    pub(crate) nanos: bool,
    pub(crate) modified: bool,
    pub(crate) snaplen: usize,
}

impl Default for Pcap {
    fn default() -> Self {
        Self { link: 101, big_endian: false, nanos: false, modified: false, snaplen: 262_144 }
    }
}

impl Pcap {
    pub(crate) fn file(&self, packets: &[Vec<u8>]) -> Vec<u8> {
        let mut out = Vec::new();
        let magic = match (self.modified, self.nanos) {
            (true, _) => 0xa1b2_cd34,
            (_, true) => 0xa1b2_3c4d,
            _ => 0xa1b2_c3d4,
        };
        out.extend(self.u32(magic));
        let version: [[u8; 2]; 2] =
            [2u16, 4].map(|n| if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() });
        out.extend(version.concat());
        for field in [0, 0, self.snaplen as u32, self.link] {
            out.extend(self.u32(field));
        }
        for (nth, packet) in packets.iter().enumerate() {
            let at = nth as u64 * STEP;
            let fraction = if self.nanos { at } else { at / 1000 };
            let kept = &packet[..packet.len().min(self.snaplen)];
            for field in [1_000, fraction as u32, kept.len() as u32, packet.len() as u32] {
                out.extend(self.u32(field));
            }
            if self.modified {
                out.extend([0; 8]);
            }
            out.extend(kept);
        }
        out
    }

    fn u32(&self, field: u32) -> [u8; 4] {
        if self.big_endian { field.to_be_bytes() } else { field.to_le_bytes() }
    }
}

/// Writes pcapng blocks.
#[derive(Default)]
pub(crate) struct Ng {
    pub(crate) out: Vec<u8>,
    pub(crate) big_endian: bool,
}

impl Ng {
    pub(crate) fn new(big_endian: bool) -> Self {
        Self { out: Vec::new(), big_endian }
    }

    pub(crate) fn u16(&self, n: u16) -> [u8; 2] {
        if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    pub(crate) fn u32(&self, n: u32) -> [u8; 4] {
        if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    pub(crate) fn block(&mut self, kind: u32, body: &[u8]) {
        let body = padded(body);
        let length = self.u32(body.len() as u32 + 12);
        self.out.extend(self.u32(kind));
        self.out.extend(length);
        self.out.extend(&body);
        self.out.extend(length);
    }

    pub(crate) fn option(&self, code: u16, value: &[u8]) -> Vec<u8> {
        [self.u16(code).to_vec(), self.u16(value.len() as u16).to_vec(), padded(value)].concat()
    }

    pub(crate) fn section(&mut self, comments: &[&str]) {
        let mut body = self.u32(0x1a2b_3c4d).to_vec();
        body.extend([self.u16(1), self.u16(0)].concat());
        body.extend([0xff; 8]);
        comments.iter().for_each(|text| body.extend(self.option(1, text.as_bytes())));
        body.extend([0; 4]);
        self.block(0x0a0d_0d0a, &body);
    }

    pub(crate) fn interface(&mut self, link: u16, options: &[(u16, Vec<u8>)]) {
        let mut body = [self.u16(link), [0; 2]].concat();
        body.extend(self.u32(0));
        options.iter().for_each(|(code, value)| body.extend(self.option(*code, value)));
        body.extend([0; 4]);
        self.block(1, &body);
    }

    pub(crate) fn packet(&mut self, interface: u32, units: u64, data: &[u8], comments: &[&str]) {
        let mut body = self.u32(interface).to_vec();
        body.extend(self.u32((units >> 32) as u32));
        body.extend(self.u32(units as u32));
        body.extend(self.u32(data.len() as u32));
        body.extend(self.u32(data.len() as u32));
        body.extend(padded(data));
        comments.iter().for_each(|text| body.extend(self.option(1, text.as_bytes())));
        self.block(6, &body);
    }

    pub(crate) fn simple(&mut self, data: &[u8]) {
        let body = [self.u32(data.len() as u32).to_vec(), padded(data)].concat();
        self.block(3, &body);
    }

    pub(crate) fn old(&mut self, interface: u16, units: u64, data: &[u8]) {
        let mut body = [self.u16(interface), [0; 2]].concat();
        body.extend(self.u32((units >> 32) as u32));
        body.extend(self.u32(units as u32));
        body.extend(self.u32(data.len() as u32));
        body.extend(self.u32(data.len() as u32));
        body.extend(padded(data));
        self.block(2, &body);
    }
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

pub(crate) fn inspect(file: &[u8]) -> Inspected {
    inspect_within(file, Limits::default())
}

pub(crate) fn inspect_within(file: &[u8], limits: Limits) -> Inspected {
    let mut inspection = Inspection::new("x.pcap", limits);
    inspection.feed(file);
    inspection.finish()
}

/// The one station of a file.
pub(crate) fn one(file: &[u8]) -> StationReport {
    let mut inspected = inspect(file);
    assert_eq!(inspected.report.stations.len(), 1, "{inspected:#?}");
    inspected.report.stations.remove(0)
}

/// `complete`, or why not.
pub(crate) fn verdict(station: &StationReport) -> String {
    let verdict = &station.outcome.verdict;
    match verdict.fault() {
        None => verdict.as_str().to_owned(),
        Some(fault) => {
            let detail = fault.detail.as_deref().unwrap_or_default();
            format!("{} {}: {detail}", verdict.as_str(), fault.reason.as_str())
        }
    }
}

pub(crate) fn text(station: &StationReport) -> String {
    String::from_utf8_lossy(&station.outcome.response).into_owned()
}
