//! The newer capture format: sections of blocks (draft-ietf-opsawg-pcapng).
//!
//! Read by hand: a library gives the options of a block as a list that takes many times the
//! memory of the block.

use super::options::{self, Comments, Options};
use super::{Buffer, Damage, Found, LONGEST, Packet, Step, no_room};

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
    /// The longest block.
    longest: usize,
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
    /// Reads blocks of at most `longest` bytes.
    pub(super) fn new(longest: usize) -> Self {
        let section = Section { longest, ..Section::default() };
        Self { buffer: Buffer::default(), section }
    }

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

    pub(super) const fn is_damaged(&self) -> bool {
        self.buffer.damage.is_some()
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
        if length > self.longest {
            return Err(no_room("block", length));
        }
        if bytes.len() < length {
            return Ok(Step::More);
        }
        let block = &bytes[..length];
        if self.number(&block[length - 4..]) as usize != length {
            return Err("the two lengths of a block differ".into());
        }
        self.take(kind, &block[8..length - 4], sink)?;
        Ok(Step::Took(length))
    }

    /// Takes a block of a kind that is read.
    fn take(
        &mut self,
        kind: u32,
        body: &[u8],
        sink: &mut dyn FnMut(Found<'_>),
    ) -> Result<(), String> {
        let header = |length| {
            body.split_at_checked(length).ok_or_else(|| "a block without its header".to_owned())
        };
        match kind {
            INTERFACE => {
                let (header, options) = header(8)?;
                if self.interfaces.len() == MOST_INTERFACES {
                    return Err(format!("more than {MOST_INTERFACES} interfaces"));
                }
                self.interfaces.push(Interface::new(
                    self.half(&header[..2]),
                    self.number(&header[4..8]),
                    Options::new(options, self.big_endian),
                ));
            }
            ENHANCED => {
                let (header, rest) = header(20)?;
                self.packet(self.number(&header[..4]), &header[4..], rest, sink)?;
            }
            OLD_PACKET => {
                let (header, rest) = header(20)?;
                self.packet(self.half(&header[..2]), &header[4..], rest, sink)?;
            }
            SIMPLE => {
                let (header, rest) = header(4)?;
                let interface = self.interface(0)?;
                let whole = self.number(header) as usize;
                let snaplen = match interface.snaplen {
                    0 => usize::MAX,
                    length => length as usize,
                };
                let length = whole.min(snaplen).min(rest.len());
                sink(Found::Packet(Packet {
                    link: interface.link,
                    data: &rest[..length],
                    wire_len: whole,
                    at: None,
                    comments: Comments::default(),
                    offset: 0,
                }));
            }
            _ => {
                let (header, options) = header(16)?;
                let version = self.half(&header[4..6]);
                if version != 1 {
                    return Err(format!("version {version} of pcapng is unknown"));
                }
                self.interfaces.clear();
                sink(Found::Section(Comments::new(options, self.big_endian)));
            }
        }
        Ok(())
    }

    /// Takes a packet: `fields` are its time and its lengths, `rest` its data and options.
    fn packet(
        &self,
        interface: u32,
        fields: &[u8],
        rest: &[u8],
        sink: &mut dyn FnMut(Found<'_>),
    ) -> Result<(), String> {
        let interface = self.interface(interface as usize)?;
        let field = |nth: usize| self.number(&fields[nth * 4..nth * 4 + 4]);
        let length = field(2) as usize;
        let data = rest.get(..length).ok_or("a packet that is longer than its block")?;
        let options = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        sink(Found::Packet(Packet {
            link: interface.link,
            data,
            wire_len: (field(3) as usize).max(length),
            at: interface.time(field(0), field(1)),
            comments: Comments::new(options, self.big_endian),
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

    fn half(&self, bytes: &[u8]) -> u32 {
        options::half(bytes, self.big_endian).into()
    }

    fn number(&self, bytes: &[u8]) -> u32 {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

impl Interface {
    fn new(link: u32, snaplen: u32, options: Options<'_>) -> Self {
        let (mut resolution, mut offset) = (MICROSECONDS, 0);
        for (code, value) in options {
            match (code, value) {
                (options::TSRESOL, [units]) => resolution = *units,
                (options::TSOFFSET, value) => {
                    offset = options.signed(value).unwrap_or(offset);
                }
                _ => {}
            }
        }
        Self { link, snaplen, resolution, offset }
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

/// Bytes of the smallest block.
const SMALLEST: usize = 12;

/// How many interfaces a section may have; tools have a few.
const MOST_INTERFACES: usize = 65_536;

/// The resolution where an interface does not say.
const MICROSECONDS: u8 = 6;

const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE: u32 = 3;
const ENHANCED: u32 = 6;
