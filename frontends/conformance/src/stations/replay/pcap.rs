//! Captures as a sniffer writes them, byte by byte from the formats' documents: the classic pcap
//! file, raw IPv4 packets (`LINKTYPE_RAW`), TCP as RFC 9293 has it.

use std::net::SocketAddrV4;
use std::time::Duration;

/// What a station does on a connection, at a time since the capture began.
#[derive(Clone, Copy)]
pub(super) enum Event<'a> {
    /// Sends these bytes in one segment.
    Sends(&'a [u8]),
    /// Ends what it has to say; the client does the same.
    Ends,
    /// Breaks the connection.
    Breaks,
}

/// A capture that grows.
pub(super) struct Pcap {
    bytes: Vec<u8>,
    clients: u16,
}

impl Pcap {
    /// One without a packet.
    pub(super) fn new() -> Self {
        let mut bytes = Vec::new();
        // With nanoseconds; version 2.4; two fields that nobody uses; the longest packet.
        for word in [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 262_144, LINKTYPE_RAW] {
            bytes.extend(word.to_le_bytes());
        }
        Self { bytes, clients: 50_000 }
    }

    /// The file.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A client that connects to `station` at `begin`, and what comes of it.
    pub(super) fn connection(
        &mut self,
        station: SocketAddrV4,
        begin: Duration,
        events: &[(Duration, Event<'_>)],
    ) {
        let mut talk = self.call(station);
        talk.client(begin, SYN, &[]);
        talk.station(begin, SYN | ACK, &[]);
        talk.client(begin, ACK, &[]);
        for (after, event) in events {
            let now = begin + *after;
            match event {
                Event::Sends(bytes) => {
                    talk.station(now, PSH | ACK, bytes);
                    talk.client(now, ACK, &[]);
                }
                Event::Ends => {
                    talk.station(now, FIN | ACK, &[]);
                    talk.client(now, FIN | ACK, &[]);
                    talk.station(now, ACK, &[]);
                }
                Event::Breaks => talk.station(now, RST | ACK, &[]),
            }
        }
    }

    /// A client that `station` refuses at `begin`.
    pub(super) fn refusal(&mut self, station: SocketAddrV4, begin: Duration) {
        let mut talk = self.call(station);
        talk.client(begin, SYN, &[]);
        talk.station(begin, RST | ACK, &[]);
    }

    fn call(&mut self, station: SocketAddrV4) -> Talk<'_> {
        self.clients += 1;
        let client = SocketAddrV4::new([10, 9, 8, 7].into(), self.clients);
        Talk { file: &mut self.bytes, ends: [client, station], next: [1_000, 900_000] }
    }
}

/// One connection: the client's end, and the station's.
struct Talk<'a> {
    file: &'a mut Vec<u8>,
    ends: [SocketAddrV4; 2],
    next: [u32; 2],
}

impl Talk<'_> {
    fn client(&mut self, at: Duration, flags: u8, payload: &[u8]) {
        self.packet(0, at, flags, payload);
    }

    fn station(&mut self, at: Duration, flags: u8, payload: &[u8]) {
        self.packet(1, at, flags, payload);
    }

    fn packet(&mut self, from: usize, at: Duration, flags: u8, payload: &[u8]) {
        let (source, target) = (self.ends[from], self.ends[1 - from]);
        let mut tcp = [source.port().to_be_bytes(), target.port().to_be_bytes()].concat();
        tcp.extend(self.next[from].to_be_bytes());
        let acknowledged = if flags & ACK == 0 { 0 } else { self.next[1 - from] };
        tcp.extend(acknowledged.to_be_bytes());
        // Five words of header; a window; no checksum yet; nothing urgent.
        tcp.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        tcp.extend(payload);
        let length = u16::try_from(tcp.len()).expect("a short payload");
        let addresses = [source.ip().octets(), target.ip().octets()].concat();
        let pseudo = [&addresses[..], &[0, TCP], &length.to_be_bytes()].concat();
        let sum = checksum(&[&pseudo[..], &tcp].concat());
        tcp[16..18].copy_from_slice(&sum);

        let total = (20 + length).to_be_bytes();
        let mut ip = vec![0x45, 0, total[0], total[1], 0, 0, 0x40, 0, 64, TCP, 0, 0];
        ip.extend(&addresses);
        let sum = checksum(&ip);
        ip[10..12].copy_from_slice(&sum);

        let at = BEGIN + at;
        let seconds = u32::try_from(at.as_secs()).expect("before 2106");
        let length = u32::try_from(ip.len() + tcp.len()).expect("a short packet");
        for word in [seconds, at.subsec_nanos(), length, length] {
            self.file.extend(word.to_le_bytes());
        }
        self.file.extend(ip);
        self.file.extend(tcp);
        let takes_a_number = u32::from(flags & (SYN | FIN) != 0);
        let sent = u32::try_from(payload.len()).expect("a short payload") + takes_a_number;
        self.next[from] = self.next[from].wrapping_add(sent);
    }
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let words = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    let sum = !u16::try_from(sum).expect("folded");
    sum.to_be_bytes()
}

const LINKTYPE_RAW: u32 = 101;
const TCP: u8 = 6;
const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const PSH: u8 = 8;
const ACK: u8 = 16;
/// When the captures begin.
const BEGIN: Duration = Duration::from_secs(1_795_000_000);
