//! The newer capture format: sections of blocks (draft-ietf-opsawg-pcapng).
//!
//! Blocks are cut out here, since the library wants them whole, and read there.

use pcap_parser::nom::IResult;
use pcap_parser::pcapng::{
    Block, InterfaceDescriptionBlock, OptionCode, PcapNGOption, UnknownBlock, parse_block_be,
    parse_block_le, parse_option_be, parse_option_le,
};

use super::{Buffer, Damage, Found, LONGEST, Packet, Step};

/// How such a file begins: the type of a Section Header Block, in either byte order.
pub(super) const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

#[derive(Debug, Default)]
pub(super) struct PcapNg {
    buffer: Buffer,
    section: Section,
}

/// What holds until the next Section Header Block.
#[derive(Debug, Default)]
struct Section {
    big_endian: bool,
    interfaces: Vec<Interface>,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: u32,
    snaplen: u32,
    resolution: u8,
    /// Seconds to add to each time.
    offset: i64,
}

impl PcapNg {
    pub(super) fn feed(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Found<'_>)) {
        let section = &mut self.section;
        self.buffer.feed(bytes, |bytes, offset| {
            section.block(bytes, &mut |found| {
                sink(match found {
                    Found::Packet(packet) => Found::Packet(Packet { offset, ..packet }),
                    other => other,
                });
            })
        });
    }

    pub(super) const fn damage(&self) -> Option<&Damage> {
        self.buffer.damage.as_ref()
    }

    pub(super) fn finish(&mut self) -> Option<Damage> {
        self.buffer.finish("a block")
    }
}

impl Section {
    fn block(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Found<'_>)) -> Result<Step, String> {
        if bytes.len() < SMALLEST {
            return Ok(Step::More);
        }
        let is_header = bytes.starts_with(&MAGIC);
        if is_header {
            self.big_endian = match bytes[8..12] {
                [0x4d, 0x3c, 0x2b, 0x1a] => false,
                [0x1a, 0x2b, 0x3c, 0x4d] => true,
                _ => return Err("the byte order of the section is unknown".into()),
            };
        }
        let kind = self.number(&bytes[..4]);
        let length = self.number(&bytes[4..8]) as usize;
        if length < SMALLEST || !length.is_multiple_of(4) {
            return Err(format!("a block of {length} bytes cannot be"));
        }
        let is_read = is_header || matches!(kind, INTERFACE | OLD_PACKET | SIMPLE | ENHANCED);
        if !is_read {
            return Ok(Step::Skip(length as u64));
        }
        if length > LONGEST {
            return Err(format!("a block of {length} bytes is longer than any"));
        }
        if bytes.len() < length {
            return Ok(Step::More);
        }
        let block = &bytes[..length];
        if self.number(&block[length - 4..]) as usize != length {
            return Err("the two lengths of a block differ".into());
        }
        let parsed = if self.big_endian { parse_block_be(block) } else { parse_block_le(block) };
        let (_, parsed) = parsed.map_err(|_| "a block that makes no sense".to_owned())?;
        self.take(parsed, sink)?;
        Ok(Step::Took(length))
    }

