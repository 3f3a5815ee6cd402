//! A reader of pcapng that takes what the writer promises and nothing else: every block whole,
//! raw IP, nanoseconds, right checksums. It panics at anything else.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use carwatch_capture::comment::{Comment, OutcomeComment, StationComment};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use pcap_parser::pcapng::{Block, OptionCode, PcapNGOption, parse_block_le};

/// A file as it is.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) sections: Vec<Section>,
    pub(crate) packets: Vec<Packet>,
    /// Where each block ends.
    pub(crate) ends: Vec<usize>,
}

/// A section header.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) comments: Vec<String>,
    pub(crate) program: String,
    pub(crate) interfaces: usize,
}

/// A TCP segment.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    pub(crate) nanos: u64,
    pub(crate) comments: Vec<String>,
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) sequence: u32,
    pub(crate) acknowledged: u32,
    /// As a person writes them: `SYN,ACK`.
    pub(crate) flags: String,
    pub(crate) payload: Vec<u8>,
}

/// A TCP stream, from its SYN on.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) client: SocketAddr,
    pub(crate) station: SocketAddr,
    pub(crate) packets: Vec<Packet>,
}

/// Reads a whole file.
pub(crate) fn read(bytes: &[u8]) -> File {
    let mut file = File::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (after, block) = parse_block_le(rest).expect("a whole block");
        assert_eq!((rest.len() - after.len()) % 4, 0, "blocks are padded");
        rest = after;
        file.take(&block);
        file.ends.push(bytes.len() - rest.len());
    }
    file
}

impl File {
    fn take(&mut self, block: &Block<'_>) {
        match block {
            Block::SectionHeader(header) => {
                assert_eq!((header.major_version, header.minor_version), (1, 0));
                assert_eq!(header.section_len, -1);
                let texts = |code| texts(&header.options, code);
                let program = texts(OptionCode::ShbUserAppl).remove(0);
                assert!(!texts(OptionCode::ShbHardware).is_empty());
                assert!(!texts(OptionCode::ShbOs).is_empty());
                let comments = texts(OptionCode::Comment);
                self.sections.push(Section { comments, program, interfaces: 0 });
            }
            Block::InterfaceDescription(interface) => {
                assert_eq!(interface.linktype.0, 101, "raw IP");
                assert_eq!(interface.if_tsresol, 9, "nanoseconds");
                assert_eq!(interface.if_tsoffset, 0);
                assert!(interface.snaplen >= 65_535);
                self.sections.last_mut().expect("it has a section").interfaces += 1;
            }
            Block::EnhancedPacket(packet) => {
                assert_eq!(packet.if_id, 0);
                assert_eq!(self.sections.last().expect("it has a section").interfaces, 1);
                assert_eq!(packet.caplen, packet.origlen);
                let data = &packet.data[..packet.caplen as usize];
                assert!(packet.data[data.len()..].iter().all(|byte| *byte == 0));
                let nanos = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
                let comments = texts(&packet.options, OptionCode::Comment);
                self.packets.push(segment(nanos, comments, data));
            }
            other => panic!("no such block is written: {other:?}"),
        }
    }

    /// The streams, in the order of their SYNs.
    pub(crate) fn streams(&self) -> Vec<Stream> {
        let mut streams: Vec<Stream> = Vec::new();
        let mut open = HashMap::new();
        for packet in &self.packets {
            let (client, station) = (packet.from, packet.to);
            if packet.flags == "SYN" {
                open.insert((client, station), streams.len());
                streams.push(Stream { client, station, packets: vec![packet.clone()] });
            } else {
                let both = [(client, station), (station, client)];
                let found = both.iter().find_map(|ends| open.get(ends));
                let stream = *found.expect("a stream begins with its SYN");
                streams[stream].packets.push(packet.clone());
            }
        }
        streams
    }

    /// All comments of sections that are ours, in order.
    pub(crate) fn of_sections(&self) -> Vec<Comment> {
        let comments = self.sections.iter().flat_map(|section| &section.comments);
        comments.filter_map(|comment| Comment::parse(comment).ok()).collect()
    }
}

