//! The older capture format: a header, then packets (libpcap's pcap-savefile).

use pcap_parser::{parse_pcap_frame, parse_pcap_frame_be, parse_pcap_header};

use super::{Buffer, Comments, Damage, Found, LONGEST, Packet, Step, no_room};

/// How such a file begins: both byte orders of microseconds, nanoseconds, and the modified
/// format of some Linux systems.
pub(super) const MAGICS: [[u8; 4]; 6] = [
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d],
    [0x34, 0xcd, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xcd, 0x34],
];

#[derive(Debug, Default)]
pub(super) struct Pcap {
    buffer: Buffer,
    /// The longest packet.
    longest: usize,
    header: Option<Header>,
}

#[derive(Clone, Copy, Debug)]
struct Header {
    link: u32,
    big_endian: bool,
    /// Nanoseconds in one unit of a packet's fraction of a second.
    unit: u64,
    /// Bytes between the header of a packet and its data that only the modified format has.
    extra: usize,
}

impl Pcap {
    /// Reads packets of at most `longest` bytes.
    pub(super) fn new(longest: usize) -> Self {
        Self { longest, ..Self::default() }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Found<'_>)) {
        let (header, longest) = (&mut self.header, self.longest);
        self.buffer.feed(bytes, |bytes, offset| match *header {
            None if bytes.len() < HEADER => Ok(Step::More),
            None => {
                *header = Some(Header::parse(bytes)?);
                Ok(Step::Took(HEADER))
            }
            Some(header) => header.packet(bytes, offset, longest, sink),
        });
    }

    pub(super) const fn is_damaged(&self) -> bool {
        self.buffer.damage.is_some()
    }

    pub(super) fn finish(&mut self) -> Option<Damage> {
        let what = if self.header.is_none() { "the header of the capture" } else { "a packet" };
        self.buffer.finish(what)
    }
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut begin = [0; HEADER];
        begin.copy_from_slice(&bytes[..HEADER]);
        let modified = matches!(begin[..4], [0x34, 0xcd, 0xb2, 0xa1] | [0xa1, 0xb2, 0xcd, 0x34]);
        if modified {
            // The library knows one byte order of it; apart from its packets it is the common one.
            let swapped = if begin[0] == 0x34 { MAGICS[0] } else { MAGICS[1] };
            begin[..4].copy_from_slice(&swapped);
        }
        let (_, header) =
            parse_pcap_header(&begin).map_err(|_| "not the header of a capture".to_owned())?;
        if header.version_major != 2 {
            return Err(format!("version {} of pcap is unknown", header.version_major));
        }
        Ok(Self {
            // The upper bits tell of a frame check sequence.
            link: header.network.0.cast_unsigned() & 0x03ff_ffff,
            big_endian: header.is_bigendian(),
            unit: if header.is_nanosecond_precision() { 1 } else { 1_000 },
            extra: if modified { 8 } else { 0 },
        })
    }

    fn packet(
        self,
        bytes: &[u8],
        offset: u64,
        longest: usize,
        sink: &mut dyn FnMut(Found<'_>),
    ) -> Result<Step, String> {
        if bytes.len() < PACKET + self.extra {
            return Ok(Step::More);
        }
        let field = |at: usize| {
            let field = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            if self.big_endian { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) }
        };
        let length = field(8) as usize;
        if length > LONGEST {
            return Err(format!("a packet of {length} bytes cannot be"));
        }
        if length > longest {
            return Err(no_room("packet", length));
        }
        let whole = PACKET + self.extra + length;
        if bytes.len() < whole {
            return Ok(Step::More);
        }
        let parse = if self.big_endian { parse_pcap_frame_be } else { parse_pcap_frame };
        let (_, block) = parse(&bytes[..whole]).map_err(|_| "not a packet".to_owned())?;
        let fraction = u64::from(block.ts_usec).saturating_mul(self.unit);
        sink(Found::Packet(Packet {
            link: self.link,
            data: &bytes[PACKET + self.extra..whole],
            wire_len: (block.origlen as usize).max(length),
            at: Some(
                u64::from(block.ts_sec).saturating_mul(1_000_000_000).saturating_add(fraction),
            ),
            comments: Comments::default(),
            offset,
        }));
        Ok(Step::Took(whole))
    }
}

/// Bytes of the header of the file.
const HEADER: usize = 24;

/// Bytes of the header of a packet.
const PACKET: usize = 16;