    fn take(&mut self, block: Block<'_>, sink: &mut dyn FnMut(Found<'_>)) -> Result<(), String> {
        match block {
            Block::SectionHeader(header) => {
                if header.major_version != 1 {
                    return Err(format!("version {} of pcapng is unknown", header.major_version));
                }
                self.interfaces.clear();
                sink(Found::Section(comments(&header.options)));
            }
            Block::InterfaceDescription(interface) => {
                self.interfaces.push(Interface::new(&interface, self.big_endian));
            }
            Block::EnhancedPacket(packet) => {
                let interface = self.interface(packet.if_id as usize)?;
                let data = (packet.data.get(..packet.caplen as usize))
                    .ok_or("a packet that is longer than its block")?;
                sink(Found::Packet(Packet {
                    link: interface.link,
                    data,
                    wire_len: (packet.origlen as usize).max(data.len()),
                    at: interface.time(packet.ts_high, packet.ts_low),
                    comments: comments(&packet.options),
                    offset: 0,
                }));
            }
            Block::SimplePacket(packet) => {
                let interface = self.interface(0)?;
                let whole = packet.origlen as usize;
                let snaplen = match interface.snaplen {
                    0 => usize::MAX,
                    length => length as usize,
                };
                let length = whole.min(snaplen).min(packet.data.len());
                sink(Found::Packet(Packet {
                    link: interface.link,
                    data: &packet.data[..length],
                    wire_len: whole,
                    at: None,
                    comments: Vec::new(),
                    offset: 0,
                }));
            }
            Block::Unknown(block) => self.old_packet(&block, sink)?,
            _ => {}
        }
        Ok(())
    }

    /// A Packet Block, which was in use before the Enhanced one.
    fn old_packet(
        &self,
        block: &UnknownBlock<'_>,
        sink: &mut dyn FnMut(Found<'_>),
    ) -> Result<(), String> {
        let (header, rest) =
            block.data.split_at_checked(20).ok_or("a packet block without its header")?;
        let id = [header[0], header[1]];
        let id = if self.big_endian { u16::from_be_bytes(id) } else { u16::from_le_bytes(id) };
        let interface = self.interface(id.into())?;
        let length = self.number(&header[12..16]) as usize;
        let data = rest.get(..length).ok_or("a packet that is longer than its block")?;
        let mut options = Vec::new();
        let mut left = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        let parse = |bytes| -> IResult<&[u8], PcapNGOption<'_>> {
            if self.big_endian { parse_option_be(bytes) } else { parse_option_le(bytes) }
        };
        while let Ok((more, option)) = parse(left) {
            options.push(option);
            left = more;
        }
        sink(Found::Packet(Packet {
            link: interface.link,
            data,
            wire_len: (self.number(&header[16..20]) as usize).max(length),
            at: interface.time(self.number(&header[4..8]), self.number(&header[8..12])),
            comments: comments(&options),
            offset: 0,
        }));
        Ok(())
    }

    fn interface(&self, id: usize) -> Result<Interface, String> {
        self.interfaces
            .get(id)
            .copied()
            .ok_or_else(|| format!("a packet of interface {id}, which was never described"))
    }

    fn number(&self, bytes: &[u8]) -> u32 {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

impl Interface {
    fn new(block: &InterfaceDescriptionBlock<'_>, big_endian: bool) -> Self {
        // The library takes the offset to be little endian.
        let offset = if big_endian { block.if_tsoffset.swap_bytes() } else { block.if_tsoffset };
        Self {
            link: block.linktype.0.cast_unsigned(),
            snaplen: block.snaplen,
            resolution: block.if_tsresol,
            offset,
        }
    }

    /// A time of this interface, in nanoseconds since the Unix epoch.
    fn time(self, high: u32, low: u32) -> Option<u64> {
        let units = u128::from(high) << 32 | u128::from(low);
        let exponent = u32::from(self.resolution & 0x7f);
        let nanos = if self.resolution & 0x80 == 0 {
            10u128.checked_pow(exponent).map_or(0, |second| units * 1_000_000_000 / second)
        } else {
            (units * 1_000_000_000).checked_shr(exponent).unwrap_or(0)
        };
        let offset = i128::from(self.offset) * 1_000_000_000;
        u64::try_from(i128::try_from(nanos).ok()?.checked_add(offset)?).ok()
    }
}

/// The comments among the options of a block; one that is not UTF-8 is none of ours.
fn comments<'a>(options: &'a [PcapNGOption<'a>]) -> Vec<&'a str> {
    options
        .iter()
        .take_while(|option| option.code != OptionCode::EndOfOpt)
        .filter(|option| option.code == OptionCode::Comment)
        .filter_map(|option| option.as_str().ok())
        .collect()
}

/// Bytes of the smallest block.
const SMALLEST: usize = 12;

const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE: u32 = 3;
const ENHANCED: u32 = 6;