impl Stream {
    /// What the station sent, after checking that its numbers and the client's add up.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut next: HashMap<SocketAddr, u32> = HashMap::new();
        let mut time = 0;
        for packet in &self.packets {
            let is_syn = packet.flags.contains("SYN");
            let refusal = packet.flags == "RST,ACK" && !next.contains_key(&packet.from);
            if let (Some(expected), false) = (next.get(&packet.from), is_syn) {
                assert_eq!(packet.sequence, *expected, "no gap and no overlap");
            } else {
                assert!(is_syn || refusal, "{packet:?}");
            }
            if packet.flags != "SYN" {
                assert_eq!(Some(&packet.acknowledged), next.get(&packet.to), "all is acknowledged");
            }
            let one = u32::from(is_syn) + u32::from(packet.flags.contains("FIN"));
            let end = packet.sequence.wrapping_add(packet.payload.len() as u32 + one);
            next.insert(packet.from, end);
            assert!(packet.nanos >= time, "time does not run backwards");
            time = packet.nanos;
            if packet.from == self.station {
                bytes.extend_from_slice(&packet.payload);
            } else {
                assert!(packet.payload.is_empty(), "the client sends nothing");
            }
        }
        bytes
    }

    /// The two comments, which are on the first and on the last packet and nowhere else.
    pub(crate) fn comments(&self) -> (StationComment, OutcomeComment) {
        let count: usize = self.packets.iter().map(|packet| packet.comments.len()).sum();
        assert_eq!(count, 2);
        let first = &self.packets[0].comments[0];
        let last = self.packets.last().and_then(|packet| packet.comments.last());
        match (Comment::parse(first), last.map(|last| Comment::parse(last))) {
            (Ok(Comment::Station(station)), Some(Ok(Comment::Outcome(outcome)))) => {
                (station, outcome)
            }
            other => panic!("{other:?}"),
        }
    }

    /// Its packets as lines: who, flags, length.
    pub(crate) fn picture(&self) -> Vec<String> {
        let line = |packet: &Packet| {
            let from = if packet.from == self.client { "client" } else { "station" };
            let Packet { nanos, flags, payload, .. } = packet;
            format!("{nanos} {from} {flags} {}", payload.len())
        };
        self.packets.iter().map(line).collect()
    }
}

fn segment(nanos: u64, comments: Vec<String>, data: &[u8]) -> Packet {
    let packet = SlicedPacket::from_ip(data).expect("an IP packet");
    let Some(TransportSlice::Tcp(tcp)) = &packet.transport else { panic!("TCP") };
    let (from, to): (IpAddr, IpAddr) = match packet.net.as_ref().expect("IP") {
        NetSlice::Ipv4(ip) => {
            let header = ip.header();
            assert_eq!(header.header_checksum(), header.to_header().calc_header_checksum());
            assert_eq!(usize::from(header.total_len()), data.len());
            let expected = tcp.calc_checksum_ipv4(header.source(), header.destination());
            assert_eq!(tcp.checksum(), expected.expect("it fits"));
            (header.source_addr().into(), header.destination_addr().into())
        }
        NetSlice::Ipv6(ip) => {
            let header = ip.header();
            assert_eq!(usize::from(header.payload_length()), data.len() - 40);
            let expected = tcp.calc_checksum_ipv6(header.source(), header.destination());
            assert_eq!(tcp.checksum(), expected.expect("it fits"));
            (header.source_addr().into(), header.destination_addr().into())
        }
        other => panic!("{other:?}"),
    };
    let flags = [
        ("SYN", tcp.syn()),
        ("FIN", tcp.fin()),
        ("RST", tcp.rst()),
        ("PSH", tcp.psh()),
        ("ACK", tcp.ack()),
    ];
    let flags: Vec<&str> = flags.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    assert!(tcp.window_size() > 0);
    Packet {
        nanos,
        comments,
        from: SocketAddr::new(from, tcp.source_port()),
        to: SocketAddr::new(to, tcp.destination_port()),
        sequence: tcp.sequence_number(),
        acknowledged: tcp.acknowledgment_number(),
        flags: flags.join(","),
        payload: tcp.payload().to_vec(),
    }
}

fn texts(options: &[PcapNGOption<'_>], code: OptionCode) -> Vec<String> {
    let with_code = options.iter().filter(|option| option.code == code);
    with_code.map(|option| option.as_str().expect("UTF-8").to_owned()).collect()
}
